// Random streams: one for each purpose and owner, derived from the run's seed, so that a new draw in one place moves
// nothing elsewhere. Integers only: the same numbers on every machine and compiler.
//
//   RandomStream stream = RandomStream::Derive(run_seed, "network.jitter", host.value(), 0);
//   int64_t index = stream.Below(replicas.size());
//   if (stream.Chance(Ratio{1, 20})) ...
#ifndef KTRIAL_SIM_RANDOM_H_
#define KTRIAL_SIM_RANDOM_H_

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

namespace ktrial::sim {

// A probability as an exact fraction: numerator <= denominator, denominator > 0.
struct Ratio {
  uint64_t numerator = 0;
  uint64_t denominator = 1;

  friend bool operator==(const Ratio&, const Ratio&) = default;
};

// xoshiro256** seeded by SplitMix64.
class RandomStream {
 public:
  explicit RandomStream(uint64_t seed);
  // The stream of one purpose (`name`), owner (`id`) and life of the owner (`incarnation`).
  static RandomStream Derive(uint64_t run_seed, std::string_view name, int64_t id, int64_t incarnation);

  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }
  // Uniform in [0, bound), without bias; bound > 0.
  uint64_t Below(uint64_t bound);
  // Uniform in [low, high]; low <= high.
  int64_t Between(int64_t low, int64_t high);
  bool Chance(Ratio probability);

  friend bool operator==(const RandomStream&, const RandomStream&) = default;

 private:
  std::array<uint64_t, 4> state_;
};

// SplitMix64's finalizer: a bijection of 64-bit words that spreads every bit over all others.
constexpr uint64_t MixBits(uint64_t word) {
  word = (word ^ (word >> 30)) * 0xbf58476d1ce4e5b9u;
  word = (word ^ (word >> 27)) * 0x94d049bb133111ebu;
  return word ^ (word >> 31);
}

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_RANDOM_H_
