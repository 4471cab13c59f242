// StrongId gives each kind of identifier a type of its own, so that a broker id cannot be passed where an epoch is
// wanted. An id can be compared, hashed and printed; it has no arithmetic.
//
//   using HostId = StrongId<struct HostIdTag, int32_t>;
//   HostId h{3};
//   hosts[h.value()]
#ifndef KTRIAL_SIM_STRONG_ID_H_
#define KTRIAL_SIM_STRONG_ID_H_

#include <compare>
#include <cstdint>
#include <utility>

namespace ktrial::sim {

template <typename Tag, typename Rep>
class StrongId {
 public:
  using rep = Rep;

  // The default is "none": -1 for signed ids, as in Kafka's own protocol.
  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }
  constexpr bool valid() const { return value_ != static_cast<Rep>(-1); }

  friend constexpr auto operator<=>(StrongId, StrongId) = default;

  template <typename H>
  friend H AbslHashValue(H h, StrongId id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  Rep value_ = static_cast<Rep>(-1);
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_STRONG_ID_H_
