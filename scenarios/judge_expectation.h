// Holds one expectation against a run that is over.
#ifndef KTRIAL_SCENARIOS_JUDGE_EXPECTATION_H_
#define KTRIAL_SCENARIOS_JUDGE_EXPECTATION_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "properties/lost_records.h"
#include "scenarios/expectation.h"
#include "scenarios/run_result.h"

namespace ktrial::scenarios {

class Trial;

// What is computed once for all expectations of a run.
struct Measured {
  // By name of the topic.
  absl::btree_map<std::string, properties::TopicAccount> accounts;
  std::vector<OutageResult> outages;
  CountResults counts;

  const OutageResult* FindOutage(const std::string& topic, OutageKind kind) const;
};

ExpectationResult JudgeExpectation(const Expectation& expectation, const Trial& trial, const Measured& measured);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_JUDGE_EXPECTATION_H_
