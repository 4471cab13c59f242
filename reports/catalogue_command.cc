#include "reports/catalogue_command.h"

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "cluster/defects.h"
#include "nlohmann/json.hpp"
#include "properties/checker_set.h"
#include "reports/print.h"
#include "reports/version.h"
#include "scenarios/diagnostic_code.h"
#include "scenarios/fault_catalogue.h"
#include "scenarios/judge.h"
#include "scenarios/kafka_config.h"
#include "scenarios/kafka_version.h"
#include "scenarios/text.h"

namespace ktrial::reports {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower;
}

std::vector<CatalogueEntry> Scenarios() {
  std::vector<CatalogueEntry> entries;
  for (const std::string& path : ShippedScenarios()) {
    const LoadedScenario loaded = LoadScenario(path, {});
    CatalogueEntry entry{.id = std::filesystem::path(path).stem().string(), .name = {}, .summary = {}, .details = {}};
    entry.name = entry.id;
    if (loaded.scenario != nullptr) {
      entry.name = loaded.scenario->name.value;
      entry.summary = loaded.scenario->description.value;
    }
    entry.details.emplace_back("path", path);
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::vector<CatalogueEntry> Defects() {
  std::vector<CatalogueEntry> entries;
  for (const cluster::DefectInfo& info : cluster::AllDefects()) {
    entries.push_back({std::string(info.id),
                       std::string(info.name),
                       std::string(info.summary),
                       {{"breaks", std::string(info.breaks)}, {"source", std::string(info.source)}}});
  }
  return entries;
}

std::vector<CatalogueEntry> Properties() {
  std::vector<CatalogueEntry> entries;
  for (const properties::PropertyInfo& info : properties::AllProperties()) {
    entries.push_back({std::string(info.id), std::string(info.name), std::string(info.statement), {}});
  }
  const std::string accounting(scenarios::kAccounting);
  entries.push_back({accounting, accounting, std::string(scenarios::kAccountingStatement), {}});
  return entries;
}

// What scenarios can do, by the key that does it.
std::vector<CatalogueEntry> Faults() {
  std::vector<CatalogueEntry> entries;
  for (const scenarios::FaultEntry& row : scenarios::FaultCatalogue()) {
    const std::string key(row.key);
    entries.push_back({key, key, std::string(row.summary), {{"example", std::string(row.example)}}});
  }
  return entries;
}

CatalogueEntry EntryOf(const scenarios::ConfigKey& key) {
  CatalogueEntry entry{std::string(key.name), std::string(key.name), std::string(key.doc), {}};
  entry.details.emplace_back("scope", std::string(scenarios::ScopeName(key.scope)));
  entry.details.emplace_back("type", std::string(scenarios::KindName(key.kind)));
  entry.details.emplace_back("default", key.default_value.empty() ? "none" : std::string(key.default_value));
  entry.details.emplace_back("modelled", key.modelled ? "yes" : "no");
  if (!key.replaced_by.empty()) entry.details.emplace_back("replaced_by", std::string(key.replaced_by));
  return entry;
}

std::vector<CatalogueEntry> Configs() {
  std::vector<CatalogueEntry> entries;
  for (const scenarios::ConfigKey* key : scenarios::AllConfigKeys()) entries.push_back(EntryOf(*key));
  return entries;
}

void Explain(const CatalogueEntry& entry) {
  std::string text = entry.id + (entry.name == entry.id ? "" : "  " + entry.name) + "\n  " + entry.summary + "\n";
  for (const auto& [field, value] : entry.details) text += "  " + field + ": " + value + "\n";
  Print(stdout, text);
}

}  // namespace

const std::vector<std::string_view>& CatalogueNames() {
  static const auto* const names =
      new std::vector<std::string_view>{"scenarios", "defects", "properties", "faults", "configs"};
  return *names;
}

std::vector<CatalogueEntry> EntriesOf(std::string_view catalogue) {
  if (catalogue == "scenarios") return Scenarios();
  if (catalogue == "defects") return Defects();
  if (catalogue == "properties") return Properties();
  if (catalogue == "faults") return Faults();
  return Configs();
}

ExitStatus ListCommand(std::string_view catalogue, bool json) {
  const std::vector<CatalogueEntry> entries = EntriesOf(catalogue);
  if (entries.empty()) {
    Print(stderr, "ktrial: no scenarios/library in the working directory, beside the program or above it\n");
    return kOwnFault;
  }
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const CatalogueEntry& entry : entries) {
      nlohmann::ordered_json item = {{"id", entry.id}, {"name", entry.name}, {"summary", entry.summary}};
      for (const auto& [field, value] : entry.details) item[field] = value;
      list.push_back(std::move(item));
    }
    Print(stdout, list.dump(2) + "\n");
    return kHolds;
  }
  size_t width = 0;
  const auto title = [](const CatalogueEntry& e) { return e.name == e.id ? e.id : e.id + "  " + e.name; };
  for (const CatalogueEntry& entry : entries) width = std::max(width, title(entry).size());
  for (const CatalogueEntry& entry : entries) {
    std::string line = title(entry);
    line.append(width - line.size() + 2, ' ');
    // Of keys there are several with one name; their scope tells them apart.
    const bool key = catalogue == "configs";
    Print(stdout, line + (key ? entry.details[0].second + ": " : "") + entry.summary + "\n");
  }
  return kHolds;
}

