#include "properties/ghost_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/check.h"
#include "sim/trace_hash.h"

namespace ktrial::properties {

using cluster::Offset;

void GhostLog::Append(cluster::LogBatchRef batch, sim::SimTime at) {
  KT_CHECK(batch->base_offset() >= end());
  sim::TraceHash hash;
  hash.Add(entries_.empty() ? 0 : entries_.back().prefix_hash);
  hash.Add(static_cast<uint64_t>(batch->base_offset().value()));
  hash.Add(static_cast<uint64_t>(batch->leader_epoch().value()));
  hash.Add(static_cast<uint64_t>(batch->batch().producer_id().value()));
  hash.Add(static_cast<uint64_t>(batch->batch().base_sequence()));
  for (const cluster::Record& record : batch->batch().records()) {
    hash.Add(static_cast<uint64_t>(record.key));
    hash.Add(static_cast<uint64_t>(record.value));
  }
  entries_.push_back({std::move(batch), hash.value(), at});
}

size_t GhostLog::IndexAbove(Offset offset) const {
  // Nearly every question is about the end of the log.
  if (offset >= end()) return entries_.size();
  if (offset >= entries_.back().batch->base_offset()) return entries_.size() - 1;
  const auto it = std::partition_point(entries_.begin(), entries_.end(), [offset](const LogEntry& entry) {
    return entry.batch->next_offset() <= offset;
  });
  return static_cast<size_t>(it - entries_.begin());
}

std::vector<LogEntry> GhostLog::TruncateTo(Offset to) {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(IndexAbove(to));
  std::vector<LogEntry> removed(std::make_move_iterator(first), std::make_move_iterator(entries_.end()));
  entries_.erase(first, entries_.end());
  return removed;
}

const LogEntry* GhostLog::Find(Offset offset) const {
  const size_t index = IndexAbove(offset);
  if (index == entries_.size() || entries_[index].batch->base_offset() > offset) return nullptr;
  return &entries_[index];
}

std::optional<uint64_t> GhostLog::PrefixHash(Offset end) const {
  if (end <= Offset(0)) return 0;
  const LogEntry* entry = Find(end - 1);
  if (entry == nullptr || entry->batch->next_offset() != end) return std::nullopt;
  return entry->prefix_hash;
}

}  // namespace ktrial::properties
