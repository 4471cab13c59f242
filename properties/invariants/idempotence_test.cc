// The checkers of producers' identity and sequence: S19, S20, S21, S22.
#include "cluster/log/producer_state_manager.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int64_t kProducer = 900;

// One broker, which commits what it appends.
class IdempotenceTest : public ::testing::Test {
 protected:
  IdempotenceTest() { h_.Elect(1, 0, {1}); }

  void Append(int32_t sequence, int records = 1, int16_t epoch = 0, bool from_unknown = false) {
    std::vector<int64_t> values;
    for (int i = 0; i < records; ++i) values.push_back(h_.Send());
    const Offset end = End();
    const auto batch = History::MakeBatch(end, 0, values, kProducer, sequence, epoch);
    batches_.push_back(batch);
    h_.Tell(cluster::BatchAppended{kOrders, BrokerId(1), true, batch.get()});
    if (from_unknown) h_.Tell(cluster::UnknownProducerAccepted{kOrders, BrokerId(1), batch.get()});
    h_.MoveHighWatermark(1, End().value(), true);
  }
  Offset End() const {
    const GhostReplica* replica = h_.ghost().FindReplica(kOrders, BrokerId(1));
    return replica == nullptr ? Offset(0) : replica->log.end();
  }
  // Broker 1 rebuilds its producer state, and remembers `remembered`.
  void Rebuild(const std::vector<cluster::LogBatchRef>& remembered, sim::WallTime now = {}, int64_t log_start = 0) {
    cluster::ProducerStateManager state;
    for (const cluster::LogBatchRef& batch : remembered) state.Update(*batch);
    h_.Tell(
        cluster::ProducerStateRebuilt{kOrders, BrokerId(1), Offset(log_start), End(), now, sim::Seconds(60), &state});
  }

  History h_;
  std::vector<cluster::LogBatchRef> batches_;
};

TEST_F(IdempotenceTest, SequencesThatGoOnAreLegal) {
  Append(0, 3);
  Append(3);
  Append(4, 2);
  Append(0, 1, /*epoch=*/1);
  Append(1, 1, /*epoch=*/1);
  EXPECT_THAT(h_.Alarms("S20"), IsEmpty());
}

TEST_F(IdempotenceTest, AGapARepetitionAndAFallingEpochAreSeen) {
  Append(0);
  Append(2);
  Append(2);
  Append(0, 1, /*epoch=*/3);
  Append(0, 1, /*epoch=*/2);
  EXPECT_THAT(h_.Alarms("S20"),
              ElementsAre("producer 900 has sequence 2 of epoch 0 at offset 1 of orders-0, where sequence 1 of epoch 0 "
                          "was due",
                          "producer 900 has sequence 2 of epoch 0 at offset 2 of orders-0, where sequence 3 of epoch 0 "
                          "was due",
                          "producer 900 has sequence 0 of epoch 2 at offset 4 of orders-0, where sequence 0 of epoch 3 "
                          "was due"));
}

TEST_F(IdempotenceTest, TheFirstSequenceOfAProducerIsZero) {
  Append(1);
  EXPECT_THAT(h_.Alarms("S20"), ElementsAre(HasSubstr("where sequence 0 of epoch 0 was due")));
}

TEST_F(IdempotenceTest, ALeaderThatNeverHeardOfAProducerTakesAnySequenceOfRecordsThatWereSent) {
  // The first two are on their way to a leader before this one.
  h_.Send();
  h_.Send();
  Append(2, 3, /*epoch=*/0, /*from_unknown=*/true);
  Append(5);
  EXPECT_THAT(h_.Alarms("S20"), ElementsAre(HasSubstr("(the leader knew nothing of the producer")));
}

TEST_F(IdempotenceTest, ALeaderThatKnowsAProducerTakesNoOtherSequence) {
  h_.Send();
  h_.Send();
  Append(2, 3);
  EXPECT_THAT(h_.Alarms("S20"), ElementsAre(HasSubstr("producer 900 has sequence 2 of epoch 0")));
}

TEST_F(IdempotenceTest, ASequenceThatNoRecordEverHadIsMissedAllTheSame) {
  h_.Send();
  Append(2, 1, /*epoch=*/0, /*from_unknown=*/true);
  EXPECT_THAT(h_.Alarms("S20"), ElementsAre(HasSubstr("producer 900 has sequence 2 of epoch 0")));
}

TEST_F(IdempotenceTest, SequencesWrap) {
  Append(0);
  h_.Tell(cluster::ProducerExpired{kOrders, BrokerId(1), cluster::ProducerId(kProducer)});
  Append(INT32_MAX);
  Append(0);
  EXPECT_THAT(h_.Alarms("S20"), IsEmpty());
}

TEST_F(IdempotenceTest, AProducerThatWasForgottenMayGoOnAnywhere) {
  Append(0);
  h_.Tell(cluster::ProducerExpired{kOrders, BrokerId(1), cluster::ProducerId(kProducer)});
  Append(7);
  Append(8);
  EXPECT_THAT(h_.Alarms("S20"), IsEmpty());
}

