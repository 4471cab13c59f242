// S14: what a consumer was given at an offset is what the committed log holds there, now or once it reaches there.
//
// ConsistentRead of the TLA+ models of Kafka. A leader that has been replaced without knowing may serve records before
// the new leader commits them: those are remembered and compared when it does.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class ConsistentRead : public CheckerBase<ConsistentRead> {
 public:
  void On(const Moment& moment, const cluster::RecordDelivered& fact) {
    const GhostPartition* partition = moment.ghost.Find(fact.tp);
    if (partition == nullptr) return;
    Exercise();
    const Read read{fact.offset, fact.value, fact.client};
    if (fact.offset < partition->committed.end()) {
      Compare(moment, fact.tp, *partition, read);
    } else {
      early_[fact.tp].push_back(read);
    }
  }

  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    if (moment.ghost.newly_committed().empty() || early_.empty()) return;
    std::vector<Read>* reads = early_.Find(tp);
    if (reads == nullptr || reads->empty()) return;
    const GhostPartition* partition = moment.ghost.Find(tp);
    const auto reached = std::stable_partition(
        reads->begin(), reads->end(), [&](const Read& read) { return read.offset >= partition->committed.end(); });
    for (auto it = reached; it != reads->end(); ++it) Compare(moment, tp, *partition, *it);
    reads->erase(reached, reads->end());
  }

  struct Read {
    Offset offset;
    int64_t value = -1;
    cluster::ClientId client;
  };

  void Compare(const Moment& moment, TopicPartition tp, const GhostPartition& partition, const Read& read) {
    const LogEntry* entry = partition.committed.Find(read.offset);
    if (entry != nullptr && entry->ValueAt(read.offset) == read.value) return;
    const std::string licence = moment.LicenceFor(tp, read.value);
    Report(moment,
           absl::StrCat(moment.Name(read.client), " was given ", moment.RecordName(read.value), " at offset ",
                        read.offset.value(), " of ", moment.Name(tp), ", where the committed log holds ",
                        entry == nullptr ? "nothing" : moment.RecordName(entry->ValueAt(read.offset))),
           Keeps(licence) ? LifeOfRecord(moment, tp, read.value) : std::vector<std::string>(), licence);
  }

  // Given to consumers before the controller's leader committed that far.
  PartitionMap<std::vector<Read>> early_;
};

}  // namespace

std::unique_ptr<Checker> MakeConsistentRead() { return std::make_unique<ConsistentRead>(); }

}  // namespace ktrial::properties
