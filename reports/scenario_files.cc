#include "reports/scenario_files.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>
#include <utility>

#include "cluster/defects.h"
#include "scenarios/parse.h"
#include "scenarios/text.h"

namespace ktrial::reports {
namespace {

namespace fs = std::filesystem;

std::optional<fs::path> FindLibrary() {
  constexpr const char* kLibrary = "scenarios/library";
  std::error_code error;
  if (fs::is_directory(kLibrary, error)) return fs::path(kLibrary);
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return std::nullopt;
  for (fs::path folder = program.parent_path(); folder.has_relative_path(); folder = folder.parent_path()) {
    if (fs::is_directory(folder / kLibrary, error)) return folder / kLibrary;
  }
  return std::nullopt;
}

std::vector<std::string> YamlFilesIn(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// The file that `name` stands for. What exists is taken as it is; what looks like a path, too.
std::string PathOf(const std::string& name) {
  std::error_code error;
  if (fs::exists(name, error) || name.find('/') != std::string::npos) return name;
  for (const std::string& path : ShippedScenarios()) {
    if (fs::path(path).stem() == name || fs::path(path).filename() == name) return path;
  }
  return name;
}

// Says which shipped scenario may have been meant by the name of a file that does not exist.
void SuggestShipped(const std::string& name, std::vector<scenarios::Diagnostic>* diagnostics) {
  std::vector<std::string> known;
  for (const std::string& path : ShippedScenarios()) known.push_back(fs::path(path).stem().string());
  const auto nearest = scenarios::NearestWord(fs::path(name).stem().string(), known);
  if (!nearest) return;
  for (scenarios::Diagnostic& diagnostic : *diagnostics) diagnostic.help = "did you mean '" + *nearest + "'?";
}

// Names every defect that this build does not have.
void ResolveDefects(const ScenarioChanges& changes, scenarios::Scenario* scenario, std::vector<std::string>* errors) {
  if (changes.no_defects) scenario->defects.clear();
  for (const std::string& defect : changes.defects) scenario->defects.push_back({defect, {}});
  std::vector<std::string> known;
  for (const cluster::DefectInfo& info : cluster::AllDefects()) {
    known.emplace_back(info.id);
    known.emplace_back(info.name);
  }
  for (const scenarios::Located<std::string>& defect : scenario->defects) {
    if (cluster::FindDefect(defect.value)) continue;
    std::string error = "this build has no defect '" + scenarios::Printable(defect.value) + "'";
    const auto nearest = scenarios::NearestWord(defect.value, known);
    error += nearest ? "; did you mean '" + *nearest + "'?" : "; `ktrial list defects` prints those that it has";
    errors->push_back(std::move(error));
  }
}

}  // namespace

std::vector<std::string> ShippedScenarios() {
  const std::optional<fs::path> library = FindLibrary();
  if (!library) return {};
  std::vector<std::string> files = YamlFilesIn(*library);
  for (std::string& bad : YamlFilesIn(*library / "known-bad")) files.push_back(std::move(bad));
  return files;
}

LoadedScenario LoadScenario(const std::string& name, const ScenarioChanges& changes) {
  LoadedScenario loaded{.path = PathOf(name), .scenario = nullptr, .diagnostics = {}, .errors = {}};
  std::vector<scenarios::Override> overrides;
  for (const std::string& set : changes.sets) overrides.push_back({set});
  scenarios::ParseResult parsed = scenarios::LoadScenarioFile(loaded.path, overrides, {.strict = changes.strict});
  loaded.diagnostics = std::move(parsed.diagnostics);
  std::error_code error;
  if (!fs::exists(loaded.path, error)) SuggestShipped(name, &loaded.diagnostics);
  if (!parsed.scenario) return loaded;
  ResolveDefects(changes, &*parsed.scenario, &loaded.errors);
  if (loaded.errors.empty()) {
    loaded.scenario = std::make_shared<const scenarios::Scenario>(std::move(*parsed.scenario));
  }
  return loaded;
}

std::string ShellQuoted(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("_-./=:,+@").find(c) != std::string_view::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string ArgumentsOf(const ScenarioChanges& changes) {
  std::string text;
  for (const std::string& set : changes.sets) text += " --set " + ShellQuoted(set);
  if (changes.no_defects) text += " --no-defects";
  for (const std::string& defect : changes.defects) text += " --defect " + ShellQuoted(defect);
  return text;
}

}  // namespace ktrial::reports
