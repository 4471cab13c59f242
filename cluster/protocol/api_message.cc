#include "cluster/protocol/api_message.h"

#include <array>

namespace ktrial::cluster {
namespace {

struct ApiInfo {
  ApiKey key;
  std::string_view name;
};

// In the order of RequestBody and ResponseBody.
constexpr std::array kApis = {
    ApiInfo{ApiKey::kProduce, "Produce"},
    ApiInfo{ApiKey::kFetch, "Fetch"},
    ApiInfo{ApiKey::kListOffsets, "ListOffsets"},
    ApiInfo{ApiKey::kMetadata, "Metadata"},
    ApiInfo{ApiKey::kOffsetCommit, "OffsetCommit"},
    ApiInfo{ApiKey::kOffsetFetch, "OffsetFetch"},
    ApiInfo{ApiKey::kFindCoordinator, "FindCoordinator"},
    ApiInfo{ApiKey::kJoinGroup, "JoinGroup"},
    ApiInfo{ApiKey::kHeartbeat, "Heartbeat"},
    ApiInfo{ApiKey::kLeaveGroup, "LeaveGroup"},
    ApiInfo{ApiKey::kSyncGroup, "SyncGroup"},
    ApiInfo{ApiKey::kCreateTopics, "CreateTopics"},
    ApiInfo{ApiKey::kDeleteRecords, "DeleteRecords"},
    ApiInfo{ApiKey::kInitProducerId, "InitProducerId"},
    ApiInfo{ApiKey::kOffsetsForLeaderEpoch, "OffsetForLeaderEpoch"},
    ApiInfo{ApiKey::kVote, "Vote"},
    ApiInfo{ApiKey::kBeginQuorumEpoch, "BeginQuorumEpoch"},
    ApiInfo{ApiKey::kEndQuorumEpoch, "EndQuorumEpoch"},
    ApiInfo{ApiKey::kAlterPartition, "AlterPartition"},
    ApiInfo{ApiKey::kBrokerRegistration, "BrokerRegistration"},
    ApiInfo{ApiKey::kBrokerHeartbeat, "BrokerHeartbeat"},
    ApiInfo{ApiKey::kAllocateProducerIds, "AllocateProducerIds"},
    ApiInfo{ApiKey::kIncrementalAlterConfigs, "IncrementalAlterConfigs"},
    ApiInfo{ApiKey::kAlterPartitionReassignments, "AlterPartitionReassignments"},
    ApiInfo{ApiKey::kElectLeaders, "ElectLeaders"},
    ApiInfo{ApiKey::kAssignReplicasToDirs, "AssignReplicasToDirs"},
    ApiInfo{ApiKey::kListPartitionReassignments, "ListPartitionReassignments"},
};
static_assert(kApis.size() == std::variant_size_v<RequestBody>);
static_assert(kApis.size() == std::variant_size_v<ResponseBody>);

constexpr int32_t kHeaderBytes = 24;
constexpr int32_t kEntryBytes = 32;
constexpr int32_t kOtherBytes = 64;

}  // namespace

std::string_view ApiName(ApiKey key) {
  for (const ApiInfo& api : kApis) {
    if (api.key == key) return api.name;
  }
  return "Unknown";
}

std::optional<ApiKey> FindApi(std::string_view name) {
  for (const ApiInfo& api : kApis) {
    if (api.name == name) return api.key;
  }
  return std::nullopt;
}

std::vector<std::string> ApiNames() {
  std::vector<std::string> names;
  for (const ApiInfo& api : kApis) names.emplace_back(api.name);
  return names;
}

ApiKey ApiKeyOf(const RequestBody& body) { return kApis[body.index()].key; }
ApiKey ApiKeyOf(const ResponseBody& body) { return kApis[body.index()].key; }

int32_t EncodedBytes(const RequestBody& body) {
  int32_t bytes = kHeaderBytes;
  if (const auto* produce = std::get_if<ProduceRequest>(&body)) {
    for (const auto& partition : produce->partitions) bytes += kEntryBytes + partition.batch->bytes();
  } else if (const auto* fetch = std::get_if<FetchRequest>(&body)) {
    bytes += kEntryBytes * static_cast<int32_t>(fetch->partitions.size() + fetch->forgotten.size());
  } else if (const auto* assignment = std::get_if<AssignReplicasToDirsRequest>(&body)) {
    bytes += kEntryBytes * static_cast<int32_t>(assignment->partitions.size());
  } else if (const auto* deletion = std::get_if<DeleteRecordsRequest>(&body)) {
    bytes += kEntryBytes * static_cast<int32_t>(deletion->partitions.size());
  } else {
    bytes += kOtherBytes;
  }
  return bytes;
}

int32_t EncodedBytes(const ResponseBody& body) {
  int32_t bytes = kHeaderBytes;
  if (const auto* fetch = std::get_if<FetchResponse>(&body)) {
    for (const auto& partition : fetch->partitions) {
      bytes += kEntryBytes;
      for (const LogBatchRef& batch : partition.batches) bytes += batch->bytes();
    }
  } else if (const auto* assignment = std::get_if<AssignReplicasToDirsResponse>(&body)) {
    bytes += kEntryBytes * static_cast<int32_t>(assignment->partitions.size());
  } else if (const auto* metadata = std::get_if<MetadataResponse>(&body)) {
    for (const auto& topic : metadata->topics) {
      bytes += kEntryBytes + kEntryBytes * static_cast<int32_t>(topic.partitions.size());
    }
  } else {
    bytes += kOtherBytes;
  }
  return bytes;
}

sim::Message ToMessage(ApiRequestRef request) {
  return {.kind = static_cast<uint16_t>(ApiKeyOf(request->body)),
          .bytes = EncodedBytes(request->body),
          .tag = static_cast<uint64_t>(request->correlation.value()),
          .body = request};
}

sim::Message ToMessage(ApiResponseRef response) {
  return {.kind = static_cast<uint16_t>(static_cast<uint16_t>(ApiKeyOf(response->body)) + kResponseKinds),
          .bytes = EncodedBytes(response->body),
          .tag = static_cast<uint64_t>(response->correlation.value()),
          .body = response};
}

}  // namespace ktrial::cluster
