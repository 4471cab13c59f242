#include "cluster/client/admin_process.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kAskInterval = sim::Milliseconds(100);
// Short, so that a broker that has not come up yet does not hold up the start of a run.
constexpr sim::Duration kRequestTimeout = sim::Milliseconds(2000);

}  // namespace

AdminProcess::AdminProcess(AdminWork work, AddressBookRef addresses)
    : work_(std::move(work)), addresses_(std::move(addresses)) {
  KT_CHECK(!addresses_->brokers.empty());
}

void AdminProcess::OnStart(sim::Context& ctx) {
  state_.emplace(addresses_);
  topic_ids_.clear();
  AskLater(ctx);
}

void AdminProcess::OnStop(sim::Context& ctx) { ctx.Exit(); }

void AdminProcess::OnCrash() { state_.reset(); }

void AdminProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kNetworkClient) {
    state_->network.OnTimer(ctx, timer);
  } else {
    Ask(ctx);
  }
  AfterEvent(ctx);
}

void AdminProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (const auto completion = state_->network.OnMessage(ctx, connection, message)) OnCompletion(ctx, *completion);
  AfterEvent(ctx);
}

void AdminProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                sim::ConnectionEvent event) {
  state_->network.OnConnection(ctx, connection, event);
  AfterEvent(ctx);
}

void AdminProcess::AfterEvent(sim::Context& ctx) {
  for (const Completion& completion : state_->network.TakeCompletions()) OnCompletion(ctx, completion);
}

void AdminProcess::BecomePhase(Phase to) {
  KT_CHECK(state_.has_value());
  KT_CHECK(state_->phase < to);
  state_->phase = to;
}

void AdminProcess::AskLater(sim::Context& ctx) {
  ctx.SetTimer(kAskInterval, {.kind = TimerKind(Component::kWorkload, kAskAgain)});
}

void AdminProcess::Ask(sim::Context& ctx) {
  if (state_->in_flight) return;
  RequestBody body = MetadataRequest{};
  switch (state_->phase) {
    case Phase::kAwaitBrokers:
      break;
    case Phase::kCreateTopics:
      body = CreateTopicsRequest{.topics = {work_.topics[topic_ids_.size()]}};
      break;
    case Phase::kAwaitIsr: {
      MetadataRequest request;
      for (const CreateTopicsRequest::Topic& topic : work_.topics) request.topics.push_back(topic.name);
      body = std::move(request);
      break;
    }
    case Phase::kReady:
    case Phase::kRefused:
      return;
  }
  const BrokerId node = addresses_->brokers[state_->next_node % addresses_->brokers.size()];
  ++state_->next_node;
  state_->in_flight = true;
  state_->network.Send(ctx, node, std::move(body), {.component = Component::kWorkload}, kRequestTimeout);
}

void AdminProcess::OnCompletion(sim::Context& ctx, const Completion& completion) {
  state_->in_flight = false;
  const Phase before = state_->phase;
  if (completion.ok()) {
    if (before == Phase::kCreateTopics) {
      OnCreated(completion.As<CreateTopicsResponse>());
    } else if (before == Phase::kAwaitBrokers) {
      OnBrokers(completion.As<MetadataResponse>());
    } else {
      OnPartitions(completion.As<MetadataResponse>());
    }
  }
  if (state_->phase != Phase::kReady && state_->phase != Phase::kRefused) AskLater(ctx);
}

void AdminProcess::OnBrokers(const MetadataResponse& response) {
  state_->brokers_joined = response.brokers.size();
  if (state_->brokers_joined < addresses_->brokers.size()) return;
  BecomePhase(work_.topics.empty() ? Phase::kReady : Phase::kCreateTopics);
}

void AdminProcess::OnCreated(const CreateTopicsResponse& response) {
  if (response.error != ErrorCode::kNone || response.results.size() != 1) return;
  const CreateTopicsResponse::Result& result = response.results[0];
  // A request whose answer was lost may have worked.
  const bool exists = result.error == ErrorCode::kNone || result.error == ErrorCode::kTopicAlreadyExists;
  if (exists) {
    topic_ids_.push_back(result.id);
    if (topic_ids_.size() == work_.topics.size()) BecomePhase(Phase::kAwaitIsr);
  } else if (!IsRetriable(result.error)) {
    state_->refusal = result.error;
    BecomePhase(Phase::kRefused);
  }
}

void AdminProcess::OnPartitions(const MetadataResponse& response) {
  state_->partitions = 0;
  state_->partitions_ready = 0;
  for (const CreateTopicsRequest::Topic& wanted : work_.topics) {
    state_->partitions +=
        wanted.assignments.empty() ? static_cast<size_t>(wanted.partitions) : wanted.assignments.size();
  }
  for (size_t i = 0; i < response.topics.size() && i < topic_ids_.size(); ++i) {
    const MetadataResponse::Topic& topic = response.topics[i];
    if (topic.error != ErrorCode::kNone) continue;
    for (size_t t = 0; t < work_.topics.size(); ++t) {
      if (work_.topics[t].name == topic.name) topic_ids_[t] = topic.id;
    }
    for (const MetadataResponse::Partition& partition : topic.partitions) {
      if (partition.leader.valid() && partition.isr.size() == partition.replicas.size()) ++state_->partitions_ready;
    }
  }
  if (state_->partitions_ready == state_->partitions) BecomePhase(Phase::kReady);
}

std::string AdminProcess::Explain() const {
  if (!state_) return "the administrator's tool does not run";
  switch (state_->phase) {
    case Phase::kAwaitBrokers:
      return std::to_string(state_->brokers_joined) + " of " + std::to_string(addresses_->brokers.size()) +
             " brokers have joined";
    case Phase::kCreateTopics:
      return "topic " + work_.topics[topic_ids_.size()].name + " has not been created yet";
    case Phase::kAwaitIsr:
      return std::to_string(state_->partitions_ready) + " of " + std::to_string(state_->partitions) +
             " partitions have a leader and all replicas in sync";
    case Phase::kReady:
      return "ready";
    case Phase::kRefused:
      return "topic " + work_.topics[topic_ids_.size()].name +
             " was refused: " + std::string(ErrorName(state_->refusal));
  }
  KT_UNREACHABLE();
}

}  // namespace ktrial::cluster
