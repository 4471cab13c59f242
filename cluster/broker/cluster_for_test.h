// A running cluster and a client that tests drive by hand.
#ifndef KTRIAL_CLUSTER_BROKER_CLUSTER_FOR_TEST_H_
#define KTRIAL_CLUSTER_BROKER_CLUSTER_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "cluster/cluster_builder.h"
#include "cluster/facts.h"
#include "cluster/network/network_client.h"
#include "sim/process.h"
#include "sim/world.h"

namespace ktrial::cluster {

// Sends what it is told to, and keeps the outcomes.
class ClientForTest : public sim::Cloneable<ClientForTest, sim::Process> {
 public:
  explicit ClientForTest(AddressBookRef addresses) : network_({}, std::move(addresses)) {}

  // The outcome comes under the returned key.
  uint64_t Send(sim::Context& ctx, BrokerId node, RequestBody body);
  // Null while it is out.
  const Completion* Find(uint64_t key) const;

  void OnStart(sim::Context&) override {}
  void OnCrash() override {}
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

 private:
  void Collect();

  NetworkClient network_;
  uint64_t next_key_ = 0;
  absl::btree_map<uint64_t, Completion> outcomes_;
};

// Facts that tests ask about, by kind.
class FactsForTest : public sim::FactSink {
 public:
  void OnFact(const sim::FactHeader& header, const void* fact) override;

  std::vector<BecameLeader> became_leader;
  std::vector<LogTruncated> truncated;
  std::vector<ProduceAcknowledged> acknowledged;
};

class ClusterForTest {
 public:
  explicit ClusterForTest(const ClusterSpec& spec);

  Cluster& cluster() { return cluster_; }
  const FactsForTest& facts() const { return facts_; }

  void Run(sim::Duration duration) { cluster_.world.RunUntil(cluster_.world.now() + duration, &facts_); }
  // Runs until `condition` holds; false if it does not within `limit`.
  bool RunUntil(absl::FunctionRef<bool()> condition, sim::Duration limit = sim::Seconds(60));
  void Start(BrokerId node) { cluster_.world.Start(cluster_.ProcessOf(node), &facts_); }
  void Stop(BrokerId node) { cluster_.world.Stop(cluster_.ProcessOf(node), &facts_); }
  void Kill(BrokerId node) { cluster_.world.Kill(cluster_.ProcessOf(node), &facts_); }
  sim::FaultId Cut(BrokerId from, const std::vector<BrokerId>& to);
  void Heal(sim::FaultId fault) { cluster_.world.Heal(fault, &facts_); }
  // The power is back at once, but nothing runs.
  void PowerLoss(BrokerId node, sim::PowerLossMode mode);

  // Sends, and runs until there is an outcome.
  Completion Call(BrokerId node, RequestBody body);
  uint64_t Send(BrokerId node, RequestBody body);
  const Completion* Find(uint64_t key) const;
  // Asks broker `via` until the topic is there and all partitions have a leader.
  TopicId CreateTopic(BrokerId via, CreateTopicsRequest::Topic topic);
  // One batch; the answer for the partition, or NETWORK_EXCEPTION without one.
  ProduceResponse::PartitionResponse Produce(TopicPartition tp, BrokerId leader, int records,
                                             RequiredAcks acks = kAcksAll);

  bool AllRunning();
  bool running(BrokerId node) const { return cluster_.world.running(cluster_.ProcessOf(node)); }
  // As broker `node` has replayed it; null if it does not know the partition.
  const PartitionRegistration* Registration(BrokerId node, TopicPartition tp) const;
  const Partition* Find(BrokerId node, TopicPartition tp) const;
  int64_t LogEnd(BrokerId node, TopicPartition tp) const { return Find(node, tp)->log().log_end().value(); }
  int64_t HighWatermark(BrokerId node, TopicPartition tp) const {
    return Find(node, tp)->log().high_watermark().value();
  }
  // The values of all records, as broker `node` has them.
  std::vector<int64_t> Values(BrokerId node, TopicPartition tp);

 private:
  Cluster cluster_;
  FactsForTest facts_;
  sim::ProcessId client_;
  int64_t next_value_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_CLUSTER_FOR_TEST_H_
