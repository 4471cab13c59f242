#include "scenarios/parse.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>
#include <utility>

#include "scenarios/override.h"
#include "scenarios/parse_parts.h"
#include "scenarios/schema_reader.h"
#include "scenarios/text.h"
#include "scenarios/yaml_document.h"

namespace ktrial::scenarios {
namespace {

void ReadKafkaVersion(const SchemaReader& reader, MappingReader& top, Scenario* scenario) {
  const auto id = top.Require(
      "kafka", "name the Kafka version whose behaviour and defaults are meant, for example: kafka: \"4.1\"");
  const auto text = id ? reader.Text(*id, "kafka") : std::nullopt;
  if (!text) return;
  if (const auto version = ParseKafkaVersion(text->value)) {
    scenario->kafka = {*version, text->position};
    return;
  }
  std::vector<std::string> known;
  for (const KafkaVersion version : SupportedKafkaVersions()) known.push_back(FormatKafkaVersion(version));
  reader.sink().Error(Code::kUnknownVersion, text->position,
                      Cat({"no profile for Kafka '", Printable(text->value), "'"}),
                      Cat({"versions are: ", Join(known, ", ")}));
}

void ReadSeed(const SchemaReader& reader, MappingReader& top, Scenario* scenario) {
  const auto id = top.Get("seed");
  if (!id) return;
  const auto seed = reader.Integer(*id, "seed", {0, std::numeric_limits<int64_t>::max()});
  if (seed) scenario->seed = {static_cast<uint64_t>(seed->value), seed->position};
}

void ReadTimes(MappingReader& top, const SchemaReader& reader, Scenario* scenario) {
  constexpr sim::Duration kLongest = sim::Seconds(int64_t{366} * 86'400);
  if (const auto id = top.Require("duration", "how long load and faults last, for example: duration: 90s")) {
    if (const auto duration = reader.DurationOf(*id, "duration")) scenario->duration = *duration;
    const Located<sim::Duration>& duration = scenario->duration;
    if (duration.position.written() && (duration.value == sim::Duration() || duration.value > kLongest)) {
      reader.sink().Error(Code::kOutOfRange, duration.position, "duration must be above zero and at most a year");
    }
  }
  if (const auto quiesce = top.DurationOf("quiesce")) {
    scenario->quiesce = *quiesce;
    if (quiesce->value > kLongest)
      reader.sink().Error(Code::kOutOfRange, quiesce->position, "quiesce must be at most a year");
  }
}

bool IsDefectId(std::string_view id) {
  constexpr int64_t kReplicationDefects = 80;
  constexpr int64_t kClientDefects = 44;
  if (id.size() != 4 || id[0] != 'D' || (id[1] != 'R' && id[1] != 'C')) return false;
  const std::optional<int64_t> number = ParseInteger(id.substr(2));
  return number && *number >= 1 && *number <= (id[1] == 'R' ? kReplicationDefects : kClientDefects);
}

void ReadDefects(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "defects")) return;
  for (const YamlId item : reader.node(id).items) {
    const auto text = reader.Text(item, "defect");
    if (!text) continue;
    if (IsDefectId(text->value)) {
      scenario->defects.push_back(*text);
    } else {
      reader.sink().Error(Code::kUnknownName, text->position, Cat({"unknown defect '", Printable(text->value), "'"}),
                          "defects are DR01 to DR80 and DC01 to DC44; `ktrial list defects` explains them");
    }
  }
}

void ReadAllowed(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  if (!reader.Expect(id, YamlNode::Kind::kSequence, "allow")) return;
  for (const YamlId item : reader.node(id).items) {
    const auto text = reader.Text(item, "code");
    if (!text) continue;
    const std::optional<Code> code = FindCode(text->value);
    if (code && IsAllowable(*code)) {
      scenario->allowed.push_back(*code);
      continue;
    }
    std::vector<std::string> codes;
    for (const CodeExplanation& entry : CodeExplanations()) {
      if (IsAllowable(entry.code)) codes.push_back(CodeName(entry.code));
    }
    reader.sink().Error(Code::kUnknownName, text->position, Cat({"'", Printable(text->value), "' cannot be allowed"}),
                        Cat({"codes that can are: ", Join(codes, ", ")}));
  }
}

void ReadTop(const SchemaReader& reader, Scenario* scenario) {
  MappingReader top(&reader, reader.document().root(), "scenario");
  if (!top.ok()) return;
  if (const auto id = top.Require("name", "for example: name: leader-kill")) {
    if (const auto name = reader.Text(*id, "name")) scenario->name = *name;
  }
  if (const auto description = top.Text("description")) scenario->description = *description;
  ReadKafkaVersion(reader, top, scenario);
  ReadSeed(reader, top, scenario);
  ReadTimes(top, reader, scenario);
  if (const auto id = top.Get("allow")) ReadAllowed(reader, *id, scenario);
  if (const auto id = top.Require("cluster", "for example: cluster: { brokers: 3 }"))
    ReadCluster(reader, *id, scenario);
  if (const auto id = top.Get("network")) ReadNetwork(reader, *id, scenario);
  if (const auto id = top.Get("topics")) ReadTopics(reader, *id, scenario);
  if (const auto id = top.Get("workload")) ReadWorkload(reader, *id, scenario);
  if (const auto id = top.Get("faults")) ReadFaults(reader, *id, scenario);
  if (const auto id = top.Get("expect")) ReadExpectations(reader, *id, scenario);
  if (const auto id = top.Get("defects")) ReadDefects(reader, *id, scenario);
  top.Finish();
}

// A part that is not a mapping has been reported, and nothing in it is known.
KnownParts PartsRead(const YamlDocument& document) {
  const auto read = [&](std::string_view key) {
    if (document.node(document.root()).kind != YamlNode::Kind::kMapping) return false;
    const YamlEntry* entry = document.Find(document.root(), key);
    if (entry == nullptr) return true;
    const YamlNode& part = document.node(entry->value);
    if (part.kind != YamlNode::Kind::kMapping) return false;
    return std::all_of(part.entries.begin(), part.entries.end(), [&](const YamlEntry& inner) {
      return document.node(inner.value).kind != YamlNode::Kind::kScalar;
    });
  };
  return {.topics = read("topics"), .clients = read("workload")};
}

std::vector<Diagnostic> WithoutAllowed(std::vector<Diagnostic> diagnostics, const std::vector<Code>& allowed) {
  std::erase_if(diagnostics, [&](const Diagnostic& diagnostic) {
    return std::find(allowed.begin(), allowed.end(), diagnostic.code) != allowed.end();
  });
  return diagnostics;
}

ParseResult Unreadable(const std::string& path, std::string message, std::string help = {}) {
  Diagnostic diagnostic{Code::kUnreadableFile, Severity::kError, path, {}, std::move(message), std::move(help), {}};
  return {std::nullopt, {std::move(diagnostic)}};
}

}  // namespace

