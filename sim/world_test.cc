#include "sim/world.h"

#include <memory>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/toy_processes_for_test.h"
#include "sim/world_facts.h"

namespace ktrial::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class WorldTest : public ::testing::Test {
 protected:
  WorldTest() : world_({.seed = 1}) {}

  // Two such hosts are 1 ms apart.
  HostId AddHost() {
    return world_.AddHost(
        {.name = "host",
         .access = {.latency = LatencyTable::Fixed(Microseconds(500)), .bytes_per_second = 1'250'000'000},
         .disks = {DiskOptions{}}});
  }

  // A host with one process that records what it hears.
  ProcessId AddRecorder(const RecorderOptions& options = {}) {
    const ProcessId process = world_.AddProcess(AddHost(), "recorder", std::make_unique<Recorder>(options));
    world_.Start(process);
    return process;
  }
  const std::vector<std::string>& Heard(ProcessId process) { return world_.process_as<Recorder>(process).heard(); }
  ConnectionId Connect(ProcessId from, ProcessId to) {
    ConnectionId id;
    EXPECT_TRUE(world_.Invoke(from, [&](Process&, Context& ctx) { id = ctx.Connect(to); }));
    return id;
  }
  void Send(ProcessId from, ConnectionId connection, uint64_t tag, int32_t bytes = 0) {
    EXPECT_TRUE(world_.Invoke(from, [&](Process&, Context& ctx) {
      ctx.Send(connection, {.kind = 1, .bytes = bytes, .tag = tag, .body = {}});
    }));
  }
  void RunFor(Duration duration) { world_.RunUntil(world_.now() + duration); }

  World world_;
};

TEST_F(WorldTest, HandshakeTakesOneRoundTripAndMessagesWaitForIt) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  Send(a, connection, 7);
  RunFor(Seconds(1));
  // One way is 1 ms, and a header of 66 bytes takes 52 ns on the wire.
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected"));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "3 message 7"));
}

TEST_F(WorldTest, MessagesStayInOrderAndWithinBandwidth) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  // 125 MB take 100 ms at 10 Gbit/s.
  Send(a, connection, 1, 125'000'000);
  Send(a, connection, 2, 0);
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "111 message 1", "111 message 2"));
}

TEST_F(WorldTest, ClosingSendsTheEndBehindTheData) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  Send(a, connection, 1);
  world_.Invoke(a, [&](Process&, Context& ctx) { ctx.Close(connection); });
  Send(a, connection, 2);
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected"));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "11 message 1", "11 closed"));
  EXPECT_EQ(world_.live_connections(), 0u);
}

TEST_F(WorldTest, ConnectingToAStoppedProcessIsRefused) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  world_.Kill(b);
  Connect(a, b);
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 refused"));
  EXPECT_EQ(world_.live_connections(), 0u);
}

TEST_F(WorldTest, ConnectingToADeadMachineTimesOut) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  world_.PowerLoss(world_.host_of(b), PowerLossMode::kLoseAll);
  Connect(a, b);
  RunFor(Seconds(300));
  // 1 + 2 + 4 + 8 + 16 + 32 + 64 seconds: the 127 s of Linux's tcp_syn_retries.
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "127001 timed out"));
}

TEST_F(WorldTest, PausedReadingKeepsMessagesWaiting) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.Invoke(b, [&](Process&, Context& ctx) { ctx.PauseReading(ConnectionTable::Peer(connection)); });
  Send(a, connection, 1);
  Send(a, connection, 2);
  RunFor(Milliseconds(90));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted"));
  world_.Invoke(b, [&](Process&, Context& ctx) { ctx.ResumeReading(ConnectionTable::Peer(connection)); });
  RunFor(Milliseconds(10));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "100 message 1", "100 message 2"));
}

