#include "cluster/parts_per_million.h"

#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

TEST(PartsPerMillionTest, ReadsDecimalNumbers) {
  EXPECT_EQ(PartsPerMillion("0.5"), 500'000);
  EXPECT_EQ(PartsPerMillion("1"), 1'000'000);
  EXPECT_EQ(PartsPerMillion("1.0"), 1'000'000);
  EXPECT_EQ(PartsPerMillion(".25"), 250'000);
  EXPECT_EQ(PartsPerMillion("0"), 0);
  EXPECT_EQ(PartsPerMillion("0.12345678"), 123'456);
}

TEST(PartsPerMillionTest, RefusesWhatIsNone) {
  EXPECT_EQ(PartsPerMillion(""), std::nullopt);
  EXPECT_EQ(PartsPerMillion("."), std::nullopt);
  EXPECT_EQ(PartsPerMillion("-0.5"), std::nullopt);
  EXPECT_EQ(PartsPerMillion("half"), std::nullopt);
  EXPECT_EQ(PartsPerMillion("0.5x"), std::nullopt);
}

}  // namespace
}  // namespace ktrial::cluster
