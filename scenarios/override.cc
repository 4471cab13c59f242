#include "scenarios/override.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

std::vector<Located<std::string>> SplitPath(const SourceSet& sources, int32_t source, std::string_view path) {
  std::vector<Located<std::string>> steps;
  for (size_t begin = 0; begin <= path.size();) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view step = path.substr(begin, end - begin);
    steps.push_back({std::string(step),
                     sources.At(source, 1, static_cast<int32_t>(begin), static_cast<int32_t>(CharacterCount(step)))});
    begin = end + 1;
  }
  return steps;
}

// The place of the item that a step names: by number from 0, else by its `name` or `id`.
std::optional<size_t> FindItem(const YamlDocument& document, const YamlNode& list, const std::string& step) {
  if (const std::optional<int64_t> index = ParseInteger(step)) {
    if (*index >= 0 && *index < static_cast<int64_t>(list.items.size())) return static_cast<size_t>(*index);
    return std::nullopt;
  }
  for (size_t i = 0; i < list.items.size(); ++i) {
    if (document.node(list.items[i]).kind != YamlNode::Kind::kMapping) continue;
    for (const std::string_view key : {"name", "id"}) {
      const YamlEntry* entry = document.Find(list.items[i], key);
      if (entry != nullptr && document.node(entry->value).scalar == step) return i;
    }
  }
  return std::nullopt;
}

class Setter {
 public:
  Setter(std::vector<Located<std::string>> steps, DiagnosticSink* sink, YamlDocument* document)
      : steps_(std::move(steps)), sink_(sink), document_(document) {}

  // The copy of `id` in which the rest of the path leads to `value`; invalid after an error. `id` may be invalid: then
  // there is nothing yet. Recursion is as deep as the path, which SplitPath's caller has bounded.
  YamlId Set(YamlId id, size_t step, YamlId value) {
    if (step == steps_.size()) return value;
    const Located<std::string>& key = steps_[step];
    YamlNode copy;
    if (id.valid()) copy = document_->node(id);
    const bool nothing = !id.valid() || (copy.kind == YamlNode::Kind::kScalar && copy.scalar.empty() && !copy.quoted);
    if (nothing) {
      copy = YamlNode();
      copy.kind = YamlNode::Kind::kMapping;
      copy.position = key.position;
    }
    if (copy.kind == YamlNode::Kind::kScalar) {
      const std::string whole = step == 0 ? "the scenario" : Cat({"'", Printable(steps_[step - 1].value), "'"});
      return Fail(key, Cat({whole, " has no parts, so there is no '", Printable(key.value), "' in it"}));
    }
    if (copy.kind == YamlNode::Kind::kSequence) {
      const std::optional<size_t> item = FindItem(*document_, copy, key.value);
      if (!item) return Fail(key, Cat({"the list has no item '", Printable(key.value), "'"}));
      copy.items[*item] = Set(copy.items[*item], step + 1, value);
      return copy.items[*item].valid() ? document_->Add(std::move(copy)) : YamlId();
    }
    YamlEntry* entry = nullptr;
    for (YamlEntry& candidate : copy.entries) {
      if (candidate.key.value == key.value) entry = &candidate;
    }
    if (entry == nullptr) entry = &copy.entries.emplace_back(YamlEntry{key, YamlId()});
    entry->value = Set(entry->value, step + 1, value);
    return entry->value.valid() ? document_->Add(std::move(copy)) : YamlId();
  }

 private:
  YamlId Fail(const Located<std::string>& step, std::string message) {
    sink_->Error(Code::kBadOverride, step.position, std::move(message),
                 "a path is key/key/..., with the number or the name of an item for lists");
    return YamlId();
  }

  std::vector<Located<std::string>> steps_;
  DiagnosticSink* sink_;
  YamlDocument* document_;
};

}  // namespace

bool ApplyOverride(const SourceSet& sources, int32_t source, DiagnosticSink& sink, YamlDocument* document) {
  const std::string_view text = sources.text(source);
  const size_t equals = text.find('=');
  const std::vector<Located<std::string>> steps = SplitPath(sources, source, text.substr(0, equals));
  for (const Located<std::string>& step : steps) {
    if (equals != std::string_view::npos && !step.value.empty() && steps.size() <= YamlDocument::kMaxDepth) continue;
    sink.Error(Code::kBadOverride, step.position, "an override has the form path=value",
               "for example: --set topics/orders/config/min.insync.replicas=1");
    return false;
  }
  const YamlId value = ParseYamlValue(sources, source, static_cast<int32_t>(equals) + 1, sink, document);
  if (!value.valid()) return false;
  const YamlId root = Setter(steps, &sink, document).Set(document->root(), 0, value);
  if (!root.valid()) return false;
  document->set_root(root);
  return true;
}

}  // namespace ktrial::scenarios
