#include "sim/disk_file.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::sim {

void ColdRanges::CoverAll(int64_t size) {
  ranges_.clear();
  if (size > 0) ranges_.push_back({.begin = 0, .end = size});
}

int64_t ColdRanges::Warm(int64_t begin, int64_t end) {
  if (ranges_.empty()) return 0;
  int64_t warmed = 0;
  std::vector<Range> left;
  for (const Range& range : ranges_) {
    const int64_t from = std::max(range.begin, begin);
    const int64_t to = std::min(range.end, end);
    if (from >= to) {
      left.push_back(range);
      continue;
    }
    warmed += to - from;
    if (range.begin < from) left.push_back({.begin = range.begin, .end = from});
    if (to < range.end) left.push_back({.begin = to, .end = range.end});
  }
  ranges_ = std::move(left);
  return warmed;
}

void ColdRanges::CutTo(int64_t size) {
  while (!ranges_.empty() && ranges_.back().begin >= size) ranges_.pop_back();
  if (!ranges_.empty()) ranges_.back().end = std::min(ranges_.back().end, size);
}

int64_t DiskFile::durable_bytes() const {
  return durable_before_cut_ ? durable_before_cut_->size_bytes() : content_.PositionOf(durable_chunks_);
}

void DiskFile::Truncate(int64_t bytes) {
  KT_CHECK(bytes >= 0);
  if (bytes >= content_.size_bytes()) return;
  const int64_t whole_chunks = content_.FindCovering(bytes);
  if (whole_chunks < durable_chunks_) {
    if (!durable_before_cut_) {
      durable_before_cut_ = content_;
      durable_before_cut_->KeepChunks(durable_chunks_);
    }
    durable_chunks_ = whole_chunks;
  }
  content_.CutTo(bytes);
  cold_.CutTo(bytes);
}

void DiskFile::Damage(int64_t index) {
  content_.Damage(index);
  if (durable_before_cut_ && index < durable_chunks_) durable_before_cut_->Damage(index);
}

void DiskFile::MakeDurable() {
  durable_chunks_ = content_.chunk_count();
  durable_before_cut_.reset();
}

void DiskFile::LoseDirty() {
  if (durable_before_cut_) {
    content_ = *std::move(durable_before_cut_);
  } else {
    content_.KeepChunks(durable_chunks_);
  }
  MakeDurable();
}

void DiskFile::LosePartOfDirty(RandomStream& stream) {
  if (durable_before_cut_ && stream.Chance({1, 2})) {
    LoseDirty();
    return;
  }
  const int64_t count = content_.chunk_count();
  // The two ends get weight of their own: with a long suffix, a uniform draw would hardly ever hit them.
  int64_t kept = stream.Between(durable_chunks_, count);
  if (stream.Chance({1, 4})) kept = durable_chunks_;
  if (stream.Chance({1, 4})) kept = count;
  int64_t cut = content_.PositionOf(kept);
  if (kept < count) {
    const int32_t next_bytes = content_.chunk(kept).bytes;
    if (next_bytes > 1 && stream.Chance({1, 2})) cut += stream.Between(1, next_bytes - 1);
  }
  content_.CutTo(cut);
  MakeDurable();
}

}  // namespace ktrial::sim
