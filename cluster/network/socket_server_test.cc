#include "cluster/network/socket_server.h"

#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "sim/world.h"

namespace ktrial::cluster {
namespace {

using sim::ConnectionEvent;
using sim::Context;

// Holds a server; its test decides when requests arrive and are answered.
class Listener : public sim::Cloneable<Listener, sim::Process> {
 public:
  void OnStart(Context&) override {}
  void OnCrash() override {}
  void OnConnection(Context&, sim::ConnectionId connection, sim::ProcessId, ConnectionEvent event) override {
    server.OnConnection(connection, event);
    if (event == ConnectionEvent::kAccepted) accepted.push_back(connection);
  }

  SocketServer server;
  std::vector<sim::ConnectionId> accepted;
};

class Caller : public sim::Cloneable<Caller, sim::Process> {
 public:
  void OnStart(Context&) override {}
  void OnCrash() override {}
};

class SocketServerTest : public ::testing::Test {
 protected:
  SocketServerTest() {
    const sim::HostId host = world_.AddHost({.name = "host", .disks = {}});
    listener_ = world_.AddProcess(host, "listener", std::make_unique<Listener>());
    const sim::ProcessId caller = world_.AddProcess(host, "caller", std::make_unique<Caller>());
    world_.Start(listener_);
    world_.Start(caller);
    world_.Invoke(caller, [&](sim::Process&, Context& ctx) {
      ctx.Connect(listener_);
      ctx.Connect(listener_);
    });
    world_.RunUntil(world_.now() + sim::Seconds(1));
  }
  // Runs `body(ctx, server)` in the listener.
  template <typename Body>
  void InListener(Body body) {
    world_.Invoke(listener_,
                  [&](sim::Process& process, Context& ctx) { body(ctx, static_cast<Listener&>(process).server); });
  }
  sim::ConnectionId Connection(size_t i) { return world_.process_as<Listener>(listener_).accepted[i]; }
  static sim::Message Request(int32_t correlation) {
    return ToMessage(sim::MakeRef<const ApiRequest>(CorrelationId(correlation), BrokerId(2), HeartbeatRequest{}));
  }

  sim::World world_{{.seed = 1}};
  sim::ProcessId listener_;
};

TEST_F(SocketServerTest, ARequestBehindAnotherWaitsForItsAnswer) {
  ASSERT_EQ(world_.process_as<Listener>(listener_).accepted.size(), 2u);
  InListener([&](Context& ctx, SocketServer& server) {
    const auto first = server.OnMessage(ctx, Connection(0), Request(1));
    ASSERT_TRUE(first);
    EXPECT_FALSE(server.OnMessage(ctx, Connection(0), Request(2)));
    EXPECT_FALSE(server.OnMessage(ctx, Connection(0), Request(3)));
    EXPECT_TRUE(server.OnMessage(ctx, Connection(1), Request(4))) << "another connection does not wait";
    EXPECT_FALSE(server.TakeDeferred(ctx));

    server.Respond(ctx, *first, HeartbeatResponse{});
    const auto second = server.TakeDeferred(ctx);
    ASSERT_TRUE(second);
    EXPECT_EQ(second->handle.correlation, CorrelationId(2));
    EXPECT_EQ(RequestOf(second->message).correlation, CorrelationId(2));
    EXPECT_FALSE(server.TakeDeferred(ctx)) << "the second is being processed";

    server.Skip(ctx, second->handle);
    const auto third = server.TakeDeferred(ctx);
    ASSERT_TRUE(third);
    EXPECT_EQ(third->handle.correlation, CorrelationId(3));
  });
}

TEST_F(SocketServerTest, WhatWaitsIsForgottenWithItsConnection) {
  InListener([&](Context& ctx, SocketServer& server) {
    ASSERT_TRUE(server.OnMessage(ctx, Connection(0), Request(1)));
    EXPECT_FALSE(server.OnMessage(ctx, Connection(0), Request(2)));
    server.OnConnection(Connection(0), ConnectionEvent::kReset);
    EXPECT_FALSE(server.TakeDeferred(ctx));

    const auto refused = server.OnMessage(ctx, Connection(1), Request(3));
    EXPECT_FALSE(server.OnMessage(ctx, Connection(1), Request(4)));
    server.CloseConnection(ctx, *refused);
    EXPECT_FALSE(server.TakeDeferred(ctx));
  });
}

}  // namespace
}  // namespace ktrial::cluster
