#include "reports/run_seeds.h"

#include <chrono>
#include <cstdio>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"
#include "reports/find_divergence.h"
#include "reports/trace_text.h"
#include "scenarios/judge.h"
#include "scenarios/trial.h"
#include "sim/world.h"

namespace ktrial::reports {
namespace {

using Json = nlohmann::ordered_json;

// What a worker says of its run.
struct WorkerReport {
  FinishedRun run;
  std::vector<sim::Checkpoint> checkpoints;
};

std::string Encode(const WorkerReport& report) {
  Json checkpoints = Json::array();
  for (const sim::Checkpoint& c : report.checkpoints) checkpoints.push_back({c.events, c.at.nanos(), c.hash});
  return Json{{"run", ToJson(report.run)}, {"checkpoints", std::move(checkpoints)}}.dump();
}

WorkerReport Decode(const std::string& text) {
  const Json json = Json::parse(text);
  WorkerReport report{.run = FromJson(json.at("run")), .checkpoints = {}};
  for (const Json& c : json.at("checkpoints")) {
    report.checkpoints.push_back({.events = c.at(0), .at = sim::SimTime(c.at(1).get<int64_t>()), .hash = c.at(2)});
  }
  return report;
}

std::string RunOne(const RunRequest& request, uint64_t seed) {
  const auto begin = std::chrono::steady_clock::now();
  scenarios::Trial trial(request.scenario, seed);
  if (request.prepare != nullptr) request.prepare(trial);
  if (request.trace) {
    TraceText trace(trial);
    trial.Run(&trace);
    std::fflush(stdout);
  } else {
    trial.Run();
  }
  WorkerReport report{.run = {.result = scenarios::JudgeTrial(trial)}, .checkpoints = {}};
  if (request.verify) {
    report.checkpoints = trial.world().checkpoints();
    // The end counts too.
    report.checkpoints.push_back(
        {.events = trial.world().events_processed(), .at = trial.world().now(), .hash = trial.world().trace_hash()});
  }
  const auto spent = std::chrono::steady_clock::now() - begin;
  report.run.wall_micros = std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
  return Encode(report);
}

// Why two runs of one seed are not the same; empty if they are.
std::string Difference(const RunRequest& request, uint64_t seed, const WorkerReport& a, const WorkerReport& b) {
  if (a.checkpoints != b.checkpoints) return FindDivergence(request, seed, a.checkpoints, b.checkpoints);
  if (a.run.result == b.run.result) return "";
  return "two runs of this seed are alike in every event, and were judged differently.";
}

}  // namespace

PoolEnd RunSeeds(const RunRequest& request, absl::FunctionRef<bool(SeedOutcome)> done) {
  const int64_t copies = request.verify ? 2 : 1;
  // Of the seed whose copies are coming in.
  std::optional<WorkerReport> first_copy;
  std::string lost;
  const auto seed_of = [&](int64_t task) { return request.seeds.first + static_cast<uint64_t>(task / copies); };
  const auto work = [&](int64_t task) { return RunOne(request, seed_of(task)); };
  const auto hear = [&](int64_t task, TaskOutcome outcome) {
    std::optional<WorkerReport> report;
    if (outcome.ok()) {
      report = Decode(outcome.output);
    } else {
      lost = "the worker process was lost: " + outcome.failure;
    }
    if (task % copies != copies - 1) {
      first_copy = std::move(report);
      return true;
    }
    SeedOutcome seed{.seed = seed_of(task), .run = {}, .fault = std::exchange(lost, {})};
    if (first_copy && report) seed.fault = Difference(request, seed.seed, *first_copy, *report);
    if (report) seed.run = std::move(report->run);
    first_copy.reset();
    return done(std::move(seed));
  };
  return RunTasks({.tasks = request.seeds.size() * copies, .jobs = request.jobs}, work, hear);
}

}  // namespace ktrial::reports
