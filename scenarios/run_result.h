// What a run came to, as plain data for reports: the verdict with its expectations, what was violated and what was
// allowed, the outages taken apart, the counts, and the story in order of time. Times are those of the scenario: zero
// is when its clients start, after the cluster has come up.
#ifndef KTRIAL_SCENARIOS_RUN_RESULT_H_
#define KTRIAL_SCENARIOS_RUN_RESULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/time.h"

namespace ktrial::scenarios {

enum class Verdict : uint8_t {
  kPass,
  kFail,
  // Not exercised: what was asked about never happened, so it cannot be said whether it holds.
  kUnknown,
};
// "pass", "fail", "unknown".
std::string_view VerdictName(Verdict verdict);

struct ExpectationResult {
  // As the scenario writes it.
  std::string text;
  Verdict verdict = Verdict::kUnknown;
  // "9.31 s", "3 records", or why there is nothing to measure.
  std::string measured;
  // "< 12s", "none".
  std::string bound;

  friend bool operator==(const ExpectationResult&, const ExpectationResult&) = default;
};

struct ViolationResult {
  // Id of the property, such as "S6".
  std::string property;
  sim::Duration at;
  std::string summary;
  std::vector<std::string> evidence;
  // Why the configuration allows it; empty for a violation proper.
  std::string licence;

  friend bool operator==(const ViolationResult&, const ViolationResult&) = default;
};

struct OutagePart {
  // "detection", "election", "client metadata", "first acknowledgement", ...
  std::string name;
  sim::Duration length;
  // The event that ended it: "broker 1 fenced".
  std::string until;

  friend bool operator==(const OutagePart&, const OutagePart&) = default;
};

enum class OutageKind : uint8_t { kWrite, kRead };

// The longest time for which some partition of a topic could not be written, or read.
struct OutageResult {
  std::string topic;
  OutageKind kind = OutageKind::kWrite;
  // Nothing was ever written (read), so nothing is known; the fields below have no meaning then.
  bool exercised = false;
  int32_t partition = -1;
  sim::Duration begin;
  sim::Duration length;
  // False if it lasted to the end of the run.
  bool ended = true;
  // The longest write outage in which the leader changed, given if the longest of all is another.
  bool through_election = false;
  // Of a write outage that ended, in order of time; they add up to `length`.
  std::vector<OutagePart> parts;

  friend bool operator==(const OutageResult&, const OutageResult&) = default;
};

struct CountResults {
  // sent = acked + refused + unknown + outstanding.
  int64_t sent = 0;
  int64_t acked = 0;
  int64_t refused = 0;
  int64_t unknown = 0;
  int64_t outstanding = 0;
  // Deliveries to applications, repetitions included.
  int64_t consumed = 0;
  int64_t redelivered = 0;
  int64_t lost = 0;
  int64_t duplicates = 0;
  int64_t elections = 0;
  int64_t rebalances = 0;
  // Records that replicas cut off their logs.
  int64_t truncated = 0;

  friend bool operator==(const CountResults&, const CountResults&) = default;
};

// A fault as it was carried out.
struct FaultResult {
  // As the scenario has it: "kill leader of orders/0".
  std::string what;
  // What that was at the time: "broker 2"; "nothing" if the selector matched nothing.
  std::string resolved;
  sim::Duration begun;
  std::optional<sim::Duration> healed;
  // False if there was nothing for it to change: no such process, only ones that were down already, no such message.
  bool hit = true;
  // Why it has not hit, if there is more to say: "no such message came".
  std::string miss = {};
  // Of a fault that strikes messages: how many it struck.
  std::optional<int64_t> struck = std::nullopt;

  friend bool operator==(const FaultResult&, const FaultResult&) = default;
};

// A line of the story.
struct StoryLine {
  sim::Duration at;
  std::string text;

  friend bool operator==(const StoryLine&, const StoryLine&) = default;
};

struct RunResult {
  uint64_t seed = 0;
  Verdict verdict = Verdict::kUnknown;
  // Why the scenario could not begin; empty if it could.
  std::string not_started;
  uint64_t trace_hash = 0;
  // Of the whole run, the start of the cluster included.
  sim::Duration virtual_time;
  // How long the cluster took to come up: where the scenario's time begins.
  sim::Duration start_up;
  uint64_t events = 0;
  std::vector<ExpectationResult> expectations;
  std::vector<ViolationResult> violations;
  // Anomalies that the configuration allows.
  std::vector<ViolationResult> allowed;
  CountResults counts;
  std::vector<OutageResult> outages;
  std::vector<FaultResult> faults;
  std::vector<StoryLine> story;

  friend bool operator==(const RunResult&, const RunResult&) = default;
};

inline std::string_view VerdictName(Verdict verdict) {
  switch (verdict) {
    case Verdict::kPass:
      return "pass";
    case Verdict::kFail:
      return "fail";
    case Verdict::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RUN_RESULT_H_
