// Reads the values of a YAML tree by schema, and reports what does not fit. The keys that a MappingReader is asked for
// are the keys that the mapping may have: Finish() reports the others.
//
//   MappingReader topic(reader, id, "topic");
//   Located<int32_t> partitions = topic.Integer("partitions", {1, 100'000}).value_or(...);
//   topic.Finish();
#ifndef KTRIAL_SCENARIOS_SCHEMA_READER_H_
#define KTRIAL_SCENARIOS_SCHEMA_READER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostic.h"
#include "scenarios/kafka_config.h"
#include "scenarios/units.h"
#include "scenarios/yaml_document.h"
#include "sim/time.h"

namespace ktrial::scenarios {

struct Range {
  int64_t min = 0;
  int64_t max = 0;
};

// Reads single values. After a value that does not fit, the error is in the sink and nothing is returned.
class SchemaReader {
 public:
  SchemaReader(const YamlDocument* document, const SourceSet* sources, DiagnosticSink* sink, bool strict)
      : document_(document), sources_(sources), sink_(sink), strict_(strict) {}

  const YamlDocument& document() const { return *document_; }
  const YamlNode& node(YamlId id) const { return document_->node(id); }
  DiagnosticSink& sink() const { return *sink_; }
  bool strict() const { return strict_; }

  bool Expect(YamlId id, YamlNode::Kind kind, std::string_view what) const;

  std::optional<Located<std::string>> Text(YamlId id, std::string_view what) const;  // Not empty.
  std::optional<Located<int64_t>> Integer(YamlId id, std::string_view what, Range range) const;
  std::optional<Located<bool>> Bool(YamlId id, std::string_view what) const;  // true or false, as in Kafka's files.
  std::optional<Located<sim::Duration>> DurationOf(YamlId id, std::string_view what,
                                                   bool may_be_negative = false) const;
  std::optional<Located<int64_t>> Size(YamlId id, std::string_view what) const;
  std::optional<Located<Rate>> RateOf(YamlId id, std::string_view what) const;
  std::optional<Located<Factor>> FactorOf(YamlId id, std::string_view what) const;
  std::optional<Located<Part>> PartOf(YamlId id, std::string_view what) const;
  std::optional<Located<Part>> DeviationOf(YamlId id, std::string_view what) const;
  std::optional<Located<int64_t>> BandwidthOf(YamlId id, std::string_view what) const;

  // The settings of a `config:` mapping, `<<` included.
  ConfigEntries Config(YamlId id, ConfigScope scope, KafkaVersion version) const;

  // The position of a byte within a scalar, for errors inside a text. Exact for plain scalars and for quoted ones
  // without escapes on one line; the scalar's own position otherwise.
  SourcePosition Inside(YamlId id, size_t byte_offset) const;

 private:
  void ReportUnit(UnitError error, YamlId id, std::string_view what, std::string_view kind, std::string_view example,
                  std::string_view likely_unit) const;
  void ReadConfigEntry(const YamlEntry& entry, ConfigScope scope, KafkaVersion version, ConfigEntries* out) const;
  const ConfigKey* FindKey(const YamlEntry& entry, ConfigScope scope, KafkaVersion version) const;
  void ReportUnknownKey(const YamlEntry& entry, ConfigScope scope) const;

  const YamlDocument* document_;
  const SourceSet* sources_;
  DiagnosticSink* sink_;
  bool strict_;
};

// Reads a mapping key by key. Empty if the node is not a mapping, which is reported.
class MappingReader {
 public:
  MappingReader(const SchemaReader* reader, YamlId id, std::string_view what);

  bool ok() const { return ok_; }
  SourcePosition position() const { return reader_->node(id_).position; }

  // Whether the key is there; declares it as allowed.
  bool Has(std::string_view key);
  // Declares a key as allowed that is read elsewhere, or decides how the others are read.
  void Allow(std::string_view key) { allowed_.emplace_back(key); }
  // The value of a key, or nothing. Declares the key as allowed.
  std::optional<YamlId> Get(std::string_view key);
  // As Get, but reports a missing key.
  std::optional<YamlId> Require(std::string_view key, std::string_view help);
  // The entry of a key, for its position.
  const YamlEntry* Entry(std::string_view key);

  // The scalar getters of SchemaReader for a key, with messages that name the key.
  std::optional<Located<std::string>> Text(std::string_view key);
  std::optional<Located<int32_t>> Integer(std::string_view key, Range range);
  std::optional<Located<bool>> Bool(std::string_view key);
  std::optional<Located<sim::Duration>> DurationOf(std::string_view key, bool may_be_negative = false);
  std::optional<Located<int64_t>> Size(std::string_view key);
  std::optional<Located<Rate>> RateOf(std::string_view key);
  std::optional<Located<Factor>> FactorOf(std::string_view key);
  std::optional<Located<Part>> PartOf(std::string_view key);
  std::optional<Located<Part>> DeviationOf(std::string_view key);
  std::optional<Located<int64_t>> BandwidthOf(std::string_view key);

  // Reports keys that nobody asked for.
  void Finish();

 private:
  const SchemaReader* reader_;
  YamlId id_;
  std::string what_;
  bool ok_;
  std::vector<std::string> allowed_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_SCHEMA_READER_H_
