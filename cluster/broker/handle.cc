// Hands each request to the handler of its API (kafka.server.KafkaApis.handle).

#include "cluster/broker/broker.h"

namespace ktrial::cluster {

void BrokerProcess::Handle(sim::Context& ctx, const Request& request) {
  std::visit(Overloaded{
                 [&](const ProduceRequest&) { HandleProduce(ctx, request); },
                 [&](const FetchRequest&) { HandleFetch(ctx, request); },
                 [&](const ListOffsetsRequest&) { HandleListOffsets(ctx, request); },
                 [&](const MetadataRequest&) { HandleMetadata(ctx, request); },
                 [&](const CreateTopicsRequest&) { HandleForwarded(ctx, request); },
                 [&](const IncrementalAlterConfigsRequest&) { HandleForwarded(ctx, request); },
                 [&](const AlterPartitionReassignmentsRequest&) { HandleForwarded(ctx, request); },
                 [&](const ElectLeadersRequest&) { HandleForwarded(ctx, request); },
                 [&](const ListPartitionReassignmentsRequest&) { HandleForwarded(ctx, request); },
                 [&](const DeleteRecordsRequest&) { HandleDeleteRecords(ctx, request); },
                 [&](const InitProducerIdRequest&) { HandleInitProducerId(ctx, request); },
                 [&](const OffsetsForLeaderEpochRequest&) { HandleOffsetsForLeaderEpoch(ctx, request); },
                 [&](const FindCoordinatorRequest&) { HandleFindCoordinator(ctx, request); },
                 [&](const JoinGroupRequest&) { HandleGroup(ctx, request); },
                 [&](const SyncGroupRequest&) { HandleGroup(ctx, request); },
                 [&](const HeartbeatRequest&) { HandleGroup(ctx, request); },
                 [&](const LeaveGroupRequest&) { HandleGroup(ctx, request); },
                 [&](const OffsetCommitRequest&) { HandleGroup(ctx, request); },
                 [&](const OffsetFetchRequest&) { HandleGroup(ctx, request); },
                 [&](const VoteRequest&) { HandleUnexpected(ctx, request); },
                 [&](const BeginQuorumEpochRequest&) { HandleUnexpected(ctx, request); },
                 [&](const EndQuorumEpochRequest&) { HandleUnexpected(ctx, request); },
                 [&](const AlterPartitionRequest&) { HandleUnexpected(ctx, request); },
                 [&](const BrokerRegistrationRequest&) { HandleUnexpected(ctx, request); },
                 [&](const BrokerHeartbeatRequest&) { HandleUnexpected(ctx, request); },
                 [&](const AllocateProducerIdsRequest&) { HandleUnexpected(ctx, request); },
                 [&](const AssignReplicasToDirsRequest&) { HandleUnexpected(ctx, request); },
             },
             request.api->body);
}

// A broker's listener does not serve the APIs of controllers and closes the connection.
void BrokerProcess::HandleUnexpected(sim::Context& ctx, const Request& request) {
  state_->server.CloseConnection(ctx, request.handle);
}

}  // namespace ktrial::cluster
