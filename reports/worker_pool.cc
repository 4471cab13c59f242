#include "reports/worker_pool.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "sim/check.h"

namespace ktrial::reports {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void NoteInterrupt(int) { interrupted = 1; }

// Catches SIGINT and SIGTERM, and keeps them blocked but for the time within Wait(), so that none slips through between
// looking and waiting.
class InterruptGuard {
 public:
  InterruptGuard() {
    interrupted = 0;
    struct sigaction action = {};
    action.sa_handler = &NoteInterrupt;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, &old_int_);
    sigaction(SIGTERM, &action, &old_term_);
    sigset_t blocked;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &old_mask_);
  }
  ~InterruptGuard() { Restore(); }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  void Restore() {
    sigaction(SIGINT, &old_int_, nullptr);
    sigaction(SIGTERM, &old_term_, nullptr);
    sigprocmask(SIG_SETMASK, &old_mask_, nullptr);
  }
  void Wait(std::vector<pollfd>& polled) { ppoll(polled.data(), polled.size(), nullptr, &old_mask_); }

 private:
  struct sigaction old_int_ = {};
  struct sigaction old_term_ = {};
  sigset_t old_mask_ = {};
};

struct Worker {
  int64_t task = 0;
  pid_t process = 0;
  int pipe = -1;
  std::string output;
};

void WriteAll(int file, const std::string& text) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(file, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    // The parent is gone: nobody wants the rest.
    if (n < 0) _exit(1);
    written += static_cast<size_t>(n);
  }
}

// Nothing, with errno set, if the system has no pipe or process to give.
std::optional<Worker> StartWorker(int64_t task, TaskWork work, InterruptGuard& guard) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
  std::fflush(nullptr);
  const pid_t process = fork();
  if (process < 0) {
    const int error = errno;
    close(ends[0]);
    close(ends[1]);
    errno = error;
    return std::nullopt;
  }
  if (process == 0) {
    guard.Restore();
    // A parent that is killed leaves no worker behind.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // How a worker dies is for the pool to see.
    std::signal(SIGABRT, SIG_DFL);
    close(ends[0]);
    // An exception ends the worker, and must not find its way into the parent's code.
    [&]() noexcept { WriteAll(ends[1], work(task)); }();
    // The parent's buffers and exit handlers are not this process's business.
    _exit(0);
  }
  close(ends[1]);
  return Worker{.task = task, .process = process, .pipe = ends[0], .output = {}};
}

// Takes what there is to read. True if the worker has ended its output.
bool Drain(Worker& worker) {
  char buffer[1 << 16];
  const ssize_t n = read(worker.pipe, buffer, sizeof(buffer));
  if (n > 0) worker.output.append(buffer, static_cast<size_t>(n));
  return n == 0 || (n < 0 && errno != EINTR && errno != EAGAIN);
}

TaskOutcome Reap(Worker& worker) {
  close(worker.pipe);
  int status = 0;
  while (waitpid(worker.process, &status, 0) < 0 && errno == EINTR) {
  }
  TaskOutcome outcome{.output = std::move(worker.output), .failure = {}};
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    outcome.failure = "killed by signal " + std::to_string(signal) + " (" + strsignal(signal) + ")";
  } else if (WEXITSTATUS(status) != 0) {
    outcome.failure = "exit status " + std::to_string(WEXITSTATUS(status));
  }
  return outcome;
}

class Pool {
 public:
  Pool(const PoolOptions& options, TaskWork work, TaskDone done) : options_(options), work_(work), done_(done) {}

  PoolEnd Run() {
    while (next_done_ < options_.tasks) {
      StartWorkers();
      std::vector<pollfd> polled;
      for (const Worker& worker : workers_) polled.push_back({.fd = worker.pipe, .events = POLLIN, .revents = 0});
      guard_.Wait(polled);
      if (interrupted != 0) return End(PoolEnd::kInterrupted);
      for (size_t i = polled.size(); i-- > 0;) {
        if (polled[i].revents == 0 || !Drain(workers_[i])) continue;
        ended_[workers_[i].task] = Reap(workers_[i]);
        workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(i));
      }
      if (!HandOver()) return End(PoolEnd::kStopped);
    }
    return PoolEnd::kFinished;
  }

 private:
  // How far, in tasks a job, the others may run ahead of the slowest: bounds what waits to be handed over.
  static constexpr int64_t kWindow = 8;

  void StartWorkers() {
    const int64_t limit = std::min(options_.tasks, next_done_ + kWindow * options_.jobs);
    while (static_cast<int64_t>(workers_.size()) < options_.jobs && next_task_ < limit) {
      std::optional<Worker> worker = StartWorker(next_task_, work_, guard_);
      if (!worker) {
        // Those that run will make room.
        if (!workers_.empty()) return;
        throw std::system_error(errno, std::generic_category(), "cannot start a worker process");
      }
      workers_.push_back(std::move(*worker));
      ++next_task_;
    }
  }

  bool HandOver() {
    for (auto it = ended_.begin(); it != ended_.end() && it->first == next_done_; it = ended_.begin()) {
      TaskOutcome outcome = std::move(it->second);
      ended_.erase(it);
      if (!done_(next_done_++, std::move(outcome))) return false;
    }
    return true;
  }

  PoolEnd End(PoolEnd end) {
    for (Worker& worker : workers_) kill(worker.process, SIGKILL);
    for (Worker& worker : workers_) Reap(worker);
    return end;
  }

  const PoolOptions options_;
  TaskWork work_;
  TaskDone done_;
  InterruptGuard guard_;
  std::vector<Worker> workers_;
  absl::btree_map<int64_t, TaskOutcome> ended_;
  int64_t next_task_ = 0;
  int64_t next_done_ = 0;
};

}  // namespace

PoolEnd RunTasks(const PoolOptions& options, TaskWork work, TaskDone done) {
  KT_CHECK(options.jobs >= 1);
  return Pool(options, work, done).Run();
}

}  // namespace ktrial::reports
