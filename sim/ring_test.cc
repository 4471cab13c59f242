#include "sim/ring.h"

#include <cstddef>
#include <deque>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"

namespace ktrial::sim {
namespace {

RC_GTEST_PROP(RingProperty, BehavesAsADeque, (const std::vector<uint8_t>& steps)) {
  Ring<int> ring;
  std::deque<int> model;
  int next = 0;
  for (uint8_t step : steps) {
    if (step % 4 == 0 && !model.empty()) {
      RC_ASSERT(ring.pop_front() == model.front());
      model.pop_front();
    } else if (step % 4 == 1 && !model.empty()) {
      ring.pop_back();
      model.pop_back();
    } else if (step % 32 == 2) {
      const Ring<int> copy = ring;
      ring = copy;
    } else {
      ring.push_back(next);
      model.push_back(next++);
    }
    RC_ASSERT(ring.size() == model.size());
    for (size_t i = 0; i < model.size(); ++i) RC_ASSERT(ring[i] == model[i]);
  }
}

TEST(RingTest, LetsGoOfWhatItGaveOut) {
  const auto owned = std::make_shared<int>(1);
  Ring<std::shared_ptr<int>> ring;
  ring.push_back(owned);
  ring.push_back(owned);
  ring.push_back(owned);
  EXPECT_EQ(owned.use_count(), 4);
  ring.pop_front();
  EXPECT_EQ(owned.use_count(), 3);
  ring.pop_back();
  EXPECT_EQ(owned.use_count(), 2);
  ring.clear();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(RingTest, AMovedFromRingIsEmptyAndUsable) {
  Ring<int> ring;
  ring.push_back(1);
  Ring<int> taken = std::move(ring);
  EXPECT_EQ(taken.front(), 1);
  EXPECT_TRUE(ring.empty());
  ring.push_back(2);
  EXPECT_EQ(ring.back(), 2);
}

}  // namespace
}  // namespace ktrial::sim
