#include "sim/ref.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace ktrial::sim {
namespace {

// Counts the living, to show when an object goes.
class Counted : public RefCounted {
 public:
  explicit Counted(int* living) : living_(living) { ++*living_; }
  Counted(const Counted& other) : RefCounted(other), living_(other.living_) { ++*living_; }
  ~Counted() override { --*living_; }

 private:
  int* living_;
};

class Derived : public Counted {
 public:
  using Counted::Counted;
};

TEST(RefTest, TheLastOwnerDeletes) {
  int living = 0;
  {
    Ref<Counted> a = MakeRef<Counted>(&living);
    std::vector<Ref<Counted>> copies(10, a);
    EXPECT_EQ(copies[3].get(), a.get());
    a = nullptr;
    EXPECT_FALSE(a);
    EXPECT_EQ(living, 1);
  }
  EXPECT_EQ(living, 0);
}

TEST(RefTest, MovingTakesTheOwnership) {
  int living = 0;
  Ref<Counted> a = MakeRef<Counted>(&living);
  Ref<Counted> b = std::move(a);
  EXPECT_TRUE(b);
  EXPECT_TRUE(b.unique());
  b = MakeRef<Counted>(&living);
  EXPECT_EQ(living, 1);
}

TEST(RefTest, AssigningToItselfKeepsTheObject) {
  int living = 0;
  Ref<Counted> a = MakeRef<Counted>(&living);
  const Ref<Counted>& same = a;
  a = same;
  EXPECT_EQ(living, 1);
  EXPECT_TRUE(a);
}

TEST(RefTest, ConvertsToBaseAndConst) {
  int living = 0;
  {
    Ref<Derived> derived = MakeRef<Derived>(&living);
    Ref<const Counted> base = derived;
    EXPECT_EQ(base.get(), derived.get());
    EXPECT_FALSE(base.unique());
    derived = nullptr;
    EXPECT_TRUE(base.unique());
    EXPECT_EQ(living, 1);
  }
  EXPECT_EQ(living, 0);
}

TEST(RefTest, ACopiedObjectStartsWithoutOwners) {
  int living = 0;
  {
    Ref<Counted> a = MakeRef<Counted>(&living);
    Ref<Counted> shared = a;
    Ref<Counted> copy = MakeRef<Counted>(*a);
    EXPECT_TRUE(copy.unique());
    EXPECT_EQ(living, 2);
  }
  EXPECT_EQ(living, 0);
}

}  // namespace
}  // namespace ktrial::sim
