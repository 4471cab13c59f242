#include "reports/fact_text.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "cluster/client/producer_process.h"
#include "properties/fact_dispatch.h"

namespace ktrial::reports {
namespace {

using cluster::BrokerId;
using cluster::LeaderEpoch;
using cluster::Offset;

constexpr cluster::TopicPartition kOrders0{cluster::TopicId(0), 0};

scenarios::RunNames Names() {
  scenarios::RunNames names;
  names.processes = {"broker-1", "controller-3001"};
  names.topics[cluster::TopicId(0)] = "orders";
  names.groups = {"billing"};
  names.clients = {"shop-0"};
  return names;
}

template <typename F>
std::string TextOf(const F& fact, sim::ProcessId process = sim::ProcessId(0)) {
  return FactText({.at = {}, .kind = F::kKind, .process = process, .host = {}, .incarnation = {}}, &fact, Names());
}

TEST(FactText, SaysWhoWhatAndTheFieldsInKafkasWords) {
  EXPECT_EQ(TextOf(cluster::BecameLeader{kOrders0, BrokerId(1), LeaderEpoch(1), Offset(815), Offset(812)}),
            "broker-1        BecameLeader                partition=orders/0 leader-epoch=1 start-offset=815 "
            "high-watermark=812");
  EXPECT_EQ(TextOf(sim::ProcessKilled{sim::ProcessId(0), sim::HostId(0), sim::Incarnation(1)}, sim::ProcessId()),
            "world           ProcessKilled               process=broker-1");
}

TEST(FactText, NamesRecordsByTheirProducerAndNumber) {
  const int64_t value = cluster::ProducerProcess::ValueOf(cluster::ClientId(0), 17);
  const std::string text = TextOf(cluster::RecordSent{cluster::ClientId(0), kOrders0, value});
  EXPECT_NE(text.find("RecordSent"), std::string::npos);
  EXPECT_NE(text.find("partition=orders/0 record=shop-0#17"), std::string::npos) << text;
}

TEST(FactText, AMissingLeaderIsNone) {
  const std::vector<BrokerId> isr = {BrokerId(2), BrokerId(3)};
  const std::string text = TextOf(cluster::PartitionCommitted{BrokerId(3001),
                                                              Offset(9),
                                                              kOrders0,
                                                              BrokerId(),
                                                              LeaderEpoch(2),
                                                              cluster::PartitionEpoch(5),
                                                              {&isr},
                                                              {&isr},
                                                              cluster::PartitionChangeReason::kOffline},
                                  sim::ProcessId(1));
  EXPECT_EQ(text,
            "controller-3001 PartitionCommitted          metadata-offset=9 partition=orders/0 leader=none "
            "leader-epoch=2 partition-epoch=5 isr=[2,3] replicas=[2,3] reason=offline");
}

TEST(FactText, StatesAndReasonsHaveNames) {
  const auto has = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  using cluster::GroupState;
  has(TextOf(cluster::LogTruncated{kOrders0, BrokerId(1), Offset(5), Offset(3), cluster::TruncationReason::kRecovery}),
      "from=5 to=3 reason=recovery");
  has(TextOf(cluster::RaftRoleChanged{BrokerId(1), LeaderEpoch(1), cluster::RaftRole::kProspective, BrokerId()}),
      "role=prospective leader=none");
  has(TextOf(cluster::GroupStateChanged{cluster::GroupIndex(0), BrokerId(1), cluster::GenerationId(4),
                                        GroupState::kCompletingRebalance, GroupState::kDead, 2}),
      "group=billing generation=4 from=CompletingRebalance to=Dead members=2");
  has(TextOf(cluster::PositionSet{cluster::ClientId(0), cluster::GroupIndex(0), kOrders0, Offset(1),
                                  cluster::PositionSource::kTruncation}),
      "offset=1 by=truncation");
}

}  // namespace
}  // namespace ktrial::reports
