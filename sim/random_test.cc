#include "sim/random.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

namespace ktrial::sim {
namespace {

std::vector<uint64_t> Draws(RandomStream stream, int count) {
  std::vector<uint64_t> draws;
  for (int i = 0; i < count; ++i) draws.push_back(stream.Next());
  return draws;
}

// The published reference implementations of SplitMix64 and xoshiro256** give these.
TEST(RandomStreamTest, GoldenNumbers) {
  EXPECT_EQ(Draws(RandomStream(0), 4),
            (std::vector<uint64_t>{0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x6aa594f1262d2d2c}));
  EXPECT_EQ(Draws(RandomStream(42), 4),
            (std::vector<uint64_t>{0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0xecb8ad4703b360a1}));
}

TEST(RandomStreamTest, GoldenDerivedStreams) {
  EXPECT_EQ(Draws(RandomStream::Derive(7, "network.jitter", 3, 0), 3),
            (std::vector<uint64_t>{0x70cdd3f89c2ec7fb, 0x45576c9a88050879, 0xf6f0f7c2e810c537}));
  EXPECT_EQ(Draws(RandomStream::Derive(7, "network.jitter", -1, 2), 3),
            (std::vector<uint64_t>{0x947d4cc9422f7c7a, 0xb1cffe81febb5665, 0x4e7bbcc59b887e5d}));
}

TEST(RandomStreamTest, GoldenBoundedNumbers) {
  RandomStream small(42);
  for (const uint64_t expected : {8u, 37u, 68u, 92u, 99u, 76u, 71u, 85u, 76u, 58u, 68u, 29u}) {
    EXPECT_EQ(small.Below(100), expected);
  }
  // Just above 2^63 nearly half of the draws are rejected.
  RandomStream large(42);
  for (const uint64_t expected : {0x7ef36e3ff1762f32u, 0x6286d29880bca91cu, 0x5c10aa42ad32eed9u, 0x6174b739374bb23fu}) {
    EXPECT_EQ(large.Below((uint64_t{1} << 63) + 1), expected);
  }
}

TEST(RandomStreamTest, BoundedNumbersAreUniform) {
  RandomStream stream(1);
  std::vector<int64_t> counts(6);
  for (int i = 0; i < 60'000; ++i) ++counts[stream.Below(6)];
  // Six standard deviations are 548.
  for (const int64_t count : counts) EXPECT_NEAR(static_cast<double>(count), 10'000, 548);
}

// With a bound of 3/4 of 2^64 a multiply without rejection would give every third number twice as often as the others.
TEST(RandomStreamTest, LargeBoundsAreNotBiased) {
  RandomStream stream(2);
  const uint64_t bound = uint64_t{3} << 62;
  std::vector<int64_t> counts(3);
  for (int i = 0; i < 30'000; ++i) ++counts[stream.Below(bound) % 3];
  for (const int64_t count : counts) EXPECT_NEAR(static_cast<double>(count), 10'000, 490);
}

TEST(RandomStreamTest, ChanceFollowsItsRatio) {
  RandomStream stream(3);
  int hits = 0;
  for (int i = 0; i < 20'000; ++i) {
    EXPECT_FALSE(stream.Chance(Ratio{0, 7}));
    EXPECT_TRUE(stream.Chance(Ratio{7, 7}));
    hits += stream.Chance(Ratio{1, 20}) ? 1 : 0;
  }
  EXPECT_NEAR(hits, 1'000, 185);
}

TEST(RandomStreamTest, BetweenReachesBothEndsOfEveryRange) {
  constexpr int64_t kLowest = std::numeric_limits<int64_t>::min();
  constexpr int64_t kHighest = std::numeric_limits<int64_t>::max();
  RandomStream stream(4);
  bool low = false;
  bool high = false;
  for (int i = 0; i < 200; ++i) {
    const int64_t drawn = stream.Between(-2, 2);
    low |= drawn == -2;
    high |= drawn == 2;
    EXPECT_EQ(stream.Between(kHighest, kHighest), kHighest);
  }
  EXPECT_TRUE(low);
  EXPECT_TRUE(high);
  bool negative = false;
  bool positive = false;
  for (int i = 0; i < 64; ++i) (stream.Between(kLowest, kHighest) < 0 ? negative : positive) = true;
  EXPECT_TRUE(negative);
  EXPECT_TRUE(positive);
}

TEST(RandomStreamDeathTest, EmptyRangesAreAProgrammersError) {
  RandomStream stream(5);
  EXPECT_DEATH(stream.Below(0), "bound > 0");
  EXPECT_DEATH(stream.Between(1, 0), "low <= high");
  EXPECT_DEATH(stream.Chance(Ratio{2, 1}), "check failed");
}

// Every part of its name moves a stream, and no stream is a shifted copy of its neighbour.
TEST(RandomStreamTest, DerivedStreamsAreApart) {
  std::vector<RandomStream> streams;
  for (const uint64_t seed : {0u, 1u}) {
    for (const char* name : {"", "disk", "network"}) {
      for (const int64_t id : {-1, 0, 1, 2}) {
        for (const int64_t incarnation : {-1, 0, 1, 2}) {
          streams.push_back(RandomStream::Derive(seed, name, id, incarnation));
        }
      }
    }
  }
  std::vector<uint64_t> draws;
  for (const RandomStream& stream : streams) {
    for (const uint64_t draw : Draws(stream, 8)) draws.push_back(draw);
  }
  std::sort(draws.begin(), draws.end());
  EXPECT_EQ(std::adjacent_find(draws.begin(), draws.end()), draws.end());
}

RC_GTEST_PROP(RandomStreamProperty, StaysInRange, (uint64_t seed, int64_t a, int64_t b)) {
  const int64_t low = std::min(a, b);
  const int64_t high = std::max(a, b);
  RandomStream stream(seed);
  for (int i = 0; i < 20; ++i) {
    const int64_t drawn = stream.Between(low, high);
    RC_ASSERT(low <= drawn);
    RC_ASSERT(drawn <= high);
  }
}

// A draw from one stream moves nothing in another.
RC_GTEST_PROP(RandomStreamProperty, StreamsAreIndependent, (uint64_t seed, int64_t id)) {
  RandomStream disk = RandomStream::Derive(seed, "disk", id, 0);
  RandomStream network = RandomStream::Derive(seed, "network", id, 0);
  const std::vector<uint64_t> alone = Draws(network, 4);
  const int extra = *rc::gen::inRange(0, 10);
  for (int i = 0; i < extra; ++i) disk.Next();
  RC_ASSERT(Draws(network, 4) == alone);
  RC_ASSERT(RandomStream::Derive(seed, "network", id, 0) == network);
}

}  // namespace
}  // namespace ktrial::sim
