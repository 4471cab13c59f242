// Hand-made histories for tests of checkers: facts told in the words of Kafka, a millisecond apart.
//
//   History h;
//   h.Elect(1, 0, {1, 2, 3});
//   auto batch = h.Produce(1, {h.Send(7)});
//   h.Copy(2, batch);
//   h.Commit(1, 1);
//   EXPECT_THAT(h.Alarms(), IsEmpty());
//
// Three brokers, 1 to 3, each with a machine and a disk of its own; topic 0 is "orders", topic 1 __consumer_offsets;
// group 0 is "billing" and reads orders. Unless told otherwise all is about orders-0.
#ifndef KTRIAL_PROPERTIES_HISTORY_FOR_TEST_H_
#define KTRIAL_PROPERTIES_HISTORY_FOR_TEST_H_

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/checker_set.h"
#include "sim/ref.h"

namespace ktrial::properties {

inline constexpr TopicPartition kOrders{cluster::TopicId(0), 0};
inline constexpr TopicPartition kOffsetsPartition{cluster::TopicId(1), 0};

class History {
 public:
  History() : checkers_(Topology(), Facts()) {
    for (int32_t id = 1; id <= 3; ++id) Start(id);
  }

  template <typename F>
  void Tell(const F& fact, sim::Incarnation incarnation = sim::Incarnation(0), sim::ProcessId process = {}) {
    now_ = now_ + sim::Milliseconds(1);
    checkers_.OnFact({.at = now_, .kind = F::kKind, .process = process, .host = {}, .incarnation = incarnation}, &fact);
  }
  void Wait(sim::Duration duration) { now_ = now_ + duration; }
  void Finish() { checkers_.Finish(now_); }

  // Machines and brokers. A broker that starts is registered and unfenced at once.
  void Start(int32_t broker) {
    StartUnregistered(broker);
    ++incarnations_[static_cast<size_t>(broker)];
    Register(broker, /*fenced=*/false);
  }
  void StartUnregistered(int32_t broker) {
    Tell(sim::ProcessStarted{sim::ProcessId(broker), sim::HostId(broker), sim::Incarnation(0)});
  }
  void Kill(int32_t broker) {
    Tell(sim::ProcessKilled{sim::ProcessId(broker), sim::HostId(broker), sim::Incarnation(0)});
  }
  void LosePower(int32_t broker) {
    Kill(broker);
    Tell(sim::PowerLost{sim::HostId(broker)});
  }
  void Wipe(int32_t broker) { Tell(sim::DiskWiped{sim::DiskId(broker)}); }
  // Each broker has a second disk, with a second log directory, of which nothing is said until a replica is put there.
  void PlaceOnSecondDisk(int32_t broker, TopicPartition tp = kOrders) {
    Tell(cluster::ReplicaPlaced{tp, BrokerId(broker), cluster::LogDir(1)});
  }
  void WipeSecondDisk(int32_t broker) { Tell(sim::DiskWiped{SecondDisk(broker)}); }
  void TakeOffline(int32_t broker, TopicPartition tp = kOrders) { Tell(cluster::ReplicaOffline{tp, BrokerId(broker)}); }
  void Register(int32_t broker, bool fenced, bool shutting_down = false) {
    Tell(cluster::BrokerRegistrationCommitted{BrokerId(3000), NextMetadata(), BrokerId(broker),
                                              BrokerEpoch(incarnations_[static_cast<size_t>(broker)]), fenced,
                                              shutting_down});
  }

