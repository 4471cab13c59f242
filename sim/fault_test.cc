#include "sim/fault.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "sim/toy_processes_for_test.h"
#include "sim/world.h"
#include "sim/world_facts.h"

namespace ktrial::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

using Path = std::pair<int32_t, int32_t>;

std::set<Path> CutPaths(const Fault& fault, int32_t host_count) {
  std::set<Path> paths;
  ForEachCutPath(fault, host_count, [&](HostId from, HostId to) { paths.insert({from.value(), to.value()}); });
  return paths;
}

TEST(CutPathsTest, CutGoesOneWayOrBoth) {
  EXPECT_THAT(CutPaths(CutFault{{.from = {HostId(0)}, .to = {HostId(1)}}}, 3),
              UnorderedElementsAre(Path(0, 1), Path(1, 0)));
  EXPECT_THAT(CutPaths(CutFault{{.from = {HostId(0)}, .to = {HostId(0), HostId(1)}, .one_way = true}}, 3),
              UnorderedElementsAre(Path(0, 1)));
}

TEST(CutPathsTest, IsolatedHostsStillReachEachOther) {
  EXPECT_THAT(CutPaths(IsolateFault{{HostId(0), HostId(1)}}, 3),
              UnorderedElementsAre(Path(0, 2), Path(2, 0), Path(1, 2), Path(2, 1)));
}

TEST(CutPathsTest, AHostInNoGroupIsABridge) {
  EXPECT_THAT(CutPaths(PartitionFault{{{HostId(0)}, {HostId(2)}}}, 3), UnorderedElementsAre(Path(0, 2), Path(2, 0)));
}

TEST(CutPathsTest, EachHostOfARingSeesAnotherMajority) {
  for (int32_t count = 4; count <= 9; ++count) {
    RingFault ring;
    for (int32_t i = 0; i < count; ++i) ring.hosts.push_back(HostId(i));
    const std::set<Path> cut = CutPaths(ring, count);
    std::set<std::set<int32_t>> seen_sets;
    for (int32_t i = 0; i < count; ++i) {
      std::set<int32_t> seen;
      for (int32_t j = 0; j < count; ++j) {
        if (!cut.contains({i, j})) seen.insert(j);
      }
      EXPECT_GT(static_cast<int32_t>(seen.size()) * 2, count) << count;
      EXPECT_TRUE(seen_sets.insert(seen).second) << count;
    }
  }
}

TEST(FaultNameTest, EveryFaultHasOne) {
  std::set<std::string_view> names;
  for (size_t i = 0; i < std::variant_size_v<Fault>; ++i) names.insert(FaultName(i));
  EXPECT_EQ(names.size(), std::variant_size_v<Fault>);
  EXPECT_EQ(FaultName(Fault(ClockJumpFault{}).index()), "clock_jump");
  EXPECT_EQ(FaultName(Fault(MessageFilter{}).index()), "filter");
}

// Two processes on hosts 1 ms apart, connected since the start, at 10 ms.
class FaultTest : public ::testing::Test {
 protected:
  FaultTest() : world_({.seed = 1}) {
    a_ = AddRecorder();
    b_ = AddRecorder();
    world_.Invoke(a_, [&](Process&, Context& ctx) { connection_ = ctx.Connect(b_); });
    world_.RunUntil(SimTime() + Milliseconds(10));
    ForgetHeard();
  }

