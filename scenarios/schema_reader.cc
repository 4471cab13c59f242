#include "scenarios/schema_reader.h"

#include <algorithm>
#include <utility>

#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {}  // namespace

bool SchemaReader::Expect(YamlId id, YamlNode::Kind kind, std::string_view what) const {
  const YamlNode& found = node(id);
  if (found.kind == kind) return true;
  const bool left_out = found.kind == YamlNode::Kind::kScalar && found.scalar.empty() && !found.quoted;
  sink_->Error(Code::kWrongShape, found.position,
               Cat({what, " must be ", KindName(kind), left_out ? ", but nothing is given" : ", not ",
                    left_out ? "" : KindName(found.kind)}));
  return false;
}

std::optional<Located<std::string>> SchemaReader::Text(YamlId id, std::string_view what) const {
  if (!Expect(id, YamlNode::Kind::kScalar, what)) return std::nullopt;
  const YamlNode& found = node(id);
  if (!found.scalar.empty()) return Located<std::string>{found.scalar, found.position};
  sink_->Error(Code::kBadValue, found.position, Cat({what, " is empty"}));
  return std::nullopt;
}

std::optional<Located<int64_t>> SchemaReader::Integer(YamlId id, std::string_view what, Range range) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const std::optional<int64_t> number = ParseInteger(text->value);
  if (!number) {
    sink_->Error(Code::kBadValue, text->position, Cat({what, " must be a whole number, not ", Quoted(text->value)}));
    return std::nullopt;
  }
  if (*number < range.min || *number > range.max) {
    sink_->Error(Code::kOutOfRange, text->position, Cat({what, " ", Quoted(text->value), " is out of range"}),
                 Cat({"it takes ", std::to_string(range.min), " to ", std::to_string(range.max)}));
    return std::nullopt;
  }
  return Located<int64_t>{*number, text->position};
}

std::optional<Located<bool>> SchemaReader::Bool(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  if (text->value == "true" || text->value == "false") return Located<bool>{text->value == "true", text->position};
  sink_->Error(Code::kBadValue, text->position, Cat({what, " must be true or false, not ", Quoted(text->value)}));
  return std::nullopt;
}

void SchemaReader::ReportUnit(UnitError error, YamlId id, std::string_view what, std::string_view kind,
                              std::string_view example, std::string_view likely_unit) const {
  const YamlNode& found = node(id);
  const std::string value = Printable(found.scalar);
  switch (error) {
    case UnitError::kMissingUnit: {
      const std::string likely = likely_unit == "x" ? Cat({"x", value}) : Cat({value, likely_unit});
      sink_->Error(Code::kMissingUnit, found.position, Cat({what, " '", value, "' has no unit"}),
                   Cat({"did you mean '", likely, "'?"}));
      return;
    }
    case UnitError::kTooLarge:
      sink_->Error(Code::kOutOfRange, found.position, Cat({what, " '", value, "' is too large"}));
      return;
    case UnitError::kTooFine:
      sink_->Error(Code::kOutOfRange, found.position, Cat({what, " '", value, "' is finer than ktrial counts"}));
      return;
    default:
      sink_->Error(Code::kBadValue, found.position, Cat({what, " must be a ", kind, ", not '", value, "'"}),
                   Cat({"for example: ", example}));
  }
}

std::optional<Located<sim::Duration>> SchemaReader::DurationOf(YamlId id, std::string_view what,
                                                               bool may_be_negative) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<sim::Duration> result = ParseDuration(text->value);
  if (!result.ok()) {
    ReportUnit(result.error, id, what, "duration", "30s, 250ms, 1h30m", "s");
    return std::nullopt;
  }
  if (!may_be_negative && result.value < sim::Duration()) {
    sink_->Error(Code::kOutOfRange, text->position, Cat({what, " must not be negative"}));
    return std::nullopt;
  }
  return Located<sim::Duration>{result.value, text->position};
}

std::optional<Located<int64_t>> SchemaReader::Size(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<int64_t> result = ParseSize(text->value);
  if (result.ok()) return Located<int64_t>{result.value, text->position};
  ReportUnit(result.error, id, what, "size", "100B, 16KiB, 1MB", "B");
  return std::nullopt;
}

std::optional<Located<Rate>> SchemaReader::RateOf(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<Rate> result = ParseRate(text->value);
  if (result.ok()) return Located<Rate>{result.value, text->position};
  ReportUnit(result.error, id, what, "rate", "500/s, 30/m", "/s");
  return std::nullopt;
}

std::optional<Located<Factor>> SchemaReader::FactorOf(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<Factor> result = ParseFactor(text->value);
  if (result.ok()) return Located<Factor>{result.value, text->position};
  ReportUnit(result.error, id, what, "factor", "x50, x1.5", "x");
  return std::nullopt;
}

std::optional<Located<Part>> SchemaReader::PartOf(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<Part> result = ParsePart(text->value);
  if (result.ok()) return Located<Part>{result.value, text->position};
  ReportUnit(result.error, id, what, "part of a whole", "5%, 0.05", "%");
  return std::nullopt;
}

