#include "scenarios/yaml_document.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <sstream>
#include <utility>

#include "absl/container/btree_set.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// Thrown through yaml-cpp, which offers no other way to stop; caught in Run below, with the error already in the sink.
struct Abandoned : std::exception {};

constexpr const char* kOpenBracket = "a bracket, brace or quote may not be closed, or a comma be missing";

// Builds nodes from yaml-cpp's events.
class Builder : public YAML::EventHandler {
 public:
  struct Origin {
    const SourceSet* sources;
    int32_t source;
    int32_t byte_offset;  // Where the parsed text begins on the first line.
  };

  Builder(Origin origin, DiagnosticSink* sink, YamlDocument* document)
      : origin_(origin), sink_(sink), document_(document) {}

  YamlId root() const { return root_; }

  SourcePosition PositionOf(const YAML::Mark& mark, int32_t length) const {
    const int32_t line = std::max(mark.line, 0);
    const int32_t column = std::max(mark.column, 0) + (line == 0 ? origin_.byte_offset : 0);
    return origin_.sources->At(origin_.source, line + 1, column, length);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  // yaml-cpp notices that a value is missing only at what follows, perhaps lines below; its key is the better place.
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const bool value = !open_.empty() && open_.back().key.has_value();
    AddNode(mark, anchor, ScalarNode({}, false, value ? open_.back().key->position : PositionOf(mark, 1)));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    // yaml-cpp gives "?" for a plain scalar without a tag, and "!" for one in quotes.
    const bool quoted = tag == "!";
    if (!quoted) RefuseTag(mark, tag);
    const auto characters = static_cast<int32_t>(std::min<size_t>(CharacterCount(value), 1'000));
    AddNode(mark, anchor, ScalarNode(value, quoted, PositionOf(mark, characters + (quoted ? 2 : 0))));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = std::lower_bound(anchors_.begin(), anchors_.end(), anchor,
                                        [](const auto& entry, YAML::anchor_t wanted) { return entry.first < wanted; });
    const bool open = std::any_of(open_.begin(), open_.end(), [&](const Open& o) { return o.anchor == anchor; });
    if (known == anchors_.end() || open) {
      Abandon(Code::kTooLarge, PositionOf(mark, 1), "alias refers to the value that contains it");
    }
    CheckExpansion(mark, Size(known->second), open_.size() + Depth(known->second));
    Attach(mark, known->second);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    OpenCollection(mark, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { CloseCollection(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    RefuseTag(mark, tag);
    OpenCollection(mark, anchor, YamlNode::Kind::kMapping);
  }
  void OnMapEnd() override { CloseCollection(); }

 private:
  struct Open {
    YamlId id;
    YAML::anchor_t anchor;
    std::optional<Located<std::string>> key;  // A mapping's key that waits for its value.
    absl::btree_set<std::string> seen;        // The keys of a mapping so far.
  };

  // What a node expands to. Kept beside the nodes, since it is needed only here.
  struct Extent {
    YamlId id;
    int64_t size;
    size_t depth;
  };

  [[noreturn]] void Abandon(Code code, SourcePosition position, std::string message, std::string help = {}) {
    sink_->Error(code, position, std::move(message), std::move(help));
    throw Abandoned();
  }

  void RefuseTag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    Abandon(Code::kBadYaml, PositionOf(mark, 1), Cat({"tag '", Printable(tag), "' is not allowed"}),
            "leave it out: the key decides the type of its value");
  }

  const Extent& ExtentOf(YamlId id) const {
    return *std::lower_bound(extents_.begin(), extents_.end(), id,
                             [](const Extent& extent, YamlId wanted) { return extent.id < wanted; });
  }
  int64_t Size(YamlId id) const { return ExtentOf(id).size; }
  size_t Depth(YamlId id) const { return ExtentOf(id).depth; }

  void CheckExpansion(const YAML::Mark& mark, int64_t added, size_t depth) {
    total_ += added;
    if (total_ > YamlDocument::kMaxNodes) {
      Abandon(Code::kTooLarge, PositionOf(mark, 1),
              Cat({"more than ", std::to_string(YamlDocument::kMaxNodes), " values, aliases expanded"}));
    }
    if (depth > static_cast<size_t>(YamlDocument::kMaxDepth)) {
      Abandon(Code::kTooLarge, PositionOf(mark, 1),
              Cat({"nested more than ", std::to_string(YamlDocument::kMaxDepth), " levels deep"}));
    }
  }

  YamlId NewNode(const YAML::Mark& mark, YamlNode node) {
    CheckExpansion(mark, 1, open_.size() + 1);
    const YamlId id = document_->Add(std::move(node));
    extents_.push_back({id, 1, 1});
    return id;
  }

  static YamlNode ScalarNode(const std::string& value, bool quoted, SourcePosition position) {
    YamlNode node;
    node.scalar = value;
    node.quoted = quoted;
    node.position = position;
    return node;
  }

  void AddNode(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode node) {
    const YamlId id = NewNode(mark, std::move(node));
    if (anchor != 0) anchors_.emplace_back(anchor, id);
    Attach(mark, id);
  }

  void OpenCollection(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (!open_.empty() && IsMapping(open_.back().id) && !open_.back().key) {
      Abandon(Code::kBadYaml, PositionOf(mark, 1), "a key must be a single value", kOpenBracket);
    }
    YamlNode node;
    node.kind = kind;
    node.position = PositionOf(mark, 1);
    const YamlId id = NewNode(mark, std::move(node));
    if (anchor != 0) anchors_.emplace_back(anchor, id);
    open_.push_back({id, anchor, std::nullopt, {}});
    open_marks_.push_back(mark);
  }

  void CloseCollection() {
    const YamlId id = open_.back().id;
    const YAML::Mark mark = open_marks_.back();
    open_.pop_back();
    open_marks_.pop_back();
    Attach(mark, id);
  }

  bool IsMapping(YamlId id) const { return document_->node(id).kind == YamlNode::Kind::kMapping; }

  // Hands a finished node to the collection that it stands in.
  void Attach(const YAML::Mark& mark, YamlId id) {
    if (open_.empty()) {
      root_ = id;
      return;
    }
    Open& parent = open_.back();
    const YamlNode& child = document_->node(id);
    if (IsMapping(parent.id) && !parent.key) {
      if (child.kind != YamlNode::Kind::kScalar)
        Abandon(Code::kBadYaml, PositionOf(mark, 1), "a key must be a single value", kOpenBracket);
      parent.key = Located<std::string>{child.scalar, child.position};
      const bool repeated = !parent.seen.insert(parent.key->value).second;
      if (repeated && parent.key->value != "<<") ReportDuplicate(parent.id, *parent.key);
      return;
    }
    YamlNode& collection = document_->node(parent.id);
    if (collection.kind == YamlNode::Kind::kSequence) {
      collection.items.push_back(id);
    } else {
      collection.entries.push_back({std::move(*parent.key), id});
      parent.key.reset();
    }
    Extent& extent = extents_[static_cast<size_t>(&ExtentOf(parent.id) - extents_.data())];
    const Extent& inner = ExtentOf(id);
    extent.size += inner.size;
    extent.depth = std::max(extent.depth, inner.depth + 1);
  }

  void ReportDuplicate(YamlId mapping, const Located<std::string>& key) {
    if (++duplicates_ > static_cast<int64_t>(DiagnosticSink::kMaxDiagnostics)) return;
    const YamlEntry* first = document_->Find(mapping, key.value);
    sink_->Error(Code::kDuplicateKey, key.position, Cat({"key '", Printable(key.value), "' is given twice"}),
                 Cat({"it stands first at line ", std::to_string(first->key.position.line), ", column ",
                      std::to_string(first->key.position.column)}));
  }

  Origin origin_;
  DiagnosticSink* sink_;
  YamlDocument* document_;
  YamlId root_;
  int64_t total_ = 0;
  int64_t duplicates_ = 0;
  std::vector<Open> open_;
  std::vector<YAML::Mark> open_marks_;
  std::vector<std::pair<YAML::anchor_t, YamlId>> anchors_;  // Ascending: yaml-cpp counts anchors as it meets them.
  std::vector<Extent> extents_;                             // Ascending by id.
};

std::string HelpFor(std::string_view message) {
  const auto has = [&](std::string_view word) { return message.find(word) != std::string_view::npos; };
  if (has("end of map flow") || has("end of sequence flow")) return kOpenBracket;
  if (has("end of map not found") || has("illegal map value") || has("end of sequence not found")) {
    return "check the indentation, and that a colon in a text stands in quotes";
  }
  if (has("EOF in scalar") || has("quoted")) return "a quote is not closed";
  return {};
}

bool IsNothing(const YamlNode& node) {
  return node.kind == YamlNode::Kind::kScalar && node.scalar.empty() && !node.quoted;
}

YamlId Empty(int32_t source, DiagnosticSink& sink) {
  sink.Error(Code::kEmptyScenario, {.source = source}, "the file is empty",
             "`ktrial list scenarios` names shipped scenarios to start from");
  return YamlId();
}

// Runs yaml-cpp over `text`. Returns the root, or an invalid id after an error.
YamlId Run(std::string_view text, Builder::Origin origin, DiagnosticSink& sink, YamlDocument* document) {
  Builder builder(origin, &sink, document);
  const auto fail = [&](const YAML::Mark& mark, const std::string& message) {
    sink.Error(Code::kBadYaml, builder.PositionOf(mark, 1), Cat({"not well-formed YAML: ", message}), HelpFor(message));
    return YamlId();
  };
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return Empty(origin.source, sink);
    }
    const YamlId root = builder.root();
    if (!root.valid() || IsNothing(document->node(root))) return Empty(origin.source, sink);
    Builder rest(origin, &sink, document);
    if (parser.HandleNextDocument(rest)) {
      const YamlId second = rest.root();
      const SourcePosition at =
          second.valid() ? document->node(second).position : SourcePosition{.source = origin.source};
      sink.Error(Code::kBadYaml, at, "a second document begins here", "a file holds one scenario");
      return YamlId();
    }
    return root;
  } catch (const Abandoned&) {
    return YamlId();
  } catch (const YAML::Exception& error) {
    return fail(error.mark, error.msg);
  } catch (const std::exception& error) {
    return fail(YAML::Mark::null_mark(), error.what());
  }
}

// Finds what must not reach the YAML parser: foreign bytes, and tabs, which it reads in more than one way.
bool CheckText(const SourceSet& sources, int32_t source, DiagnosticSink& sink) {
  const std::string_view text = sources.text(source);
  if (static_cast<int64_t>(text.size()) > YamlDocument::kMaxBytes) {
    sink.Error(Code::kTooLarge, {.source = source},
               Cat({"the file has ", std::to_string(text.size()), " bytes; a scenario has at most ",
                    std::to_string(YamlDocument::kMaxBytes)}));
    return false;
  }
  const std::optional<size_t> invalid = FindInvalidUtf8(text);
  int32_t line = 1;
  size_t line_start = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const auto at = [&] { return sources.At(source, line, static_cast<int32_t>(i - line_start), 1); };
    const bool carriage_return = byte == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
    if (i == invalid || (byte < 0x20 && byte != '\t' && byte != '\n' && !carriage_return) || byte == 0x7F) {
      sink.Error(Code::kNotText, at(),
                 Cat({"not a text file: byte ", Printable(text.substr(i, 1)),
                      i == invalid ? " is not UTF-8" : " is a control character"}));
      return false;
    }
    if (byte == '\t') {
      sink.Error(Code::kBadYaml, at(), "tab character", "indent with spaces, or write \"\\t\" in double quotes");
      return false;
    }
    if (static_cast<int64_t>(i - line_start) >= YamlDocument::kMaxLineBytes && byte != '\n') {
      sink.Error(Code::kTooLarge, {.source = source},
                 Cat({"line ", std::to_string(line), " has more than ", std::to_string(YamlDocument::kMaxLineBytes),
                      " bytes"}));
      return false;
    }
    if (byte == '\n') {
      ++line;
      line_start = i + 1;
    }
  }
  return true;
}

}  // namespace

