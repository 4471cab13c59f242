#include "properties/zookeeper_checker.h"

#include "absl/strings/str_cat.h"
#include "properties/invariants/zookeeper_invariants.h"

namespace ktrial::properties {

void ZooKeeperChecker::Report(const ZooKeeperMoment& moment, std::string summary) {
  if (violations_.size() >= kMaxKept) return;
  violations_.push_back({.property = std::string(id_),
                         .at = moment.header.at,
                         .summary = std::move(summary),
                         .evidence = {},
                         .licence = {}});
}

const std::vector<ZooKeeperPropertyInfo>& AllZooKeeperProperties() {
  static const std::vector<ZooKeeperPropertyInfo> properties = {
      {"ZK1", "same-order", "All servers of an ensemble apply the same transactions in the same order.",
       &MakeZooKeeperSameOrder},
      {"ZK2", "committed-transactions-survive", "Every new leader holds every transaction that was committed.",
       &MakeZooKeeperCommittedSurvive},
      {"ZK3", "zxids-ascend",
       "An epoch has one leader, whose proposals have no gaps, and a server applies ascending zxids.",
       &MakeZooKeeperZxidsAscend},
      {"ZK4", "ephemerals-have-owners", "A session is closed once, and no ephemeral node outlives its session.",
       &MakeZooKeeperEphemeralsHaveOwners},
      {"ZK5", "reads-never-go-back", "What a session is shown never comes from before what it was shown earlier.",
       &MakeZooKeeperReadsNeverGoBack},
      {"ZK6", "replies-true",
       "A read shows its node as it was after the transaction that it names, and a write that was answered is "
       "committed.",
       &MakeZooKeeperRepliesTrue},
      {"ZK7", "watch-before-change", "A client hears of a watch's event before any reply that shows the change.",
       &MakeZooKeeperWatchBeforeChange},
      {"ZK8", "expiry-decided-by-leader", "A client is told that its session is over only after a leader decided so.",
       &MakeZooKeeperExpiryDecided},
  };
  return properties;
}

ZooKeeperCheckers::ZooKeeperCheckers() {
  for (const ZooKeeperPropertyInfo& property : AllZooKeeperProperties()) {
    checkers_.push_back(property.make());
    checkers_.back()->set_id(property.id);
  }
}

void ZooKeeperCheckers::OnFact(const sim::FactHeader& header, const void* fact) {
  ghost_.OnFact(header, fact);
  const ZooKeeperMoment moment{header, ghost_};
  for (const auto& checker : checkers_) checker->OnFact(moment, fact);
}

std::vector<std::string> ZooKeeperCheckers::Alarms() const {
  std::vector<std::string> alarms;
  for (const auto& checker : checkers_) {
    for (const Violation& violation : checker->violations()) {
      alarms.push_back(absl::StrCat(violation.property, ": ", violation.summary));
    }
  }
  return alarms;
}

std::vector<std::string> ZooKeeperCheckers::Alarms(std::string_view id) const {
  std::vector<std::string> alarms;
  for (const auto& checker : checkers_) {
    for (const Violation& violation : checker->violations()) {
      if (violation.property == id) alarms.push_back(violation.summary);
    }
  }
  return alarms;
}

int64_t ZooKeeperCheckers::exercised(std::string_view id) const {
  for (size_t i = 0; i < checkers_.size(); ++i) {
    if (AllZooKeeperProperties()[i].id == id) return checkers_[i]->exercised();
  }
  return 0;
}

}  // namespace ktrial::properties
