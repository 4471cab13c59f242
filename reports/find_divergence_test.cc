// --verify against a nondeterminism that is planted here: it must be found and named.
#include "reports/find_divergence.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>

#include "reports/run_seeds.h"
#include "scenarios/parse.h"
#include "scenarios/trial.h"
#include "sim/process.h"

namespace ktrial::reports {
namespace {

// A program that asks the operating system who it is: that differs between two processes.
class Leaky : public sim::Cloneable<Leaky, sim::Process> {
 public:
  void OnStart(sim::Context& ctx) override { ctx.SetTimer(sim::Milliseconds(4500), {.kind = 1}); }
  void OnTimer(sim::Context& ctx, const sim::Timer&) override {
    ctx.Emit(cluster::RaftVoted{cluster::BrokerId(4242), cluster::LeaderEpoch(static_cast<int32_t>(getpid())),
                                cluster::BrokerId(1)});
  }
  void OnCrash() override {}
};

void AddLeaky(scenarios::Trial& trial) {
  const sim::HostId host = trial.world().AddHost({.name = "leaky"});
  trial.world().Start(trial.world().AddProcess(host, "leaky", std::make_unique<Leaky>()));
}

std::shared_ptr<const scenarios::Scenario> Quiet() {
  scenarios::ParseResult parsed = scenarios::ParseScenario(R"(
name: quiet
kafka: "4.1"
duration: 5s
quiesce: 1s
cluster: { brokers: 1, controllers: 1 }
topics:
  orders: { partitions: 1, replication.factor: 1 }
workload:
  producers: { topic: orders, rate: 10/s }
)",
                                                           "quiet.yaml");
  EXPECT_TRUE(parsed.ok()) << scenarios::FormatDiagnostics(parsed.diagnostics);
  return std::make_shared<const scenarios::Scenario>(std::move(*parsed.scenario));
}

std::string FaultOf(const RunRequest& request) {
  std::string fault;
  int64_t heard = 0;
  RunSeeds(request, [&](SeedOutcome outcome) {
    fault = outcome.fault;
    EXPECT_TRUE(outcome.run.has_value());
    ++heard;
    return true;
  });
  EXPECT_EQ(heard, 1);
  return fault;
}

TEST(Verify, TwoRunsOfOneSeedAreAlike) {
  EXPECT_EQ(FaultOf({.scenario = Quiet(), .seeds = {3, 3}, .jobs = 1, .verify = true}), "");
}

TEST(Verify, APlantedNondeterminismIsNamed) {
  const std::string fault =
      FaultOf({.scenario = Quiet(), .seeds = {3, 3}, .jobs = 1, .verify = true, .prepare = &AddLeaky});
  EXPECT_NE(fault.find("two runs of this seed differ"), std::string::npos) << fault;
  EXPECT_NE(fault.find("first event that differs"), std::string::npos) << fault;
  // The moment, the machine, the process and the fact.
  EXPECT_NE(fault.find("4.500000 s"), std::string::npos) << fault;
  EXPECT_NE(fault.find("on leaky"), std::string::npos) << fault;
  EXPECT_NE(fault.find("RaftVoted"), std::string::npos) << fault;
}

TEST(Verify, WithoutItNobodyLooks) {
  EXPECT_EQ(FaultOf({.scenario = Quiet(), .seeds = {3, 3}, .jobs = 1, .verify = false, .prepare = &AddLeaky}), "");
}

void Abort(scenarios::Trial&) { std::abort(); }

TEST(RunSeeds, OfASeedThatIsRunTwiceOneHears) {
  int64_t heard = 0;
  RunSeeds({.scenario = Quiet(), .seeds = {8, 9}, .jobs = 2, .verify = true, .prepare = &Abort},
           [&](SeedOutcome outcome) {
             EXPECT_EQ(outcome.seed, static_cast<uint64_t>(8 + heard++));
             EXPECT_NE(outcome.fault.find("killed by signal 6"), std::string::npos) << outcome.fault;
             return true;
           });
  EXPECT_EQ(heard, 2);
}

TEST(RunSeeds, AWorkerThatAbortsIsAFaultOfItsSeed) {
  int64_t heard = 0;
  RunSeeds({.scenario = Quiet(), .seeds = {8, 9}, .jobs = 1, .prepare = &Abort}, [&](SeedOutcome outcome) {
    EXPECT_EQ(outcome.seed, static_cast<uint64_t>(8 + heard++));
    EXPECT_FALSE(outcome.run.has_value());
    EXPECT_NE(outcome.fault.find("killed by signal 6"), std::string::npos) << outcome.fault;
    return true;
  });
  EXPECT_EQ(heard, 2);
}

}  // namespace
}  // namespace ktrial::reports