TEST_F(WorldTest, AKilledProcessClosesItsConnectionsAndLosesWhatItHadNotSent) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.Invoke(a, [&](Process&, Context& ctx) {
    ctx.Send(connection, {.kind = 1, .tag = 1, .body = {}});
    ctx.Spend(Milliseconds(5));
    ctx.Send(connection, {.kind = 1, .tag = 2, .body = {}});
  });
  world_.Kill(a);
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "11 message 1", "11 closed"));
  EXPECT_THAT(Heard(a), IsEmpty());
}

TEST_F(WorldTest, AMachineThatComesBackResetsOldConnections) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.PowerLoss(world_.host_of(b), PowerLossMode::kLoseAll);
  Send(a, connection, 1);
  RunFor(Milliseconds(1000));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected"));
  world_.PowerOn(world_.host_of(b));
  world_.Start(b);
  RunFor(Seconds(60));
  // Tries at 11, 211, 611 and 1411 ms.
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected", "1412 reset"));
  EXPECT_EQ(world_.live_connections(), 0u);
}

TEST_F(WorldTest, AMachineThatStaysAwayTimesOut) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.PowerLoss(world_.host_of(b), PowerLossMode::kLoseAll);
  Send(a, connection, 1);
  RunFor(Seconds(2000));
  // 0.2 + 0.4 + ... + 102.4 seconds, then six times 120: the 924.6 s of Linux's tcp_retries2.
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected", "924611 timed out"));
}

TEST_F(WorldTest, PausedProcessHandlesEverythingInOrderAfterwards) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.Invoke(b, [](Process&, Context& ctx) { ctx.SetTimer(Milliseconds(5), {.kind = 1, .key = 42}); });
  world_.Pause(b);
  Send(a, connection, 1);
  RunFor(Milliseconds(90));
  EXPECT_FALSE(world_.Invoke(b, [](Process&, Context&) { FAIL(); }));
  world_.Resume(b);
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "100 message 1", "100 timer 42"));
}

TEST_F(WorldTest, TimersFireUnlessCancelled) {
  const ProcessId a = AddRecorder();
  world_.Invoke(a, [](Process&, Context& ctx) {
    ctx.SetTimer(Milliseconds(5), {.kind = 1, .key = 1});
    TimerHandle second = ctx.SetTimer(Milliseconds(6), {.kind = 1, .key = 2});
    ctx.CancelTimer(second);
    EXPECT_TRUE(second.empty());
    ctx.CancelTimer(second);
  });
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "5 timer 1"));
}

TEST_F(WorldTest, TimersOfAnEarlierLifeDoNotFire) {
  const ProcessId a = AddRecorder();
  world_.Invoke(a, [](Process&, Context& ctx) { ctx.SetTimer(Milliseconds(5), {.kind = 1, .key = 1}); });
  world_.Kill(a);
  world_.Start(a);
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start"));
  EXPECT_EQ(world_.incarnation(a), Incarnation(1));
}

TEST_F(WorldTest, ThreadsAreBusyAndWorkWaitsInOrder) {
  const ProcessId a = AddRecorder({.threads = 2, .timer_cost = Milliseconds(10)});
  world_.Invoke(a, [](Process&, Context& ctx) {
    for (uint64_t key = 1; key <= 5; ++key) ctx.SetTimer(Duration(), {.kind = 1, .key = key});
  });
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "0 timer 1", "0 timer 2", "10 timer 3", "10 timer 4", "20 timer 5"));
}

TEST_F(WorldTest, ASlowCpuTakesLonger) {
  const ProcessId a = AddRecorder({.threads = 1, .timer_cost = Milliseconds(10)});
  world_.SetCpuSlowdown(world_.host_of(a), 3);
  world_.Invoke(a, [](Process&, Context& ctx) {
    for (uint64_t key = 1; key <= 2; ++key) ctx.SetTimer(Duration(), {.kind = 1, .key = key});
  });
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "0 timer 1", "30 timer 2"));
}

