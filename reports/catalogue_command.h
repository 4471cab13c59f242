// `ktrial list`, `ktrial explain`, `ktrial check` and `ktrial version`: what ktrial knows, without a run.
#ifndef KTRIAL_REPORTS_CATALOGUE_COMMAND_H_
#define KTRIAL_REPORTS_CATALOGUE_COMMAND_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/exit_status.h"
#include "reports/scenario_files.h"

namespace ktrial::reports {

// One line of a list; explain prints all of it.
struct CatalogueEntry {
  std::string id;
  std::string name;
  std::string summary;
  // Further fields, in order: "default", "9s".
  std::vector<std::pair<std::string, std::string>> details;
};

// What can be listed: "scenarios", "defects", "properties", "faults", "configs".
const std::vector<std::string_view>& CatalogueNames();
// `catalogue` is one of CatalogueNames().
std::vector<CatalogueEntry> EntriesOf(std::string_view catalogue);

ExitStatus ListCommand(std::string_view catalogue, bool json);
// A diagnostic code, a key of Kafka's, a defect, a property or a fault.
ExitStatus ExplainCommand(const std::string& what);
ExitStatus CheckCommand(const std::vector<std::string>& files, const ScenarioChanges& changes);
ExitStatus VersionCommand(bool json);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_CATALOGUE_COMMAND_H_