  // The controller's decisions. `Elect` also lets the leader begin, and is reported by two controllers.
  void Decide(int32_t leader, int32_t epoch, std::vector<int32_t> isr,
              cluster::PartitionChangeReason reason = cluster::PartitionChangeReason::kElection,
              TopicPartition tp = kOrders, std::vector<int32_t> elr = {}, std::vector<int32_t> last_known_leader = {}) {
    const std::vector<BrokerId> elr_ids = Ids(elr);
    const std::vector<BrokerId> last_ids = Ids(last_known_leader);
    const std::vector<BrokerId> isr_ids = Ids(isr);
    const std::vector<BrokerId> replicas = Ids({1, 2, 3});
    cluster::PartitionCommitted fact{
        BrokerId(3000), NextMetadata(), tp,     BrokerId(leader), LeaderEpoch(epoch), PartitionEpoch(epoch),
        {&isr_ids},     {&replicas},    reason, {&elr_ids},       {&last_ids}};
    Tell(fact);
    fact.controller = BrokerId(3001);
    Tell(fact);
  }
  void Lead(int32_t broker, int32_t epoch, TopicPartition tp = kOrders) {
    const GhostReplica* replica = ghost().FindReplica(tp, BrokerId(broker));
    Tell(cluster::BecameLeader{tp, BrokerId(broker), LeaderEpoch(epoch),
                               replica == nullptr ? Offset(0) : replica->log.end(),
                               replica == nullptr ? Offset(0) : replica->high_watermark});
  }
  void Follow(int32_t broker, int32_t epoch, int32_t leader) {
    Tell(cluster::BecameFollower{kOrders, BrokerId(broker), LeaderEpoch(epoch), BrokerId(leader)});
  }
  void Elect(int32_t leader, int32_t epoch, std::vector<int32_t> isr, TopicPartition tp = kOrders,
             cluster::PartitionChangeReason reason = cluster::PartitionChangeReason::kElection) {
    Decide(leader, epoch, isr, reason, tp);
    Lead(leader, epoch, tp);
    LeaderIsr(leader, epoch, std::move(isr), tp);
  }
  void LeaderIsr(int32_t leader, int32_t epoch, std::vector<int32_t> isr, TopicPartition tp = kOrders) {
    const std::vector<BrokerId> ids = Ids(isr);
    Tell(cluster::LeaderIsrChanged{
        tp, BrokerId(leader), LeaderEpoch(epoch), PartitionEpoch(epoch), false, {&ids}, {&ids}});
  }

  // Logs. A batch is appended at the end of the leader's log, in the epoch in which it leads.
  cluster::LogBatchRef Produce(int32_t leader, std::vector<int64_t> values, int64_t producer_id = -1,
                               TopicPartition tp = kOrders) {
    const GhostReplica* replica = ghost().FindReplica(tp, BrokerId(leader));
    return ProduceAs(leader, replica->leader_epoch.value(), std::move(values), producer_id, tp);
  }
  cluster::LogBatchRef ProduceAs(int32_t leader, int32_t epoch, std::vector<int64_t> values, int64_t producer_id = -1,
                                 TopicPartition tp = kOrders) {
    const GhostReplica* replica = ghost().FindReplica(tp, BrokerId(leader));
    const Offset end = replica == nullptr ? Offset(0) : replica->log.end();
    const int32_t sequence = replica == nullptr ? 0 : NextSequence(replica->log, producer_id);
    cluster::LogBatchRef batch = MakeBatch(end, epoch, std::move(values), producer_id, sequence);
    Tell(cluster::BatchAppended{tp, BrokerId(leader), true, batch.get()});
    return batch;
  }
  // What the producer sends next if its last batch is the last of its in this log.
  static int32_t NextSequence(const GhostLog& log, int64_t producer_id) {
    for (auto it = log.entries().rbegin(); it != log.entries().rend(); ++it) {
      const cluster::RecordBatch& batch = it->batch->batch();
      if (batch.producer_id().value() == producer_id) return batch.last_sequence() + 1;
    }
    return 0;
  }
  static cluster::LogBatchRef MakeBatch(Offset base, int32_t epoch, std::vector<int64_t> values,
                                        int64_t producer_id = -1, int32_t sequence = 0, int16_t producer_epoch = 0) {
    std::vector<cluster::Record> records;
    for (int64_t value : values)
      records.push_back({.timestamp = {}, .bytes = 100, .key = -1, .value = value, .body = {}});
    cluster::BatchAttributes attributes;
    if (producer_id >= 0) {
      attributes.producer_id = cluster::ProducerId(producer_id);
      attributes.producer_epoch = cluster::ProducerEpoch(producer_epoch);
      attributes.base_sequence = sequence;
    }
    auto batch = sim::MakeRef<const cluster::RecordBatch>(attributes, std::move(records));
    return sim::MakeRef<const cluster::LogBatch>(base, LeaderEpoch(epoch), std::move(batch));
  }
  void Copy(int32_t follower, const cluster::LogBatchRef& batch, TopicPartition tp = kOrders) {
    Tell(cluster::BatchAppended{tp, BrokerId(follower), false, batch.get()});
  }
  void Fetched(int32_t leader, int32_t follower, int64_t log_end, TopicPartition tp = kOrders) {
    const GhostReplica* replica = ghost().FindReplica(tp, BrokerId(leader));
    Tell(cluster::FollowerFetched{tp, BrokerId(leader), replica->leader_epoch, BrokerId(follower), Offset(log_end)});
  }
  void MoveHighWatermark(int32_t broker, int64_t to, bool as_leader, TopicPartition tp = kOrders) {
    const GhostReplica* replica = ghost().FindReplica(tp, BrokerId(broker));
    Tell(cluster::HighWatermarkMoved{tp, BrokerId(broker), replica->leader_epoch, as_leader, replica->high_watermark,
                                     Offset(to), replica->log.end()});
  }
  // Every member of the leader's ISR has fetched up to `to`.
  void Commit(int32_t leader, int64_t to, std::vector<int32_t> followers = {2, 3}, TopicPartition tp = kOrders) {
    for (int32_t follower : followers) {
      if (follower != leader) Fetched(leader, follower, to, tp);
    }
    MoveHighWatermark(leader, to, true, tp);
  }
  void Truncate(int32_t broker, int64_t to,
                cluster::TruncationReason reason = cluster::TruncationReason::kLeaderEpoch) {
    const Offset end = ghost().FindReplica(kOrders, BrokerId(broker))->log.end();
    Tell(cluster::LogTruncated{kOrders, BrokerId(broker), end, Offset(to), reason});
  }
  void MoveLogStart(int32_t broker, int64_t to, cluster::LogStartReason reason) {
    const GhostReplica* replica = ghost().FindReplica(kOrders, BrokerId(broker));
    Tell(cluster::LogStartMoved{kOrders, BrokerId(broker), replica->log_start, Offset(to), reason,
                                replica->high_watermark, replica->log.end()});
  }
  void Load(int32_t broker, int64_t log_end, int64_t high_watermark, int64_t log_start = 0) {
    Tell(cluster::LogLoaded{kOrders, BrokerId(broker), Offset(log_start), Offset(log_end), Offset(high_watermark),
                            false});
  }
  // A batch, sent with acks=all by client 0, on every replica, committed and acknowledged; its base offset.
  int64_t Settle(int32_t leader, int32_t records = 1, int64_t producer_id = 900) {
    std::vector<int64_t> values;
    for (int32_t i = 0; i < records; ++i) values.push_back(Send());
    const cluster::LogBatchRef batch = Produce(leader, values, producer_id);
    for (int32_t follower = 1; follower <= 3; ++follower) {
      if (follower != leader) Copy(follower, batch);
    }
    Commit(leader, batch->next_offset().value(), {1, 2, 3});
    for (int32_t i = 0; i < records; ++i) Acked(values[static_cast<size_t>(i)], batch->base_offset().value() + i);
    return batch->base_offset().value();
  }

