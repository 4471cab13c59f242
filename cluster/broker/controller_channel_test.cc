#include "cluster/broker/controller_channel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "cluster/network/socket_server.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

using sim::Context;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr BrokerId kBroker{1};
constexpr BrokerId kController{3001};
constexpr BrokerId kOtherController{3002};

// Gives the answers that it was told to, in turn; then none.
class ControllerForTest : public sim::Cloneable<ControllerForTest, sim::Process> {
 public:
  explicit ControllerForTest(std::vector<ResponseBody> answers) : answers_(answers.begin(), answers.end()) {}
  void OnStart(Context&) override {}
  void OnCrash() override { server_ = {}; }
  void OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    const RequestHandle handle = *server_.OnMessage(ctx, connection, message);
    if (answers_.empty()) return;
    server_.Respond(ctx, handle, answers_.front());
    answers_.pop_front();
  }
  void OnConnection(Context&, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) override {
    server_.OnConnection(connection, event);
  }
  size_t answers_left() const { return answers_.size(); }

 private:
  SocketServer server_;
  std::deque<ResponseBody> answers_;
};

// Nothing but a channel; keeps its answers.
class BrokerForTest : public sim::Cloneable<BrokerForTest, sim::Process> {
 public:
  BrokerForTest(AddressBookRef addresses, sim::Duration retry_timeout)
      : network_({.self = kBroker}, std::move(addresses)), channel_({.retry_timeout = retry_timeout}) {}
  void OnStart(Context&) override {}
  void OnCrash() override {}
  void OnTimer(Context& ctx, const sim::Timer& timer) override {
    if (ComponentOf(timer) == Component::kNetworkClient) {
      network_.OnTimer(ctx, timer);
    } else {
      channel_.OnTimer(ctx, network_);
    }
    Drain(ctx);
  }
  void OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    if (const auto completion = network_.OnMessage(ctx, connection, message)) {
      channel_.OnCompletion(ctx, network_, *completion);
    }
    Drain(ctx);
  }
  void OnConnection(Context& ctx, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) override {
    network_.OnConnection(ctx, connection, event);
    Drain(ctx);
  }
  void Send(Context& ctx, RequestBody body, uint64_t key) { channel_.Send(ctx, network_, std::move(body), 0, key); }
  void SetActiveController(Context& ctx, BrokerId controller) {
    channel_.SetActiveController(ctx, network_, controller);
  }
  const std::vector<ControllerAnswer>& answers() const { return answers_; }

 private:
  void Drain(Context& ctx) {
    for (const Completion& completion : network_.TakeCompletions()) channel_.OnCompletion(ctx, network_, completion);
    for (ControllerAnswer& answer : channel_.TakeAnswers()) answers_.push_back(std::move(answer));
  }

  NetworkClient network_;
  ControllerChannel channel_;
  std::vector<ControllerAnswer> answers_;
};

class ControllerChannelTest : public testing::Test {
 protected:
  void Build(std::vector<ResponseBody> first, std::vector<ResponseBody> second = {},
             sim::Duration retry_timeout = sim::Duration::Max()) {
    AddressBook book;
    book.nodes = {
        {kController, sim::ProcessId(0)}, {kOtherController, sim::ProcessId(1)}, {kBroker, sim::ProcessId(2)}};
    const auto addresses = sim::MakeRef<const AddressBook>(std::move(book));
    Add(std::make_unique<ControllerForTest>(std::move(first)));
    Add(std::make_unique<ControllerForTest>(std::move(second)));
    broker_ = Add(std::make_unique<BrokerForTest>(addresses, retry_timeout));
  }
  void Send(uint64_t key) {
    InBroker([&](BrokerForTest& broker, Context& ctx) { broker.Send(ctx, AlterPartitionRequest(), key); });
  }
  void SetActiveController(BrokerId controller) {
    InBroker([&](BrokerForTest& broker, Context& ctx) { broker.SetActiveController(ctx, controller); });
  }
  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration); }
  const std::vector<ControllerAnswer>& answers() { return world_.process_as<BrokerForTest>(broker_).answers(); }
  std::vector<uint64_t> Keys() {
    std::vector<uint64_t> keys;
    for (const ControllerAnswer& answer : answers()) keys.push_back(answer.key);
    return keys;
  }

 private:
  sim::ProcessId Add(std::unique_ptr<sim::Process> program) {
    const sim::ProcessId process = world_.AddProcess(world_.AddHost({.name = "host"}), "program", std::move(program));
    world_.Start(process);
    return process;
  }
  template <typename Code>
  void InBroker(Code code) {
    world_.Invoke(broker_,
                  [&](sim::Process& process, Context& ctx) { code(static_cast<BrokerForTest&>(process), ctx); });
  }

  sim::World world_{{.seed = 1}};
  sim::ProcessId broker_;
};

