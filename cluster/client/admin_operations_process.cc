#include "cluster/client/admin_operations_process.h"

#include <algorithm>
#include <utility>

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

std::optional<ErrorCode> ErrorOf(const Completion& completion) {
  if (!completion.ok()) return std::nullopt;
  if (const auto* deletion = std::get_if<DeleteRecordsResponse>(&completion.response->body)) return ErrorOf(*deletion);
  if (const auto* configs = std::get_if<IncrementalAlterConfigsResponse>(&completion.response->body)) {
    return ErrorOf(*configs);
  }
  if (const auto* elections = std::get_if<ElectLeadersResponse>(&completion.response->body)) return ErrorOf(*elections);
  return ErrorOf(completion.As<AlterPartitionReassignmentsResponse>());
}

}  // namespace

AdminOperationsProcess::AdminOperationsProcess(std::vector<AdminOperation> operations, AddressBookRef addresses)
    : operations_(std::move(operations)), addresses_(std::move(addresses)) {
  KT_CHECK(!addresses_->brokers.empty());
  for (const AdminOperation& operation : operations_) {
    const auto* alter = std::get_if<IncrementalAlterConfigsRequest>(&operation.request);
    KT_CHECK(alter == nullptr || alter->topics.size() == 1);
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

// For the operation in hand: not before its time, nor before the back-off is over.
void AdminOperationsProcess::ArmTimer(sim::Context& ctx, sim::Duration back_off) {
  if (outcomes_.size() == operations_.size()) return;
  const sim::Duration until_due = operations_[outcomes_.size()].at - ctx.now();
  ctx.SetTimer(std::max(until_due, back_off), {.kind = TimerKind(Component::kWorkload, kSend)});
}

void AdminOperationsProcess::SendNext(sim::Context& ctx) {
  if (!begun_) begun_ = ctx.now();
  if (ctx.now() - *begun_ >= kApiTimeout) return Finish(ctx, ErrorCode::kRequestTimedOut);
  const BrokerId node = addresses_->brokers[next_node_ % addresses_->brokers.size()];
  ++next_node_;
  RequestBody body =
      std::visit([](const auto& request) { return RequestBody(request); }, operations_[outcomes_.size()].request);
  network_->Send(ctx, node, std::move(body), {.component = Component::kWorkload}, kAdminRequestTimeout);
}

void AdminOperationsProcess::OnCompletion(sim::Context& ctx, const Completion& completion) {
  const std::optional<ErrorCode> error = ErrorOf(completion);
  if (!error || (IsRetriable(*error) && !IsFinal(completion))) return ArmTimer(ctx, kRetryBackOff);
  Finish(ctx, *error);
}

void AdminOperationsProcess::Finish(sim::Context& ctx, ErrorCode error) {
  outcomes_.push_back({.answered_at = ctx.now(), .error = error});
  begun_.reset();
  ArmTimer(ctx, {});
}

}  // namespace ktrial::cluster