  // Clients. Client 0 is idempotent; client 1 keeps order without; client 2 does not keep order.
  int64_t SendFrom(sim::ProcessId process) {
    const int64_t value = cluster::ProducerProcess::ValueOf(cluster::ClientId(0), sent_.empty() ? 0 : sent_[0]);
    sent_.resize(std::max<size_t>(sent_.size(), 1));
    ++sent_[0];
    Tell(cluster::RecordSent{cluster::ClientId(0), kOrders, value}, sim::Incarnation(0), process);
    return value;
  }
  int64_t Send(int32_t client = 0, TopicPartition tp = kOrders) {
    if (static_cast<size_t>(client) >= sent_.size()) sent_.resize(static_cast<size_t>(client) + 1);
    const int64_t value =
        cluster::ProducerProcess::ValueOf(cluster::ClientId(client), sent_[static_cast<size_t>(client)]++);
    Tell(cluster::RecordSent{cluster::ClientId(client), tp, value});
    return value;
  }
  void Acked(int64_t value, int64_t offset, cluster::RequiredAcks acks = cluster::kAcksAll) {
    Tell(cluster::RecordAcked{cluster::ProducerProcess::ClientOf(value), kOrders, value, Offset(offset), acks});
  }
  void Failed(int64_t value, bool definite) {
    Tell(cluster::RecordFailed{cluster::ProducerProcess::ClientOf(value), kOrders, value,
                               cluster::ErrorCode::kRequestTimedOut, definite});
  }
  void BrokerAcked(int32_t broker, int32_t epoch, int64_t from, int64_t to) {
    Tell(cluster::ProduceAcknowledged{kOrders, BrokerId(broker), LeaderEpoch(epoch), cluster::kAcksAll, Offset(from),
                                      Offset(to)});
  }
  void Deliver(int32_t consumer, int64_t offset, int64_t value, TopicPartition tp = kOrders) {
    Tell(cluster::RecordDelivered{cluster::ClientId(consumer), cluster::GroupIndex(0), tp, Offset(offset), value,
                                  LeaderEpoch(0)});
  }
  void Assign(int32_t consumer, int32_t generation, TopicPartition tp = kOrders) {
    Tell(cluster::PartitionAssigned{cluster::ClientId(consumer), cluster::GroupIndex(0), tp,
                                    cluster::GenerationId(generation)});
  }
  void Revoke(int32_t consumer, TopicPartition tp = kOrders) {
    Tell(cluster::PartitionRevoked{cluster::ClientId(consumer), cluster::GroupIndex(0), tp,
                                   cluster::RevocationKind::kRevoked});
  }
  void Position(int32_t consumer, int64_t offset, cluster::PositionSource source) {
    Tell(cluster::PositionSet{cluster::ClientId(consumer), cluster::GroupIndex(0), kOrders, Offset(offset), source});
  }
  void CommitOffset(int64_t offset, int32_t generation = 1) {
    Tell(cluster::OffsetCommitted{cluster::GroupIndex(0), BrokerId(1), kOrders, Offset(offset),
                                  cluster::GenerationId(generation)});
  }
  void CommitAcked(int32_t consumer, int64_t offset, int32_t generation = 1) {
    Tell(cluster::OffsetCommitAcked{cluster::ClientId(consumer), cluster::GroupIndex(0), kOrders, Offset(offset),
                                    cluster::GenerationId(generation)});
  }
  void FetchOffset(int32_t consumer, int64_t offset) {
    Tell(cluster::CommittedOffsetFetched{cluster::ClientId(consumer), cluster::GroupIndex(0), kOrders, Offset(offset)});
  }
  void Group(int32_t coordinator, int32_t generation, cluster::GroupState from, cluster::GroupState to,
             int32_t members = 1) {
    Tell(cluster::GroupStateChanged{cluster::GroupIndex(0), BrokerId(coordinator), cluster::GenerationId(generation),
                                    from, to, members});
  }