  ProcessId AddRecorder() {
    const HostId host = world_.AddHost(
        {.name = "host",
         .access = {.latency = LatencyTable::Fixed(Microseconds(500)), .bytes_per_second = 1'250'000'000},
         .power_domain = PowerDomainId(static_cast<int32_t>(world_.host_count())),
         .disks = {DiskOptions{}}});
    const ProcessId process = world_.AddProcess(host, "recorder", std::make_unique<Recorder>(RecorderOptions{}));
    world_.Start(process);
    return process;
  }
  void ForgetHeard() {
    world_.process_as<Recorder>(a_).Forget();
    world_.process_as<Recorder>(b_).Forget();
  }
  const std::vector<std::string>& Heard(ProcessId process) { return world_.process_as<Recorder>(process).heard(); }
  void Ask(uint64_t tag, uint16_t kind = 1) {
    world_.Invoke(a_, [&](Process&, Context& ctx) { ctx.Send(connection_, {.kind = kind, .bytes = 0, .tag = tag}); });
  }
  void Answer(uint64_t tag) {
    world_.Invoke(b_, [&](Process&, Context& ctx) {
      ctx.Send(ConnectionTable::Peer(connection_), {.kind = 2, .bytes = 0, .tag = tag});
    });
  }
  void RunTo(int64_t millis) { world_.RunUntil(SimTime() + Milliseconds(millis)); }
  HostId HostA() const { return world_.host_of(a_); }
  HostId HostB() const { return world_.host_of(b_); }

  World world_;
  ProcessId a_;
  ProcessId b_;
  ConnectionId connection_;
};

TEST_F(FaultTest, ACutIsSilenceUntilARetransmissionAfterItsEnd) {
  const FaultId cut = world_.Begin(CutFault{{.from = {HostA()}, .to = {HostB()}, .one_way = true}});
  Ask(1);
  Answer(7);
  RunTo(500);
  EXPECT_THAT(Heard(a_), ElementsAre("11 message 7"));
  EXPECT_THAT(Heard(b_), IsEmpty());
  world_.Heal(cut);
  Ask(2);
  RunTo(2000);
  // Tries at 11, 211 and 611 ms; what was sent later comes behind.
  EXPECT_THAT(Heard(b_), ElementsAre("611 message 1", "611 message 2"));
}

TEST_F(FaultTest, AMachineThatLostPowerDoesNotSendAgainAfterACutHeals) {
  const FaultId cut = world_.Begin(CutFault{{.from = {HostA()}, .to = {HostB()}}});
  Ask(1);
  RunTo(100);
  const FaultId power = world_.Begin(PowerLossFault{.domains = {PowerDomainId(HostA().value())}});
  RunTo(150);
  world_.Heal(cut);
  RunTo(20'000);
  EXPECT_THAT(Heard(b_), IsEmpty());
  world_.Heal(power);
  RunTo(40'000);
  EXPECT_THAT(Heard(b_), IsEmpty());
}

TEST_F(FaultTest, OverlappingCutsHealOneByOne) {
  const FaultId first = world_.Begin(IsolateFault{{HostA()}});
  const FaultId second = world_.Begin(PartitionFault{{{HostA()}, {HostB()}}});
  Ask(1);
  world_.Heal(first);
  RunTo(5000);
  EXPECT_THAT(Heard(b_), IsEmpty());
  world_.Heal(second);
  RunTo(20'000);
  EXPECT_THAT(Heard(b_), ElementsAre("6211 message 1"));
  EXPECT_FALSE(world_.Heal(second));
}

TEST_F(FaultTest, DelaysAddUp) {
  const Paths forth{.from = {HostA()}, .to = {HostB()}, .one_way = true};
  world_.Begin(DelayFault{forth, LatencyTable::Fixed(Milliseconds(100))});
  const FaultId second = world_.Begin(DelayFault{forth, LatencyTable::Fixed(Milliseconds(1000))});
  Ask(1);
  RunTo(2000);
  world_.Heal(second);
  Ask(2);
  RunTo(3000);
  EXPECT_THAT(Heard(b_), ElementsAre("1111 message 1", "2101 message 2"));
}

TEST_F(FaultTest, WhatIsLostComesLater) {
  const FaultId loss = world_.Begin(LossFault{{.from = {HostA()}, .to = {HostB()}}, Ratio{1, 1}});
  Ask(1);
  RunTo(100);
  world_.Heal(loss);
  RunTo(2000);
  // Whether the retry is lost too was decided when it was sent.
  EXPECT_THAT(Heard(b_), ElementsAre("611 message 1"));
}

TEST_F(FaultTest, AThrottledPathQueues) {
  world_.Begin(ThrottleFault{{.from = {HostA()}, .to = {HostB()}}, 66'000});
  for (uint64_t tag = 1; tag <= 3; ++tag) Ask(tag);
  RunTo(100);
  // 66 bytes of headers take 1 ms each.
  EXPECT_THAT(Heard(b_), ElementsAre("12 message 1", "13 message 2", "14 message 3"));
}

TEST_F(FaultTest, ResetStrikesBothEnds) {
  Ask(1);
  world_.Begin(ResetConnectionsFault{.from = {HostB()}, .to = {HostA()}});
  RunTo(100);
  EXPECT_THAT(Heard(a_), ElementsAre("10 reset"));
  EXPECT_THAT(Heard(b_), ElementsAre("10 reset"));
  EXPECT_EQ(world_.live_connections(), 0u);
}

TEST_F(FaultTest, HealingAKillStartsTheProcessOnceNothingElseKeepsItDown) {
  const FaultId kill = world_.Begin(KillFault{b_});
  const FaultId power = world_.Begin(PowerLossFault{.domains = {PowerDomainId(HostB().value())}});
  EXPECT_FALSE(world_.powered(HostB()));
  EXPECT_TRUE(world_.powered(HostA()));
  world_.Heal(kill);
  EXPECT_FALSE(world_.running(b_));
  world_.Heal(power);
  EXPECT_TRUE(world_.running(b_));
  EXPECT_EQ(world_.incarnation(b_), Incarnation(1));
}

TEST_F(FaultTest, PauseFaultAndPauseAddUp) {
  const FaultId pause = world_.Begin(PauseFault{b_});
  world_.Pause(b_);
  world_.Heal(pause);
  EXPECT_TRUE(world_.paused(b_));
  world_.Resume(b_);
  EXPECT_FALSE(world_.paused(b_));
}

TEST_F(FaultTest, SlowCpusMultiply) {
  world_.SetCpuSlowdown(HostA(), 2);
  const FaultId slow = world_.Begin(SlowCpuFault{{HostA()}, 5});
  EXPECT_EQ(world_.host(HostA()).Scaled(Milliseconds(1)), Milliseconds(10));
  world_.Heal(slow);
  EXPECT_EQ(world_.host(HostA()).Scaled(Milliseconds(1)), Milliseconds(2));
}

TEST_F(FaultTest, DiskFaultsAddUp) {
  const DiskId disk = world_.disk_of(HostA());
  const FaultId slow = world_.Begin(SlowDiskFault{{disk}, 3});
  world_.Begin(SlowDiskFault{.disks = {disk}, .factor = 4, .reads = false});
  const FaultId error = world_.Begin(DiskErrorFault{.disks = {disk}, .reads = true});
  world_.Begin(DiskFullFault{{disk}});
  EXPECT_EQ(world_.disk(disk).faults().slow_reads, 3);
  EXPECT_EQ(world_.disk(disk).faults().slow_writes, 12);
  EXPECT_EQ(world_.disk(disk).faults().slow_flushes, 12);
  EXPECT_TRUE(world_.disk(disk).faults().fail_reads);
  EXPECT_FALSE(world_.disk(disk).faults().fail_writes);
  world_.Heal(slow);
  world_.Heal(error);
  EXPECT_EQ(world_.disk(disk).faults().slow_reads, 1);
  EXPECT_EQ(world_.disk(disk).faults().slow_flushes, 4);
  EXPECT_FALSE(world_.disk(disk).faults().fail_reads);
  EXPECT_TRUE(world_.disk(disk).faults().full);
}

TEST_F(FaultTest, BitRotFlipsABitOfAFileUnderThePrefix) {
  FileId file;
  world_.Invoke(a_, [&](Process&, Context& ctx) {
    file = ctx.disk().CreateOrOpen("orders-0/log");
    ctx.disk().Append(file, {.tag = 0, .bytes = 100, .payload = {}});
    ctx.disk().Append(ctx.disk().CreateOrOpen("other"), {.tag = 0, .bytes = 100, .payload = {}});
  });
  FactLog facts;
  world_.Begin(BitRotFault{world_.disk_of(HostA()), "orders-"}, &facts);
  EXPECT_THAT(facts.kinds(), ElementsAre(FaultBegun::kKind, BitFlipped::kKind));
  EXPECT_FALSE(world_.disk(world_.disk_of(HostA())).chunk(file, 0).intact);
  world_.Begin(WipeDiskFault{world_.disk_of(HostA())});
  EXPECT_FALSE(world_.disk(world_.disk_of(HostA())).exists(file));
}

TEST_F(FaultTest, ClocksAreRightAgainAfterHealing) {
  const WallTime start = world_.wall_clock(HostB());
  EXPECT_EQ(world_.wall_clock(HostA()), start);
  const FaultId offset = world_.Begin(ClockOffsetFault{{HostA()}, Seconds(-5)});
  const FaultId drift = world_.Begin(ClockDriftFault{{HostA()}, 500'000'000});
  RunTo(10'010);
  EXPECT_EQ(world_.wall_clock(HostA()) - start, Seconds(10 + 5 - 5));
  world_.Heal(offset);
  EXPECT_EQ(world_.wall_clock(HostA()) - start, Seconds(15));
  world_.Heal(drift);
  EXPECT_EQ(world_.wall_clock(HostA()) - start, Seconds(10));
  const FaultId jump = world_.Begin(ClockJumpFault{{HostA()}, Seconds(3)});
  world_.Heal(jump);
  EXPECT_EQ(world_.wall_clock(HostA()) - start, Seconds(13));
  EXPECT_EQ(world_.wall_clock(HostB()) - start, Seconds(10));
}

TEST_F(FaultTest, FilterDropsTheNthOfItsKind) {
  world_.Begin(MessageFilter{.from = {a_}, .kinds = {3}, .nth = 2, .action = FilterAction::kDrop});
  Ask(1, 3);
  Ask(2, 4);
  Ask(3, 3);
  Ask(4, 3);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 message 1", "11 message 2", "11 message 4"));
}

TEST_F(FaultTest, FilterDelaysWhatIsBehindToo) {
  world_.Begin(MessageFilter{.to = {b_}, .nth = 1, .action = FilterAction::kDelay, .delay = Milliseconds(50)});
  Ask(1);
  Ask(2);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("61 message 1", "61 message 2"));
}

TEST_F(FaultTest, FilterHoldsUntilHealed) {
  const FaultId hold = world_.Begin(MessageFilter{.to = {b_}, .action = FilterAction::kHold});
  Ask(1);
  Ask(2);
  RunTo(100);
  EXPECT_THAT(Heard(b_), IsEmpty());
  world_.Heal(hold);
  RunTo(200);
  EXPECT_THAT(Heard(b_), ElementsAre("100 message 1", "100 message 2"));
}

TEST_F(FaultTest, FilterDropsTheAnswerOfWhatWasProcessed) {
  world_.Begin(
      MessageFilter{.kinds = {1}, .nth = 1, .point = FilterPoint::kAfterProcessing, .action = FilterAction::kDrop});
  Ask(1);
  Ask(2);
  RunTo(20);
  Answer(1);
  Answer(2);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 message 1", "11 message 2"));
  EXPECT_THAT(Heard(a_), ElementsAre("21 message 2"));
}

TEST_F(FaultTest, FilterResetsBeforeOrAfterProcessing) {
  World other = world_;
  world_.Begin(MessageFilter{.to = {b_}, .action = FilterAction::kReset});
  Ask(1);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 reset"));
  EXPECT_THAT(Heard(a_), ElementsAre("11 reset"));
  world_ = other;
  world_.Begin(MessageFilter{.to = {b_}, .point = FilterPoint::kAfterProcessing, .action = FilterAction::kReset});
  Ask(1);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 message 1", "11 reset"));
  EXPECT_THAT(Heard(a_), ElementsAre("11 reset"));
}

TEST_F(FaultTest, FilterKillsTheReceiver) {
  FactLog facts;
  world_.Begin(MessageFilter{.to = {b_}, .point = FilterPoint::kAfterProcessing, .action = FilterAction::kKill});
  Ask(1);
  world_.RunUntil(SimTime() + Milliseconds(100), &facts);
  EXPECT_FALSE(world_.running(b_));
  EXPECT_THAT(facts.kinds(), ElementsAre(MessageFiltered::kKind, ProcessKilled::kKind));
  EXPECT_THAT(Heard(a_), ElementsAre("12 closed"));
}

TEST_F(FaultTest, AWatchedMessageCanBeStruckByAFilterThatBeginsWhenItIsSeen) {
  FactLog facts;
  world_.Begin(MessageFilter{.kinds = {1}, .nth = 2, .action = FilterAction::kWatch});
  Ask(1);
  Ask(2);
  Ask(3);
  while (facts.kinds().empty()) ASSERT_TRUE(world_.Step(&facts));
  EXPECT_EQ(facts.kinds().back(), MessageFiltered::kKind);
  world_.Begin(MessageFilter{.kinds = {1}, .nth = 1, .action = FilterAction::kDrop});
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 message 1", "11 message 3"));
}

TEST_F(FaultTest, AWatchedMessageIsReadAtTheSameTime) {
  world_.Begin(MessageFilter{.action = FilterAction::kWatch});
  Ask(1);
  Ask(2);
  RunTo(100);
  EXPECT_THAT(Heard(b_), ElementsAre("11 message 1", "11 message 2"));
}

TEST_F(FaultTest, ALinkThatIsDownIsACut) {
  const LinkId uplink = world_.topology().node(world_.port(HostB())).uplink;
  world_.topology().SetLinkUp(Topology::Reverse(uplink), false);
  Ask(1);
  RunTo(100);
  world_.topology().SetLinkUp(Topology::Reverse(uplink), true);
  RunTo(1000);
  EXPECT_THAT(Heard(b_), ElementsAre("210 message 1"));
}

}  // namespace
}  // namespace ktrial::sim
