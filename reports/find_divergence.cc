#include "reports/find_divergence.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "reports/fact_text.h"
#include "reports/result_json.h"
#include "reports/run_seeds.h"
#include "reports/trace_text.h"
#include "reports/worker_pool.h"
#include "scenarios/trial.h"

namespace ktrial::reports {
namespace {

using scenarios::Trial;

std::string Describe(const sim::Checkpoint& c) {
  return "event " + std::to_string(c.events) + " at" + TraceTime(c.at - sim::SimTime()) +
         " s since the machines started, hash " + HashText(c.hash);
}

// Writes a line for each event: what is equal in equal runs, and what helps to find the cause.
class EventLog : public sim::FactSink {
 public:
  explicit EventLog(const Trial& trial) : trial_(trial) {}

  void OnFact(const sim::FactHeader& header, const void* fact) override {
    facts_ += "; " + FactText(header, fact, trial_.names());
  }

  // Says what the step since the last call did.
  void EndEvent() {
    const sim::World& world = trial_.world();
    log_ += "event " + std::to_string(world.events_processed()) + " at" + TraceTime(world.now() - sim::SimTime()) +
            " s, hash " + HashText(world.trace_hash()) + ", on";
    hosts_.resize(static_cast<size_t>(world.host_count()));
    std::string touched;
    for (size_t i = 0; i < hosts_.size(); ++i) {
      const sim::HostId host(static_cast<int32_t>(i));
      const uint64_t hash = world.host_trace_hash(host);
      if (hash != hosts_[i]) touched += " " + trial_.names().Host(host);
      hosts_[i] = hash;
    }
    log_ += (touched.empty() ? " no host" : touched) + facts_ + "\n";
    facts_.clear();
  }
  void Forget() {
    EndEvent();
    log_.clear();
  }
  std::string Take() { return std::move(log_); }

 private:
  const Trial& trial_;
  std::vector<uint64_t> hosts_;
  std::string facts_;
  std::string log_;
};

// The events numbered first+1 to last.
std::string LogEvents(const RunRequest& request, uint64_t seed, uint64_t first, uint64_t last) {
  Trial trial(request.scenario, seed);
  if (request.prepare != nullptr) request.prepare(trial);
  while (trial.world().events_processed() < first && trial.Step()) {
  }
  EventLog log(trial);
  log.Forget();
  while (trial.world().events_processed() < last && trial.Step(&log)) log.EndEvent();
  return log.Take();
}

// The first line that differs, of both; empty ones if none does.
std::pair<std::string, std::string> FirstDifference(std::string_view a, std::string_view b) {
  while (!a.empty() || !b.empty()) {
    const std::string_view line_a = a.substr(0, a.find('\n'));
    const std::string_view line_b = b.substr(0, b.find('\n'));
    if (line_a != line_b) return {std::string(line_a), std::string(line_b)};
    a.remove_prefix(std::min(a.size(), line_a.size() + 1));
    b.remove_prefix(std::min(b.size(), line_b.size() + 1));
  }
  return {};
}

}  // namespace

std::string FindDivergence(const RunRequest& request, uint64_t seed, const std::vector<sim::Checkpoint>& a,
                           const std::vector<sim::Checkpoint>& b) {
  const size_t common = std::min(a.size(), b.size());
  size_t i = 0;
  while (i < common && a[i] == b[i]) ++i;
  std::string text = "two runs of this seed differ.\n";
  if (i < common) {
    text += "  first checkpoint that differs:\n    one run:   " + Describe(a[i]) +
            "\n    the other: " + Describe(b[i]) + "\n";
  } else {
    text += "  one ended earlier than the other\n";
  }
  const uint64_t first = i == 0 ? 0 : a[i - 1].events;
  const uint64_t last = first + sim::World::kEventsPerCheckpoint;
  std::vector<std::string> logs;
  std::string lost;
  RunTasks(
      {.tasks = 2, .jobs = 1}, [&](int64_t) { return LogEvents(request, seed, first, last); },
      [&](int64_t, TaskOutcome outcome) {
        if (!outcome.ok()) lost = outcome.failure;
        logs.push_back(std::move(outcome.output));
        return true;
      });
  // Interrupted.
  if (logs.size() < 2) return text;
  if (!lost.empty()) return text + "  a worker process that looked for the event was lost: " + lost + "\n";
  const auto [line_a, line_b] = FirstDifference(logs[0], logs[1]);
  if (line_a.empty() && line_b.empty()) {
    return text + "  two more runs of events " + std::to_string(first) + " to " + std::to_string(last) +
           " were alike: what differs does not differ every time\n";
  }
  return text + "  first event that differs:\n    one run:   " + line_a + "\n    the other: " + line_b + "\n";
}

}  // namespace ktrial::reports
