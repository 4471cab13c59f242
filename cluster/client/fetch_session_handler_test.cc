#include "cluster/client/fetch_session_handler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace ktrial::cluster {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TopicPartition Orders(int32_t partition) { return {TopicId(0), partition}; }

struct Wanted {
  int32_t partition;
  int64_t offset;
};

FetchRequest Build(FetchSessionHandler& handler, std::initializer_list<Wanted> wanted) {
  FetchRequest request;
  handler.Begin(request);
  for (const Wanted& w : wanted) handler.Add({.tp = Orders(w.partition), .fetch_offset = Offset(w.offset)});
  handler.Finish();
  return request;
}

std::vector<int32_t> Named(const FetchRequest& request) {
  std::vector<int32_t> partitions;
  for (const auto& partition : request.partitions) partitions.push_back(partition.tp.partition);
  return partitions;
}

std::vector<int32_t> Forgotten(const FetchRequest& request) {
  std::vector<int32_t> partitions;
  for (const TopicPartition& tp : request.forgotten) partitions.push_back(tp.partition);
  return partitions;
}

FetchResponse Answer(int32_t session_id, std::initializer_list<int32_t> partitions,
                     ErrorCode error = ErrorCode::kNone) {
  FetchResponse response{.error = error, .session_id = session_id};
  for (int32_t partition : partitions) response.partitions.push_back({.tp = Orders(partition)});
  return response;
}

// With a session of partitions 0, 1 and 2, all at offset 10.
FetchSessionHandler WithSession() {
  FetchSessionHandler handler;
  Build(handler, {{2, 10}, {0, 10}, {1, 10}});
  EXPECT_TRUE(handler.HandleResponse(Answer(77, {2, 0, 1})));
  return handler;
}

TEST(FetchSessionHandlerTest, TheFirstRequestNamesAllInTheirOrderAndAsksForASession) {
  FetchSessionHandler handler;
  const FetchRequest request = Build(handler, {{2, 10}, {0, 10}, {1, 10}});
  EXPECT_EQ(request.session_id, 0);
  EXPECT_EQ(request.session_epoch, 0);
  EXPECT_THAT(Named(request), ElementsAre(2, 0, 1));
}

TEST(FetchSessionHandlerTest, LaterRequestsNameWhatChanged) {
  FetchSessionHandler handler = WithSession();
  const FetchRequest idle = Build(handler, {{0, 10}, {1, 10}, {2, 10}});
  EXPECT_EQ(idle.session_id, 77);
  EXPECT_EQ(idle.session_epoch, 1);
  EXPECT_THAT(idle.partitions, IsEmpty());
  EXPECT_TRUE(handler.HandleResponse(Answer(77, {})));

  const FetchRequest moved = Build(handler, {{0, 10}, {1, 15}, {2, 10}});
  EXPECT_EQ(moved.session_epoch, 2);
  EXPECT_THAT(Named(moved), ElementsAre(1));
  EXPECT_EQ(handler.Find(Orders(1))->fetch_offset, Offset(15));
}

TEST(FetchSessionHandlerTest, UnwantedPartitionsAreForgottenAndNewOnesComeFirst) {
  FetchSessionHandler handler = WithSession();
  const FetchRequest request = Build(handler, {{0, 11}, {2, 10}, {5, 0}, {7, 0}});
  EXPECT_THAT(Named(request), ElementsAre(5, 7, 0));
  EXPECT_THAT(Forgotten(request), ElementsAre(1));
  EXPECT_EQ(handler.Find(Orders(1)), nullptr);
  EXPECT_TRUE(handler.HandleResponse(Answer(77, {7})));

  const FetchRequest again = Build(handler, {{0, 11}, {1, 10}, {2, 10}, {5, 0}, {7, 0}});
  EXPECT_THAT(Named(again), ElementsAre(1));
  EXPECT_THAT(Forgotten(again), IsEmpty());
}

TEST(FetchSessionHandlerTest, ForgetsAllThatFollowTheLastWantedOne) {
  FetchSessionHandler handler = WithSession();
  const FetchRequest request = Build(handler, {});
  EXPECT_THAT(Forgotten(request), ElementsAre(0, 1, 2));
  EXPECT_THAT(handler.partitions(), IsEmpty());
  // The broker has closed a session without partitions.
  EXPECT_TRUE(handler.HandleResponse(Answer(0, {})));
  EXPECT_EQ(handler.next(), FetchMetadata());
}

TEST(FetchSessionHandlerTest, ABrokerWithoutRoomLeavesTheFetcherWithFullRequests) {
  FetchSessionHandler handler;
  Build(handler, {{0, 10}});
  EXPECT_TRUE(handler.HandleResponse(Answer(0, {0})));
  const FetchRequest request = Build(handler, {{0, 10}});
  EXPECT_EQ(request.session_epoch, 0);
  EXPECT_THAT(Named(request), ElementsAre(0));
}

TEST(FetchSessionHandlerTest, AFailureOrAWrongEpochClosesTheSessionAndAsksForAnother) {
  for (const bool answered : {false, true}) {
    FetchSessionHandler handler = WithSession();
    Build(handler, {{0, 10}, {1, 10}, {2, 10}});
    if (answered) {
      EXPECT_FALSE(handler.HandleResponse(Answer(0, {}, ErrorCode::kInvalidFetchSessionEpoch)));
    } else {
      handler.HandleError();
    }
    const FetchRequest request = Build(handler, {{0, 10}, {1, 10}, {2, 10}});
    EXPECT_EQ(request.session_id, 77);
    EXPECT_EQ(request.session_epoch, 0);
    EXPECT_THAT(Named(request), ElementsAre(0, 1, 2));
  }
}

TEST(FetchSessionHandlerTest, AnUnknownSessionIsNotClosedAgain) {
  FetchSessionHandler handler = WithSession();
  Build(handler, {{0, 10}, {1, 10}, {2, 10}});
  EXPECT_FALSE(handler.HandleResponse(Answer(0, {}, ErrorCode::kFetchSessionIdNotFound)));
  EXPECT_EQ(handler.next(), FetchMetadata());
}

TEST(FetchSessionHandlerTest, AnswersMustFitTheQuestion) {
  FetchSessionHandler handler;
  Build(handler, {{0, 10}, {1, 10}});
  EXPECT_FALSE(handler.HandleResponse(Answer(77, {0})));
  EXPECT_EQ(handler.next(), FetchMetadata());

  handler = WithSession();
  Build(handler, {{0, 10}, {1, 10}, {2, 10}});
  EXPECT_FALSE(handler.HandleResponse(Answer(77, {3})));
  EXPECT_EQ(handler.next(), (FetchMetadata{77, FetchMetadata::kInitialEpoch}));
}

TEST(FetchSessionHandlerTest, EpochsWrapToOne) {
  EXPECT_EQ(FetchMetadata::NextEpoch(0), 1);
  EXPECT_EQ(FetchMetadata::NextEpoch(INT32_MAX), 1);
  EXPECT_EQ(FetchMetadata::NextEpoch(FetchMetadata::kFinalEpoch), FetchMetadata::kFinalEpoch);
}

}  // namespace
}  // namespace ktrial::cluster
