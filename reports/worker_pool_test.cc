#include "reports/worker_pool.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <vector>

namespace ktrial::reports {
namespace {

TEST(WorkerPool, HandsOutputsOverInOrderWhateverEndsFirst) {
  std::vector<std::string> outputs;
  const auto work = [](int64_t task) {
    if (task % 3 == 0) usleep(20'000);
    return std::to_string(task);
  };
  const PoolEnd end = RunTasks({.tasks = 40, .jobs = 4}, work, [&](int64_t task, TaskOutcome outcome) {
    EXPECT_EQ(task, static_cast<int64_t>(outputs.size()));
    EXPECT_TRUE(outcome.ok()) << outcome.failure;
    outputs.push_back(outcome.output);
    return true;
  });
  EXPECT_EQ(end, PoolEnd::kFinished);
  ASSERT_EQ(outputs.size(), 40u);
  for (size_t i = 0; i < outputs.size(); ++i) EXPECT_EQ(outputs[i], std::to_string(i));
}

TEST(WorkerPool, EachTaskHasAProcessOfItsOwn) {
  std::vector<std::string> processes;
  RunTasks(
      {.tasks = 3, .jobs = 2}, [](int64_t) { return std::to_string(getpid()); },
      [&](int64_t, TaskOutcome outcome) {
        processes.push_back(outcome.output);
        return true;
      });
  EXPECT_NE(processes[0], processes[1]);
  EXPECT_NE(processes[1], processes[2]);
  EXPECT_NE(processes[0], std::to_string(getpid()));
}

TEST(WorkerPool, OutputsLargerThanAPipeArriveWhole) {
  std::string output;
  RunTasks(
      {}, [](int64_t) { return std::string(3'000'000, 'x'); },
      [&](int64_t, TaskOutcome outcome) {
        output = std::move(outcome.output);
        return true;
      });
  EXPECT_EQ(output, std::string(3'000'000, 'x'));
}

TEST(WorkerPool, ATaskThatDiesTakesNothingElseWithIt) {
  std::vector<std::string> failures;
  const auto work = [](int64_t task) -> std::string {
    if (task == 1) std::raise(SIGKILL);
    if (task == 2) _exit(3);
    return "fine";
  };
  const PoolEnd end = RunTasks({.tasks = 4, .jobs = 2}, work, [&](int64_t, TaskOutcome outcome) {
    failures.push_back(outcome.failure);
    return true;
  });
  EXPECT_EQ(end, PoolEnd::kFinished);
  EXPECT_EQ(failures, (std::vector<std::string>{"", "killed by signal 9 (Killed)", "exit status 3", ""}));
}

TEST(WorkerPool, EndsWhenItIsToldTo) {
  int64_t heard = 0;
  const PoolEnd end = RunTasks(
      {.tasks = 1000, .jobs = 2}, [](int64_t) { return std::string(); },
      [&](int64_t, TaskOutcome) { return ++heard < 3; });
  EXPECT_EQ(end, PoolEnd::kStopped);
  EXPECT_EQ(heard, 3);
}

TEST(WorkerPool, AnInterruptEndsItAndHandlersAreAsBefore) {
  struct sigaction before = {};
  sigaction(SIGINT, nullptr, &before);
  int64_t heard = 0;
  const auto work = [](int64_t task) -> std::string {
    if (task == 2) kill(getppid(), SIGINT);
    if (task >= 2) sleep(60);
    return "";
  };
  const PoolEnd end = RunTasks({.tasks = 10, .jobs = 1}, work, [&](int64_t, TaskOutcome) {
    ++heard;
    return true;
  });
  EXPECT_EQ(end, PoolEnd::kInterrupted);
  EXPECT_EQ(heard, 2);
  struct sigaction after = {};
  sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, before.sa_handler);
}

TEST(WorkerPool, AWorkerDoesNotOutliveItsParent) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t parent = fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {
    const auto work = [&](int64_t) -> std::string {
      EXPECT_EQ(write(ends[1], "x", 1), 1);
      sleep(60);
      return "";
    };
    RunTasks({}, work, [](int64_t, TaskOutcome) { return true; });
    _exit(0);
  }
  close(ends[1]);
  char begun = 0;
  ASSERT_EQ(read(ends[0], &begun, 1), 1);
  kill(parent, SIGKILL);
  waitpid(parent, nullptr, 0);
  // The end of the pipe that the worker holds closes when it dies.
  pollfd closed = {.fd = ends[0], .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&closed, 1, 20'000), 1);
  EXPECT_EQ(read(ends[0], &begun, 1), 0);
  close(ends[0]);
}

}  // namespace
}  // namespace ktrial::reports
