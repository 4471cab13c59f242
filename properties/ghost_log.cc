#include "properties/ghost_log.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "sim/check.h"
#include "sim/trace_hash.h"

namespace ktrial::properties {

using cluster::LogBatch;
using cluster::Offset;

int64_t LogEntry::ValueAt(Offset offset) const {
  KT_CHECK(Holds(offset));
  if (batch->batch().is_control()) return -1;
  const cluster::Record* record = batch->Find(offset);
  return record == nullptr ? -1 : record->value;
}

bool SameBatch(const LogBatch& a, const LogBatch& b) {
  if (&a == &b) return true;
  if (a.base_offset() != b.base_offset() || a.leader_epoch() != b.leader_epoch()) return false;
  if (&a.batch() == &b.batch()) return true;
  return a.batch().producer_id() == b.batch().producer_id() && a.batch().base_sequence() == b.batch().base_sequence() &&
         std::equal(a.batch().records().begin(), a.batch().records().end(), b.batch().records().begin(),
                    b.batch().records().end(), [](const cluster::Record& x, const cluster::Record& y) {
                      return x.key == y.key && x.value == y.value;
                    });
}

uint64_t GhostLog::HashOf(uint64_t before, const LogBatch& batch) {
  sim::TraceHash hash;
  hash.Add(before);
  hash.Add(static_cast<uint64_t>(batch.base_offset().value()));
  hash.Add(static_cast<uint64_t>(batch.leader_epoch().value()));
  hash.Add(static_cast<uint64_t>(batch.batch().producer_id().value()));
  hash.Add(static_cast<uint64_t>(batch.batch().base_sequence()));
  for (const cluster::Record& record : batch.batch().records()) {
    hash.Add(static_cast<uint64_t>(record.key));
    hash.Add(static_cast<uint64_t>(record.value));
  }
  return hash.value();
}

void GhostLog::Append(cluster::LogBatchRef batch, sim::SimTime at, bool as_leader) {
  KT_CHECK(batch->base_offset() >= end_);
  if (batch->base_offset() > end_) first_gap_ = std::min(first_gap_, entries_.size());
  const uint64_t before = entries_.empty() ? 0 : entries_.back().prefix_hash;
  end_ = batch->next_offset();
  const uint64_t hash = HashOf(before, *batch);
  entries_.push_back({std::move(batch), hash, at, as_leader});
}

void GhostLog::AppendSame(const LogEntry& entry, sim::SimTime at) {
  KT_CHECK(entry.batch->base_offset() >= end_);
  if (entry.batch->base_offset() > end_) first_gap_ = std::min(first_gap_, entries_.size());
  end_ = entry.batch->next_offset();
  entries_.push_back({entry.batch, entry.prefix_hash, at, entry.as_leader});
}

size_t GhostLog::IndexAbove(Offset offset) const {
  // Nearly every question is about the end of the log.
  if (offset >= end_) return entries_.size();
  if (offset >= entries_.back().batch->base_offset()) return entries_.size() - 1;
  const auto is_below = [offset](const LogEntry& entry) { return entry.batch->next_offset() <= offset; };
  // Steps that double from the end find what is recent without touching the rest.
  size_t low = entries_.size() - 1;
  for (size_t step = 1; low > 0; step *= 2) {
    low = low > step ? low - step : 0;
    if (is_below(entries_[low])) break;
  }
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(low);
  return static_cast<size_t>(std::partition_point(first, entries_.end(), is_below) - entries_.begin());
}

std::vector<LogEntry> GhostLog::TruncateTo(Offset to) {
  const auto first = entries_.begin() + static_cast<std::ptrdiff_t>(IndexAbove(to));
  std::vector<LogEntry> removed(std::make_move_iterator(first), std::make_move_iterator(entries_.end()));
  entries_.erase(first, entries_.end());
  end_ = entries_.empty() ? Offset(0) : entries_.back().batch->next_offset();
  if (first_gap_ >= entries_.size()) first_gap_ = SIZE_MAX;
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

Offset CommonPrefixEnd(const GhostLog& a, const GhostLog& b) {
  // Equal hashes at an index mean equal batches up to it.
  size_t low = 0;
  size_t high = std::min(a.entries().size(), b.entries().size());
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (a.entries()[middle].prefix_hash == b.entries()[middle].prefix_hash) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low == 0 ? Offset(0) : a.entries()[low - 1].batch->next_offset();
}

}  // namespace ktrial::properties
