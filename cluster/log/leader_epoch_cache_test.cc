#include "cluster/log/leader_epoch_cache.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "cluster/log/log_host_for_test.h"

namespace ktrial::cluster {
namespace {

EpochEntry Entry(int32_t epoch, int64_t start) { return {LeaderEpoch(epoch), Offset(start)}; }

class LeaderEpochCacheTest : public ::testing::Test {
 protected:
  void Assign(int32_t epoch, int64_t start) {
    host_.Do([&](sim::Context& ctx, UnifiedLog&) { cache_.Assign(ctx, LeaderEpoch(epoch), Offset(start)); });
  }
  OffsetAndEpoch EndOf(int32_t epoch, int64_t log_end = 100) {
    return cache_.EndOffsetFor(LeaderEpoch(epoch), Offset(log_end));
  }
  void Reload() {
    host_.Do([&](sim::Context& ctx, UnifiedLog&) { cache_ = LeaderEpochCache::Load(ctx, "other-0"); });
  }
  void SetUp() override { Reload(); }

  LogHost host_;
  LeaderEpochCache cache_;
};

TEST_F(LeaderEpochCacheTest, AnEpochKeepsItsFirstStart) {
  Assign(1, 10);
  Assign(1, 20);
  EXPECT_EQ(cache_.entries(), std::vector{Entry(1, 10)});
}

TEST_F(LeaderEpochCacheTest, AnEarlierStartOfTheLatestEpochReplacesIt) {
  Assign(1, 10);
  Assign(1, 5);
  EXPECT_EQ(cache_.entries(), std::vector{Entry(1, 5)});
}

TEST_F(LeaderEpochCacheTest, AssignmentDropsEntriesThatWouldNotAscend) {
  Assign(1, 0);
  Assign(2, 10);
  Assign(3, 20);
  Assign(2, 15);
  EXPECT_EQ(cache_.entries(), (std::vector{Entry(1, 0), Entry(2, 15)}));
  Assign(4, 15);
  EXPECT_EQ(cache_.entries(), (std::vector{Entry(1, 0), Entry(4, 15)}));
}

TEST_F(LeaderEpochCacheTest, EndOffsets) {
  EXPECT_FALSE(EndOf(1).offset.valid()) << "nothing is known of an empty log";
  Assign(2, 10);
  Assign(4, 20);
  Assign(5, 30);
  EXPECT_EQ(EndOf(5), (OffsetAndEpoch{Offset(100), LeaderEpoch(5)})) << "the latest ends where the log ends";
  EXPECT_EQ(EndOf(4), (OffsetAndEpoch{Offset(30), LeaderEpoch(4)}));
  EXPECT_EQ(EndOf(3), (OffsetAndEpoch{Offset(20), LeaderEpoch(2)})) << "an unknown epoch falls to the one below";
  EXPECT_EQ(EndOf(1), (OffsetAndEpoch{Offset(10), LeaderEpoch(1)})) << "below all: the first start, its own number";
  EXPECT_EQ(EndOf(6), OffsetAndEpoch()) << "an epoch from the future is undefined";
  EXPECT_EQ(EndOf(-1), OffsetAndEpoch());
}

TEST_F(LeaderEpochCacheTest, EpochForOffset) {
  Assign(2, 10);
  Assign(4, 20);
  EXPECT_EQ(cache_.EpochForOffset(Offset(9)), std::nullopt);
  EXPECT_EQ(cache_.EpochForOffset(Offset(10)), LeaderEpoch(2));
  EXPECT_EQ(cache_.EpochForOffset(Offset(19)), LeaderEpoch(2));
  EXPECT_EQ(cache_.EpochForOffset(Offset(20)), LeaderEpoch(4));
}

TEST_F(LeaderEpochCacheTest, TruncationFromTheStartKeepsTheEpochOfTheFirstRecordLeft) {
  Assign(1, 0);
  Assign(2, 10);
  Assign(3, 20);
  host_.Do([&](sim::Context& ctx, UnifiedLog&) { cache_.TruncateFromStart(ctx, Offset(15)); });
  EXPECT_EQ(cache_.entries(), (std::vector{Entry(2, 15), Entry(3, 20)}));
  Reload();
  EXPECT_EQ(cache_.entries(), (std::vector{Entry(2, 15), Entry(3, 20)}));
}

TEST_F(LeaderEpochCacheTest, AssignmentsOutliveALossOfPower) {
  Assign(1, 0);
  Assign(2, 10);
  host_.PowerLoss(sim::PowerLossMode::kLoseAll);
  Reload();
  EXPECT_EQ(cache_.entries(), (std::vector{Entry(1, 0), Entry(2, 10)}));
}

// Every record's epoch, and nothing else: what the cache is a summary of.
class NaiveEpochs {
 public:
  void Assign(int32_t epoch, int64_t start) {
    if (!entries_.empty() && entries_.back() == Entry(epoch, start)) return;
    if (!entries_.empty() && entries_.back().epoch.value() == epoch && entries_.back().start.value() <= start) return;
    Keep([&](const EpochEntry& e) { return e.epoch.value() < epoch && e.start.value() < start; });
    entries_.push_back(Entry(epoch, start));
  }
  void TruncateFromEnd(int64_t end) {
    Keep([&](const EpochEntry& e) { return e.start.value() < end; });
  }
  void TruncateFromStart(int64_t start) {
    int32_t last_covered = -1;
    for (const EpochEntry& e : entries_) {
      if (e.start.value() <= start) last_covered = e.epoch.value();
    }
    Keep([&](const EpochEntry& e) { return e.start.value() > start; });
    if (last_covered >= 0) entries_.insert(entries_.begin(), Entry(last_covered, start));
  }
  OffsetAndEpoch EndOffsetFor(int32_t epoch, int64_t log_end) const {
    const EpochEntry* floor = nullptr;
    const EpochEntry* higher = nullptr;
    for (const EpochEntry& e : entries_) {
      if (e.epoch.value() <= epoch) floor = &e;
      if (e.epoch.value() > epoch && higher == nullptr) higher = &e;
    }
    if (floor != nullptr && floor == &entries_.back() && floor->epoch.value() == epoch) {
      return {Offset(log_end), LeaderEpoch(epoch)};
    }
    if (higher == nullptr) return {};
    return {higher->start, floor == nullptr ? LeaderEpoch(epoch) : floor->epoch};
  }
  const std::vector<EpochEntry>& entries() const { return entries_; }

