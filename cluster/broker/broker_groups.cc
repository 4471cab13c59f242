// The group coordinator in its broker: the requests it gets, the partitions of __consumer_offsets it works on, and
// their logs.

#include <cstdint>
#include <optional>
#include <utility>

#include "cluster/broker/broker.h"
#include "cluster/group/group_partition.h"

namespace ktrial::cluster {
namespace {

// The broker's replicas as the coordinator sees them (kafka.coordinator.group.CoordinatorPartitionWriter).
class ReplicaGroupLog : public GroupLog {
 public:
  ReplicaGroupLog(ReplicaManager& replicas, const ReplicaEnv& env) : replicas_(replicas), env_(env) {}

  Appended Append(TopicPartition tp, sim::Ref<const RecordBatch> batch) override {
    const LogAppendInfo info = replicas_.AppendForCoordinator(env_, tp, std::move(batch));
    if (info.error != ErrorCode::kNone) return {.error = info.error};
    return {.end = info.last_offset + 1};
  }
  std::optional<Offset> HighWatermark(TopicPartition tp) const override {
    const UnifiedLog* log = LedLog(tp);
    return log == nullptr ? std::nullopt : std::optional(log->high_watermark());
  }
  std::optional<Offset> LogStart(TopicPartition tp) const override {
    const UnifiedLog* log = LedLog(tp);
    return log == nullptr ? std::nullopt : std::optional(log->log_start());
  }
  std::optional<Offset> LogEnd(TopicPartition tp) const override {
    const UnifiedLog* log = LedLog(tp);
    return log == nullptr ? std::nullopt : std::optional(log->log_end());
  }
  FetchedData Read(TopicPartition tp, Offset from) override {
    const UnifiedLog* log = LedLog(tp);
    if (log == nullptr) return {.batches = {}, .error = ErrorCode::kNotLeaderOrFollower};
    return log->Read(env_.ctx, from, log->log_end(), INT32_MAX);
  }

 private:
  const UnifiedLog* LedLog(TopicPartition tp) const {
    const Partition* partition = replicas_.FindPartition(tp);
    return partition != nullptr && partition->is_leader() ? &partition->log() : nullptr;
  }

  ReplicaManager& replicas_;
  ReplicaEnv env_;
};

}  // namespace

void BrokerProcess::HandleGroup(sim::Context& ctx, const Request& request) {
  ReplicaGroupLog log(state_->replicas, ReplicasEnv(ctx));
  state_->groups.Handle({ctx, log}, request.handle, request.api->body);
}

void BrokerProcess::HandleFindCoordinator(sim::Context& ctx, const Request& request) {
  const auto& find = std::get<FindCoordinatorRequest>(request.api->body);
  const MetadataImage& metadata = state_->metadata.image();
  const TopicImage* topic = metadata.FindTopic(kOffsetsTopicName);
  if (topic == nullptr) AutoCreateOffsetsTopic(ctx);
  state_->server.Respond(ctx, request.handle, FindGroupCoordinator(metadata, topic, find.group));
}

void BrokerProcess::OnGroupTimer(sim::Context& ctx, const sim::Timer& timer) {
  ReplicaGroupLog log(state_->replicas, ReplicasEnv(ctx));
  state_->groups.OnTimer({ctx, log}, timer);
}

void BrokerProcess::FollowOffsetsPartitions(sim::Context& ctx, const MetadataDelta& delta) {
  const MetadataImage& metadata = state_->metadata.image();
  const TopicImage* topic = metadata.FindTopic(kOffsetsTopicName);
  if (topic == nullptr) return;
  state_->groups.set_partition_count(static_cast<int32_t>(topic->partitions.size()));
  ReplicaGroupLog log(state_->replicas, ReplicasEnv(ctx));
  for (const TopicPartition& tp : delta.partitions) {
    const PartitionRegistration* partition = tp.topic == topic->id ? metadata.FindPartition(tp) : nullptr;
    if (partition == nullptr) continue;
    if (partition->leader == options_.id) {
      state_->groups.OnElection({ctx, log}, tp, partition->leader_epoch);
    } else {
      state_->groups.OnResignation({ctx, log}, tp, partition->leader_epoch);
    }
  }
}

bool BrokerProcess::DrainGroups(sim::Context& ctx) {
  if (!state_->replicas.TakeInternalHighWatermarkMoves().empty()) {
    ReplicaGroupLog log(state_->replicas, ReplicasEnv(ctx));
    state_->groups.OnHighWatermarks({ctx, log});
  }
  const std::vector<GroupResponse> responses = state_->groups.TakeResponses();
  for (const GroupResponse& response : responses) state_->server.Respond(ctx, response.handle, response.body);
  return !responses.empty();
}

}  // namespace ktrial::cluster