TEST_F(WorldTest, ATimerCanBeCancelledWhileItWaitsForAThread) {
  const ProcessId a = AddRecorder({.threads = 1, .timer_cost = Milliseconds(10)});
  TimerHandle second;
  world_.Invoke(a, [&](Process&, Context& ctx) {
    ctx.SetTimer(Duration(), {.kind = 1, .key = 1});
    second = ctx.SetTimer(Duration(), {.kind = 1, .key = 2});
    ctx.SetTimer(Duration(), {.kind = 1, .key = 3});
  });
  RunFor(Milliseconds(5));
  world_.Invoke(a, [&](Process&, Context& ctx) { ctx.CancelTimer(second); });
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "0 timer 1", "10 timer 3"));
}

TEST_F(WorldTest, WhatIsSentAfterWorkLeavesLater) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  const ConnectionId connection = Connect(a, b);
  RunFor(Milliseconds(10));
  world_.Invoke(a, [&](Process&, Context& ctx) {
    ctx.Spend(Milliseconds(30));
    ctx.Send(connection, {.kind = 1, .tag = 1, .body = {}});
    ctx.SetTimer(Milliseconds(1), {.kind = 1, .key = 9});
  });
  RunFor(Seconds(1));
  EXPECT_THAT(Heard(b), ElementsAre("0 start", "1 accepted", "41 message 1"));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected", "41 timer 9"));
}

TEST_F(WorldTest, StopEndsInGoodOrder) {
  const ProcessId a = AddRecorder();
  const ProcessId b = AddRecorder();
  Connect(a, b);
  RunFor(Milliseconds(10));
  FactLog facts;
  world_.Stop(b, &facts);
  RunFor(Seconds(1));
  EXPECT_FALSE(world_.running(b));
  EXPECT_THAT(facts.kinds(), ElementsAre(ProcessExited::kKind));
  EXPECT_THAT(Heard(a), ElementsAre("0 start", "2 connected", "11 closed"));
}

TEST_F(WorldTest, DurableStateSurvivesAndVolatileStateDoesNot) {
  const HostId host = AddHost();
  const ProcessId counter = world_.AddProcess(host, "counter", std::make_unique<DurableCounter>());
  world_.Start(counter);
  RunFor(Seconds(1));
  const int64_t before = world_.process_as<DurableCounter>(counter).count();
  EXPECT_GT(before, 50);
  world_.PowerLoss(host, PowerLossMode::kLoseAll);
  EXPECT_EQ(world_.process_as<DurableCounter>(counter).count(), 0);
  world_.Start(counter);
  EXPECT_FALSE(world_.running(counter)) << "there is no power";
  world_.PowerOn(host);
  world_.Start(counter);
  EXPECT_EQ(world_.process_as<DurableCounter>(counter).count(), before);
}

TEST_F(WorldTest, ABackgroundFlushIsDurableWhenItIsDone) {
  const ProcessId a = AddRecorder();
  const DiskId disk = world_.disk_of(world_.host_of(a));
  FileId file;
  world_.Invoke(a, [&](Process&, Context& ctx) {
    file = ctx.disk().CreateOrOpen("file");
    ctx.disk().Append(file, {.tag = 1, .bytes = 10, .payload = {}});
    ctx.disk().FlushAsync(file, 77);
  });
  EXPECT_EQ(world_.disk(disk).durable_bytes(file), 0);
  while (Heard(a).size() == 1 && world_.Step()) continue;
  EXPECT_THAT(Heard(a).back(), ::testing::HasSubstr("disk 77"));
  EXPECT_EQ(world_.disk(disk).durable_bytes(file), 10);
}

TEST_F(WorldTest, FactsReachTheListenerAndTheHash) {
  World silent = world_;
  const HostId host = world_.AddHost({.name = "host"});
  const ProcessId process = world_.AddProcess(host, "recorder", std::make_unique<Recorder>(RecorderOptions{}));
  FactLog facts;
  world_.Start(process, &facts);
  EXPECT_THAT(facts.kinds(), ElementsAre(ProcessStarted::kKind));
  EXPECT_NE(world_.trace_hash(), silent.trace_hash());
  EXPECT_NE(world_.host_trace_hash(host), silent.trace_hash());
}

}  // namespace
}  // namespace ktrial::sim
