// Ratios in Kafka's settings, such as min.cleanable.dirty.ratio, as whole numbers: decisions need no floating point.
//
//   PartsPerMillion("0.5")   // 500000
#ifndef KTRIAL_CLUSTER_PARTS_PER_MILLION_H_
#define KTRIAL_CLUSTER_PARTS_PER_MILLION_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace ktrial::cluster {

// Empty if the text is no decimal number of at least 0. Digits behind the sixth are cut off.
std::optional<int64_t> PartsPerMillion(std::string_view decimal);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PARTS_PER_MILLION_H_
