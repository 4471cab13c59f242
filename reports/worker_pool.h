// Runs tasks in worker processes (fork), some at a time, and hands their outputs over in the order of the tasks. A task
// that dies takes nothing else with it, and what it leaked is gone with its process, so that memory does not grow with
// the number of tasks.
//
//   PoolEnd end = RunTasks({.tasks = 200, .jobs = 2}, work, [&](int64_t task, TaskOutcome outcome) { ... });
#ifndef KTRIAL_REPORTS_WORKER_POOL_H_
#define KTRIAL_REPORTS_WORKER_POOL_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"

namespace ktrial::reports {

struct PoolOptions {
  int64_t tasks = 1;
  // At least 1.
  int jobs = 1;
};

struct TaskOutcome {
  // What `work` returned; incomplete if there is a failure.
  std::string output;
  // How the process ended other than well: "killed by signal 6 (Aborted)"; empty otherwise.
  std::string failure;

  bool ok() const { return failure.empty(); }
};

enum class PoolEnd : uint8_t {
  kFinished,
  // `done` said so.
  kStopped,
  // By SIGINT or SIGTERM. Tasks that had not ended were killed.
  kInterrupted,
};

// Computes the output of one task, in a process of its own that ends afterwards.
using TaskWork = absl::FunctionRef<std::string(int64_t task)>;
// Hears of each task, in ascending order, in the calling process. Returns false to end the rest.
using TaskDone = absl::FunctionRef<bool(int64_t task, TaskOutcome outcome)>;

// While it runs, SIGINT and SIGTERM are caught. With fewer processes to be had than jobs it does with those; throws
// std::system_error if there is not even one.
PoolEnd RunTasks(const PoolOptions& options, TaskWork work, TaskDone done);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_WORKER_POOL_H_
