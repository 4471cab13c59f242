#include <algorithm>
#include <map>
#include <memory>

#include "cluster/client/producer_process.h"
#include "cluster/client/scripted_broker_for_test.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {
namespace {

using sim::Milliseconds;
using sim::Seconds;
using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

constexpr ProducerId kPid{1000};

ProduceResponse AnswerAll(const ProduceRequest& request, ErrorCode error, Offset base = Offset(0)) {
  ProduceResponse response;
  for (const auto& partition : request.partitions) {
    response.partitions.push_back(
        {.tp = partition.tp, .error = error, .base_offset = error == ErrorCode::kNone ? base : Offset()});
  }
  return response;
}

class ProducerTest : public testing::Test {
 protected:
  // Answers metadata and producer ids as a healthy cluster; produce requests by `produce`.
  void Serve(int partitions, std::function<std::optional<ResponseBody>(const ProduceRequest&)> produce) {
    for (int id : {1, 2}) {
      w_.broker(id).set_script([this, partitions, produce](const ApiRequest& request) -> std::optional<ResponseBody> {
        if (std::holds_alternative<MetadataRequest>(request.body)) return OrdersMetadata(partitions, leader_, epoch_);
        if (std::holds_alternative<InitProducerIdRequest>(request.body)) {
          return InitProducerIdResponse{.producer_id = kPid, .producer_epoch = ProducerEpoch(0)};
        }
        return produce(std::get<ProduceRequest>(request.body));
      });
    }
  }

  void Produce(ProducerWorkload workload) {
    workload.client = ClientId(0);
    workload.topic = "orders";
    w_.AddClient(std::make_unique<ProducerProcess>(std::move(workload), w_.addresses));
  }

  ClientWorld w_;
  BrokerId leader_{1};
  LeaderEpoch epoch_{0};
};

TEST_F(ProducerTest, GathersRecordsForTheLingerTime) {
  Serve(1, [](const ProduceRequest& r) { return AnswerAll(r, ErrorCode::kNone); });
  // One record a millisecond from 1 s on, ten in all.
  Produce({.records_per_1000s = 1'000'000,
           .start = sim::SimTime() + Seconds(1),
           .stop = sim::SimTime() + Milliseconds(1010),
           .config = {.linger = Milliseconds(20)}});
  w_.RunFor(Seconds(2));
  const auto requests = w_.broker(1).RequestsOf<ProduceRequest>();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0]->partitions[0].batch->record_count(), 10);
  EXPECT_THAT(w_.facts.acked, SizeIs(10));
  EXPECT_EQ(w_.facts.acked.back().second.offset, Offset(9));
}

