// The built program from outside: what it prints, and its exit status.
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

extern char** environ;

namespace ktrial::reports {
namespace {

struct Ended {
  int status = -1;
  std::string out;
  std::string err;
};

// Runs the program, without a shell; kills it with `signal` once it has printed something, if there is one.
Ended RunProgram(const std::vector<std::string>& arguments, int signal = 0) {
  const char* program = std::getenv("KTRIAL_PROGRAM");
  if (program == nullptr) return {.status = -1, .out = {}, .err = "KTRIAL_PROGRAM is not set"};
  std::array<int, 2> out;
  std::array<int, 2> err;
  EXPECT_EQ(pipe(out.data()), 0);
  EXPECT_EQ(pipe(err.data()), 0);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
  for (const int file : {out[0], out[1], err[0], err[1]}) posix_spawn_file_actions_addclose(&actions, file);
  std::vector<char*> argv = {const_cast<char*>(program)};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  pid_t process = 0;
  EXPECT_EQ(posix_spawn(&process, program, &actions, nullptr, argv.data(), environ), 0);
  posix_spawn_file_actions_destroy(&actions);
  close(out[1]);
  close(err[1]);
  Ended ended;
  std::array<pollfd, 2> polled = {pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
  while (polled[0].fd >= 0 || polled[1].fd >= 0) {
    poll(polled.data(), polled.size(), -1);
    for (size_t i = 0; i < polled.size(); ++i) {
      if (polled[i].fd < 0 || polled[i].revents == 0) continue;
      std::array<char, 4096> buffer;
      const ssize_t n = read(polled[i].fd, buffer.data(), buffer.size());
      if (n <= 0) {
        close(polled[i].fd);
        polled[i].fd = -1;
        continue;
      }
      (i == 0 ? ended.out : ended.err).append(buffer.data(), static_cast<size_t>(n));
      if (signal != 0 && i == 0) kill(process, std::exchange(signal, 0));
    }
  }
  int status = 0;
  waitpid(process, &status, 0);
  ended.status = WIFEXITED(status) ? WEXITSTATUS(status) : 256 + WTERMSIG(status);
  return ended;
}

std::string LastLine(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

// A small run: three brokers, a crash, half a minute.
std::string WriteScenario(const std::string& name, const std::string& expect, const std::string& reset = "earliest") {
  const std::string path = testing::TempDir() + "/" + name + ".yaml";
  std::ofstream(path) << "name: " << name << R"(
kafka: "4.1"
duration: 25s
quiesce: 30s
cluster: { brokers: 3 }
topics:
  orders: { partitions: 2, replication.factor: 3, config: { min.insync.replicas: 2 } }
  quiet: { partitions: 1, replication.factor: 1 }
workload:
  producers: { name: shop, topic: orders, rate: 50/s }
  consumers: { name: billing, topic: orders, group: billing, config: { auto.offset.reset: )"
                      << reset << R"( } }
faults:
  - { at: 2s, kill: leader of orders/0, for: 15s }
expect:
)"
                      << "  - " << expect << "\n";
  return path;
}

TEST(Program, ARunThatHoldsExitsWithZero) {
  const Ended ended = RunProgram({"run", WriteScenario("holds", "no acked record lost"), "--seed", "3"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.out.rfind("PASS  holds  seed 3\n", 0), 0u) << ended.out;
  EXPECT_NE(ended.out.find("longest write outage of orders: "), std::string::npos) << ended.out;
}

TEST(Program, AFailureExitsWithOneAndEndsWithTheCommand) {
  const std::string path = WriteScenario("fails", "unavailable(orders, write) < 1s");
  const Ended ended = RunProgram({"run", path, "--seed", "3"});
  EXPECT_EQ(ended.status, 1) << ended.out << ended.err;
  EXPECT_EQ(LastLine(ended.out), "reproduce: ktrial replay " + path + " --seed 3");
}

TEST(Program, WhatWasNotExercisedIsUnknown) {
  // With auto.offset.reset=none, a group that has committed nothing reads nothing.
  const std::string path = WriteScenario("vacuous", "unavailable(orders, read) < 1s", "none");
  const Ended ended = RunProgram({"run", path, "--seed", "3"});
  EXPECT_EQ(ended.status, 2) << ended.out << ended.err;
  EXPECT_EQ(ended.out.rfind("UNKNOWN", 0), 0u) << ended.out;
}

TEST(Program, BadUsageExitsWith64AndSuggests) {
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
  };
  for (const Case& c : std::vector<Case>{
           {{}, "see: ktrial --help"},
           {{"rum", "x.yaml"}, "did you mean 'run'?"},
           {{"run", "x.yaml", "--sede", "3"}, "did you mean '--seed'?"},
           {{"run", "x.yaml", "--seeds", "9..1"}, "seeds are a number, or a range"},
           {{"run", "x.yaml", "--seeds", "0..9223372036854775807"}, "at most 1000000000 seeds"},
           {{"run", "x.yaml", "--seed", "1..4"}, "a seed is a whole number; --seeds takes a range"},
           {{"replay", "x.yaml", "--seed", "abc"}, "a seed is a whole number"},
           {{"replay", "x.yaml", "--until", "-5s"}, "a scenario begins at 0s"},
           {{"run", "leader-kil-rf3"}, "did you mean 'leader-kill-rf3'?"},
           {{"check", "leader-kill-rf3", "--strict", "--set", "cluster/config/num.network.threads=4"}, "error[KS003]"},
           {{"run", "no-such-file.yaml"}, "no such file"},
           {{"run", "."}, "is a directory"},
           {{"run", "leader-kill-rf3", "--defect", "DR99"}, "this build has no defect 'DR99'"},
           {{"run", "leader-kill-rf3", "--set", "topics/orders/partitoins=3"}, "KS001"},
           {{"list", "scenario"}, "scenarios"},
           {{"explain", "KS999"}, "nothing is called 'KS999'"},
       }) {
    const Ended ended = RunProgram(c.arguments);
    EXPECT_EQ(ended.status, 64) << ended.out << ended.err;
    EXPECT_NE(ended.err.find(c.says), std::string::npos) << ended.err;
    EXPECT_EQ(ended.out, "") << c.says;
  }
}

TEST(Program, JsonIsOneDocumentOfTheFormThatIsPromised) {
  const Ended ended =
      RunProgram({"run", WriteScenario("json", "no acked record lost"), "--seeds", "3..4", "--jobs", "2", "--json"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  const nlohmann::json document = nlohmann::json::parse(ended.out);
  EXPECT_EQ(document["scenario"], "json");
  EXPECT_EQ(document["kafka"], "4.1");
  EXPECT_TRUE(document["ktrial"].is_string());
  ASSERT_EQ(document["runs"].size(), 2u);
  for (const nlohmann::json& run : document["runs"]) {
    EXPECT_EQ(run["trace_hash"].get<std::string>().size(), 16u);
    EXPECT_TRUE(run["design"].is_null());
    EXPECT_EQ(run["verdict"], "pass");
    const nlohmann::json& counts = run["counts"];
    EXPECT_EQ(counts["sent"], 1250) << "25 s at 50/s";
    EXPECT_EQ(counts["sent"].get<int64_t>(), counts["acked"].get<int64_t>() + counts["refused"].get<int64_t>() +
                                                 counts["unknown"].get<int64_t>() +
                                                 counts["outstanding"].get<int64_t>());
  }
  EXPECT_NE(document["runs"][0]["trace_hash"], document["runs"][1]["trace_hash"]) << "another seed, another run";
  EXPECT_EQ(document["summary"]["runs"], 2);
}

TEST(Program, OneJobAndTwoPrintTheSame) {
  const std::string path = WriteScenario("jobs", "unavailable(orders, write) < 7s");
  const Ended one = RunProgram({"run", path, "--seeds", "1..4", "--jobs", "1"});
  const Ended two = RunProgram({"run", path, "--seeds", "1..4", "--jobs", "2"});
  EXPECT_EQ(one.out, two.out);
  EXPECT_EQ(one.status, two.status);
  EXPECT_NE(one.out.find("of 4 runs failed"), std::string::npos) << one.out;
}

TEST(Program, VerifyFindsTwoRunsAlike) {
  const Ended ended = RunProgram({"run", WriteScenario("twice", "no acked record lost"), "--verify", "--quiet"});
  EXPECT_EQ(ended.status, 0) << ended.out << ended.err;
  EXPECT_EQ(ended.err, "");
}

TEST(Program, AnInterruptWritesOutWhatWasFinished) {
  const std::string path = WriteScenario("interrupted", "no acked record lost");
  const Ended ended = RunProgram({"run", path, "--seeds", "1..100000", "--jobs", "1", "--json"}, SIGINT);
  EXPECT_EQ(ended.status, 130) << ended.err;
  const nlohmann::json document = nlohmann::json::parse(ended.out);
  EXPECT_EQ(document["summary"]["interrupted"], true);
  EXPECT_EQ(document["summary"]["runs"], document["runs"].size());
}

TEST(Program, ATraceNamesFactsInOrder) {
  const std::string path = WriteScenario("traced", "no acked record lost");
  const Ended ended = RunProgram({"replay", path, "--seed", "3", "--until", "12s", "--trace", "text"});
  EXPECT_EQ(ended.status, 0) << ended.err;
  const size_t killed = ended.out.find("ProcessKilled");
  const size_t fenced = ended.out.find("state=fenced", killed);
  const size_t leads = ended.out.find("BecameLeader", fenced);
  EXPECT_NE(killed, std::string::npos);
  EXPECT_NE(fenced, std::string::npos);
  EXPECT_NE(leads, std::string::npos);
  EXPECT_EQ(LastLine(ended.out).rfind("stopped at 12.000 s after ", 0), 0u) << LastLine(ended.out);
}

TEST(Program, ChecksListsAndExplainsWithoutARun) {
  EXPECT_EQ(RunProgram({"check", "leader-kill-rf3"}).status, 0);
  EXPECT_EQ(RunProgram({"version"}).out.rfind("ktrial ", 0), 0u);
  EXPECT_EQ(RunProgram({"--version"}).out, RunProgram({"version"}).out);
  for (const char* what : {"scenarios", "defects", "properties", "faults", "configs"}) {
    const Ended ended = RunProgram({"list", what, "--json"});
    EXPECT_EQ(ended.status, 0);
    const nlohmann::json list = nlohmann::json::parse(ended.out);
    ASSERT_FALSE(list.empty()) << what;
    for (const char* field : {"id", "name", "summary"}) EXPECT_TRUE(list[0][field].is_string()) << what << field;
    EXPECT_EQ(RunProgram({"list", what}).status, 0);
    EXPECT_EQ(RunProgram({"explain", list[0]["id"]}).status, 0) << list[0]["id"];
  }
  EXPECT_NE(RunProgram({"explain", "KS012"}).out.find("KS012"), std::string::npos);
}

// Tests run from the root. The last line tells the speed of a machine.
TEST(Program, TheReadmeShowsWhatARunPrints) {
  const Ended ended = RunProgram({"run", "scenarios/library/leader-kill-rf3.yaml", "--seed", "7"});
  std::istringstream lines(ended.out);
  std::string shown;
  for (std::string line; std::getline(lines, line) && line.rfind("speed ", 0) != 0;) {
    shown += line.empty() ? "\n" : "    " + line + "\n";
  }
  EXPECT_NE(shown.find("PASS  leader-kill-rf3  seed 7"), std::string::npos) << shown;
  std::stringstream readme;
  readme << std::ifstream("README.md").rdbuf();
  EXPECT_NE(readme.str().find(shown), std::string::npos) << "README.md is to show this:\n" << shown;
}

// Whichever partition was unwritable longest, one that got another leader is taken apart.
TEST(Program, AnElectionIsAlwaysTakenApart) {
  for (const char* seed : {"1", "7"}) {
    const Ended ended = RunProgram({"run", "scenarios/library/leader-kill-rf3.yaml", "--seed", seed, "--json"});
    const nlohmann::json document = nlohmann::json::parse(ended.out);
    int elections = 0;
    bool first = true;
    for (const nlohmann::json& outage : document["runs"][0]["outages"]) {
      if (outage["kind"] != "write") continue;
      bool has_election = false;
      for (const nlohmann::json& part : outage["parts"]) has_election = has_election || part["name"] == "election";
      if (has_election) ++elections;
      EXPECT_EQ(outage.contains("through_election"), has_election && !first) << seed;
      first = false;
    }
    EXPECT_EQ(elections, 1) << seed;
  }
}

}  // namespace
}  // namespace ktrial::reports
