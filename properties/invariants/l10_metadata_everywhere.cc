// L10: when faults have healed and time was given, every running broker and controller has applied what was committed
// of the metadata a while ago.
//
// With S31 that makes all brokers' metadata the controller's.
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"
#include "properties/invariants/quiet_time.h"

namespace ktrial::properties {
namespace {

class MetadataEverywhere : public QuietTime<MetadataEverywhere> {
 public:
  using QuietTime::On;
  void On(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact) {
    if (!fact.as_leader) return;
    committed_.emplace_back(moment.at, fact.to);
  }
  void On(const Moment&, const cluster::MetadataApplied& fact) { applied_[fact.broker] = fact.metadata_offset; }
  void On(const Moment&, const cluster::MetadataReplayed& fact) { applied_[fact.controller] = fact.metadata_offset; }

  void OnEnd(const Moment& moment) override {
    if (!IsQuietSince(moment, kTimeToSettle)) return;
    const Offset settled = SettledCommit(moment);
    for (const auto& [id, broker] : moment.ghost.brokers()) {
      if (broker.running) Judge(moment, "broker", id, settled);
    }
    for (const auto& [process, id] : moment.facts.voter_of_process) {
      if (IsRunning(process)) Judge(moment, "controller", id, settled);
    }
  }

 private:
  Offset SettledCommit(const Moment& moment) const {
    for (auto it = committed_.rbegin(); it != committed_.rend(); ++it) {
      if (it->first + kOnTheWay <= moment.at) return it->second;
    }
    return Offset(0);
  }

  void Judge(const Moment& moment, absl::string_view role, BrokerId node, Offset settled) {
    Exercise();
    const auto it = applied_.find(node);
    const Offset applied = it == applied_.end() ? Offset(0) : it->second;
    if (applied >= settled) return;
    Report(moment, absl::StrCat(role, " ", node.value(), " has applied the metadata up to offset ", applied.value(),
                                ", though it was committed up to ", settled.value(), " a while ago"));
  }

  // When leaders raised the high watermark, and to where.
  std::vector<std::pair<sim::SimTime, Offset>> committed_;
  absl::btree_map<BrokerId, Offset> applied_;
};

}  // namespace

std::unique_ptr<Checker> MakeMetadataEverywhere() { return std::make_unique<MetadataEverywhere>(); }

}  // namespace ktrial::properties