TEST_F(ProducerTest, SequencesRunOnWithoutGaps) {
  Serve(1, [](const ProduceRequest& r) { return AnswerAll(r, ErrorCode::kNone); });
  Produce({.records_per_1000s = 300'000, .start = sim::SimTime() + Seconds(1), .stop = sim::SimTime() + Seconds(3)});
  w_.RunFor(Seconds(4));
  int32_t next = 0;
  for (const ProduceRequest* request : w_.broker(1).RequestsOf<ProduceRequest>()) {
    const RecordBatch& batch = *request->partitions[0].batch;
    EXPECT_EQ(batch.producer_id(), kPid);
    EXPECT_EQ(batch.base_sequence(), next);
    next = batch.last_sequence() + 1;
  }
  EXPECT_EQ(next, 600);
}

TEST_F(ProducerTest, KeepsNoMoreThanFiveRequestsInFlight) {
  Serve(1, [](const ProduceRequest&) { return std::nullopt; });
  Produce({.records_per_1000s = 1'000'000, .config = {.linger = Milliseconds(0)}});
  w_.RunFor(Seconds(5));
  EXPECT_THAT(w_.broker(1).RequestsOf<ProduceRequest>(), SizeIs(5));
  EXPECT_TRUE(w_.facts.acked.empty());
}

TEST_F(ProducerTest, RetriesKeepSequenceAndOrder) {
  int refusals = 1;
  std::vector<int32_t> accepted;
  Serve(1, [&](const ProduceRequest& r) -> std::optional<ResponseBody> {
    const RecordBatch& batch = *r.partitions[0].batch;
    if (refusals > 0) {
      --refusals;
      return AnswerAll(r, ErrorCode::kNotEnoughReplicas);
    }
    const int32_t expected = accepted.empty() ? 0 : accepted.back() + 1;
    if (batch.base_sequence() != expected) return AnswerAll(r, ErrorCode::kOutOfOrderSequenceNumber);
    for (int32_t s = batch.base_sequence(); s <= batch.last_sequence(); ++s) accepted.push_back(s);
    return AnswerAll(r, ErrorCode::kNone, Offset(batch.base_sequence()));
  });
  Produce({.records_per_1000s = 1'000'000, .stop = sim::SimTime() + Seconds(1), .config = {.linger = Milliseconds(0)}});
  w_.RunFor(Seconds(20));
  EXPECT_TRUE(w_.facts.failed.empty());
  ASSERT_THAT(w_.facts.acked, SizeIs(w_.facts.sent.size()));
  // The callbacks come in the order of sending.
  for (size_t i = 0; i < w_.facts.acked.size(); ++i) {
    EXPECT_EQ(w_.facts.acked[i].second.value, w_.facts.sent[i].second.value);
    EXPECT_EQ(w_.facts.acked[i].second.offset, Offset(static_cast<int64_t>(i)));
  }
}

TEST_F(ProducerTest, SequenceGapStartsANewEpochFromZero) {
  // The broker lost the producer's state in the middle: what follows is out of order until the epoch is raised
  // (KIP-360).
  bool lost = false;
  std::vector<std::pair<int16_t, int32_t>> accepted;
  Serve(1, [&](const ProduceRequest& r) -> std::optional<ResponseBody> {
    const RecordBatch& batch = *r.partitions[0].batch;
    const auto entry = std::pair(batch.producer_epoch().value(), batch.base_sequence());
    if (lost && entry.first == 0) return AnswerAll(r, ErrorCode::kOutOfOrderSequenceNumber);
    accepted.push_back(entry);
    lost = accepted.size() >= 3;
    return AnswerAll(r, ErrorCode::kNone);
  });
  Produce({.records_per_1000s = 10'000, .stop = sim::SimTime() + Seconds(2)});
  w_.RunFor(Seconds(10));
  EXPECT_TRUE(w_.facts.failed.empty());
  EXPECT_THAT(w_.facts.acked, SizeIs(w_.facts.sent.size()));
  ASSERT_GT(accepted.size(), 4u);
  EXPECT_EQ(accepted[3], std::pair(int16_t{1}, 0));
  EXPECT_EQ(accepted[4], std::pair(int16_t{1}, 1));
}

TEST_F(ProducerTest, DeliveryTimeoutLeavesTheOutcomeUnknownOnceSent) {
  Serve(1, [](const ProduceRequest&) { return std::nullopt; });
  Produce({.records_per_1000s = 1'000,
           .stop = sim::SimTime() + Milliseconds(500),
           .config = {.delivery_timeout = Seconds(40), .request_timeout = Seconds(10)}});
  w_.RunFor(Seconds(60));
  ASSERT_THAT(w_.facts.failed, SizeIs(1));
  EXPECT_EQ(w_.facts.failed[0].second.error, ErrorCode::kRequestTimedOut);
  EXPECT_FALSE(w_.facts.failed[0].second.definite);
  const sim::Duration waited = w_.facts.failed[0].first - w_.facts.sent[0].first;
  EXPECT_GE(waited, Seconds(40) - Milliseconds(1));
  EXPECT_LE(waited, Seconds(41));
  // Three attempts of 10 s each, and their backoffs, came before.
  EXPECT_GE(w_.broker(1).RequestsOf<ProduceRequest>().size(), 3u);
}

// Both requests are lost with their connection. The later one is put before the earlier one, and the leader is gone.
TEST_F(ProducerTest, WithoutIdempotenceAnOlderBatchExpiresAfterAYoungerOneThatStandsBeforeIt) {
  Serve(1, [this](const ProduceRequest&) {
    leader_ = BrokerId();
    epoch_ = LeaderEpoch(1);
    return std::nullopt;
  });
  // One record a second, each a batch of its own.
  Produce({.records_per_1000s = 1'000,
           .stop = sim::SimTime() + Seconds(2),
           .config = {.enable_idempotence = false,
                      .linger = Milliseconds(0),
                      .delivery_timeout = Seconds(10),
                      .request_timeout = Seconds(3)}});
  w_.RunFor(Seconds(20));
  ASSERT_THAT(w_.facts.sent, SizeIs(2));
  ASSERT_THAT(w_.facts.held_back, SizeIs(1));
  const int64_t older = w_.facts.sent[0].second.value;
  const int64_t younger = w_.facts.sent[1].second.value;
  EXPECT_EQ(w_.facts.held_back[0].second.first, older);
  EXPECT_EQ(w_.facts.held_back[0].second.last, older);
  EXPECT_EQ(w_.facts.held_back[0].second.younger, younger);
  ASSERT_THAT(w_.facts.failed, SizeIs(2));
  EXPECT_EQ(w_.facts.failed[1].second.value, older);
  EXPECT_GE(w_.facts.failed[1].first, w_.facts.sent[1].first + Seconds(10));
}

TEST_F(ProducerTest, RecordThatNeverLeftFailsForCertain) {
  Serve(1, [](const ProduceRequest& r) { return AnswerAll(r, ErrorCode::kNone); });
  leader_ = {};
  Produce({.records_per_1000s = 1'000,
           .stop = sim::SimTime() + Milliseconds(500),
           .config = {.delivery_timeout = Seconds(5), .request_timeout = Seconds(2)}});
  w_.RunFor(Seconds(10));
  ASSERT_THAT(w_.facts.failed, SizeIs(1));
  EXPECT_TRUE(w_.facts.failed[0].second.definite);
}

TEST_F(ProducerTest, LeaderHintIsFollowedAtOnce) {
  Serve(1, [&](const ProduceRequest& r) -> std::optional<ResponseBody> {
    if (leader_ == BrokerId(2)) return AnswerAll(r, ErrorCode::kNone);
    ProduceResponse response = AnswerAll(r, ErrorCode::kNotLeaderOrFollower);
    leader_ = BrokerId(2);
    epoch_ = LeaderEpoch(5);
    response.partitions[0].current_leader = leader_;
    response.partitions[0].current_leader_epoch = epoch_;
    return response;
  });
  Produce(
      {.records_per_1000s = 1'000, .start = sim::SimTime() + Seconds(1), .stop = sim::SimTime() + Milliseconds(1500)});
  w_.RunFor(Seconds(3));
  EXPECT_THAT(w_.broker(2).RequestsOf<ProduceRequest>(), SizeIs(1));
  ASSERT_THAT(w_.facts.acked, SizeIs(1));
  // No backoff of 100 ms: a newer leader is known (KIP-951).
  EXPECT_LT(w_.facts.acked[0].first - w_.facts.sent[0].first, Milliseconds(50));
}

TEST_F(ProducerTest, BatchThatIsTooLargeIsSplit) {
  std::vector<int32_t> counts;
  Serve(1, [&](const ProduceRequest& r) -> std::optional<ResponseBody> {
    const RecordBatch& batch = *r.partitions[0].batch;
    if (batch.record_count() > 2) return AnswerAll(r, ErrorCode::kMessageTooLarge);
    counts.push_back(batch.record_count());
    return AnswerAll(r, ErrorCode::kNone);
  });
  Produce({.records_per_1000s = 1'000'000,
           .record_bytes = 400,
           .start = sim::SimTime() + Seconds(1),
           .stop = sim::SimTime() + Milliseconds(1004),
           .config = {.linger = Milliseconds(10), .batch_size = 1000}});
  w_.RunFor(Seconds(3));
  EXPECT_THAT(counts, ElementsAre(2, 2));
  EXPECT_THAT(w_.facts.acked, SizeIs(4));
}

TEST_F(ProducerTest, AcksZeroSucceedsWithoutAnOffset) {
  Serve(1, [](const ProduceRequest&) { return std::nullopt; });
  Produce({.records_per_1000s = 10'000,
           .stop = sim::SimTime() + Seconds(1),
           .config = {.acks = 0, .enable_idempotence = false}});
  w_.RunFor(Seconds(2));
  EXPECT_THAT(w_.facts.acked, SizeIs(w_.facts.sent.size()));
  for (const auto& [at, fact] : w_.facts.acked) EXPECT_FALSE(fact.offset.valid());
}

TEST_F(ProducerTest, WithAcksZeroANewConnectionIsTold) {
  Serve(1, [](const ProduceRequest&) { return std::nullopt; });
  Produce({.records_per_1000s = 10'000, .config = {.acks = 0, .enable_idempotence = false}});
  w_.RunFor(Seconds(2));
  EXPECT_THAT(w_.facts.reconnected, SizeIs(0));
  w_.world.Kill(sim::ProcessId(0), &w_.facts);
  w_.world.Start(sim::ProcessId(0), &w_.facts);
  w_.RunFor(Seconds(3));
  ASSERT_THAT(w_.facts.reconnected, SizeIs(1));
  EXPECT_EQ(w_.facts.reconnected[0].second.broker, BrokerId(1));
}

TEST_F(ProducerTest, FullBufferBlocksAndThenFails) {
  Serve(1, [](const ProduceRequest&) { return std::nullopt; });
  Produce({.records_per_1000s = 1'000'000,
           .stop = sim::SimTime() + Milliseconds(300),
           .config = {.batch_size = 200, .buffer_memory = 2000, .max_block = Seconds(3)}});
  w_.RunFor(Seconds(10));
  ASSERT_FALSE(w_.facts.failed.empty());
  EXPECT_TRUE(w_.facts.failed[0].second.definite);
  EXPECT_GE(w_.facts.failed[0].first, sim::SimTime() + Seconds(3));
}

TEST_F(ProducerTest, ExactAccount) {
  sim::RandomStream dice(99);
  Serve(3, [&](const ProduceRequest& r) -> std::optional<ResponseBody> {
    switch (dice.Below(4)) {
      case 0:
        return AnswerAll(r, ErrorCode::kNotLeaderOrFollower);
      case 1:
        return AnswerAll(r, ErrorCode::kNotEnoughReplicasAfterAppend);
      default:
        return AnswerAll(r, ErrorCode::kNone);
    }
  });
  Produce({.records_per_1000s = 200'000, .key_count = 100, .stop = sim::SimTime() + Seconds(5)});
  w_.RunFor(Seconds(200));
  EXPECT_THAT(w_.facts.sent, SizeIs(1000));
  std::map<int64_t, int> outcomes;
  for (const auto& [at, fact] : w_.facts.acked) ++outcomes[fact.value];
  for (const auto& [at, fact] : w_.facts.failed) ++outcomes[fact.value];
  EXPECT_THAT(outcomes, SizeIs(1000));
  for (const auto& [value, count] : outcomes) EXPECT_EQ(count, 1) << value;
}

}  // namespace
}  // namespace ktrial::cluster