 private:
  template <typename Predicate>
  void Keep(Predicate keep) {
    std::vector<EpochEntry> kept;
    std::copy_if(entries_.begin(), entries_.end(), std::back_inserter(kept), keep);
    entries_ = kept;
  }

  std::vector<EpochEntry> entries_;
};

RC_GTEST_PROP(LeaderEpochCacheProperty, AgreesWithANaiveModel, ()) {
  LogHost host;
  LeaderEpochCache cache;
  host.Do([&](sim::Context& ctx, UnifiedLog&) { cache = LeaderEpochCache::Load(ctx, "other-0"); });
  NaiveEpochs naive;
  const auto steps = *rc::gen::container<std::vector<std::tuple<int, int32_t, int64_t>>>(
      rc::gen::tuple(rc::gen::inRange(0, 8), rc::gen::inRange<int32_t>(0, 12), rc::gen::inRange<int64_t>(0, 60)));
  for (const auto& [kind, epoch, offset] : steps) {
    host.Do([&, kind = kind, epoch = epoch, offset = offset](sim::Context& ctx, UnifiedLog&) {
      if (kind == 0) {
        cache.TruncateFromEnd(ctx, Offset(offset));
        naive.TruncateFromEnd(offset);
      } else if (kind == 1) {
        cache.TruncateFromStart(ctx, Offset(offset));
        naive.TruncateFromStart(offset);
      } else if (kind == 2) {
        cache = LeaderEpochCache::Load(ctx, "other-0");
      } else {
        cache.Assign(ctx, LeaderEpoch(epoch), Offset(offset));
        naive.Assign(epoch, offset);
      }
    });
    RC_ASSERT(cache.entries() == naive.entries());
    for (int32_t asked = -1; asked <= 13; ++asked) {
      const OffsetAndEpoch expected = asked < 0 ? OffsetAndEpoch() : naive.EndOffsetFor(asked, 100);
      RC_ASSERT(cache.EndOffsetFor(LeaderEpoch(asked), Offset(100)) == expected);
    }
  }
}

}  // namespace
}  // namespace ktrial::cluster
