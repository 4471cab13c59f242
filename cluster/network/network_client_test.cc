#include "cluster/network/network_client.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cluster/network/socket_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/fault.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

using sim::Context;
using sim::Milliseconds;
using sim::Seconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr BrokerId kServer{1};
constexpr BrokerId kClient{2};

// Answers heartbeats, each after a given time.
class Server : public sim::Cloneable<Server, sim::Process> {
 public:
  explicit Server(sim::Duration delay) : delay_(delay) {}
  void OnStart(Context&) override {}
  void OnCrash() override {
    server_ = {};
    waiting_.clear();
  }
  void OnTimer(Context& ctx, const sim::Timer&) override {
    server_.Respond(ctx, waiting_.front(), HeartbeatResponse{});
    waiting_.erase(waiting_.begin());
  }
  void OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    ++requests_;
    waiting_.push_back(*server_.OnMessage(ctx, connection, message));
    most_waiting_ = std::max(most_waiting_, waiting_.size());
    ctx.SetTimer(delay_, {});
  }
  void OnConnection(Context&, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) override {
    server_.OnConnection(connection, event);
  }
  int requests() const { return requests_; }
  size_t most_waiting() const { return most_waiting_; }

 private:
  sim::Duration delay_;
  SocketServer server_;
  std::vector<RequestHandle> waiting_;
  int requests_ = 0;
  size_t most_waiting_ = 0;
};

// Notes how its requests end: "<ms> <key> <status>".
class Client : public sim::Cloneable<Client, sim::Process> {
 public:
  explicit Client(AddressBookRef addresses) : network_({.self = kClient}, std::move(addresses)) {}
  void OnStart(Context&) override {}
  void OnCrash() override {}
  void OnTimer(Context& ctx, const sim::Timer& timer) override {
    network_.OnTimer(ctx, timer);
    Drain(ctx);
  }
  void OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    if (const auto completion = network_.OnMessage(ctx, connection, message)) Note(ctx, *completion);
    Drain(ctx);
  }
  void OnConnection(Context& ctx, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) override {
    EXPECT_TRUE(network_.OnConnection(ctx, connection, event));
    Drain(ctx);
  }
  void Send(Context& ctx, uint64_t key, sim::Duration timeout, Channel channel) {
    network_.Send(ctx, kServer, HeartbeatRequest{}, {.component = Component::kWorkload, .kind = 0, .key = key}, timeout,
                  channel);
    Drain(ctx);
  }
  void Disconnect(Context& ctx) {
    network_.Disconnect(ctx, kServer);
    Drain(ctx);
  }
  const NetworkClient& network() const { return network_; }
  const std::vector<std::string>& ends() const { return ends_; }
  const std::vector<sim::SimTime>& end_times() const { return end_times_; }

 private:
  void Drain(Context& ctx) {
    for (const Completion& completion : network_.TakeCompletions()) Note(ctx, completion);
  }
  void Note(Context& ctx, const Completion& completion) {
    static constexpr const char* kNames[] = {"answered", "disconnected", "timed out", "not sent"};
    ends_.push_back(absl::StrCat(completion.tag.key, " ", kNames[static_cast<size_t>(completion.status)]));
    end_times_.push_back(ctx.now());
  }

  NetworkClient network_;
  std::vector<std::string> ends_;
  std::vector<sim::SimTime> end_times_;
};

class NetworkClientTest : public ::testing::Test {
 protected:
  void Build(sim::Duration server_delay) {
    AddressBook book;
    book.nodes[kServer] = sim::ProcessId(0);
    book.nodes[kClient] = sim::ProcessId(1);
    const auto addresses = sim::MakeRef<const AddressBook>(std::move(book));
    server_host_ = world_.AddHost({.name = "server"});
    client_host_ = world_.AddHost({.name = "client"});
    server_ = world_.AddProcess(server_host_, "server", std::make_unique<Server>(server_delay));
    client_ = world_.AddProcess(client_host_, "client", std::make_unique<Client>(addresses));
    world_.Start(server_);
    world_.Start(client_);
  }
  void Send(uint64_t key, sim::Duration timeout = Seconds(30), Channel channel = 0) {
    world_.Invoke(client_, [&](sim::Process& process, Context& ctx) {
      static_cast<Client&>(process).Send(ctx, key, timeout, channel);
    });
  }
  void RunFor(sim::Duration duration) { world_.RunUntil(world_.now() + duration); }
  const Client& client() { return world_.process_as<Client>(client_); }
  const Server& server() { return world_.process_as<Server>(server_); }

  sim::World world_{{.seed = 1}};
  sim::HostId server_host_;
  sim::HostId client_host_;
  sim::ProcessId server_;
  sim::ProcessId client_;
};

TEST_F(NetworkClientTest, RequestsOnOneChannelAreAnsweredInOrderOneAtATime) {
  Build(Milliseconds(100));
  for (uint64_t key = 1; key <= 3; ++key) Send(key);
  EXPECT_EQ(client().network().in_flight(kServer), 3);
  RunFor(Seconds(1));
  EXPECT_THAT(client().ends(), ElementsAre("1 answered", "2 answered", "3 answered"));
  EXPECT_EQ(server().most_waiting(), 1u);
  EXPECT_GE(client().end_times()[2] - sim::SimTime(), Milliseconds(300));
  EXPECT_EQ(client().network().in_flight(kServer), 0);
}

