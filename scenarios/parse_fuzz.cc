// libFuzzer target of the scenario parser: any bytes give a scenario or errors, never a crash or a hang. Seeds are the
// files of scenarios/library. What follows a byte 0xFF (which no text has) is given as a --set argument.
//
//   parse_fuzz -max_len=8192 corpus/ scenarios/library/ scenarios/library/known-bad/
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/effective_config.h"
#include "scenarios/parse.h"
#include "sim/check.h"

namespace {

using ktrial::scenarios::Override;
using ktrial::scenarios::ParseResult;
using ktrial::scenarios::Scenario;

// Whatever was accepted can be used.
void Use(const Scenario& scenario) {
  ktrial::scenarios::BrokerConfigOf(scenario);
  for (const auto& topic : scenario.topics) ktrial::scenarios::TopicConfigOf(scenario, topic);
  for (const auto& producers : scenario.workload.producers) ktrial::scenarios::ProducerConfigOf(scenario, producers);
  for (const auto& consumers : scenario.workload.consumers) ktrial::scenarios::ConsumerConfigOf(scenario, consumers);
  for (const auto& fault : scenario.faults) {
    for (const auto* selector : ktrial::scenarios::SelectorsOf(fault.action)) {
      ktrial::scenarios::FormatSelector(selector->target);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const size_t mark = input.find('\xFF');
  std::vector<Override> overrides;
  if (mark != std::string_view::npos) overrides.push_back({std::string(input.substr(mark + 1))});
  const ParseResult result = ktrial::scenarios::ParseScenario(input.substr(0, mark), "fuzz.yaml", overrides);
  KT_CHECK(result.scenario.has_value() != ktrial::scenarios::HasErrors(result.diagnostics));
  KT_CHECK(result.scenario.has_value() || !result.diagnostics.empty());
  KT_CHECK(ktrial::scenarios::FormatDiagnostics(result.diagnostics).empty() == result.diagnostics.empty());
  if (result.scenario) Use(*result.scenario);
  return 0;
}
