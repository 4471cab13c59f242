#include "sim/random.h"

#include "sim/check.h"

namespace ktrial::sim {
namespace {

__extension__ using Word128 = unsigned __int128;

// The golden ratio times 2^64: the step of SplitMix64.
constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;

constexpr uint64_t Fnv1a(std::string_view text) {
  uint64_t hash = 0xcbf29ce484222325u;
  for (const char c : text) {
    hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  }
  return hash;
}

constexpr uint64_t Fold(uint64_t hash, uint64_t word) { return MixBits((hash ^ word) + kGolden); }

}  // namespace

RandomStream::RandomStream(uint64_t seed) {
  for (uint64_t& word : state_) {
    seed += kGolden;
    word = MixBits(seed);
  }
}

RandomStream RandomStream::Derive(uint64_t run_seed, std::string_view name, int64_t id, int64_t incarnation) {
  uint64_t hash = Fold(0, run_seed);
  hash = Fold(hash, Fnv1a(name));
  hash = Fold(hash, static_cast<uint64_t>(id));
  hash = Fold(hash, static_cast<uint64_t>(incarnation));
  return RandomStream(hash);
}

// Lemire, "Fast Random Integer Generation in an Interval" (2019): the high word of a product is the result, and a low
// word below 2^64 mod bound is rejected. The division is reached with probability bound / 2^64.
uint64_t RandomStream::Below(uint64_t bound) {
  KT_CHECK(bound > 0);
  Word128 product = static_cast<Word128>(Next()) * bound;
  if (static_cast<uint64_t>(product) < bound) [[unlikely]] {
    const uint64_t rejected_below = (uint64_t{0} - bound) % bound;
    while (static_cast<uint64_t>(product) < rejected_below) {
      product = static_cast<Word128>(Next()) * bound;
    }
  }
  return static_cast<uint64_t>(product >> 64);
}

int64_t RandomStream::Between(int64_t low, int64_t high) {
  KT_CHECK(low <= high);
  const uint64_t span = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  const uint64_t offset = span == UINT64_MAX ? Next() : Below(span + 1);
  return static_cast<int64_t>(static_cast<uint64_t>(low) + offset);
}

bool RandomStream::Chance(Ratio probability) {
  KT_CHECK(probability.denominator > 0);
  KT_CHECK(probability.numerator <= probability.denominator);
  return Below(probability.denominator) < probability.numerator;
}

}  // namespace ktrial::sim
