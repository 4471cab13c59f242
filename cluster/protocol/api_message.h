// A request or response on the wire: header and body. Bodies are a closed set, so that a new API fails to compile where
// it is not handled.
//
//   network.Send(ctx, node, ApiRequest(HeartbeatRequest{...}), ...);
//   std::visit(Overloaded{[&](const ProduceRequest& r) {...}, ...}, request.body);
#ifndef KTRIAL_CLUSTER_PROTOCOL_API_MESSAGE_H_
#define KTRIAL_CLUSTER_PROTOCOL_API_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cluster/protocol/config_api.h"
#include "cluster/protocol/controller_api.h"
#include "cluster/protocol/fetch_api.h"
#include "cluster/protocol/group_api.h"
#include "cluster/protocol/metadata_api.h"
#include "cluster/protocol/produce_api.h"
#include "cluster/protocol/raft_api.h"
#include "sim/message.h"

namespace ktrial::cluster {

// Kafka's api keys.
enum class ApiKey : int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetCommit = 8,
  kOffsetFetch = 9,
  kFindCoordinator = 10,
  kJoinGroup = 11,
  kHeartbeat = 12,
  kLeaveGroup = 13,
  kSyncGroup = 14,
  kCreateTopics = 19,
  kDeleteRecords = 21,
  kInitProducerId = 22,
  kOffsetsForLeaderEpoch = 23,
  kElectLeaders = 43,
  kIncrementalAlterConfigs = 44,
  kAlterPartitionReassignments = 45,
  kListPartitionReassignments = 46,
  kVote = 52,
  kBeginQuorumEpoch = 53,
  kEndQuorumEpoch = 54,
  kAlterPartition = 56,
  kBrokerRegistration = 62,
  kBrokerHeartbeat = 63,
  kAllocateProducerIds = 67,
  kAssignReplicasToDirs = 73,
};

// "Produce", "OffsetsForLeaderEpoch", ...
std::string_view ApiName(ApiKey key);
// The key of that name, if there is one.
std::optional<ApiKey> FindApi(std::string_view name);
// The names of all, in the order of RequestBody.
std::vector<std::string> ApiNames();

using RequestBody =
    std::variant<ProduceRequest, FetchRequest, ListOffsetsRequest, MetadataRequest, OffsetCommitRequest,
                 OffsetFetchRequest, FindCoordinatorRequest, JoinGroupRequest, HeartbeatRequest, LeaveGroupRequest,
                 SyncGroupRequest, CreateTopicsRequest, DeleteRecordsRequest, InitProducerIdRequest,
                 OffsetsForLeaderEpochRequest, VoteRequest, BeginQuorumEpochRequest, EndQuorumEpochRequest,
                 AlterPartitionRequest, BrokerRegistrationRequest, BrokerHeartbeatRequest, AllocateProducerIdsRequest,
                 IncrementalAlterConfigsRequest, AlterPartitionReassignmentsRequest, ElectLeadersRequest,
                 AssignReplicasToDirsRequest, ListPartitionReassignmentsRequest>;
// In the order of RequestBody.
using ResponseBody =
    std::variant<ProduceResponse, FetchResponse, ListOffsetsResponse, MetadataResponse, OffsetCommitResponse,
                 OffsetFetchResponse, FindCoordinatorResponse, JoinGroupResponse, HeartbeatResponse, LeaveGroupResponse,
                 SyncGroupResponse, CreateTopicsResponse, DeleteRecordsResponse, InitProducerIdResponse,
                 OffsetsForLeaderEpochResponse, VoteResponse, BeginQuorumEpochResponse, EndQuorumEpochResponse,
                 AlterPartitionResponse, BrokerRegistrationResponse, BrokerHeartbeatResponse,
                 AllocateProducerIdsResponse, IncrementalAlterConfigsResponse, AlterPartitionReassignmentsResponse,
                 ElectLeadersResponse, AssignReplicasToDirsResponse, ListPartitionReassignmentsResponse>;

ApiKey ApiKeyOf(const RequestBody& body);
ApiKey ApiKeyOf(const ResponseBody& body);

// Estimated sizes on the wire, header included; exact where records dominate.
int32_t EncodedBytes(const RequestBody& body);
int32_t EncodedBytes(const ResponseBody& body);

// Pairs a response with its request on one connection.
using CorrelationId = sim::StrongId<struct CorrelationIdTag, int32_t>;

struct ApiRequest : sim::Payload {
  ApiRequest(CorrelationId id, BrokerId sender_node, RequestBody request)
      : correlation(id), sender(sender_node), body(std::move(request)) {}

  CorrelationId correlation;
  // node.id of the sending broker or controller; none for clients. Stands for the authenticated principal.
  BrokerId sender;
  RequestBody body;
};

struct ApiResponse : sim::Payload {
  ApiResponse(CorrelationId id, ResponseBody response) : correlation(id), body(std::move(response)) {}

  CorrelationId correlation;
  ResponseBody body;
};

using ApiRequestRef = sim::Ref<const ApiRequest>;
using ApiResponseRef = sim::Ref<const ApiResponse>;

// How requests and responses are numbered for the world (sim::Message::kind): requests by api key, responses by
// api key + kResponseKinds.
inline constexpr uint16_t kResponseKinds = 512;
sim::Message ToMessage(ApiRequestRef request);
sim::Message ToMessage(ApiResponseRef response);
inline bool IsResponse(const sim::Message& message) { return message.kind >= kResponseKinds; }
inline ApiKey ApiKeyOf(const sim::Message& message) { return static_cast<ApiKey>(message.kind % kResponseKinds); }

// For std::visit with one lambda an alternative.
template <typename... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <typename... F>
Overloaded(F...) -> Overloaded<F...>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_API_MESSAGE_H_
