// Finds the scenarios that a command line names, and applies what it says of them.
#ifndef KTRIAL_REPORTS_SCENARIO_FILES_H_
#define KTRIAL_REPORTS_SCENARIO_FILES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/diagnostic.h"
#include "scenarios/scenario.h"

namespace ktrial::reports {

// What the command line says of every scenario it names.
struct ScenarioChanges {
  // --set path=value
  std::vector<std::string> sets;
  // --defect, by id or name: on, besides those that the scenario names.
  std::vector<std::string> defects;
  // --no-defects: none but those of `defects`.
  bool no_defects = false;
  // --strict: what is not modelled is an error.
  bool strict = false;
};

struct LoadedScenario {
  // As reports name it: the path that was read.
  std::string path;
  // Null if there are errors.
  std::shared_ptr<const scenarios::Scenario> scenario;
  std::vector<scenarios::Diagnostic> diagnostics;
  // Errors that are not about the file: an unknown defect.
  std::vector<std::string> errors;
};

// `name` is a path, or the name of a shipped scenario without folder and ending.
LoadedScenario LoadScenario(const std::string& name, const ScenarioChanges& changes);

// Paths of the shipped scenarios, ascending; those of known-bad/ come last. Empty if the library is not found: it is
// looked for in the working directory, then beside and above the program.
std::vector<std::string> ShippedScenarios();

// The arguments of a command line that make these changes, each with a blank before it: " --set seed=7 --defect DR01".
std::string ArgumentsOf(const ScenarioChanges& changes);
// The text as one word of a shell.
std::string ShellQuoted(const std::string& text);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_SCENARIO_FILES_H_
