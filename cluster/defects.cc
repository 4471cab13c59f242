#include "cluster/defects.h"

#include <array>
#include <string>

#include "absl/strings/match.h"

namespace ktrial::cluster {
namespace {

constexpr std::array<DefectInfo, kDefectCount> kDefects = {{
    {Defect::kTruncateToHighWatermark, "DR01", "truncate-to-high-watermark",
     "a follower truncates to its own high watermark, which lags one fetch behind, instead of to the end of its last "
     "leader "
     "epoch: a record that was acknowledged is cut and, if this follower is elected at once, gone",
     "I2 S6 S8 S14 S17", "KIP-101 scenario 1, KAFKA-1211"},
}};

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

std::span<const DefectInfo> AllDefects() { return kDefects; }

const DefectInfo& InfoOf(Defect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<Defect> FindDefect(std::string_view id_or_name) {
  for (const DefectInfo& info : kDefects) {
    if (absl::EqualsIgnoreCase(View(id_or_name), View(info.id)) ||
        absl::EqualsIgnoreCase(View(id_or_name), View(info.name))) {
      return info.defect;
    }
  }
  return std::nullopt;
}

}  // namespace ktrial::cluster
