// A YAML file as a tree which keeps the position of every key and value. All scalars are text; the schema types them,
// so that `no`, `08` and `1:30` mean what the key says. The dialect is a safe subset: one document, no tabs, no tags,
// no duplicate keys; anchors and aliases may be used, within a limit on what they expand to.
//
//   YamlDocument document;
//   if (ParseYaml(sources, file, sink, &document)) {
//     const YamlNode& root = document.node(document.root());
//   }
#ifndef KTRIAL_SCENARIOS_YAML_DOCUMENT_H_
#define KTRIAL_SCENARIOS_YAML_DOCUMENT_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostic.h"
#include "scenarios/source.h"
#include "sim/strong_id.h"

namespace ktrial::scenarios {

using YamlId = sim::StrongId<struct YamlIdTag, int32_t>;

struct YamlEntry {
  Located<std::string> key;
  YamlId value;
};

struct YamlNode {
  enum class Kind : uint8_t { kScalar, kSequence, kMapping };

  Kind kind = Kind::kScalar;
  SourcePosition position;         // Of the value's first character; of an empty value, where it should have been.
  std::string scalar;              // kScalar. Empty for a value left out (`key:`).
  bool quoted = false;             // kScalar written in quotes or as a block.
  std::vector<YamlId> items;       // kSequence.
  std::vector<YamlEntry> entries;  // kMapping, in the order of the file. Keys are unique, but for `<<`.
};

// Nodes are owned by the document and named by id. An alias is the same id as its anchor, so the tree is a directed
// acyclic graph whose expansion has at most kMaxNodes nodes and kMaxDepth levels.
class YamlDocument {
 public:
  static constexpr int64_t kMaxBytes = int64_t{1} << 20;
  static constexpr int64_t kMaxLineBytes = 16'384;  // Columns are counted anew for each value on a line.
  static constexpr int32_t kMaxDepth = 32;
  static constexpr int64_t kMaxNodes = 100'000;

  const YamlNode& node(YamlId id) const { return nodes_[static_cast<size_t>(id.value())]; }
  YamlNode& node(YamlId id) { return nodes_[static_cast<size_t>(id.value())]; }

  YamlId root() const { return root_; }
  void set_root(YamlId root) { root_ = root; }

  YamlId Add(YamlNode node);

  // The entry with that key, or null. `mapping` must be a mapping. O(entries).
  const YamlEntry* Find(YamlId mapping, std::string_view key) const;

 private:
  std::vector<YamlNode> nodes_;
  YamlId root_;
};

// What a text is, for messages: "a mapping", "a list", "a value".
std::string_view KindName(YamlNode::Kind kind);

// Parses the text of `source` and adds its nodes to `document`, whose root it sets. False, with at least one error in
// the sink, if the text is not acceptable. Any bytes may be given: it neither throws nor recurses without bound.
bool ParseYaml(const SourceSet& sources, int32_t source, DiagnosticSink& sink, YamlDocument* document);

// As ParseYaml, for the part of a source's first line that begins at byte `offset`. Used for the value of an override,
// which lies within a longer text. The new nodes' root is returned; an invalid id after an error.
YamlId ParseYamlValue(const SourceSet& sources, int32_t source, int32_t offset, DiagnosticSink& sink,
                      YamlDocument* document);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_YAML_DOCUMENT_H_
