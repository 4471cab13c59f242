#include "scenarios/judge.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "properties/evidence.h"
#include "properties/lost_records.h"
#include "scenarios/judge_expectation.h"
#include "scenarios/outage_parts.h"
#include "scenarios/run_text.h"
#include "scenarios/story.h"
#include "scenarios/trial.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

OutageResult ToResult(const std::string& topic, const WriteOutage& outage, const Trial& trial) {
  OutageResult result{.topic = topic, .kind = OutageKind::kWrite};
  result.exercised = true;
  result.partition = outage.tp.partition;
  result.begin = trial.ToScenarioTime(outage.begin);
  result.length = outage.length();
  result.ended = outage.ended;
  result.parts = PartsOf(outage, trial.history(), trial.names());
  return result;
}

OutageResult WriteOutageOf(const std::string& topic, cluster::TopicId id, const Trial& trial) {
  const std::optional<WriteOutage> outage = trial.writes().Longest(id, trial.world().now());
  return outage ? ToResult(topic, *outage, trial) : OutageResult{.topic = topic, .kind = OutageKind::kWrite};
}

bool IsThroughElection(const OutageResult& outage) {
  return std::any_of(outage.parts.begin(), outage.parts.end(),
                     [](const OutagePart& part) { return part.name == kElectionPart; });
}

// With acks=all a partition whose leader lives waits for the dead follower to leave its ISR, about as long as others
// wait for a new leader. If its outage is the longest, the longest of those others is told as well.
std::optional<OutageResult> OutageThroughElection(const OutageResult& longest, cluster::TopicId id,
                                                  const Trial& trial) {
  if (!longest.exercised || IsThroughElection(longest)) return std::nullopt;
  std::vector<WriteOutage> outages = trial.writes().LongestOfEach(id, trial.world().now());
  std::stable_sort(outages.begin(), outages.end(),
                   [](const WriteOutage& a, const WriteOutage& b) { return a.length() > b.length(); });
  for (const WriteOutage& outage : outages) {
    // Shorter ones are the rhythm of batches.
    if (outage.length() < sim::Seconds(1)) break;
    OutageResult result = ToResult(longest.topic, outage, trial);
    if (!IsThroughElection(result)) continue;
    result.through_election = true;
    return result;
  }
  return std::nullopt;
}

OutageResult ReadOutageOf(const std::string& topic, cluster::TopicId id, const Trial& trial) {
  OutageResult result{.topic = topic, .kind = OutageKind::kRead};
  const std::optional<ReadOutage> outage = trial.reads().Longest(id, trial.world().now());
  if (!outage) return result;
  result.exercised = true;
  result.partition = outage->tp.partition;
  result.begin = trial.ToScenarioTime(outage->begin);
  result.length = outage->length();
  result.ended = outage->ended;
  return result;
}

// Of what happened in the scenario's own time; the elections of the start are not in it.
void CountControlEvents(const Trial& trial, CountResults* counts) {
  for (const ControlEvent& event : trial.history().events()) {
    if (trial.ToScenarioTime(event.at) < sim::Duration()) continue;
    const bool of_scenario =
        event.tp.topic.valid() && event.tp.topic.value() < static_cast<int32_t>(trial.scenario().topics.size());
    if (event.kind == ControlEventKind::kElected && of_scenario) ++counts->elections;
    if (event.kind == ControlEventKind::kGroupStable) ++counts->rebalances;
    if (event.kind == ControlEventKind::kTruncated && of_scenario) counts->truncated += event.size;
  }
}

Measured Measure(const Trial& trial) {
  Measured measured;
  const properties::LedgerTotals& totals = trial.checkers().ledger().totals();
  CountResults& counts = measured.counts;
  counts.sent = totals.sent;
  counts.acked = totals.acked;
  counts.refused = totals.refused;
  counts.unknown = totals.unknown;
  counts.outstanding = totals.outstanding();
  counts.consumed = totals.delivered;
  counts.redelivered = totals.redelivered;
  const std::vector<properties::TopicAccount> accounts =
      properties::AccountRecords(trial.checkers().ghost(), trial.checkers().ledger());
  for (const Topic& topic : trial.scenario().topics) {
    const std::string& name = topic.name.value;
    properties::TopicAccount& account = measured.accounts[name];
    const auto id = trial.directory().topics.find(name);
    if (id == trial.directory().topics.end()) continue;
    for (const properties::TopicAccount& known : accounts) {
      if (known.topic == id->second) account = known;
    }
    counts.lost += account.lost();
    counts.duplicates += account.duplicates;
    measured.outages.push_back(WriteOutageOf(name, id->second, trial));
    if (auto other = OutageThroughElection(measured.outages.back(), id->second, trial)) {
      measured.outages.push_back(*std::move(other));
    }
    measured.outages.push_back(ReadOutageOf(name, id->second, trial));
  }
  CountControlEvents(trial, &counts);
  return measured;
}

