#include "cluster/replication/fetch_session_cache.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = FetchContext::Kind;

TopicPartition Orders(int32_t partition) { return {TopicId(0), partition}; }

FetchResponse::PartitionData Told(int32_t partition, int64_t high_watermark) {
  return {.tp = Orders(partition), .high_watermark = Offset(high_watermark), .log_start_offset = Offset(0)};
}

class FetchSessionCacheTest : public testing::Test {
 protected:
  // The session's index, or kNoSession.
  SessionIndex Open(FetchSessionCache& cache, int partitions, bool privileged = false) {
    std::vector<FetchRequest::PartitionData> asked;
    std::vector<FetchResponse::PartitionData> told;
    for (int i = 0; i < partitions; ++i) {
      asked.push_back({.tp = Orders(i), .fetch_offset = Offset(5)});
      told.push_back(Told(i, 5));
    }
    return cache.MaybeOpen(now_, ids_, privileged, asked, told);
  }
  FetchRequest Incremental(const FetchSessionCache& cache, SessionIndex index) const {
    const FetchMetadata metadata = cache.at(index).metadata();
    return {.session_id = metadata.session_id, .session_epoch = metadata.epoch};
  }
  std::vector<int32_t> Pending(FetchSession& session) {
    std::vector<int32_t> partitions;
    for (FetchSession::Place place : session.Pending()) partitions.push_back(session.at(place).asked.tp.partition);
    return partitions;
  }

  sim::WallTime now_ = sim::WallTime() + sim::Seconds(1000);
  sim::RandomStream ids_ = sim::RandomStream(7);
  FetchSessionCache cache_{{.max_entries = 2, .shards = 1}};
};

