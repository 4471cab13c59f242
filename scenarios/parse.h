// From the text of a scenario file to a checked Scenario, or to all that is wrong with it.
//
//   ParseResult parsed = LoadScenarioFile(path, {"seed=7", "topics/orders/config/min.insync.replicas=1"});
//   std::cerr << FormatDiagnostics(parsed.diagnostics);
//   if (!parsed.scenario) return 64;
#ifndef KTRIAL_SCENARIOS_PARSE_H_
#define KTRIAL_SCENARIOS_PARSE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostic.h"
#include "scenarios/scenario.h"

namespace ktrial::scenarios {

// The argument of a --set: path=value. Steps of the path are separated by '/'; the value is YAML. A part of the path
// that does not exist is made. Later overrides win.
struct Override {
  std::string text;
};

struct ParseOptions {
  bool strict = false;  // Warnings about keys that are not modelled become errors.
};

// `scenario` is there exactly when no diagnostic is an error. Diagnostics are ordered by position.
struct ParseResult {
  std::optional<Scenario> scenario;
  std::vector<Diagnostic> diagnostics;

  bool ok() const { return scenario.has_value(); }
};

// `file_name` is used in diagnostics only. Accepts any bytes; never throws.
ParseResult ParseScenario(std::string_view text, std::string_view file_name,
                          const std::vector<Override>& overrides = {}, ParseOptions options = {});

// Reads the file first; what cannot be read is a diagnostic too.
ParseResult LoadScenarioFile(const std::string& path, const std::vector<Override>& overrides = {},
                             ParseOptions options = {});

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_PARSE_H_
