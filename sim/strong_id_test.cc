#include "sim/strong_id.h"

#include <gtest/gtest.h>

#include <type_traits>

#include "absl/hash/hash.h"
#include "sim/ids.h"

namespace ktrial::sim {
namespace {

static_assert(!std::is_convertible_v<int32_t, HostId>, "a plain number is not an id");
static_assert(!std::is_convertible_v<HostId, int32_t>, "an id is not a plain number");
static_assert(!std::is_constructible_v<ProcessId, HostId>, "ids of different things do not mix");
static_assert(std::is_trivially_copyable_v<HostId> && sizeof(HostId) == sizeof(int32_t));

TEST(StrongIdTest, TheDefaultIsNone) {
  EXPECT_FALSE(HostId{}.valid());
  EXPECT_EQ(HostId{}.value(), -1);
  EXPECT_TRUE(HostId{0}.valid());
  using Unsigned = StrongId<struct UnsignedTag, uint16_t>;
  EXPECT_FALSE(Unsigned{}.valid());
  EXPECT_EQ(Unsigned{}.value(), UINT16_MAX);
}

TEST(StrongIdTest, ComparesAndHashesByValue) {
  EXPECT_LT(HostId{1}, HostId{2});
  EXPECT_EQ(HostId{2}, HostId{2});
  EXPECT_EQ(absl::Hash<HostId>()(HostId{2}), absl::Hash<HostId>()(HostId{2}));
  EXPECT_NE(absl::Hash<HostId>()(HostId{2}), absl::Hash<HostId>()(HostId{3}));
}

}  // namespace
}  // namespace ktrial::sim
