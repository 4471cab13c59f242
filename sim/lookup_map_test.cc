#include "sim/lookup_map.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>

#include "sim/ids.h"

namespace ktrial::sim {
namespace {

template <typename Map>
concept Iterable = requires(Map map) {
  map.begin();
}
|| requires(Map map) { begin(map); };

static_assert(!Iterable<LookupMap<int, int>>, "the order of a hash table must not leak into a run");

TEST(LookupMapTest, FindsWhatWasInserted) {
  LookupMap<HostId, int> map;
  EXPECT_TRUE(map.Insert(HostId{3}, 30));
  EXPECT_FALSE(map.Insert(HostId{3}, 31));
  ASSERT_NE(map.Find(HostId{3}), nullptr);
  EXPECT_EQ(*map.Find(HostId{3}), 30);
  EXPECT_EQ(map.Find(HostId{4}), nullptr);
  map.InsertOrAssign(HostId{3}, 32);
  EXPECT_EQ(*map.Find(HostId{3}), 32);
  EXPECT_EQ(map.FindOrInsert(HostId{5}), 0);
  EXPECT_EQ(map.size(), 2u);
}

TEST(LookupMapTest, StringsAreSearchedByViews) {
  LookupMap<std::string, int> map;
  map.Insert("orders", 1);
  const std::string_view view = std::string_view("orders-0").substr(0, 6);
  EXPECT_TRUE(map.Contains(view));
  EXPECT_TRUE(map.Contains("orders"));
  EXPECT_TRUE(map.Contains(std::string("orders")));
  EXPECT_FALSE(map.Contains("order"));
  EXPECT_TRUE(map.Erase(view));
  EXPECT_TRUE(map.empty());
}

TEST(LookupMapTest, ACopyIsIndependent) {
  LookupMap<int, int> map;
  map.Insert(1, 10);
  LookupMap<int, int> copy = map;
  copy.Erase(1);
  EXPECT_TRUE(map.Contains(1));
  EXPECT_FALSE(copy.Contains(1));
}

RC_GTEST_PROP(LookupMapProperty, AgreesWithAnOrderedMap, ()) {
  LookupMap<int, int> map;
  std::map<int, int> oracle;
  const auto steps = *rc::gen::container<std::vector<std::tuple<bool, int, int>>>(
      rc::gen::tuple(rc::gen::arbitrary<bool>(), rc::gen::inRange(0, 20), rc::gen::arbitrary<int>()));
  for (const auto& [insert, key, value] : steps) {
    if (insert) {
      RC_ASSERT(map.Insert(key, value) == oracle.emplace(key, value).second);
    } else {
      RC_ASSERT(map.Erase(key) == (oracle.erase(key) > 0));
    }
    RC_ASSERT(map.size() == oracle.size());
    const int* found = map.Find(key);
    const auto expected = oracle.find(key);
    RC_ASSERT((found != nullptr) == (expected != oracle.end()));
    if (found != nullptr) RC_ASSERT(*found == expected->second);
  }
}

}  // namespace
}  // namespace ktrial::sim