ParseResult ParseScenario(std::string_view text, std::string_view file_name, const std::vector<Override>& overrides,
                          ParseOptions options) {
  SourceSet sources;
  const bool too_large = static_cast<int64_t>(text.size()) > YamlDocument::kMaxBytes;
  sources.Add(std::string(file_name),
              std::string(text.substr(0, too_large ? YamlDocument::kMaxBytes + 1 : text.size())));
  for (const Override& argument : overrides) sources.Add("--set", argument.text);
  DiagnosticSink sink(&sources);
  YamlDocument document;
  if (!ParseYaml(sources, 0, sink, &document)) return {std::nullopt, sink.Take()};
  for (int32_t source = 1; source < static_cast<int32_t>(sources.size()); ++source) {
    ApplyOverride(sources, source, sink, &document);
  }
  Scenario scenario;
  scenario.file = std::string(file_name);
  const SchemaReader reader(&document, &sources, &sink, options.strict);
  ReadTop(reader, &scenario);
  ValidateReferences(PartsRead(document), sink, &scenario);
  ValidateFaults(scenario, sink);
  ValidateDesign(scenario, sink);
  ParseResult result{std::nullopt, WithoutAllowed(sink.Take(), scenario.allowed)};
  if (!HasErrors(result.diagnostics)) result.scenario = std::move(scenario);
  return result;
}

ParseResult LoadScenarioFile(const std::string& path, const std::vector<Override>& overrides, ParseOptions options) {
  std::error_code error;
  const std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    return Unreadable(path, "no such file", "`ktrial list scenarios` names shipped scenarios");
  if (std::filesystem::is_directory(status)) return Unreadable(path, "is a directory, not a scenario file");
  if (!std::filesystem::is_regular_file(status)) return Unreadable(path, "is not a regular file");
  std::ifstream file(path, std::ios::binary);
  std::string text(static_cast<size_t>(YamlDocument::kMaxBytes) + 1, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && !file.eof()) {
    return Unreadable(path, "cannot be read");
  }
  const auto bytes = file.gcount();
  if (bytes > YamlDocument::kMaxBytes) {
    const auto size = std::filesystem::file_size(path, error);
    Diagnostic diagnostic{Code::kTooLarge, Severity::kError, path, {}, {}, {}, {}};
    diagnostic.message = Cat({"the file has ", std::to_string(error ? static_cast<uintmax_t>(bytes) : size),
                              " bytes; a scenario has at most ", std::to_string(YamlDocument::kMaxBytes)});
    return {std::nullopt, {std::move(diagnostic)}};
  }
  text.resize(static_cast<size_t>(bytes));
  return ParseScenario(text, path, overrides, options);
}

}  // namespace ktrial::scenarios
