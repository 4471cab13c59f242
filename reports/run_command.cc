#include "reports/run_command.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "nlohmann/json.hpp"
#include "reports/print.h"
#include "reports/progress.h"
#include "reports/summary.h"
#include "reports/text_report.h"
#include "reports/trace_text.h"
#include "reports/version.h"
#include "scenarios/kafka_version.h"
#include "scenarios/run_text.h"
#include "scenarios/trial.h"
#include "scenarios/units.h"

namespace ktrial::reports {
namespace {

using Json = nlohmann::ordered_json;

bool WantsColor(std::FILE* file) {
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == '\0') && isatty(fileno(file)) != 0;
}

// Prints what is wrong with a scenario; true if it can be run.
bool Report(const LoadedScenario& loaded, bool quiet) {
  const bool usable = loaded.scenario != nullptr;
  if (!usable || !quiet) Print(stderr, scenarios::FormatDiagnostics(loaded.diagnostics));
  for (const std::string& error : loaded.errors) Print(stderr, loaded.path + ": error: " + error + "\n");
  return usable;
}

ExitStatus StatusOf(scenarios::Verdict verdict) {
  switch (verdict) {
    case scenarios::Verdict::kPass:
      return kHolds;
    case scenarios::Verdict::kFail:
      return kFailed;
    case scenarios::Verdict::kUnknown:
      break;
  }
  return kUnknown;
}

int JobsOf(int wanted) {
  if (wanted > 0) return wanted;
  return static_cast<int>(std::max<long>(sysconf(_SC_NPROCESSORS_ONLN), 1));
}

// All seeds of one scenario, and what is printed of them.
class ScenarioRun {
 public:
  ScenarioRun(const RunArguments& arguments, LoadedScenario loaded)
      : arguments_(arguments), loaded_(std::move(loaded)), style_{.color = WantsColor(stdout)} {
    request_.scenario = loaded_.scenario;
    const uint64_t seed = request_.scenario->seed.value;
    request_.seeds = arguments.seeds.value_or(SeedRange{seed, seed});
    request_.jobs = JobsOf(arguments.jobs);
    request_.verify = arguments.verify;
    request_.trace = arguments.trace;
  }

  ExitStatus Run() {
    Progress progress(name(), request_.seeds.size(), arguments_.quiet || arguments_.json);
    if (arguments_.json) OpenDocument();
    int64_t finished = 0;
    const PoolEnd end = RunSeeds(request_, [&](SeedOutcome outcome) {
      progress.Clear();
      Take(outcome);
      progress.Report(++finished, summary_.failed());
      return true;
    });
    progress.Clear();
    if (end == PoolEnd::kInterrupted) {
      status_ = kInterrupted;
      Print(stderr, "ktrial: interrupted after " + scenarios::CountText(finished, "seed") + " of " +
                        std::to_string(request_.seeds.size()) + "\n");
    }
    if (arguments_.json) {
      CloseDocument(end == PoolEnd::kInterrupted);
    } else if (request_.seeds.size() > 1 && summary_.runs() > 0) {
      Print(stdout, summary_.Text());
      // The last line of a failure is the command that shows it.
      if (!summary_.first_failing().empty()) {
        Print(stdout, "reproduce: " + CommandFor(summary_.first_failing()[0]) + "\n");
      }
    }
    return status_;
  }

 private:
  const std::string& name() const { return request_.scenario->name.value; }
  // The command is told as it was given: the launcher says what it was called.
  std::string CommandFor(uint64_t seed) const {
    const char* command = std::getenv("KTRIAL_COMMAND");
    return std::string(command == nullptr ? "ktrial" : command) + " replay " + ShellQuoted(loaded_.path) + " --seed " +
           std::to_string(seed) + ArgumentsOf(arguments_.changes);
  }