YamlId YamlDocument::Add(YamlNode node) {
  nodes_.push_back(std::move(node));
  return YamlId(static_cast<int32_t>(nodes_.size()) - 1);
}

const YamlEntry* YamlDocument::Find(YamlId mapping, std::string_view key) const {
  const auto& entries = node(mapping).entries;
  const auto found =
      std::find_if(entries.begin(), entries.end(), [&](const YamlEntry& e) { return e.key.value == key; });
  return found == entries.end() ? nullptr : &*found;
}

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMapping:
      return "a mapping";
    case YamlNode::Kind::kScalar:
      break;
  }
  return "a value";
}

bool ParseYaml(const SourceSet& sources, int32_t source, DiagnosticSink& sink, YamlDocument* document) {
  if (!CheckText(sources, source, sink)) return false;
  const YamlId root = Run(sources.text(source), {&sources, source, 0}, sink, document);
  if (!root.valid()) return false;
  document->set_root(root);
  return true;
}

YamlId ParseYamlValue(const SourceSet& sources, int32_t source, int32_t offset, DiagnosticSink& sink,
                      YamlDocument* document) {
  if (!CheckText(sources, source, sink)) return YamlId();
  const std::string_view text = std::string_view(sources.text(source)).substr(static_cast<size_t>(offset));
  if (Trim(text).empty()) {
    YamlNode empty;
    empty.position = sources.At(source, 1, offset, 1);
    return document->Add(std::move(empty));
  }
  return Run(text, {&sources, source, offset}, sink, document);
}

}  // namespace ktrial::scenarios
