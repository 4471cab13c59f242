// `ktrial run` and `ktrial replay`: scenarios in, verdicts out.
#ifndef KTRIAL_REPORTS_RUN_COMMAND_H_
#define KTRIAL_REPORTS_RUN_COMMAND_H_

#include <optional>
#include <string>
#include <vector>

#include "reports/exit_status.h"
#include "reports/run_seeds.h"
#include "reports/scenario_files.h"
#include "sim/time.h"

namespace ktrial::reports {

struct RunArguments {
  std::vector<std::string> files;
  ScenarioChanges changes;
  // The scenario's own seed if there are none.
  std::optional<SeedRange> seeds;
  // 0: as many as there are processors.
  int jobs = 0;
  bool verify = false;
  bool trace = false;
  bool json = false;
  bool quiet = false;
};

// Prints results on stdout, diagnostics and progress on stderr.
ExitStatus RunCommand(const RunArguments& arguments);

struct ReplayArguments {
  std::string file;
  ScenarioChanges changes;
  // The scenario's own if there is none.
  std::optional<uint64_t> seed;
  // Stop there, in the scenario's time, without a verdict.
  std::optional<sim::Duration> until;
  bool trace = false;
};

ExitStatus ReplayCommand(const ReplayArguments& arguments);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_RUN_COMMAND_H_
