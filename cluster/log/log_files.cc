#include "cluster/log/log_files.h"

#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// As many digits as the largest offset has, plus one, so that names sort as their offsets do.
constexpr size_t kOffsetDigits = 20;
constexpr std::string_view kSegmentSuffix = ".log";
constexpr std::string_view kSnapshotSuffix = ".snapshot";

std::string OffsetPath(std::string_view directory, Offset offset, std::string_view suffix) {
  KT_CHECK(offset.valid());
  const std::string digits = std::to_string(offset.value());
  std::string path;
  path.reserve(directory.size() + 1 + kOffsetDigits + suffix.size());
  path.append(directory).append("/").append(kOffsetDigits - digits.size(), '0').append(digits).append(suffix);
  return path;
}

std::optional<Offset> OffsetIn(std::string_view path, std::string_view suffix) {
  if (path.size() < kOffsetDigits + suffix.size() + 1 || !path.ends_with(suffix)) return std::nullopt;
  path.remove_suffix(suffix.size());
  if (path[path.size() - kOffsetDigits - 1] != '/') return std::nullopt;
  const std::string_view digits = path.substr(path.size() - kOffsetDigits);
  int64_t value = -1;
  if (!absl::SimpleAtoi(absl::string_view(digits.data(), digits.size()), &value) || value < 0) return std::nullopt;
  return Offset(value);
}

}  // namespace

std::string SegmentPath(std::string_view directory, Offset base_offset) {
  return OffsetPath(directory, base_offset, kSegmentSuffix);
}

std::string ProducerSnapshotPath(std::string_view directory, Offset offset) {
  return OffsetPath(directory, offset, kSnapshotSuffix);
}

std::string LeaderEpochCheckpointPath(std::string_view directory) {
  return std::string(directory).append("/leader-epoch-checkpoint");
}

std::optional<Offset> SegmentOffsetOf(std::string_view path) { return OffsetIn(path, kSegmentSuffix); }
std::optional<Offset> ProducerSnapshotOffsetOf(std::string_view path) { return OffsetIn(path, kSnapshotSuffix); }

}  // namespace ktrial::cluster
