// Known flaws of Kafka's history and of plausible reimplementations, each behind a switch that is off by default. A run
// with a defect shows whether the checkers see what it breaks. Ids are those of the defect catalogue (DR: replication
// and controllers, DC: clients).
#ifndef KTRIAL_CLUSTER_DEFECTS_H_
#define KTRIAL_CLUSTER_DEFECTS_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace ktrial::cluster {

// In the order of their ids.
enum class Defect : uint8_t {
  // DR01. A follower truncates to its own high watermark, which lags, instead of asking the leader where its last epoch
  // ended
  // (KIP-101 scenario 1, KAFKA-1211).
  kTruncateToHighWatermark,
  kCount
};
inline constexpr size_t kDefectCount = static_cast<size_t>(Defect::kCount);

struct DefectInfo {
  Defect defect;
  // "DR01"
  std::string_view id;
  // "truncate-to-high-watermark"
  std::string_view name;
  std::string_view summary;
  // The properties that it can break, as "S6 S8".
  std::string_view breaks;
  // Where it comes from: "KIP-101, KAFKA-1211".
  std::string_view source;
};

std::span<const DefectInfo> AllDefects();
const DefectInfo& InfoOf(Defect defect);
// By id or name, in any case of letters.
std::optional<Defect> FindDefect(std::string_view id_or_name);

class DefectSet {
 public:
  bool Has(Defect defect) const { return bits_[static_cast<size_t>(defect)]; }
  void Add(Defect defect) { bits_[static_cast<size_t>(defect)] = true; }
  bool empty() const { return bits_.none(); }

 private:
  std::bitset<kDefectCount> bits_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_DEFECTS_H_