ExitStatus ExplainCommand(const std::string& what) {
  if (const auto code = scenarios::FindCode(what)) {
    const scenarios::CodeExplanation& entry = scenarios::Explain(*code);
    Print(stdout, scenarios::CodeName(*code) + "  " + std::string(entry.summary) + "\n  " +
                      std::string(entry.explanation) + "\n");
    return kHolds;
  }
  bool found = false;
  std::vector<std::string> candidates;
  for (const std::string_view catalogue : CatalogueNames()) {
    for (const CatalogueEntry& entry : EntriesOf(catalogue)) {
      candidates.push_back(entry.id);
      candidates.push_back(entry.name);
      if (Lower(entry.id) != Lower(what) && Lower(entry.name) != Lower(what)) continue;
      Explain(entry);
      found = true;
    }
  }
  if (found) return kHolds;
  for (const scenarios::CodeExplanation& entry : scenarios::CodeExplanations()) {
    candidates.push_back(scenarios::CodeName(entry.code));
  }
  std::string error = "ktrial: nothing is called '" + scenarios::Printable(what) + "'";
  if (const auto nearest = scenarios::NearestWord(what, candidates)) error += "; did you mean '" + *nearest + "'?";
  Print(stderr, error + "\n");
  return kUsage;
}

ExitStatus CheckCommand(const std::vector<std::string>& files, const ScenarioChanges& changes) {
  ExitStatus status = kHolds;
  for (const std::string& file : files) {
    const LoadedScenario loaded = LoadScenario(file, changes);
    Print(stderr, scenarios::FormatDiagnostics(loaded.diagnostics));
    for (const std::string& error : loaded.errors) Print(stderr, loaded.path + ": error: " + error + "\n");
    if (loaded.scenario == nullptr) {
      status = kUsage;
    } else {
      Print(stdout, loaded.path + ": good\n");
    }
  }
  return status;
}

ExitStatus VersionCommand(bool json) {
  if (!json) {
    Print(stdout, "ktrial " + std::string(kVersion) + "\n");
    return kHolds;
  }
  nlohmann::ordered_json document = {{"ktrial", kVersion}};
  document["kafka"] = nlohmann::ordered_json::array();
  for (const scenarios::KafkaVersion version : scenarios::SupportedKafkaVersions()) {
    document["kafka"].push_back(scenarios::FormatKafkaVersion(version));
  }
  Print(stdout, document.dump() + "\n");
  return kHolds;
}

}  // namespace ktrial::reports
