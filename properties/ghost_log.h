// A log as the god's eye sees it: batches by offset, each with the hash of the whole log up to and including it, so
// that two logs are compared up to an offset in O(log n), and in O(1) near their ends.
#ifndef KTRIAL_PROPERTIES_GHOST_LOG_H_
#define KTRIAL_PROPERTIES_GHOST_LOG_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/record_batch.h"
#include "sim/time.h"

namespace ktrial::properties {

struct LogEntry {
  cluster::LogBatchRef batch;
  // Of this batch and all before it in the same log.
  uint64_t prefix_hash = 0;
  // When it came into this log; in the committed log, when it was committed.
  sim::SimTime appended_at;
  // Written by a leader, not copied from one.
  bool as_leader = false;

  bool Holds(cluster::Offset offset) const { return batch->base_offset() <= offset && offset < batch->next_offset(); }
  // The value of the record at `offset`, which the batch must span; -1 for control records and where compaction left
  // none.
  int64_t ValueAt(cluster::Offset offset) const;
};

// Whether two batches are the same at the same place: offset, epoch and content.
bool SameBatch(const cluster::LogBatch& a, const cluster::LogBatch& b);

class GhostLog {
 public:
  // The batch must not begin before end().
  void Append(cluster::LogBatchRef batch, sim::SimTime at, bool as_leader = false);
  // Takes over an entry of a log that is equal to this one below it.
  void AppendSame(const LogEntry& entry, sim::SimTime at);
  // Removes and returns the batches that hold any record at or above `to`.
  std::vector<LogEntry> TruncateTo(cluster::Offset to);

  const std::vector<LogEntry>& entries() const { return entries_; }
  // One past the last record; 0 if empty.
  cluster::Offset end() const { return end_; }
  // The entry that holds `offset`, or null.
  const LogEntry* Find(cluster::Offset offset) const;
  // Hash of everything below `end`; empty if `end` is neither 0 nor the end of a batch here.
  std::optional<uint64_t> PrefixHash(cluster::Offset end) const;
  // The first entry that reaches above `offset`, as an index into entries().
  size_t IndexAbove(cluster::Offset offset) const;
  // Whether the log begins at 0 and leaves no offset out, so that its hashes can be compared with others'.
  bool whole() const { return entries_.empty() || first_gap_ > entries_.size(); }

 private:
  static uint64_t HashOf(uint64_t before, const cluster::LogBatch& batch);

  std::vector<LogEntry> entries_;
  cluster::Offset end_{0};
  // Index of the first entry that does not follow on the one before.
  size_t first_gap_ = SIZE_MAX;
};

// The end of the longest common prefix of two logs, at the end of a batch. O(log n).
cluster::Offset CommonPrefixEnd(const GhostLog& a, const GhostLog& b);

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_GHOST_LOG_H_