TEST_F(NetworkClientTest, ChannelsDoNotWaitForEachOther) {
  Build(Milliseconds(100));
  Send(1, Seconds(30), 0);
  Send(2, Seconds(30), 1);
  RunFor(Seconds(1));
  EXPECT_EQ(server().most_waiting(), 2u);
  EXPECT_LT(client().end_times()[1] - sim::SimTime(), Milliseconds(200));
}

TEST_F(NetworkClientTest, AnAnswerThatWasSkippedClosesTheConnection) {
  Build(Milliseconds(100));
  // The client's first answer is lost, and its connection goes on.
  world_.Begin(sim::MessageFilter{.from = {server_}, .nth = 1, .action = sim::FilterAction::kDrop});
  for (uint64_t key = 1; key <= 3; ++key) Send(key);
  RunFor(Seconds(1));
  EXPECT_THAT(client().ends(), ElementsAre("1 disconnected", "2 disconnected", "3 disconnected"));
}

TEST_F(NetworkClientTest, ATimeoutClosesTheConnectionAndFailsTheRest) {
  Build(Seconds(60));
  Send(1, Milliseconds(500));
  Send(2, Milliseconds(5000));
  RunFor(Seconds(1));
  EXPECT_THAT(client().ends(), ElementsAre("1 timed out", "2 disconnected"));
  EXPECT_EQ(client().end_times()[0], sim::SimTime() + Milliseconds(500));
  EXPECT_FALSE(client().network().IsReachable(kServer));
}

TEST_F(NetworkClientTest, AProcessThatDoesNotRunRefusesAndBackoffGrowsToItsLimit) {
  Build(Milliseconds(1));
  world_.Kill(server_);
  std::vector<sim::Duration> gaps;
  for (uint64_t key = 0; key < 10; ++key) {
    const sim::SimTime before = world_.now();
    Send(key);
    // Each request waits out the backoff, then meets a refusal.
    while (client().ends().size() <= key) RunFor(Milliseconds(1));
    EXPECT_EQ(client().ends().back(), absl::StrCat(key, " not sent"));
    gaps.push_back(client().end_times().back() - before);
  }
  // 50 ms doubled each time, plus or minus 20 %, and the round trip.
  EXPECT_LT(gaps[0], Milliseconds(10));
  EXPECT_GE(gaps[1], Milliseconds(39));
  EXPECT_LE(gaps[1], Milliseconds(70));
  EXPECT_GE(gaps[3], Milliseconds(159));
  EXPECT_LE(gaps[3], Milliseconds(250));
  for (size_t i = 7; i < gaps.size(); ++i) {
    EXPECT_GE(gaps[i], Milliseconds(799));
    EXPECT_LE(gaps[i], Milliseconds(1010));
  }
  world_.Start(server_);
  Send(10);
  RunFor(Seconds(2));
  EXPECT_EQ(client().ends().back(), "10 answered");
  EXPECT_TRUE(client().network().IsReachable(kServer));
}

TEST_F(NetworkClientTest, AKilledPeerDisconnectsWhatWasSent) {
  Build(Seconds(60));
  Send(1);
  RunFor(Milliseconds(100));
  world_.Kill(server_);
  RunFor(Milliseconds(100));
  EXPECT_THAT(client().ends(), ElementsAre("1 disconnected"));
}

TEST_F(NetworkClientTest, WhatCouldNotConnectInTimeWasNotSent) {
  Build(Milliseconds(1));
  const sim::FaultId cut = world_.Begin(sim::CutFault{.paths = {.from = {client_host_}, .to = {server_host_}}});
  Send(1, Seconds(2));
  Send(2, Seconds(30));
  RunFor(Seconds(3));
  EXPECT_THAT(client().ends(), ElementsAre("1 not sent"));
  // The connection attempt itself is given up after 10 s, plus or minus 20 %.
  RunFor(Seconds(10));
  EXPECT_THAT(client().ends(), ElementsAre("1 not sent", "2 not sent"));
  EXPECT_EQ(server().requests(), 0);
  world_.Heal(cut);
  Send(3);
  RunFor(Seconds(5));
  EXPECT_EQ(client().ends().back(), "3 answered");
}

TEST_F(NetworkClientTest, DisconnectCompletesEverythingAtOnce) {
  Build(Seconds(60));
  Send(1);
  RunFor(Milliseconds(100));
  Send(2, Seconds(30), 1);
  world_.Invoke(client_, [&](sim::Process& process, Context& ctx) { static_cast<Client&>(process).Disconnect(ctx); });
  EXPECT_THAT(client().ends(), ElementsAre("1 disconnected", "2 not sent"));
  RunFor(Seconds(120));
  EXPECT_EQ(client().ends().size(), 2u);
}

TEST_F(NetworkClientTest, AnswersToAConnectionThatWasClosedAreDropped) {
  Build(Milliseconds(600));
  Send(1, Milliseconds(500));
  RunFor(Milliseconds(550));
  Send(2);
  RunFor(Seconds(5));
  EXPECT_THAT(client().ends(), ElementsAre("1 timed out", "2 answered"));
}

}  // namespace
}  // namespace ktrial::cluster