AlterPartitionResponse Refused(ErrorCode whole, ErrorCode one_partition = ErrorCode::kNone) {
  AlterPartitionResponse response{.error = whole};
  response.partitions.push_back({.tp = {TopicId(0), 0}, .error = ErrorCode::kNone});
  response.partitions.push_back({.tp = {TopicId(0), 1}, .error = one_partition});
  return response;
}

TEST_F(ControllerChannelTest, RequestsWaitForAControllerAndAreAnsweredInOrder) {
  Build({AlterPartitionResponse(), AlterPartitionResponse()});
  Send(7);
  Send(8);
  Run(sim::Seconds(5));
  EXPECT_THAT(answers(), IsEmpty());
  SetActiveController(kController);
  Run(sim::Seconds(1));
  EXPECT_THAT(Keys(), ElementsAre(7, 8));
}

TEST_F(ControllerChannelTest, AControllerThatIsNotActiveIsAskedAgainUntilAnotherIsKnown) {
  Build({Refused(ErrorCode::kNotController), Refused(ErrorCode::kNotController)}, {AlterPartitionResponse()});
  SetActiveController(kController);
  Send(7);
  Run(sim::Milliseconds(30));
  EXPECT_THAT(answers(), IsEmpty());
  SetActiveController(kOtherController);
  Run(sim::Milliseconds(200));
  EXPECT_THAT(Keys(), ElementsAre(7));
}

TEST_F(ControllerChannelTest, NotControllerForOnePartitionSendsTheWholeRequestAgain) {
  Build({Refused(ErrorCode::kNone, ErrorCode::kNotController), AlterPartitionResponse()});
  SetActiveController(kController);
  Send(7);
  Run(sim::Seconds(1));
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_THAT(answers()[0].As<AlterPartitionResponse>().partitions, IsEmpty());
}

TEST_F(ControllerChannelTest, OtherErrorsAreAnswers) {
  Build({Refused(ErrorCode::kNone, ErrorCode::kInvalidUpdateVersion)});
  SetActiveController(kController);
  Send(7);
  Run(sim::Seconds(1));
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_EQ(answers()[0].As<AlterPartitionResponse>().partitions[1].error, ErrorCode::kInvalidUpdateVersion);
}

TEST_F(ControllerChannelTest, ARequestIsGivenUpWhenItsRetryTimeoutIsOver) {
  Build({}, {}, sim::Seconds(4));
  Send(7);
  Run(sim::Milliseconds(3900));
  EXPECT_THAT(answers(), IsEmpty());
  Run(sim::Milliseconds(300));
  ASSERT_EQ(answers().size(), 1u);
  EXPECT_TRUE(answers()[0].timed_out());
  // One that is with a controller which never answers waits for its request timeout first.
  SetActiveController(kController);
  Send(8);
  Run(sim::Milliseconds(3900));
  EXPECT_EQ(answers().size(), 1u);
  Run(sim::Milliseconds(300));
  ASSERT_EQ(answers().size(), 2u);
  EXPECT_TRUE(answers()[1].timed_out());
}

}  // namespace
}  // namespace ktrial::cluster