  void Take(const SeedOutcome& outcome) {
    if (!outcome.fault.empty()) {
      status_ = Worse(status_, kOwnFault);
      Print(stderr, "ktrial: " + name() + " seed " + std::to_string(outcome.seed) + ": " + outcome.fault +
                        "\nreproduce: " + CommandFor(outcome.seed) + "\n");
    }
    if (!outcome.run) return;
    summary_.Add(*outcome.run);
    status_ = Worse(status_, StatusOf(outcome.run->result.verdict));
    if (arguments_.json) {
      Json run = ToJson(*outcome.run);
      run["reproduce"] = CommandFor(outcome.seed);
      Print(stdout, (runs_printed_++ > 0 ? ",\n" : "\n") + run.dump());
    } else if (request_.seeds.size() == 1 && !arguments_.quiet) {
      Print(stdout, RunReport(name(), *outcome.run, CommandFor(outcome.seed), style_));
    } else if (request_.seeds.size() == 1 || outcome.run->result.verdict != scenarios::Verdict::kPass) {
      Print(stdout, ShortRunReport(name(), *outcome.run, CommandFor(outcome.seed), style_));
    }
    std::fflush(stdout);
  }

  // The document is written as its runs come, so that it never is in memory as a whole.
  void OpenDocument() {
    Json head = {{"ktrial", kVersion},
                 {"scenario", name()},
                 {"kafka", scenarios::FormatKafkaVersion(request_.scenario->kafka.value)}};
    std::string text = head.dump();
    text.pop_back();
    Print(stdout, text + ",\"runs\":[");
  }
  void CloseDocument(bool was_interrupted) {
    Json summary = summary_.Json();
    summary["interrupted"] = was_interrupted;
    Print(stdout, "],\n\"summary\":" + summary.dump() + "}");
  }

  const RunArguments& arguments_;
  const LoadedScenario loaded_;
  const TextStyle style_;
  RunRequest request_;
  Summary summary_;
  ExitStatus status_ = kHolds;
  int64_t runs_printed_ = 0;
};

}  // namespace

ExitStatus RunCommand(const RunArguments& arguments) {
  // All files are read before the first is run: a slip in the last shows at once.
  std::vector<LoadedScenario> loaded;
  bool usable = true;
  for (const std::string& file : arguments.files) {
    loaded.push_back(LoadScenario(file, arguments.changes));
    usable = Report(loaded.back(), arguments.quiet) && usable;
  }
  if (!usable) return kUsage;
  const bool list = arguments.json && loaded.size() > 1;
  if (list) Print(stdout, "[");
  ExitStatus status = kHolds;
  for (size_t i = 0; i < loaded.size() && status != kInterrupted; ++i) {
    if (i > 0) Print(stdout, list ? ",\n" : arguments.json ? "" : "\n");
    status = Worse(status, ScenarioRun(arguments, std::move(loaded[i])).Run());
  }
  if (arguments.json) Print(stdout, list ? "]\n" : "\n");
  return status;
}

ExitStatus ReplayCommand(const ReplayArguments& arguments) {
  const uint64_t* seed = arguments.seed ? &*arguments.seed : nullptr;
  if (!arguments.until) {
    RunArguments run;
    run.files = {arguments.file};
    run.changes = arguments.changes;
    if (seed != nullptr) run.seeds = SeedRange{*seed, *seed};
    run.trace = arguments.trace;
    return RunCommand(run);
  }
  const LoadedScenario loaded = LoadScenario(arguments.file, arguments.changes);
  if (!Report(loaded, /*quiet=*/false)) return kUsage;
  const auto work = [&](int64_t) {
    scenarios::Trial trial(loaded.scenario, seed != nullptr ? *seed : loaded.scenario->seed.value);
    TraceText trace(trial);
    trial.RunUntil(*arguments.until, arguments.trace ? &trace : nullptr);
    std::fflush(stdout);
    if (!trial.not_started().empty()) return trial.not_started() + "\n";
    return "stopped at " + scenarios::SecondsText(trial.now()) + " after " +
           scenarios::CountText(static_cast<int64_t>(trial.world().events_processed()), "event") + ", hash " +
           HashText(trial.world().trace_hash()) + "\n";
  };
  ExitStatus status = kHolds;
  const PoolEnd end = RunTasks({}, work, [&](int64_t, const TaskOutcome& outcome) {
    Print(stdout, outcome.output);
    if (!outcome.ok()) {
      Print(stderr, "ktrial: the worker process was lost: " + outcome.failure + "\n");
      status = kOwnFault;
    }
    return true;
  });
  return end == PoolEnd::kInterrupted ? kInterrupted : status;
}

}  // namespace ktrial::reports
