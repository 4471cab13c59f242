// Random streams: one for each purpose and owner, derived from the run's seed, so that a new draw in one place moves
// nothing elsewhere. Integers only: the same numbers on every machine and compiler.
//
//   RandomStream stream = RandomStream::Derive(run_seed, "network.jitter", host.value(), 0);
//   int64_t index = stream.Below(replicas.size());
//   if (stream.Chance(Ratio{1, 20})) ...
#ifndef KTRIAL_SIM_RANDOM_H_
#define KTRIAL_SIM_RANDOM_H_

#include <array>
#include <cstdint>
#include <string_view>

namespace ktrial::sim {

// A probability as an exact fraction: numerator <= denominator, denominator > 0.
struct Ratio {
  uint64_t numerator = 0;
  uint64_t denominator = 1;
};

// xoshiro256** seeded by SplitMix64.
class RandomStream {
 public:
  explicit RandomStream(uint64_t seed);
  // The stream of one purpose (`name`), owner (`id`) and life of the owner (`incarnation`).
  static RandomStream Derive(uint64_t run_seed, std::string_view name, int64_t id, int64_t incarnation);

  uint64_t Next();
  // Uniform in [0, bound), without bias; bound > 0.
  uint64_t Below(uint64_t bound);
  // Uniform in [low, high]; low <= high.
  int64_t Between(int64_t low, int64_t high);
  bool Chance(Ratio probability);

 private:
  std::array<uint64_t, 4> state_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_RANDOM_H_
