#include "cluster/broker/cluster_for_test.h"

#include "sim/check.h"

namespace ktrial::cluster {

uint64_t ClientForTest::Send(sim::Context& ctx, BrokerId node, RequestBody body) {
  const uint64_t key = next_key_++;
  network_.Send(ctx, node, std::move(body), {.key = key}, sim::Seconds(40));
  Collect();
  return key;
}

const Completion* ClientForTest::Find(uint64_t key) const {
  const auto it = outcomes_.find(key);
  return it == outcomes_.end() ? nullptr : &it->second;
}

void ClientForTest::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  network_.OnTimer(ctx, timer);
  Collect();
}

void ClientForTest::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (auto completion = network_.OnMessage(ctx, connection, message)) {
    outcomes_.emplace(completion->tag.key, *completion);
  }
}

void ClientForTest::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                 sim::ConnectionEvent event) {
  network_.OnConnection(ctx, connection, event);
  Collect();
}

void ClientForTest::Collect() {
  for (Completion& completion : network_.TakeCompletions())
    outcomes_.emplace(completion.tag.key, std::move(completion));
}

void FactsForTest::OnFact(const sim::FactHeader& header, const void* fact) {
  if (header.kind == BecameLeader::kKind) became_leader.push_back(*static_cast<const BecameLeader*>(fact));
  if (header.kind == LogTruncated::kKind) truncated.push_back(*static_cast<const LogTruncated*>(fact));
  if (header.kind == ProduceAcknowledged::kKind) acknowledged.push_back(*static_cast<const ProduceAcknowledged*>(fact));
}

ClusterForTest::ClusterForTest(const ClusterSpec& spec) : cluster_(BuildCluster(spec)) {
  client_ = cluster_.AddClient("client", std::make_unique<ClientForTest>(cluster_.addresses));
  cluster_.StartAll(&facts_);
}

bool ClusterForTest::RunUntil(absl::FunctionRef<bool()> condition, sim::Duration limit) {
  const sim::SimTime end = cluster_.world.now() + limit;
  while (!condition()) {
    if (cluster_.world.now() >= end) return false;
    Run(sim::Milliseconds(10));
  }
  return true;
}

sim::FaultId ClusterForTest::Cut(BrokerId from, const std::vector<BrokerId>& to) {
  sim::Paths paths{.from = {cluster_.world.host_of(cluster_.ProcessOf(from))}};
  for (BrokerId node : to) paths.to.push_back(cluster_.world.host_of(cluster_.ProcessOf(node)));
  return cluster_.world.Begin(sim::CutFault{.paths = std::move(paths)}, &facts_);
}

void ClusterForTest::PowerLoss(BrokerId node, sim::PowerLossMode mode) {
  const sim::HostId host = cluster_.world.host_of(cluster_.ProcessOf(node));
  cluster_.world.PowerLoss(host, mode, &facts_);
  cluster_.world.PowerOn(host, &facts_);
}

uint64_t ClusterForTest::Send(BrokerId node, RequestBody body) {
  uint64_t key = 0;
  cluster_.world.Invoke(
      client_,
      [&](sim::Process& process, sim::Context& ctx) {
        key = static_cast<ClientForTest&>(process).Send(ctx, node, std::move(body));
      },
      &facts_);
  return key;
}

const Completion* ClusterForTest::Find(uint64_t key) const {
  return cluster_.world.process_as<ClientForTest>(client_).Find(key);
}

Completion ClusterForTest::Call(BrokerId node, RequestBody body) {
  const uint64_t key = Send(node, std::move(body));
  KT_CHECK(RunUntil([&] { return Find(key) != nullptr; }));
  return *Find(key);
}

TopicId ClusterForTest::CreateTopic(BrokerId via, CreateTopicsRequest::Topic topic) {
  const std::string name = topic.name;
  TopicId id;
  KT_CHECK(RunUntil([&] {
    const Completion created = Call(via, CreateTopicsRequest{.topics = {topic}});
    if (!created.ok() || created.As<CreateTopicsResponse>().error != ErrorCode::kNone) return false;
    const CreateTopicsResponse::Result& result = created.As<CreateTopicsResponse>().results[0];
    return result.error == ErrorCode::kNone || result.error == ErrorCode::kTopicAlreadyExists;
  }));
  KT_CHECK(RunUntil([&] {
    const Completion described = Call(via, MetadataRequest{.topics = {name}});
    if (!described.ok()) return false;
    const MetadataResponse::Topic& found = described.As<MetadataResponse>().topics[0];
    id = found.id;
    for (const auto& partition : found.partitions) {
      const bool led = partition.leader.valid() && running(partition.leader) &&
                       Find(partition.leader, {id, partition.partition}) != nullptr &&
                       Find(partition.leader, {id, partition.partition})->is_leader();
      if (!led) return false;
    }
    return found.error == ErrorCode::kNone;
  }));
  return id;
}

ProduceResponse::PartitionResponse ClusterForTest::Produce(TopicPartition tp, BrokerId leader, int records,
                                                           RequiredAcks acks) {
  std::vector<Record> content;
  for (int i = 0; i < records; ++i)
    content.push_back({.timestamp = sim::kRunStart, .bytes = 100, .value = next_value_++});
  ProduceRequest request{.acks = acks, .timeout = sim::Seconds(30)};
  request.partitions.push_back({tp, sim::MakeRef<const RecordBatch>(BatchAttributes(), std::move(content))});
  const Completion outcome = Call(leader, std::move(request));
  if (!outcome.ok()) return {.tp = tp, .error = ErrorCode::kNetworkException};
  return outcome.As<ProduceResponse>().partitions[0];
}

bool ClusterForTest::AllRunning() {
  for (sim::ProcessId process : cluster_.brokers) {
    if (!cluster_.world.running(process)) return false;
    if (cluster_.world.process_as<BrokerProcess>(process).lifecycle() != BrokerLifecycleState::kRunning) return false;
  }
  return true;
}

const PartitionRegistration* ClusterForTest::Registration(BrokerId node, TopicPartition tp) const {
  return cluster_.broker(node).metadata().FindPartition(tp);
}

const Partition* ClusterForTest::Find(BrokerId node, TopicPartition tp) const {
  return running(node) ? cluster_.broker(node).replicas().FindPartition(tp) : nullptr;
}

std::vector<int64_t> ClusterForTest::Values(BrokerId node, TopicPartition tp) {
  std::vector<int64_t> values;
  cluster_.world.Invoke(cluster_.ProcessOf(node), [&](sim::Process& process, sim::Context& ctx) {
    const UnifiedLog& log = static_cast<BrokerProcess&>(process).replicas().FindPartition(tp)->log();
    for (Offset at = log.log_start(); at < log.log_end();) {
      const FetchedData data = log.Read(ctx, at, log.log_end(), 1 << 20);
      for (const LogBatchRef& batch : data.batches) {
        for (const Record& record : batch->batch().records()) values.push_back(record.value);
        at = batch->next_offset();
      }
    }
  });
  return values;
}

}  // namespace ktrial::cluster
