// A small valid scenario for tests, and ways to spoil it.
//
//   Diagnose({{"brokers: 3", "brokers: 0"}})
#ifndef KTRIAL_SCENARIOS_TEST_SCENARIO_H_
#define KTRIAL_SCENARIOS_TEST_SCENARIO_H_

#include <string>
#include <utility>
#include <vector>

#include "scenarios/parse.h"
#include "sim/check.h"

namespace ktrial::scenarios {

inline constexpr const char* kTestScenario =
    R"(name: trial
kafka: "4.1"
duration: 90s
cluster:
  brokers: 3
topics:
  orders:
    partitions: 6
    replication.factor: 3
    config: { min.insync.replicas: 2 }
workload:
  producers: { name: shop, topic: orders, rate: 500/s }
  consumers: { name: app, topic: orders, group: billing }
)";

struct Edit {
  std::string from;  // Must be there; its first occurrence is replaced.
  std::string to;
};

inline std::string EditedScenario(const std::vector<Edit>& edits, const std::string& tail = {}) {
  std::string text = kTestScenario;
  for (const Edit& edit : edits) {
    const size_t at = text.find(edit.from);
    KT_CHECK(at != std::string::npos);
    text.replace(at, edit.from.size(), edit.to);
  }
  return text + tail;
}

// All diagnostics of the test scenario after the edits, with `tail` behind it, as they are printed.
inline std::string Diagnose(const std::vector<Edit>& edits, const std::string& tail = {}) {
  return FormatDiagnostics(ParseScenario(EditedScenario(edits, tail), "t.yaml").diagnostics);
}

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_TEST_SCENARIO_H_
