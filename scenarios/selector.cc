#include "scenarios/selector.h"

#include <algorithm>
#include <limits>

#include "scenarios/lexer.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

constexpr std::string_view kForms =
    "selectors are: broker N, controller N, leader of T/P, followers of T/P, isr of T/P, active controller, "
    "coordinator of group G, client NAME, random broker, all brokers, all";

// Takes the words of one selector from left to right.
class SelectorParser {
 public:
  SelectorParser(std::string_view text, SelectorError* error) : text_(text), words_(SplitWords(text)), error_(error) {}

  bool Parse(Selector::Target* target) {
    if (words_.empty()) return Fail("selector is empty", std::string(kForms));
    const std::string_view first = Next();
    if (first == "broker" || first == "controller") return ParseNode(first, target) && AtEnd();
    if (first == "leader") return ParseReplica(ReplicaSelector::Role::kLeader, target) && AtEnd();
    if (first == "followers") return ParseReplica(ReplicaSelector::Role::kFollowers, target) && AtEnd();
    if (first == "isr") return ParseReplica(ReplicaSelector::Role::kIsr, target) && AtEnd();
    if (first == "active") return Expect("controller") && Set(target, ActiveControllerSelector{}) && AtEnd();
    if (first == "random") return Expect("broker") && Set(target, RandomBrokerSelector{}) && AtEnd();
    if (first == "coordinator") return ParseCoordinator(target) && AtEnd();
    if (first == "client") return ParseClient(target) && AtEnd();
    if (first == "all") {
      if (next_ == words_.size()) return Set(target, AllNodesSelector{});
      return Expect("brokers") && Set(target, AllBrokersSelector{}) && AtEnd();
    }
    --next_;
    const auto nearest = NearestWord(first, {"broker", "controller", "leader", "followers", "isr", "active",
                                             "coordinator", "client", "random", "all"});
    return Fail(Cat({"'", Printable(text_), "' is not a selector"}),
                nearest ? Cat({"did you mean '", *nearest, "'?"}) : std::string(kForms));
  }

 private:
  std::string_view Next() { return words_[next_++].text; }

  bool Fail(std::string message, std::string help) {
    error_->offset = next_ < words_.size() ? words_[next_].offset : text_.size();
    error_->message = std::move(message);
    error_->help = std::move(help);
    return false;
  }

  template <typename T>
  static bool Set(Selector::Target* target, T value) {
    *target = std::move(value);
    return true;
  }

  bool Expect(std::string_view word) {
    if (next_ < words_.size() && words_[next_].text == word) {
      ++next_;
      return true;
    }
    return Fail(Cat({"'", word, "' expected in selector"}), std::string(kForms));
  }

  bool AtEnd() {
    if (next_ == words_.size()) return true;
    return Fail(Cat({"nothing expected after '",
                     Printable(text_.substr(0, words_[next_ - 1].offset + words_[next_ - 1].text.size())), "'"}),
                "several targets are written as a list: [broker 1, broker 2]");
  }

  bool ParseNumber(std::string_view text, int32_t* number) {
    const std::optional<int64_t> value = ParseInteger(text);
    if (!value || *value < 0 || *value > std::numeric_limits<int32_t>::max()) return false;
    *number = static_cast<int32_t>(*value);
    return true;
  }

  bool ParseNode(std::string_view kind, Selector::Target* target) {
    int32_t id = 0;
    if (next_ == words_.size() || !ParseNumber(words_[next_].text, &id)) {
      return Fail(Cat({"id expected after '", kind, "'"}),
                  kind == "broker" ? "for example: broker 1" : "for example: controller 3001");
    }
    ++next_;
    return kind == "broker" ? Set(target, BrokerSelector{id}) : Set(target, ControllerSelector{id});
  }

  bool ParseReplica(ReplicaSelector::Role role, Selector::Target* target) {
    if (!Expect("of")) return false;
    ReplicaSelector replica{role, {}, 0};
    const std::string_view word = next_ < words_.size() ? words_[next_].text : std::string_view();
    const size_t slash = word.rfind('/');
    if (slash == std::string_view::npos || slash == 0 || !ParseNumber(word.substr(slash + 1), &replica.partition)) {
      return Fail("partition expected, as topic/number", "for example: leader of orders/0");
    }
    ++next_;
    replica.topic = std::string(word.substr(0, slash));
    return Set(target, std::move(replica));
  }

  bool ParseCoordinator(Selector::Target* target) {
    if (!Expect("of") || !Expect("group")) return false;
    if (next_ == words_.size()) return Fail("group name expected", "for example: coordinator of group billing");
    return Set(target, CoordinatorSelector{std::string(Next())});
  }

  bool ParseClient(Selector::Target* target) {
    if (next_ == words_.size())
      return Fail("client name expected", "for example: client p1, or client p1-0 for its first member");
    return Set(target, ClientSelector{std::string(Next()), std::nullopt});
  }

  std::string_view text_;
  std::vector<Word> words_;
  size_t next_ = 0;
  SelectorError* error_;
};

struct Formatter {
  std::string operator()(const BrokerSelector& s) const { return Cat({"broker ", std::to_string(s.id)}); }
  std::string operator()(const ControllerSelector& s) const { return Cat({"controller ", std::to_string(s.id)}); }
  std::string operator()(const ReplicaSelector& s) const {
    const std::string_view role = s.role == ReplicaSelector::Role::kLeader      ? "leader"
                                  : s.role == ReplicaSelector::Role::kFollowers ? "followers"
                                                                                : "isr";
    return Cat({role, " of ", s.topic, "/", std::to_string(s.partition)});
  }
  std::string operator()(const ActiveControllerSelector&) const { return "active controller"; }
  std::string operator()(const CoordinatorSelector& s) const { return Cat({"coordinator of group ", s.group}); }
  std::string operator()(const ClientSelector& s) const {
    return s.member ? Cat({"client ", s.name, "-", std::to_string(*s.member)}) : Cat({"client ", s.name});
  }
  std::string operator()(const RandomBrokerSelector&) const { return "random broker"; }
  std::string operator()(const AllBrokersSelector&) const { return "all brokers"; }
  std::string operator()(const AllNodesSelector&) const { return "all"; }
};

}  // namespace

bool ParseSelector(std::string_view text, Selector::Target* target, SelectorError* error) {
  return SelectorParser(text, error).Parse(target);
}

std::string FormatSelector(const Selector::Target& target) { return std::visit(Formatter{}, target); }

std::string FormatSelectors(const SelectorList& selectors) {
  std::vector<std::string> texts;
  for (const Selector& selector : selectors) texts.push_back(FormatSelector(selector.target));
  return Join(texts, ", ");
}

}  // namespace ktrial::scenarios