TEST_F(IdempotenceTest, ARefusedRecordThatIsCommittedIsSeenWhicheverComesFirst) {
  const int64_t before = h_.Send();
  h_.Failed(before, /*definite=*/true);
  h_.Produce(1, {before}, kProducer);
  h_.MoveHighWatermark(1, 1, true);
  const int64_t after = h_.Send();
  h_.Produce(1, {after}, kProducer);
  h_.MoveHighWatermark(1, 2, true);
  h_.Failed(after, /*definite=*/true);
  EXPECT_THAT(h_.Alarms("S21"), ElementsAre(HasSubstr("record 0 of client 0 is in the committed log of orders-0"),
                                            HasSubstr("record 1 of client 0 is in the committed log of orders-0")));
}

TEST_F(IdempotenceTest, AFailureOfUnknownOutcomeMayBeCommitted) {
  const int64_t value = h_.Send();
  h_.Failed(value, /*definite=*/false);
  h_.Produce(1, {value}, kProducer);
  h_.MoveHighWatermark(1, 1, true);
  h_.Finish();
  EXPECT_THAT(h_.Alarms("S21"), IsEmpty());
}

TEST_F(IdempotenceTest, AnAcknowledgedRecordIsThereExactlyOnceAtTheEnd) {
  const int64_t nowhere = h_.Send();
  h_.Acked(nowhere, 0);
  const int64_t twice = h_.Send();
  h_.Produce(1, {twice}, kProducer);
  h_.Produce(1, {twice}, kProducer);
  h_.MoveHighWatermark(1, 2, true);
  h_.Acked(twice, 0);
  h_.Finish();
  EXPECT_THAT(h_.Alarms("S21"), ElementsAre(HasSubstr("is in the committed log of orders-0 0 times"),
                                            HasSubstr("is in the committed log of orders-0 2 times")));
}

TEST_F(IdempotenceTest, WhatALeaderCommittedInAnEpochThatHadEndedCountsWhenItIsElectedAgain) {
  h_.Decide(-1, 1, {1}, cluster::PartitionChangeReason::kOffline);
  const int64_t value = h_.Send();
  h_.Produce(1, {value}, kProducer);
  h_.MoveHighWatermark(1, 1, true);
  h_.Acked(value, 0);
  EXPECT_EQ(h_.ghost().Find(kOrders)->true_high_watermark, Offset(0));
  h_.Elect(1, 2, {1});
  EXPECT_EQ(h_.ghost().Find(kOrders)->true_high_watermark, Offset(1));
  h_.Finish();
  EXPECT_THAT(h_.Alarms("S21"), IsEmpty());
}

TEST_F(IdempotenceTest, ARecordInTheLogOfAnotherTopicIdIsSeen) {
  const int64_t value = h_.Send(0, kOffsetsPartition);
  h_.Produce(1, {value}, kProducer);
  EXPECT_THAT(h_.Alarms("S19"), ElementsAre("record 0 of client 0, sent to __consumer_offsets-0 (topic id 1), was "
                                            "appended to orders-0 (topic id 0)"));
  h_.Deliver(7, 0, value);
  h_.Acked(value, 0);
  EXPECT_THAT(h_.Alarms("S19").size(), 3u);
}

TEST_F(IdempotenceTest, ProducerStateThatIsTheLogsIsLegal) {
  Append(0, 2);
  Append(2);
  Rebuild(batches_);
  EXPECT_THAT(h_.Alarms("S22"), IsEmpty());
}

TEST_F(IdempotenceTest, ProducerStateThatLagsBehindTheLogIsSeen) {
  Append(0, 2);
  Append(2);
  Rebuild({batches_[0]});
  EXPECT_THAT(h_.Alarms("S22"), ElementsAre(HasSubstr("broker 1 rebuilt the producer state of orders-0 up to 3 and "
                                                      "takes sequence 1 of epoch 0 for the last of producer 900")));
}

TEST_F(IdempotenceTest, ProducerStateOfABatchThatIsNotThereIsSeen) {
  Append(0);
  Rebuild({batches_[0], History::MakeBatch(Offset(1), 0, {7}, kProducer, 1)});
  EXPECT_THAT(h_.Alarms("S22"), testing::Contains(HasSubstr("remembers of producer 900 a batch at 1 to 1")));
}

TEST_F(IdempotenceTest, AForgottenProducerIsSeenUnlessItHasExpired) {
  Append(0);
  Rebuild({});
  EXPECT_THAT(h_.Alarms("S22"), ElementsAre(HasSubstr("has forgotten producer 900")));
  Rebuild({}, sim::WallTime() + sim::Seconds(61));
  EXPECT_THAT(h_.Alarms("S22").size(), 1u);
}

TEST_F(IdempotenceTest, WhatRetentionRemovedMayBeRememberedOrNot) {
  Append(0);
  Append(1);
  Rebuild({History::MakeBatch(Offset(0), 0, {7}, 901, 0), batches_[1]}, {}, /*log_start=*/1);
  EXPECT_THAT(h_.Alarms("S22"), IsEmpty());
}

}  // namespace
}  // namespace ktrial::properties
