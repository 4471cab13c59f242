#include "sim/check.h"

#include <gtest/gtest.h>

namespace ktrial::sim {
namespace {

TEST(CheckDeathTest, NamesThePlaceAndTheCondition) {
  const int broker_count = 0;
  EXPECT_DEATH(KT_CHECK(broker_count > 0), "check_test.cc:[0-9]+: check failed: broker_count > 0");
  EXPECT_DEATH(KT_UNREACHABLE(), "check failed: unreachable");
}

TEST(CheckTest, EvaluatesItsConditionOnceAndIsOneStatement) {
  int evaluations = 0;
  bool reached_else = false;
  if (evaluations == 0)
    KT_CHECK(++evaluations == 1);
  else
    reached_else = true;
  EXPECT_EQ(evaluations, 1);
  EXPECT_FALSE(reached_else);
}

}  // namespace
}  // namespace ktrial::sim