  CheckerSet& checkers() { return checkers_; }
  const Ghost& ghost() const { return checkers_.ghost(); }
  sim::SimTime now() const { return now_; }

  // Alarms of one property.
  std::vector<std::string> Alarms(std::string_view property) const {
    std::vector<std::string> alarms;
    for (const Violation& v : checkers_.Violations()) {
      if (v.property != property) continue;
      alarms.push_back(v.allowed() ? absl::StrCat("(", v.licence, ") ", v.summary) : v.summary);
    }
    return alarms;
  }
  // "S6: summary", "S6 (licence): summary"
  std::vector<std::string> Alarms() const {
    std::vector<std::string> alarms;
    for (const Violation& v : checkers_.Violations()) {
      alarms.push_back(v.allowed() ? absl::StrCat(v.property, " (", v.licence, "): ", v.summary)
                                   : absl::StrCat(v.property, ": ", v.summary));
    }
    return alarms;
  }

 private:
  static std::vector<BrokerId> Ids(const std::vector<int32_t>& ids) {
    std::vector<BrokerId> result;
    for (int32_t id : ids) result.push_back(BrokerId(id));
    return result;
  }
  static sim::DiskId SecondDisk(int32_t broker) { return sim::DiskId(10 + broker); }
  static GhostTopology Topology() {
    GhostTopology topology;
    for (int32_t id = 1; id <= 3; ++id) {
      topology.broker_of_process[sim::ProcessId(id)] = BrokerId(id);
      topology.broker_of_host[sim::HostId(id)] = BrokerId(id);
      topology.broker_of_disk[sim::DiskId(id)] = BrokerId(id);
      topology.broker_of_disk[SecondDisk(id)] = BrokerId(id);
      topology.dir_of_disk[SecondDisk(id)] = cluster::LogDir(1);
    }
    return topology;
  }
  static TrialFacts Facts() {
    TrialFacts facts;
    facts.topic_names = {"orders", "__consumer_offsets"};
    facts.effective_min_isr = {2, 1};
    facts.largest_min_isr = {2, 1};
    facts.groups = {"billing"};
    facts.group_topics = {cluster::TopicId(0)};
    facts.delivery_timeouts = {{cluster::ClientId(0), sim::Seconds(120)}};
    facts.keeps_order = {{cluster::ClientId(0), true}, {cluster::ClientId(1), true}, {cluster::ClientId(2), false}};
    return facts;
  }
  Offset NextMetadata() { return Offset(metadata_offset_++); }

  CheckerSet checkers_;
  sim::SimTime now_;
  int64_t metadata_offset_ = 0;
  // By broker id.
  std::array<int64_t, 4> incarnations_ = {};
  // By client.
  std::vector<int64_t> sent_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_HISTORY_FOR_TEST_H_
