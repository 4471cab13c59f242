// Runs a scenario for a range of seeds in worker processes and hands the results over in the order of the seeds.
//
//   RunSeeds({.scenario = scenario, .first_seed = 1, .last_seed = 200, .jobs = 2}, [&](SeedOutcome outcome) { ... });
#ifndef KTRIAL_REPORTS_RUN_SEEDS_H_
#define KTRIAL_REPORTS_RUN_SEEDS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "reports/result_json.h"
#include "reports/worker_pool.h"
#include "scenarios/scenario.h"

namespace ktrial::scenarios {
class Trial;
}

namespace ktrial::reports {

struct SeedRange {
  uint64_t first = 1;
  // Inclusive; not below `first`.
  uint64_t last = 1;

  int64_t size() const { return static_cast<int64_t>(last - first) + 1; }
};

struct RunRequest {
  std::shared_ptr<const scenarios::Scenario> scenario;
  SeedRange seeds;
  int jobs = 1;
  // Run each seed twice, in two processes, and compare.
  bool verify = false;
  // Print every fact to stdout while the run goes on.
  bool trace = false;
  // Called in the worker with each trial before it runs; may be empty. For tests.
  void (*prepare)(scenarios::Trial&) = nullptr;
};

struct SeedOutcome {
  uint64_t seed = 0;
  // Empty if the worker died (of two, the second).
  std::optional<FinishedRun> run;
  // What is wrong with ktrial itself: how the worker died, or where two runs of the seed differ. Empty if nothing is.
  std::string fault;
};

// `done` hears of each seed once, in ascending order, and returns false to end the rest.
PoolEnd RunSeeds(const RunRequest& request, absl::FunctionRef<bool(SeedOutcome)> done);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_RUN_SEEDS_H_