TEST_F(FetchSessionCacheTest, RequestsOfASessionFollowEachOther) {
  const SessionIndex index = Open(cache_, 3);
  ASSERT_NE(index, kNoSession);
  EXPECT_GT(cache_.at(index).id(), 0);
  const FetchRequest first = Incremental(cache_, index);
  EXPECT_EQ(first.session_epoch, 1);
  EXPECT_EQ(cache_.NewContext(now_, first).kind, Kind::kIncremental);
  const FetchContext repeated = cache_.NewContext(now_, first);
  EXPECT_EQ(repeated.kind, Kind::kSessionError);
  EXPECT_EQ(repeated.error, ErrorCode::kInvalidFetchSessionEpoch);
  const FetchContext unknown = cache_.NewContext(now_, {.session_id = first.session_id + 1, .session_epoch = 1});
  EXPECT_EQ(unknown.error, ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionCacheTest, FullRequestsCloseTheSessionTheyName) {
  const SessionIndex index = Open(cache_, 3);
  const int32_t id = cache_.at(index).id();
  EXPECT_EQ(cache_.NewContext(now_, {.session_id = id, .session_epoch = 0}).kind, Kind::kFull);
  EXPECT_EQ(cache_.size(), 0);
  EXPECT_EQ(cache_.NewContext(now_, {.session_id = 0, .session_epoch = -1}).kind, Kind::kSessionless);
}

TEST_F(FetchSessionCacheTest, ASessionTakesWhatChangesAndKeepsLeaderAndFetchedEpochs) {
  const SessionIndex index = Open(cache_, 3);
  cache_.TakeChanges();
  FetchRequest request = Incremental(cache_, index);
  request.partitions = {{.tp = Orders(9), .fetch_offset = Offset(0)},
                        {.tp = Orders(1),
                         .fetch_offset = Offset(6),
                         .current_leader_epoch = LeaderEpoch(4),
                         .last_fetched_epoch = LeaderEpoch(3)}};
  request.forgotten = {Orders(0)};
  ASSERT_EQ(cache_.NewContext(now_, request).kind, Kind::kIncremental);
  FetchSession& session = cache_.at(index);
  EXPECT_THAT(Pending(session), ElementsAre(1, 2, 9));
  const FetchRequest::PartitionData& asked = session.at(session.Pending()[0]).asked;
  EXPECT_EQ(asked.current_leader_epoch, LeaderEpoch(4));
  EXPECT_EQ(asked.last_fetched_epoch, LeaderEpoch(3));
  const FetchSessionCache::Changes changes = cache_.TakeChanges();
  ASSERT_EQ(changes.added.size(), 1u);
  EXPECT_EQ(changes.added[0].tp, Orders(9));
  ASSERT_EQ(changes.removed.size(), 1u);
  EXPECT_EQ(changes.removed[0].tp, Orders(0));
}

TEST_F(FetchSessionCacheTest, ASessionEndsWithItsLastPartition) {
  const SessionIndex index = Open(cache_, 1);
  FetchRequest request = Incremental(cache_, index);
  request.forgotten = {Orders(0)};
  EXPECT_EQ(cache_.NewContext(now_, request).kind, Kind::kSessionless);
  EXPECT_EQ(cache_.size(), 0);
}

TEST_F(FetchSessionCacheTest, OnlyNewsIsToldAndRecordsSendAPartitionToTheEnd) {
  FetchSession& session = cache_.at(Open(cache_, 3));
  const FetchSession::Place first = session.Pending()[0];
  EXPECT_FALSE(session.at(first).MustRespond(Told(0, 5)));
  EXPECT_TRUE(session.at(first).MustRespond(Told(0, 6)));
  FetchResponse::PartitionData records = Told(0, 6);
  records.batches.emplace_back();
  session.Tell(first, records);
  EXPECT_FALSE(session.at(first).MustRespond(Told(0, 6)));
  EXPECT_THAT(Pending(session), ElementsAre(1, 2, 0));
}

TEST_F(FetchSessionCacheTest, APartitionIsToldOfAgainWhenItsErrorIsOver) {
  FetchSession& session = cache_.at(Open(cache_, 1));
  const FetchSession::Place place = session.Pending()[0];
  const FetchResponse::PartitionData failed{.tp = Orders(0), .error = ErrorCode::kNotLeaderOrFollower};
  EXPECT_TRUE(session.at(place).MustRespond(failed));
  session.Tell(place, failed);
  EXPECT_TRUE(session.at(place).MustRespond(failed));
  EXPECT_TRUE(session.at(place).MustRespond(Told(0, 5)));
}

TEST_F(FetchSessionCacheTest, SettledPartitionsArePassedOverUntilTheyArePendingAgain) {
  FetchSession& session = cache_.at(Open(cache_, 3));
  const std::vector<FetchSession::Place> places = session.Pending();
  session.Settle([&](FetchSession::Place place) { return place != places[1]; });
  EXPECT_THAT(Pending(session), ElementsAre(1));
  session.MakePending(places[0]);
  session.MakePending(places[0]);
  EXPECT_THAT(Pending(session), ElementsAre(0, 1));
}

TEST_F(FetchSessionCacheTest, AFullCacheRefusesASmallerSession) {
  ASSERT_NE(Open(cache_, 3), kNoSession);
  ASSERT_NE(Open(cache_, 3), kNoSession);
  EXPECT_EQ(Open(cache_, 9), kNoSession) << "young sessions stay";
  EXPECT_EQ(cache_.evictions(), 0);
}

TEST_F(FetchSessionCacheTest, AFollowerEvictsAYoungConsumerButNotAFollower) {
  const SessionIndex consumer = Open(cache_, 3);
  ASSERT_NE(Open(cache_, 1, /*privileged=*/true), kNoSession);
  const int32_t evicted = cache_.at(consumer).id();
  ASSERT_NE(Open(cache_, 1, /*privileged=*/true), kNoSession);
  EXPECT_EQ(cache_.evictions(), 1);
  EXPECT_EQ(cache_.NewContext(now_, {.session_id = evicted, .session_epoch = 1}).error,
            ErrorCode::kFetchSessionIdNotFound);
  EXPECT_EQ(Open(cache_, 9, /*privileged=*/true), kNoSession);
}

TEST_F(FetchSessionCacheTest, AnOldSessionGivesWayToALargerOne) {
  const SessionIndex small = Open(cache_, 2);
  const SessionIndex large = Open(cache_, 5);
  now_ = now_ + sim::Milliseconds(120001);
  // Both are in use, so neither is idle; now they are old.
  ASSERT_EQ(cache_.NewContext(now_, Incremental(cache_, small)).kind, Kind::kIncremental);
  ASSERT_EQ(cache_.NewContext(now_, Incremental(cache_, large)).kind, Kind::kIncremental);
  const int32_t evicted = cache_.at(small).id();
  EXPECT_EQ(Open(cache_, 2), kNoSession);
  EXPECT_NE(Open(cache_, 3), kNoSession);
  EXPECT_EQ(cache_.NewContext(now_, {.session_id = evicted, .session_epoch = 2}).error,
            ErrorCode::kFetchSessionIdNotFound);
}

TEST_F(FetchSessionCacheTest, AnIdleSessionGivesWayToAny) {
  ASSERT_NE(Open(cache_, 5, /*privileged=*/true), kNoSession);
  ASSERT_NE(Open(cache_, 5, /*privileged=*/true), kNoSession);
  now_ = now_ + sim::Milliseconds(120001);
  EXPECT_NE(Open(cache_, 1), kNoSession);
  EXPECT_EQ(cache_.evictions(), 1);
}

TEST_F(FetchSessionCacheTest, AHeldSessionOutlivesItsPlaceInTheCache) {
  const SessionIndex index = Open(cache_, 2);
  cache_.TakeChanges();
  const int32_t id = cache_.at(index).id();
  cache_.Hold(index);
  cache_.NewContext(now_, {.session_id = id, .session_epoch = 0});
  EXPECT_EQ(cache_.size(), 0);
  EXPECT_EQ(cache_.at(index).size(), 2u);
  EXPECT_THAT(cache_.TakeChanges().removed, IsEmpty());
  cache_.Release(index);
  EXPECT_EQ(cache_.TakeChanges().removed.size(), 2u);
  // Its index is free again.
  EXPECT_EQ(Open(cache_, 1), index);
}

TEST_F(FetchSessionCacheTest, ShardsShareTheSlotsAndTakeTurns) {
  FetchSessionCache cache({.max_entries = 4, .shards = 2});
  for (int i = 0; i < 4; ++i) EXPECT_NE(Open(cache, 1), kNoSession);
  EXPECT_EQ(Open(cache, 1), kNoSession);
  FetchSessionCache none({.max_entries = 7, .shards = 8});
  EXPECT_EQ(Open(none, 1), kNoSession);
}

}  // namespace
}  // namespace ktrial::cluster
