#include "reports/text_report.h"

#include <gtest/gtest.h>

#include "reports/run_for_test.h"

namespace ktrial::reports {
namespace {

constexpr TextStyle kPlain{.color = false, .deterministic = true};

TEST(TextReport, PutsTheVerdictFirstAndTheCommandLast) {
  EXPECT_EQ(RunReport("leader-kill", LeaderKillForTest(), "ktrial replay a.yaml --seed 7", kPlain),
            R"(FAIL  leader-kill  seed 7
  ✓ no acked record lost              0 records                 bound 0
  ✗ unavailable(orders, write) < 5s   8.412 s                   bound < 5s
  ? offsets durable                   no offset was committed   bound 0

violations
  S6 at 31.204 s: acknowledged record gone
      sent
      truncated

allowed anomalies
  S8 at 9.000 s: record lost
      allowed by: acks=1

longest write outage of orders: 8.412 s on partition 0, from 10.003 s
      8351.000 ms  detection               until broker 1 fenced
        61.000 ms  first acknowledgement   until acknowledged to shop-0

longest read outage of orders: nothing was read

what happened
     10.000 s  kill leader of orders/0: broker-1
     18.354 s  broker 1 fenced

records   100 sent = 95 acked + 2 refused + 2 unknown + 1 outstanding
          96 consumed (1 again), 1 lost, 0 duplicates
cluster   2 elections, 1 rebalance, 3 records truncated
run       123.412 s simulated (3.412 s of it to start the cluster), 912345 events, hash 00000000deadbeef
reproduce: ktrial replay a.yaml --seed 7
)");
}

TEST(TextReport, ARunThatPassedNeedsNoCommand) {
  FinishedRun run = LeaderKillForTest();
  run.result.verdict = scenarios::Verdict::kPass;
  const std::string report = RunReport("x", run, "ktrial replay", kPlain);
  EXPECT_EQ(report.find("reproduce"), std::string::npos);
  EXPECT_EQ(ShortRunReport("x", run, "ktrial replay", kPlain), "PASS  x  seed 7\n");
}

TEST(TextReport, AmongManyARunShowsOnlyWhatFailed) {
  EXPECT_EQ(ShortRunReport("x", LeaderKillForTest(), "ktrial replay a.yaml --seed 7", kPlain),
            R"(FAIL  x  seed 7
  ✗ unavailable(orders, write) < 5s   8.412 s                   bound < 5s
  ? offsets durable                   no offset was committed   bound 0

violations
  S6 at 31.204 s: acknowledged record gone
      sent
      truncated
reproduce: ktrial replay a.yaml --seed 7
)");
}

TEST(TextReport, ColoursAndSpeedOnlyWhereTheyAreWanted) {
  const FinishedRun run = LeaderKillForTest();
  EXPECT_EQ(RunReport("x", run, "c", kPlain).find('\x1b'), std::string::npos);
  EXPECT_NE(RunReport("x", run, "c", {.color = true}).find("\x1b[31mFAIL\x1b[0m"), std::string::npos);
  EXPECT_NE(RunReport("x", run, "c", {}).find("394 times faster than real, 2919504 events/s"), std::string::npos);
}

TEST(TextReport, NamesTheFaultsThatHitNothing) {
  FinishedRun run;
  run.result.faults = {{"kill broker 1", "broker-1", sim::Seconds(1), std::nullopt, /*hit=*/true},
                       {"kill broker 2", "broker-2", sim::Seconds(2), std::nullopt, /*hit=*/false}};
  EXPECT_EQ(ShortRunReport("x", run, "c", kPlain),
            "UNKNOWN  x  seed 0\n  ? fault at 2.000 s hit nothing: kill broker 2\nreproduce: c\n");
}

TEST(TextReport, SaysWhyAClusterDidNotComeUp) {
  FinishedRun run;
  run.result.verdict = scenarios::Verdict::kFail;
  run.result.not_started = "the cluster did not come up: 2 of 3 brokers have joined";
  EXPECT_NE(RunReport("x", run, "c", kPlain).find("2 of 3 brokers have joined"), std::string::npos);
}

}  // namespace
}  // namespace ktrial::reports
