// Which of the known flaws are switched on. What they are stands in defects.h, apart from this, so that one more does
// not concern those who only hand the set on.
#ifndef KTRIAL_CLUSTER_DEFECT_SET_H_
#define KTRIAL_CLUSTER_DEFECT_SET_H_

#include <bitset>
#include <cstddef>
#include <cstdint>

namespace ktrial::cluster {

enum class Defect : uint8_t;
inline constexpr size_t kMostDefects = 192;

class DefectSet {
 public:
  bool Has(Defect defect) const { return bits_[static_cast<size_t>(defect)]; }
  void Add(Defect defect) { bits_[static_cast<size_t>(defect)] = true; }
  bool empty() const { return bits_.none(); }

 private:
  std::bitset<kMostDefects> bits_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_DEFECT_SET_H_
