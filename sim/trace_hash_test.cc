#include "sim/trace_hash.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <tuple>
#include <vector>

#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::sim {
namespace {

uint64_t HashOf(const std::vector<uint64_t>& words) {
  TraceHash hash;
  for (const uint64_t word : words) hash.Add(word);
  return hash.value();
}

// Computed by an implementation in another language: equal on every compiler and machine.
TEST(TraceHashTest, GoldenNumbers) {
  EXPECT_EQ(TraceHash().value(), 0x243f6a8885a308d3u);
  EXPECT_EQ(HashOf({1, 2, UINT64_MAX}), 0xaa4a8e9cf917654eu);
}

enum class Colour : uint8_t { kRed, kGreen };

struct Pair {
  int32_t a;
  int32_t b;
  void AddToHash(TraceHash& hash) const {
    hash.Add(static_cast<uint64_t>(a));
    hash.Add(static_cast<uint64_t>(b));
  }
};

TEST(TraceHashTest, AFactIsItsKindAndItsFields) {
  TraceHash hash;
  HashFact(hash, 9, std::tuple(HostId{5}, int32_t{-1}, Colour::kRed, Nanoseconds(1'500)));
  EXPECT_EQ(hash.value(), HashOf({9, 5, UINT64_MAX, 0, 1'500}));
  EXPECT_EQ(hash.value(), 0x83c48addbc69280fu);
}

TEST(TraceHashTest, EveryKindOfFieldCounts) {
  TraceHash hash;
  HashFact(hash, 1, std::tuple(true, Colour::kGreen, Pair{2, 3}, SimTime(4), WallTime(5), ConnectionId{6}));
  EXPECT_EQ(hash.value(), HashOf({1, 1, 1, 2, 3, 4, 5, 6}));
}

RC_GTEST_PROP(TraceHashProperty, OrderAndEveryBitCount, ()) {
  const auto words = *rc::gen::nonEmpty<std::vector<uint64_t>>();
  const uint64_t hash = HashOf(words);
  const auto index = *rc::gen::inRange<size_t>(0, words.size());
  const auto bit = *rc::gen::inRange<int>(0, 64);

  std::vector<uint64_t> flipped = words;
  flipped[index] ^= uint64_t{1} << bit;
  RC_ASSERT(HashOf(flipped) != hash);

  std::vector<uint64_t> longer = words;
  longer.push_back(0);
  RC_ASSERT(HashOf(longer) != hash);

  std::vector<uint64_t> swapped = words;
  std::swap(swapped[index], swapped.front());
  RC_ASSERT((HashOf(swapped) == hash) == (swapped == words));
}

}  // namespace
}  // namespace ktrial::sim
