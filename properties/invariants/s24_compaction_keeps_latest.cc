// S24: compaction keeps the last value of each key below the point up to which the log was cleaned, and all records in
// order above it; a tombstone stays for at least delete.retention.ms after its first cleaning.
//
// The last record of a key is told from the replica's log as it was appended, compacted or not. The time of a tombstone
// counts from the first cleaning on any replica: followers copy what a leader's cleaner left, and with it the time from
// which it may go.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"
#include "sim/lookup_map.h"

namespace ktrial::properties {
namespace {

using cluster::LogBatch;
using cluster::LogCompacted;
using cluster::Record;

class CompactionKeepsLatest : public CheckerBase<CompactionKeepsLatest> {
 public:
  void On(const Moment& moment, const LogCompacted& fact) {
    const GhostReplica* replica = moment.ghost.FindReplica(fact.tp, fact.broker);
    if (replica == nullptr) return;
    Exercise();
    FindLatest(fact, replica->log);
    size_t next = 0;
    for (const cluster::LogBatchRef& before : *fact.before) {
      const LogBatch* left = nullptr;
      if (next < fact.after->size() && (*fact.after)[next]->base_offset() == before->base_offset()) {
        left = (*fact.after)[next++].get();
        CheckLeft(moment, fact, *before, *left);
      }
      CheckRemoved(moment, fact, *before, left);
    }
    if (next < fact.after->size()) {
      Complain(moment, fact, *(*fact.after)[next], "which does not stand there in order in what was cleaned");
    }
  }

 private:
  using Horizons = absl::btree_map<Offset, sim::WallTime>;

  void Complain(const Moment& moment, const LogCompacted& fact, const LogBatch& batch, std::string_view what) {
    Report(moment, absl::StrCat("the cleaner of broker ", fact.broker.value(), " left in ", moment.Name(fact.tp),
                                " a batch at ", OffsetsText(batch), ", ", absl::string_view(what.data(), what.size())));
  }

  // Where each key's last record below the cleaned point stands.
  void FindLatest(const LogCompacted& fact, const GhostLog& log) {
    // The groups of one cleaning follow each other.
    if (latest_of_ == fact.tp && latest_of_broker_ == fact.broker && latest_to_ == fact.cleaned_to &&
        latest_started_ == fact.started) {
      return;
    }
    latest_of_ = fact.tp;
    latest_of_broker_ = fact.broker;
    latest_to_ = fact.cleaned_to;
    latest_started_ = fact.started;
    latest_.Clear();
    for (const LogEntry& entry : log.entries()) {
      const LogBatch& batch = *entry.batch;
      if (batch.base_offset() >= fact.cleaned_to) break;
      if (batch.batch().is_control()) continue;
      for (int32_t i = 0; i < batch.batch().record_count(); ++i) {
        if (batch.offset_of(i) >= fact.cleaned_to) break;
        latest_.InsertOrAssign(batch.batch().records()[static_cast<size_t>(i)].key, batch.offset_of(i));
      }
    }
  }

  // What is left of a batch is some of its records, where they stood.
  void CheckLeft(const Moment& moment, const LogCompacted& fact, const LogBatch& before, const LogBatch& left) {
    if (left.last_offset() != before.last_offset() || left.leader_epoch() != before.leader_epoch()) {
      Complain(moment, fact, left, "which ended elsewhere or had another epoch before");
    }
    for (int32_t i = 0; i < left.batch().record_count(); ++i) {
      const Record& is = left.batch().records()[static_cast<size_t>(i)];
      const Record* was = before.Find(left.offset_of(i));
      if (was == nullptr || was->key != is.key || was->value != is.value || was->tombstone != is.tombstone) {
        Complain(moment, fact, left, absl::StrCat("with another record at offset ", left.offset_of(i).value()));
      } else if (is.tombstone) {
        NoteCleaning(fact, left.offset_of(i));
      }
    }
  }

  void NoteCleaning(const LogCompacted& fact, Offset offset) {
    const sim::WallTime horizon = fact.started + fact.delete_retention;
    const auto [it, is_first] = horizons_[fact.tp].try_emplace(offset, horizon);
    if (!is_first) it->second = std::min(it->second, horizon);
  }

  void CheckRemoved(const Moment& moment, const LogCompacted& fact, const LogBatch& before, const LogBatch* left) {
    for (int32_t i = 0; i < before.batch().record_count(); ++i) {
      const Offset offset = before.offset_of(i);
      if (left != nullptr && left->Find(offset) != nullptr) continue;
      const std::string wrong = WhyNot(fact, before.batch().records()[static_cast<size_t>(i)], offset);
      if (wrong.empty()) continue;
      const Record& record = before.batch().records()[static_cast<size_t>(i)];
      Report(moment,
             absl::StrCat("the cleaner of broker ", fact.broker.value(), " removed ", moment.RecordName(record.value),
                          " (key ", record.key, ") at offset ", offset.value(), " of ", moment.Name(fact.tp), wrong),
             Keeps({}) ? LifeOfBatch(moment, fact.tp, before) : std::vector<std::string>());
    }
  }

  // Why the record had to stay; empty if it might go.
  std::string WhyNot(const LogCompacted& fact, const Record& record, Offset offset) const {
    if (offset >= fact.cleaned_to) {
      return absl::StrCat(", though it cleaned only up to offset ", fact.cleaned_to.value());
    }
    // Nobody may write a record without a key to a compacted topic; one from before it was compacted goes.
    if (record.key < 0) return {};
    const Offset* latest = latest_.Find(record.key);
    if (latest != nullptr && *latest > offset) return {};
    if (!record.tombstone) return ", the last value of its key";
    const Horizons* horizons = horizons_.Find(fact.tp);
    const auto it = horizons == nullptr ? Horizons::const_iterator() : horizons->find(offset);
    if (horizons == nullptr || it == horizons->end()) return ", a tombstone, in its first cleaning";
    if (fact.started >= it->second) return {};
    return absl::StrCat(", a tombstone, ", (it->second - fact.started).millis(),
                        " ms before delete.retention.ms were over");
  }

  TopicPartition latest_of_;
  BrokerId latest_of_broker_;
  Offset latest_to_;
  sim::WallTime latest_started_;
  sim::LookupMap<int64_t, Offset> latest_;
  // By offset of a tombstone: from when on it may go.
  PartitionMap<Horizons> horizons_;
};

}  // namespace

std::unique_ptr<Checker> MakeCompactionKeepsLatest() { return std::make_unique<CompactionKeepsLatest>(); }

}  // namespace ktrial::properties