void AddViolations(const Trial& trial, RunResult* result) {
  for (properties::Violation& violation : trial.checkers().Violations()) {
    std::vector<ViolationResult>& list = violation.allowed() ? result->allowed : result->violations;
    list.push_back({.property = std::move(violation.property),
                    .at = trial.ToScenarioTime(violation.at),
                    .summary = std::move(violation.summary),
                    .evidence = std::move(violation.evidence),
                    .licence = std::move(violation.licence)});
  }
}

// At the end of the run.
std::vector<std::string> LifeOf(const Trial& trial, int64_t record) {
  const properties::CheckerSet& checkers = trial.checkers();
  const properties::Moment moment{
      .at = trial.world().now(), .ghost = checkers.ghost(), .ledger = checkers.ledger(), .facts = checkers.facts()};
  const properties::RecordAccount* account = checkers.ledger().Find(record);
  KT_CHECK(account != nullptr);
  return properties::LifeOfRecord(moment, account->tp, record);
}

// Records that acks=0 or acks=1 did not promise to keep. With acks=all, properties say what is lost and why.
void AddRecordsNotPromised(const Trial& trial, const Measured& measured, RunResult* result) {
  for (const auto& [topic, account] : measured.accounts) {
    for (const auto& [acks, lost] : {std::pair(0, account.lost_acks_0), std::pair(1, account.lost_acks_1)}) {
      if (lost == 0) continue;
      const std::string setting = "acks=" + std::to_string(acks);
      ViolationResult allowed{.property = "I2", .at = trial.now(), .summary = {}, .evidence = {}, .licence = setting};
      allowed.summary = CountText(lost, "record") + " of " + topic + ", acknowledged with " + setting +
                        ", in no log at the end; the first of them:";
      for (const properties::LostRecord& record : account.lost_records) {
        if (record.acks != acks) continue;
        allowed.evidence = LifeOf(trial, record.value);
        break;
      }
      result->allowed.push_back(std::move(allowed));
    }
  }
}

// What the producer was told is in no log must be in none.
void AddRefusedInLog(const Trial& trial, const Measured& measured, RunResult* result) {
  for (const auto& [topic, account] : measured.accounts) {
    if (account.refused_in_log == 0) continue;
    ViolationResult violation{
        .property = std::string(kAccounting), .at = trial.now(), .summary = {}, .evidence = {}, .licence = {}};
    violation.summary = CountText(account.refused_in_log, "record") + " of " + topic +
                        ", refused to the producer, in the log at the end; the first of them:";
    violation.evidence = LifeOf(trial, account.refused_values.front());
    result->violations.push_back(std::move(violation));
  }
}

Verdict VerdictOf(const RunResult& result) {
  Verdict verdict = result.violations.empty() && result.not_started.empty() ? Verdict::kPass : Verdict::kFail;
  for (const ExpectationResult& expectation : result.expectations) {
    if (expectation.verdict == Verdict::kFail) verdict = Verdict::kFail;
    if (expectation.verdict == Verdict::kUnknown && verdict == Verdict::kPass) verdict = Verdict::kUnknown;
  }
  // A run in which a fault did not happen says nothing of how the cluster bears it.
  const bool missed =
      std::any_of(result.faults.begin(), result.faults.end(), [](const FaultResult& f) { return !f.hit; });
  if (missed && verdict == Verdict::kPass) verdict = Verdict::kUnknown;
  return verdict;
}

}  // namespace

RunResult JudgeTrial(const Trial& trial) {
  KT_CHECK(trial.over());
  RunResult result;
  result.seed = trial.seed();
  result.not_started = trial.not_started();
  result.trace_hash = trial.world().trace_hash();
  result.virtual_time = trial.world().now() - sim::SimTime();
  result.start_up = trial.start_up();
  result.events = trial.world().events_processed();
  Measured measured = Measure(trial);
  for (const Expectation& expectation : trial.scenario().expectations) {
    result.expectations.push_back(JudgeExpectation(expectation, trial, measured));
  }
  AddViolations(trial, &result);
  AddRecordsNotPromised(trial, measured, &result);
  AddRefusedInLog(trial, measured, &result);
  result.counts = measured.counts;
  result.outages = std::move(measured.outages);
  result.faults = trial.faults();
  result.story = TellStory(trial, result);
  result.verdict = VerdictOf(result);
  return result;
}

}  // namespace ktrial::scenarios
