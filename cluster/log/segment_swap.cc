#include "cluster/log/segment_swap.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "cluster/log/log_files.h"
#include "cluster/log/log_segment.h"

namespace ktrial::cluster {
namespace {

constexpr std::string_view kCleanedSuffix = ".cleaned";
constexpr std::string_view kSwapSuffix = ".swap";

// The base offset of the segment file with the suffix behind its name.
std::optional<Offset> SuffixedSegmentOffsetOf(std::string_view path, std::string_view suffix) {
  if (!path.ends_with(suffix)) return std::nullopt;
  path.remove_suffix(suffix.size());
  return SegmentOffsetOf(path);
}

std::vector<Offset> FindSuffixed(sim::Context& ctx, const LogFolder& folder, std::string_view suffix) {
  std::vector<Offset> found;
  for (const std::string& path : folder.disk(ctx).List(folder.path() + "/")) {
    if (const auto offset = SuffixedSegmentOffsetOf(path, suffix)) found.push_back(*offset);
  }
  return found;
}

// One past the last offset in a segment file.
Offset NextOffsetIn(sim::Context& ctx, LogDir dir, const std::string& path, Offset base_offset) {
  const std::optional<sim::FileId> file = DiskOf(ctx, dir).Find(path);
  const sim::Disk& files = DiskOf(ctx, dir).files();
  const int64_t chunks = file ? files.chunk_count(*file) : 0;
  return chunks == 0 ? base_offset : LogBatchIn(files.chunk(*file, chunks - 1)).next_offset();
}

class StatusOfAll {
 public:
  void Note(sim::DiskStatus status) {
    if (first_error_ == sim::DiskStatus::kOk) first_error_ = status;
  }
  sim::DiskStatus first_error() const { return first_error_; }

 private:
  sim::DiskStatus first_error_ = sim::DiskStatus::kOk;
};

}  // namespace

std::string CleanedSegmentPath(std::string_view directory, Offset base_offset) {
  return SegmentPath(directory, base_offset).append(kCleanedSuffix);
}

std::string SwapSegmentPath(std::string_view directory, Offset base_offset) {
  return SegmentPath(directory, base_offset).append(kSwapSuffix);
}

sim::DiskStatus RenameCleanedToSwap(sim::Context& ctx, const LogFolder& folder, Offset base_offset) {
  return folder.disk(ctx).Rename(CleanedSegmentPath(folder.path(), base_offset),
                                 SwapSegmentPath(folder.path(), base_offset));
}

sim::DiskStatus DeleteReplacedSegments(sim::Context& ctx, const LogFolder& folder, const SegmentGroup& group) {
  StatusOfAll all;
  for (const Offset base_offset : group) all.Note(folder.disk(ctx).Delete(SegmentPath(folder.path(), base_offset)));
  return all.first_error();
}

sim::DiskStatus RenameSwapToSegment(sim::Context& ctx, const LogFolder& folder, Offset base_offset) {
  return folder.disk(ctx).Rename(SwapSegmentPath(folder.path(), base_offset), SegmentPath(folder.path(), base_offset));
}

sim::DiskStatus CompleteSwaps(sim::Context& ctx, const LogFolder& folder) {
  StatusOfAll all;
  const std::vector<Offset> cleaned = FindSuffixed(ctx, folder, kCleanedSuffix);
  std::vector<Offset> swaps;
  for (const Offset swap : FindSuffixed(ctx, folder, kSwapSuffix)) {
    // What was to be swapped in together with a file that is not there yet.
    if (!cleaned.empty() && swap >= cleaned.front()) {
      all.Note(folder.disk(ctx).Delete(SwapSegmentPath(folder.path(), swap)));
    } else {
      swaps.push_back(swap);
    }
  }
  for (const Offset offset : cleaned) all.Note(folder.disk(ctx).Delete(CleanedSegmentPath(folder.path(), offset)));
  if (swaps.empty()) return all.first_error();

  const Offset begin = swaps.front();
  Offset end = begin;
  for (const Offset swap : swaps)
    end = std::max(end, NextOffsetIn(ctx, folder.log_dir(), SwapSegmentPath(folder.path(), swap), swap));
  for (const std::string& path : folder.disk(ctx).List(folder.path() + "/")) {
    std::optional<Offset> offset = SegmentOffsetOf(path);
    if (!offset) offset = ProducerSnapshotOffsetOf(path);
    if (offset && *offset >= begin && *offset < end) all.Note(folder.disk(ctx).Delete(path));
  }
  for (const Offset swap : swaps) all.Note(RenameSwapToSegment(ctx, folder, swap));
  return all.first_error();
}

}  // namespace ktrial::cluster
