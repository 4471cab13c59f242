// A log as the god's eye sees it: batches by offset, each with the hash of the whole log up to and including it, so
// that two logs are compared up to an offset in O(log n).
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
  sim::SimTime appended_at;
};

class GhostLog {
 public:
  // The batch must not begin before end().
  void Append(cluster::LogBatchRef batch, sim::SimTime at);
  // Removes and returns the batches that hold any record at or above `to`.
  std::vector<LogEntry> TruncateTo(cluster::Offset to);

  const std::vector<LogEntry>& entries() const { return entries_; }
  // One past the last record; 0 if empty.
  cluster::Offset end() const { return entries_.empty() ? cluster::Offset(0) : entries_.back().batch->next_offset(); }
  // The entry that holds `offset`, or null.
  const LogEntry* Find(cluster::Offset offset) const;
  // Hash of everything below `end`; empty if `end` is neither 0 nor the end of a batch here.
  std::optional<uint64_t> PrefixHash(cluster::Offset end) const;

 private:
  // The first entry that reaches above `offset`.
  size_t IndexAbove(cluster::Offset offset) const;

  std::vector<LogEntry> entries_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_GHOST_LOG_H_
