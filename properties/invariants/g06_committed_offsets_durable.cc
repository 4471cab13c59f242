// G6: after a commit was acknowledged, a group is told that offset or one committed after it, whichever broker
// coordinates it.
//
// A commit whose outcome is unknown may count or not, so an offset above the acknowledged one is no violation; a member
// that sets its position back may commit a lower one.
#include <algorithm>
#include <tuple>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/group_names.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class CommittedOffsetsDurable : public CheckerBase<CommittedOffsetsDurable> {
 public:
  void On(const Moment&, const cluster::OffsetCommitted& fact) {
    History& history = histories_[{fact.group, fact.tp}];
    history.since.push_back(fact.offset);
    // Only what may still be told matters: everything since the last acknowledged commit.
    constexpr size_t kEnough = 64;
    if (history.since.size() > kEnough && !history.acked.valid()) history.since.erase(history.since.begin());
  }
  void On(const Moment& moment, const cluster::OffsetCommitAcked& fact) {
    History& history = histories_[{fact.group, fact.tp}];
    // The latest commit of this offset; what came before it cannot be told any more.
    const auto it = std::find(history.since.rbegin(), history.since.rend(), fact.offset);
    history.since.erase(history.since.begin(), it == history.since.rend() ? history.since.begin() : it.base());
    history.acked = fact.offset;
    history.acked_at = moment.at;
    history.acked_by = fact.client;
    history.set_back_to = Offset();
  }
  void On(const Moment&, const cluster::PositionSet& fact) {
    if (fact.source == cluster::PositionSource::kCommitted) return;
    History& history = histories_[{fact.group, fact.tp}];
    if (!history.set_back_to.valid() || fact.offset < history.set_back_to) history.set_back_to = fact.offset;
  }

  void On(const Moment& moment, const cluster::CommittedOffsetFetched& fact) {
    const auto it = histories_.find({fact.group, fact.tp});
    if (it == histories_.end() || !it->second.acked.valid()) return;
    ExerciseGroup(fact.group);
    const History& history = it->second;
    if (fact.offset >= history.acked) return;
    if (std::find(history.since.begin(), history.since.end(), fact.offset) != history.since.end()) return;
    if (history.set_back_to.valid() && fact.offset.valid() && fact.offset >= history.set_back_to) return;
    ReportGroup(
        moment, fact.group,
        absl::StrCat(moment.Name(fact.client), " was told that ", GroupName(moment.facts, fact.group),
                     fact.offset.valid() ? absl::StrCat(" had committed offset ", fact.offset.value())
                                         : std::string(" had committed nothing"),
                     " of ", moment.Name(fact.tp), ", but ", moment.Name(history.acked_by), " was told at ",
                     moment.Time(history.acked_at), " that its commit of offset ", history.acked.value(), " stands"),
        OffsetsTopicLicence(moment));
  }

 private:
  struct History {
    // The last acknowledged commit, and what became durable after it.
    Offset acked;
    sim::SimTime acked_at;
    cluster::ClientId acked_by;
    std::vector<Offset> since;
    // The lowest position that a member set since then, other than from a commit.
    Offset set_back_to;
  };

  absl::btree_map<std::pair<cluster::GroupIndex, TopicPartition>, History> histories_;
};

}  // namespace

std::unique_ptr<Checker> MakeCommittedOffsetsDurable() { return std::make_unique<CommittedOffsetsDurable>(); }

}  // namespace ktrial::properties