std::optional<Located<Part>> SchemaReader::DeviationOf(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<Part> result = ParseDeviation(text->value);
  if (result.ok()) return Located<Part>{result.value, text->position};
  ReportUnit(result.error, id, what, "deviation", "200ppm, -1%", "ppm");
  return std::nullopt;
}

std::optional<Located<int64_t>> SchemaReader::BandwidthOf(YamlId id, std::string_view what) const {
  const auto text = Text(id, what);
  if (!text) return std::nullopt;
  const UnitResult<int64_t> result = ParseBandwidth(text->value);
  if (result.ok()) return Located<int64_t>{result.value, text->position};
  ReportUnit(result.error, id, what, "bandwidth", "10MB/s, 64KiB/s", "/s");
  return std::nullopt;
}

SourcePosition SchemaReader::Inside(YamlId id, size_t byte_offset) const {
  const YamlNode& found = node(id);
  const std::string_view line = sources_->Line(found.position.source, found.position.line);
  SourcePosition at = found.position;
  // Text before the value may hold characters of several bytes, so find the value's first byte anew.
  size_t start = 0;
  for (int32_t column = 1; start < line.size(); ++start) {
    if ((static_cast<uint8_t>(line[start]) & 0xC0) == 0x80) continue;
    if (column++ == at.column) break;
  }
  if (found.quoted) ++start;
  if (start > line.size() || line.substr(start, found.scalar.size()) != found.scalar) return at;
  const std::string_view before = std::string_view(found.scalar).substr(0, byte_offset);
  at.column += static_cast<int32_t>(CharacterCount(before)) + (found.quoted ? 1 : 0);
  at.length = 1;
  return at;
}

MappingReader::MappingReader(const SchemaReader* reader, YamlId id, std::string_view what)
    : reader_(reader), id_(id), what_(what), ok_(reader->Expect(id, YamlNode::Kind::kMapping, what)) {}

const YamlEntry* MappingReader::Entry(std::string_view key) {
  if (std::find(allowed_.begin(), allowed_.end(), key) == allowed_.end()) allowed_.emplace_back(key);
  return ok_ ? reader_->document().Find(id_, key) : nullptr;
}

bool MappingReader::Has(std::string_view key) { return Entry(key) != nullptr; }

std::optional<YamlId> MappingReader::Get(std::string_view key) {
  const YamlEntry* entry = Entry(key);
  return entry == nullptr ? std::nullopt : std::optional(entry->value);
}

std::optional<YamlId> MappingReader::Require(std::string_view key, std::string_view help) {
  const std::optional<YamlId> value = Get(key);
  if (!value && ok_) {
    reader_->sink().Error(Code::kMissingKey, position(), Cat({what_, " has no '", key, "'"}), std::string(help));
  }
  return value;
}

std::optional<Located<std::string>> MappingReader::Text(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->Text(*id, key) : std::nullopt;
}

std::optional<Located<int32_t>> MappingReader::Integer(std::string_view key, Range range) {
  const auto id = Get(key);
  const auto number = id ? reader_->Integer(*id, key, range) : std::nullopt;
  if (!number) return std::nullopt;
  return Located<int32_t>{static_cast<int32_t>(number->value), number->position};
}

std::optional<Located<bool>> MappingReader::Bool(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->Bool(*id, key) : std::nullopt;
}

std::optional<Located<sim::Duration>> MappingReader::DurationOf(std::string_view key, bool may_be_negative) {
  const auto id = Get(key);
  return id ? reader_->DurationOf(*id, key, may_be_negative) : std::nullopt;
}

std::optional<Located<int64_t>> MappingReader::Size(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->Size(*id, key) : std::nullopt;
}

std::optional<Located<Rate>> MappingReader::RateOf(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->RateOf(*id, key) : std::nullopt;
}

std::optional<Located<Factor>> MappingReader::FactorOf(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->FactorOf(*id, key) : std::nullopt;
}

std::optional<Located<Part>> MappingReader::PartOf(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->PartOf(*id, key) : std::nullopt;
}

std::optional<Located<Part>> MappingReader::DeviationOf(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->DeviationOf(*id, key) : std::nullopt;
}

std::optional<Located<int64_t>> MappingReader::BandwidthOf(std::string_view key) {
  const auto id = Get(key);
  return id ? reader_->BandwidthOf(*id, key) : std::nullopt;
}

void MappingReader::Finish() {
  if (!ok_) return;
  for (const YamlEntry& entry : reader_->node(id_).entries) {
    const std::string& key = entry.key.value;
    if (std::find(allowed_.begin(), allowed_.end(), key) != allowed_.end()) continue;
    std::string help;
    if (reader_->sink().crowded()) return;
    if (const auto nearest = NearestWord(key, allowed_)) {
      help = Cat({"did you mean '", *nearest, "'?"});
    } else if (const auto keys = FindConfigKeyAnywhere(key); !keys.empty()) {
      help = Cat({"it is a Kafka ", ScopeName(keys.front()->scope), " setting; those stand under 'config:'"});
    } else {
      help = Cat({"keys here are: ", Join(allowed_, ", ")});
    }
    reader_->sink().Error(Code::kUnknownKey, entry.key.position, Cat({"unknown key ", Quoted(key), " in ", what_}),
                          std::move(help));
  }
}

}  // namespace ktrial::scenarios
