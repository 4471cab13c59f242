// S30: everything below a high watermark of the metadata quorum is in the flushed logs of a majority of its voters.
//
// This is what Raft's Leader Completeness rests on; CommittedEntriesReachMajority of the TLA+ models of KRaft. A leader
// counts itself before its own flush is done, in one step: what it claims is judged when that step is over. A voter
// whose disk was emptied, or takes no flush for what it is, may forget; that is told as allowed.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"
#include "properties/quorum_logs.h"
#include "sim/world_facts.h"

namespace ktrial::properties {
namespace {

class MetadataOnMajority : public CheckerBase<MetadataOnMajority> {
 public:
  void On(const Moment& moment, const cluster::RaftBatchAppended& fact) {
    JudgeClaim(moment);
    logs_.OnAppended(fact, moment.at);
  }
  void On(const Moment& moment, const cluster::RaftLogTruncated& fact) {
    JudgeClaim(moment);
    logs_.OnTruncated(fact);
    Forget(moment, fact.node, fact.to, "was truncated");
  }
  void On(const Moment& moment, const cluster::RaftLogLoaded& fact) {
    JudgeClaim(moment);
    logs_.OnLoaded(fact);
    Forget(moment, fact.node, fact.log_end, "was loaded");
  }
  void On(const Moment&, const cluster::RaftLogFlushed& fact) {
    flushed_[fact.node] = fact.to;
    if (fact.disk_lied) licence_ = "a controller's disk reports flushes that it does not make";
  }
  void On(const Moment& moment, const sim::DiskWiped& fact) {
    const auto voter = moment.facts.voter_of_disk.find(fact.disk);
    if (voter == moment.facts.voter_of_disk.end()) return;
    JudgeClaim(moment);
    licence_ = "a controller's disk was replaced";
    logs_.OnWiped(voter->second);
    Forget(moment, voter->second, Offset(0), "was wiped");
  }
  void On(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact) {
    JudgeClaim(moment);
    logs_.Commit(fact.node, fact.to, moment.at);
    if (fact.as_leader) claim_ = Claim{moment.at, moment.incarnation, fact.node, fact.epoch, fact.to};
  }
  void OnEnd(const Moment& moment) override { JudgeClaim(moment); }

 private:
  struct Claim {
    sim::SimTime at;
    sim::Incarnation incarnation;
    BrokerId leader;
    LeaderEpoch epoch;
    Offset to;
  };

  // Called before anything else is taken in, so when the leader's step is over.
  void JudgeClaim(const Moment& moment) {
    if (!claim_ || moment.facts.voter_of_process.empty()) return;
    const Claim claim = *claim_;
    claim_.reset();
    Exercise();
    if (IsHeld(moment, claim.to)) return;
    Report(moment,
           absl::StrCat("node ", claim.leader.value(), " took the metadata log for committed up to ", claim.to.value(),
                        " in epoch ", claim.epoch.value(), ", but ", HoldersText(moment, claim.to)),
           {}, licence_);
  }

  // A node's log ends at `end` now.
  void Forget(const Moment& moment, BrokerId node, Offset end, std::string_view what) {
    const auto flushed = flushed_.find(node);
    if (flushed == flushed_.end()) return;
    const bool lost = end < flushed->second && end < logs_.committed().end();
    flushed->second = std::min(flushed->second, end);
    if (!lost || moment.facts.voter_of_process.empty()) return;
    Exercise();
    const Offset committed = logs_.committed().end();
    if (IsHeld(moment, committed)) return;
    Report(moment,
           absl::StrCat("the metadata log is committed up to ", committed.value(), ", but node ", node.value(), "'s ",
                        absl::string_view(what.data(), what.size()), " to ", end.value(), ", and ",
                        HoldersText(moment, committed)),
           {}, licence_);
  }

  bool Holds(BrokerId node, Offset to) const {
    const auto flushed = flushed_.find(node);
    return flushed != flushed_.end() && flushed->second >= to && logs_.Holds(node, to);
  }
  bool IsHeld(const Moment& moment, Offset to) const {
    const auto& voters = moment.facts.voter_of_process;
    const auto holders =
        std::count_if(voters.begin(), voters.end(), [&](const auto& entry) { return Holds(entry.second, to); });
    return holders > static_cast<std::ptrdiff_t>(voters.size() / 2);
  }
  // "of 3 voters only node 3001 flushed that"
  std::string HoldersText(const Moment& moment, Offset to) const {
    std::string holders;
    for (const auto& [process, node] : moment.facts.voter_of_process) {
      if (Holds(node, to)) absl::StrAppend(&holders, holders.empty() ? "" : " and ", "node ", node.value());
    }
    const auto voters = moment.facts.voter_of_process.size();
    if (holders.empty()) return absl::StrCat("none of ", voters, " voters flushed that");
    return absl::StrCat("of ", voters, " voters only ", holders, " flushed that");
  }

  QuorumLogs logs_;
  // By voter: the end of what it has flushed.
  absl::btree_map<BrokerId, Offset> flushed_;
  std::optional<Claim> claim_;
  std::string licence_;
};

}  // namespace

std::unique_ptr<Checker> MakeMetadataOnMajority() { return std::make_unique<MetadataOnMajority>(); }

}  // namespace ktrial::properties
