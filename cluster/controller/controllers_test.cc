#include "cluster/controller/controllers_test.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cluster/network/component.h"
#include "gtest/gtest.h"

namespace ktrial::cluster {

using sim::Context;

namespace {

constexpr sim::Duration kBeat = sim::Milliseconds(500);
constexpr sim::Duration kTimeout = sim::Milliseconds(1000);

}  // namespace

void FakeBroker::OnStart(Context& ctx) {
  ++incarnation_;
  state_.emplace(Volatile{.network = NetworkClient({.self = id_}, addresses_)});
  Beat(ctx);
}

void FakeBroker::Beat(Context& ctx) {
  ctx.SetTimer(kBeat, {.kind = TimerKind(Component::kLifecycle, 0), .key = 0});
  const BrokerId controller = addresses_->voters[state_->controller % addresses_->voters.size()];
  if (state_->network.in_flight(controller) > 0) return;
  if (!state_->epoch.valid()) {
    state_->network.Send(ctx, controller,
                         BrokerRegistrationRequest{.broker = id_,
                                                   .incarnation_id = id_.value() * 1000 + incarnation_,
                                                   .rack = "",
                                                   .previous_broker_epoch = {}},
                         {.component = Component::kLifecycle, .kind = kRegister, .key = 0}, kTimeout);
  } else {
    state_->network.Send(ctx, controller,
                         BrokerHeartbeatRequest{.broker = id_,
                                                .broker_epoch = state_->epoch,
                                                .current_metadata_offset = Offset(INT64_MAX - 1),
                                                .want_fence = false,
                                                .want_shut_down = state_->want_shut_down},
                         {.component = Component::kLifecycle, .kind = kHeartbeat, .key = 0}, kTimeout);
  }
}

void FakeBroker::Ask(Context& ctx, BrokerId controller, RequestBody body) {
  state_->network.Send(ctx, controller, std::move(body), {.component = Component::kForwarding, .kind = kAsk, .key = 0},
                       sim::Seconds(30), /*channel=*/1);
}

void FakeBroker::OnCompletion(const Completion& completion) {
  if (completion.tag.kind == kAsk) {
    if (completion.ok()) state_->answers.push_back(completion.response->body);
    return;
  }
  ErrorCode error = ErrorCode::kNetworkException;
  if (completion.ok() && completion.tag.kind == kRegister) {
    const auto& response = completion.As<BrokerRegistrationResponse>();
    error = response.error;
    state_->last_registration_error = error;
    if (error == ErrorCode::kNone) state_->epoch = response.broker_epoch;
  } else if (completion.ok()) {
    const auto& response = completion.As<BrokerHeartbeatResponse>();
    error = response.error;
    if (error == ErrorCode::kNone) {
      state_->fenced = response.is_fenced;
      state_->told_to_shut_down = response.should_shut_down;
    }
  }
  if (error != ErrorCode::kNone) ++state_->controller;
}

void FakeBroker::Finish() {
  for (const Completion& completion : state_->network.TakeCompletions()) OnCompletion(completion);
}

void FakeBroker::OnTimer(Context& ctx, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kNetworkClient) {
    state_->network.OnTimer(ctx, timer);
  } else {
    Beat(ctx);
  }
  Finish();
}

void FakeBroker::OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (const auto completion = state_->network.OnMessage(ctx, connection, message)) OnCompletion(*completion);
  Finish();
}

void FakeBroker::OnConnection(Context& ctx, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) {
  state_->network.OnConnection(ctx, connection, event);
  Finish();
}

Controllers::Controllers(const ControllersOptions& options) : options_(options), world_({.seed = options.seed}) {
  AddressBook book;
  for (int i = 0; i < options.controllers; ++i) {
    book.voters.push_back(ControllerId(i));
    book.nodes[ControllerId(i)] = controller_process(i);
  }
  for (int i = 0; i < options.brokers; ++i) {
    book.brokers.emplace_back(i);
    book.nodes[BrokerId(i)] = broker_process(i);
  }
  const auto addresses = sim::MakeRef<const AddressBook>(std::move(book));
  const auto add = [&](const std::string& name, std::unique_ptr<sim::Process> program) {
    const sim::HostId host = world_.AddHost({.name = name, .disks = {sim::DiskOptions{}}});
    world_.Start(world_.AddProcess(host, name, std::move(program)));
  };
  for (int i = 0; i < options.controllers; ++i) {
    add(absl::StrCat("controller-", i),
        std::make_unique<ControllerProcess>(
            ControllerOptions{.node = ControllerId(i), .config = options.config, .addresses = addresses}));
  }
  for (int i = 0; i < options.brokers; ++i) {
    add(absl::StrCat("broker-", i), std::make_unique<FakeBroker>(BrokerId(i), addresses));
  }
}

std::optional<int> Controllers::Active() {
  std::optional<int> active;
  for (int i = 0; i < options_.controllers; ++i) {
    const ControllerProcess& process = controller(i);
    if (process.controller() == nullptr || !process.controller()->active()) continue;
    if (!active || process.raft()->epoch() > controller(*active).raft()->epoch()) active = i;
  }
  return active;
}

bool Controllers::RunUntilReady() {
  for (int slice = 0; slice < 600; ++slice) {
    RunFor(sim::Milliseconds(100));
    bool ready = Active().has_value();
    for (int i = 0; ready && i < options_.brokers; ++i) {
      const BrokerRegistration* registration = image().FindBroker(BrokerId(i));
      ready = registration != nullptr && !registration->fenced;
    }
    if (ready) return true;
  }
  return false;
}

std::optional<ResponseBody> Controllers::AskAny(int broker_index, RequestBody body) {
  const size_t before = broker(broker_index).answers().size();
  const BrokerId to = ControllerId(*Active());
  world_.Invoke(broker_process(broker_index), [&](sim::Process& process, Context& ctx) {
    static_cast<FakeBroker&>(process).Ask(ctx, to, std::move(body));
  });
  RunFor(sim::Seconds(1));
  const std::vector<ResponseBody>& answers = broker(broker_index).answers();
  if (answers.size() == before) return std::nullopt;
  return answers.back();
}

TopicId Controllers::CreateTopic(const std::string& name, const std::vector<std::vector<int>>& assignments,
                                 std::vector<CreateTopicsRequest::ConfigEntry> configs) {
  CreateTopicsRequest::Topic topic;
  topic.name = name;
  topic.configs = std::move(configs);
  for (const std::vector<int>& replicas : assignments) {
    std::vector<BrokerId>& ids = topic.assignments.emplace_back();
    for (int replica : replicas) ids.emplace_back(replica);
  }
  const auto response = Ask<CreateTopicsResponse>(0, CreateTopicsRequest{.topics = {topic}});
  EXPECT_TRUE(response);
  EXPECT_EQ(response->results.front().error, ErrorCode::kNone);
  return response->results.front().id;
}

}  // namespace ktrial::cluster
