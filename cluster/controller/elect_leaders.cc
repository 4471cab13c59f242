// Elections of preferred and unclean leaders that somebody asks for, the part of ReplicationControlManager with
// electLeaders and maybeBalancePartitionLeaders.
#include <optional>

#include "cluster/controller/partition_change_builder.h"
#include "cluster/controller/replication_control_manager.h"

namespace ktrial::cluster {
namespace {

// MAX_ELECTIONS_PER_IMBALANCE
constexpr int kMostElections = 1000;

std::optional<PartitionChangeRecord> Elect(const ControllerState& state, const BrokerConfig& config, TopicPartition tp,
                                           PartitionElection election) {
  PartitionChangeInput input = ChangeInputFor(state, config, tp);
  input.election = election;
  return BuildPartitionChange(input, [&](BrokerId id) { return state.IsActive(id); });
}

ErrorCode ElectLeader(const ControllerState& state, const BrokerConfig& config, ElectionType type,
                      const ElectLeadersRequest::PartitionData& wanted, ControllerRecords& records) {
  const TopicImage* topic = state.image().FindTopic(wanted.topic);
  if (topic == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  const TopicPartition tp{topic->id, wanted.partition};
  const PartitionRegistration* partition = state.image().FindPartition(tp);
  if (partition == nullptr) return ErrorCode::kUnknownTopicOrPartition;
  const bool preferred = type == ElectionType::kPreferred;
  if (preferred ? partition->leader == partition->replicas.front() : partition->leader.valid()) {
    return ErrorCode::kElectionNotNeeded;
  }
  auto record = Elect(state, config, tp, preferred ? PartitionElection::kPreferred : PartitionElection::kUnclean);
  if (!record) return preferred ? ErrorCode::kPreferredLeaderNotAvailable : ErrorCode::kEligibleLeadersNotAvailable;
  records.push_back(*std::move(record));
  return ErrorCode::kNone;
}

}  // namespace

ElectLeadersResponse ElectLeaders(const ControllerState& state, const BrokerConfig& config,
                                  const ElectLeadersRequest& request, ControllerRecords& records) {
  ElectLeadersResponse response;
  for (const ElectLeadersRequest::PartitionData& wanted : request.partitions) {
    response.partitions.push_back({.topic = wanted.topic,
                                   .partition = wanted.partition,
                                   .error = ElectLeader(state, config, request.type, wanted, records)});
  }
  return response;
}

bool MaybeBalancePartitionLeaders(const ControllerState& state, const BrokerConfig& config,
                                  ControllerRecords& records) {
  int elections = 0;
  for (TopicPartition tp : state.imbalanced()) {
    if (elections == kMostElections) return true;
    if (auto record = Elect(state, config, tp, PartitionElection::kPreferred)) {
      records.push_back(*std::move(record));
      ++elections;
    }
  }
  return false;
}

}  // namespace ktrial::cluster
