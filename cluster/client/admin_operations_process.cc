#include "cluster/client/admin_operations_process.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include "cluster/client/throttled_reassignment.h"
#include "cluster/protocol/api_message.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// KafkaAdminClient's defaults: retry.backoff.ms, request.timeout.ms, default.api.timeout.ms.
constexpr sim::Duration kRetryBackOff = sim::Milliseconds(100);
constexpr sim::Duration kAdminRequestTimeout = sim::Seconds(30);
constexpr sim::Duration kApiTimeout = sim::Seconds(60);

// None if the answer says nothing of what was asked for.
std::optional<ErrorCode> ErrorOf(const IncrementalAlterConfigsResponse& response) {
  if (response.error != ErrorCode::kNone) return response.error;
  if (response.results.size() != 1) return std::nullopt;
  return response.results[0].error;
}

std::optional<ErrorCode> ErrorOf(const AlterPartitionReassignmentsResponse& response) {
  if (response.error != ErrorCode::kNone) return response.error;
  if (response.partitions.empty()) return std::nullopt;
  const auto refused = std::find_if(response.partitions.begin(), response.partitions.end(),
                                    [](const auto& partition) { return partition.error != ErrorCode::kNone; });
  return refused == response.partitions.end() ? ErrorCode::kNone : refused->error;
}

// The tool reports what became of each partition and tries none of them again, though the errors are retriable. A
// leader that need not be elected is fine.
std::optional<ErrorCode> ErrorOf(const ElectLeadersResponse& response) {
  if (response.error != ErrorCode::kNone) return response.error;
  if (response.partitions.empty()) return std::nullopt;
  const auto refused = std::find_if(response.partitions.begin(), response.partitions.end(), [](const auto& partition) {
    return partition.error != ErrorCode::kNone && partition.error != ErrorCode::kElectionNotNeeded;
  });
  return refused == response.partitions.end() ? ErrorCode::kNone : refused->error;
}

bool IsFinal(const Completion& completion) {
  const auto* elections = std::get_if<ElectLeadersResponse>(&completion.response->body);
  return elections != nullptr && elections->error == ErrorCode::kNone;
}

std::optional<ErrorCode> ErrorOf(const DeleteRecordsResponse& response) {
  if (response.partitions.size() != 1) return std::nullopt;
  return response.partitions[0].error;
}

// A second passes before it is asked again.
constexpr sim::Duration kVerifyInterval = sim::Seconds(1);

// The broker whose own configs change, if it is that.
std::optional<BrokerId> OnlyNode(const AdminOperation& operation) {
  const auto* alter = std::get_if<IncrementalAlterConfigsRequest>(&operation.request);
  if (alter == nullptr || alter->brokers.empty()) return std::nullopt;
  return alter->brokers[0].id;
}

std::optional<ErrorCode> ErrorOf(const Completion& completion) {
  if (!completion.ok()) return std::nullopt;
  if (const auto* deletion = std::get_if<DeleteRecordsResponse>(&completion.response->body)) return ErrorOf(*deletion);
  if (const auto* listed = std::get_if<ListPartitionReassignmentsResponse>(&completion.response->body)) {
    return listed->error;
  }
  if (const auto* metadata = std::get_if<MetadataResponse>(&completion.response->body)) {
    return metadata->topics.size() == 1 ? std::optional(metadata->topics[0].error) : std::nullopt;
  }
  if (const auto* configs = std::get_if<IncrementalAlterConfigsResponse>(&completion.response->body)) {
    return ErrorOf(*configs);
  }
  if (const auto* elections = std::get_if<ElectLeadersResponse>(&completion.response->body)) return ErrorOf(*elections);
  return ErrorOf(completion.As<AlterPartitionReassignmentsResponse>());
}

}  // namespace

AdminOperationsProcess::AdminOperationsProcess(std::vector<AdminOperation> operations, AddressBookRef addresses)
    : operations_(std::move(operations)), addresses_(std::move(addresses)), outcomes_(operations_.size()) {
  KT_CHECK(!addresses_->brokers.empty());
  for (const AdminOperation& operation : operations_) {
    const auto* alter = std::get_if<IncrementalAlterConfigsRequest>(&operation.request);
    KT_CHECK(alter == nullptr || alter->topics.size() + alter->brokers.size() == 1);
    const auto* deletion = std::get_if<DeleteRecordsRequest>(&operation.request);
    KT_CHECK(deletion == nullptr || deletion->partitions.size() == 1);
  }
}

void AdminOperationsProcess::OnStart(sim::Context& ctx) {
  network_.emplace(NetworkClientOptions{}, addresses_);
  ArmTimer(ctx, {});
}

void AdminOperationsProcess::OnStop(sim::Context& ctx) { ctx.Exit(); }

void AdminOperationsProcess::OnCrash() {
  network_.reset();
  in_hand_.reset();
  begun_.reset();
}

void AdminOperationsProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kNetworkClient) {
    network_->OnTimer(ctx, timer);
  } else {
    SendNext(ctx);
  }
  AfterEvent(ctx);
}

void AdminOperationsProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (const auto completion = network_->OnMessage(ctx, connection, message)) OnCompletion(ctx, *completion);
  AfterEvent(ctx);
}

void AdminOperationsProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                          sim::ConnectionEvent event) {
  network_->OnConnection(ctx, connection, event);
  AfterEvent(ctx);
}

void AdminOperationsProcess::AfterEvent(sim::Context& ctx) {
  for (const Completion& completion : network_->TakeCompletions()) OnCompletion(ctx, completion);
}

std::optional<size_t> AdminOperationsProcess::Next() const {
  std::optional<size_t> next;
  for (size_t i = 0; i < operations_.size(); ++i) {
    const AdminOperation& operation = operations_[i];
    if (outcomes_[i] || (operation.after && !outcomes_[*operation.after])) continue;
    if (!next || operation.at < operations_[*next].at) next = i;
  }
  return next;
}

void AdminOperationsProcess::ArmTimer(sim::Context& ctx, sim::Duration back_off) {
  if (!in_hand_) in_hand_ = Next();
  if (!in_hand_) return;
  const sim::Duration until_due = operations_[*in_hand_].at - ctx.now();
  ctx.SetTimer(std::max(until_due, back_off), {.kind = TimerKind(Component::kWorkload, kSend)});
}

void AdminOperationsProcess::SendNext(sim::Context& ctx) {
  if (!begun_) begun_ = ctx.now();
  if (ctx.now() - *begun_ >= kApiTimeout) return Finish(ctx, ErrorCode::kRequestTimedOut);
  const AdminOperation& operation = operations_[*in_hand_];
  const BrokerId bootstrap = addresses_->brokers[next_node_ % addresses_->brokers.size()];
  const BrokerId node = OnlyNode(operation).value_or(bootstrap);
  ++next_node_;
  RequestBody body = std::visit(
      Overloaded{[](const ThrottledReassignment& throttled) {
                   return RequestBody(MetadataRequest{.topics = {throttled.reassignment.partitions[0].topic}});
                 },
                 [](const auto& request) { return RequestBody(request); }},
      operation.request);
  network_->Send(ctx, node, std::move(body), {.component = Component::kWorkload}, kAdminRequestTimeout);
}

std::optional<AdminOutcome> AdminOperationsProcess::OutcomeOf(size_t operation) const {
  const auto planned = planned_.find(operation);
  return outcomes_[planned == planned_.end() ? operation : planned->second];
}

void AdminOperationsProcess::Plan(sim::Context& ctx, const MetadataResponse& metadata) {
  const auto& throttled = std::get<ThrottledReassignment>(operations_[*in_hand_].request);
  const size_t first = operations_.size();
  std::vector<AdminOperation> plan = PlanThrottledReassignment(throttled, metadata.topics[0], ctx.now(), first);
  planned_[*in_hand_] = first + plan.size() - 1;
  std::move(plan.begin(), plan.end(), std::back_inserter(operations_));
  outcomes_.resize(operations_.size());
  Finish(ctx, ErrorCode::kNone);
}

void AdminOperationsProcess::OnCompletion(sim::Context& ctx, const Completion& completion) {
  const std::optional<ErrorCode> error = ErrorOf(completion);
  if (!error || (IsRetriable(*error) && !IsFinal(completion))) return ArmTimer(ctx, kRetryBackOff);
  if (const auto* metadata = std::get_if<MetadataResponse>(&completion.response->body)) {
    if (*error == ErrorCode::kNone) return Plan(ctx, *metadata);
    return Finish(ctx, *error);
  }
  const auto* listed = std::get_if<ListPartitionReassignmentsResponse>(&completion.response->body);
  if (listed == nullptr || *error != ErrorCode::kNone || listed->reassignments.empty()) return Finish(ctx, *error);
  // Not yet. Others get their turn.
  operations_[*in_hand_].at = ctx.now() + kVerifyInterval;
  in_hand_.reset();
  begun_.reset();
  ArmTimer(ctx, {});
}

void AdminOperationsProcess::Finish(sim::Context& ctx, ErrorCode error) {
  outcomes_[*in_hand_] = {.answered_at = ctx.now(), .error = error};
  in_hand_.reset();
  begun_.reset();
  // What was to follow stands behind it.
  for (size_t i = 0; i < operations_.size(); ++i) {
    const std::optional<size_t> after = operations_[i].after;
    if (outcomes_[i] || !after || !outcomes_[*after] || outcomes_[*after]->error == ErrorCode::kNone) continue;
    outcomes_[i] = {.answered_at = ctx.now(), .error = outcomes_[*after]->error};
  }
  ArmTimer(ctx, {});
}

}  // namespace ktrial::cluster
