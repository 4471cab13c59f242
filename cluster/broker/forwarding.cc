// What a broker passes on to the active controller (kafka.server.ForwardingManager, AutoTopicCreationManager).

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cluster/broker/broker.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

ResponseBody TimedOut(ApiKey api) {
  constexpr ErrorCode kError = ErrorCode::kRequestTimedOut;
  if (api == ApiKey::kIncrementalAlterConfigs) return IncrementalAlterConfigsResponse{.error = kError, .results = {}};
  if (api == ApiKey::kAlterPartitionReassignments) {
    return AlterPartitionReassignmentsResponse{.error = kError, .partitions = {}};
  }
  if (api == ApiKey::kElectLeaders) return ElectLeadersResponse{.error = kError, .partitions = {}};
  if (api == ApiKey::kListPartitionReassignments) {
    return ListPartitionReassignmentsResponse{.error = kError, .reassignments = {}};
  }
  KT_CHECK(api == ApiKey::kCreateTopics);
  return CreateTopicsResponse{.error = kError, .results = {}};
}

}  // namespace

void BrokerProcess::Forward(sim::Context& ctx, RequestBody body, Forwarded why, uint64_t key) {
  state_->forwarding.Send(ctx, state_->network, std::move(body), why, key);
}

void BrokerProcess::HandleForwarded(sim::Context& ctx, const Request& request) {
  const uint64_t key = state_->next_forward++;
  state_->forwarded.emplace(key, ForwardedRequest{request.handle, ApiKeyOf(request.api->body)});
  Forward(ctx, request.api->body, kForClient, key);
}

void BrokerProcess::OnForwardedAnswer(sim::Context& ctx, const ControllerAnswer& answer) {
  switch (answer.kind) {
    case kForClient: {
      const auto it = state_->forwarded.find(answer.key);
      KT_CHECK(it != state_->forwarded.end());
      ResponseBody body = answer.timed_out() ? TimedOut(it->second.api) : answer.response->body;
      state_->server.Respond(ctx, it->second.handle, std::move(body));
      state_->forwarded.erase(it);
      break;
    }
    case kAutoCreate:
      // Whatever came of it: who needs the topic asks again.
      state_->creating.clear();
      break;
    case kProducerIdBlock:
      if (answer.timed_out()) {
        state_->producer_ids.OnNoAnswer();
      } else {
        state_->producer_ids.OnBlock(answer.As<AllocateProducerIdsResponse>());
      }
      break;
    default:
      KT_UNREACHABLE();
  }
}

void BrokerProcess::AutoCreateOffsetsTopic(sim::Context& ctx) {
  const std::string name(kOffsetsTopicName);
  if (!state_->creating.insert(name).second) return;
  CreateTopicsRequest request;
  request.topics.push_back({.name = name,
                            .partitions = options_.config.offsets_topic_num_partitions,
                            .replication_factor = options_.config.offsets_topic_replication_factor,
                            .configs = {{"cleanup.policy", "compact"},
                                        {"segment.bytes", absl::StrCat(options_.config.offsets_topic_segment_bytes)}}});
  Forward(ctx, std::move(request), kAutoCreate, 0);
}

}  // namespace ktrial::cluster
