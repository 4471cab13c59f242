#include "scenarios/trigger.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "cluster/protocol/api_message.h"
#include "scenarios/lexer.h"
#include "scenarios/text.h"
#include "scenarios/units.h"

namespace ktrial::scenarios {
namespace {

constexpr std::string_view kConditionForms =
    "conditions are: first REQUEST [from SELECTOR] [to SELECTOR], SELECTOR is SELECTOR, SELECTOR is "
    "fenced|unfenced|down|up, SELECTOR has [at most|at least] N; each may end with: after TIME";

// 1 for "first", 3 for "third" and "3rd".
std::optional<int64_t> OrdinalOf(std::string_view word) {
  if (word == "first") return 1;
  if (word == "second") return 2;
  if (word == "third") return 3;
  if (word.size() < 3) return std::nullopt;
  const std::string_view ending = word.substr(word.size() - 2);
  if (ending != "st" && ending != "nd" && ending != "rd" && ending != "th") return std::nullopt;
  const std::optional<int64_t> number = ParseInteger(word.substr(0, word.size() - 2));
  return number && *number >= 1 && *number <= std::numeric_limits<int32_t>::max() ? number : std::nullopt;
}

bool IsRandomSelector(const Selector::Target& target) {
  const auto* replica = std::get_if<ReplicaSelector>(&target);
  return std::holds_alternative<RandomBrokerSelector>(target) ||
         std::holds_alternative<RandomControllerSelector>(target) || (replica != nullptr && replica->random);
}

class ConditionParser {
 public:
  ConditionParser(std::string_view text, SelectorError* error) : text_(text), words_(SplitWords(text)), error_(error) {}

  bool Parse(Condition* condition) {
    end_ = words_.size();
    if (end_ == 0) return Fail(0, "condition is empty", std::string(kConditionForms));
    if (end_ > 2 && words_[end_ - 2].text == "after" && !ParseAfter(condition)) return false;
    if (const auto nth = OrdinalOf(words_[0].text)) return ParseRequest(*nth, condition);
    return ParseState(condition);
  }

 private:
  bool Fail(size_t word, std::string message, std::string help) {
    error_->offset = word < words_.size() ? words_[word].offset : text_.size();
    error_->message = std::move(message);
    error_->help = std::move(help);
    return false;
  }

  bool ParseAfter(Condition* condition) {
    const UnitResult<sim::Duration> time = ParseDuration(words_[end_ - 1].text);
    if (!time.ok() || time.value < sim::Duration()) {
      return Fail(end_ - 1, "a time expected after 'after'", "for example: after 5m");
    }
    condition->after = time.value;
    end_ -= 2;
    return true;
  }

  size_t Find(size_t from, std::string_view word) const {
    while (from < end_ && words_[from].text != word) ++from;
    return from;
  }

  // The words [first, last) as one selector; a single word that is none is the name of a client.
  bool ParseSelectorWords(size_t first, size_t last, bool may_be_client, Selector* selector) {
    if (first >= last) return Fail(first, "selector expected", std::string(kConditionForms));
    const size_t begin = words_[first].offset;
    const std::string_view text = text_.substr(begin, words_[last - 1].offset + words_[last - 1].text.size() - begin);
    if (ParseSelector(text, &selector->target, error_)) {
      if (!IsRandomSelector(selector->target)) return true;
      return Fail(first, "a condition cannot depend on a random selector", "it would be another each time");
    }
    if (may_be_client && last == first + 1) {
      selector->target = ClientSelector{std::string(text), std::nullopt};
      return true;
    }
    error_->offset += begin;
    return false;
  }

  bool ParseParty(size_t first, size_t last, SelectorList* list) {
    Selector selector;
    if (!ParseSelectorWords(first, last, /*may_be_client=*/true, &selector)) return false;
    list->push_back(std::move(selector));
    return true;
  }

  bool ParseRequest(int64_t nth, Condition* condition) {
    RequestArrives arrives;
    arrives.nth = nth;
    const std::string name(end_ > 1 ? words_[1].text : std::string_view());
    if (!cluster::FindApi(name)) {
      const std::vector<std::string> known = cluster::ApiNames();
      const auto nearest = NearestWord(name, known);
      return Fail(1, name.empty() ? "request expected" : Cat({"unknown request '", Printable(name), "'"}),
                  nearest ? Cat({"did you mean '", *nearest, "'?"}) : Cat({"known: ", Join(known, ", ")}));
    }
    arrives.request = name;
    const size_t from = Find(2, "from");
    const size_t to = Find(2, "to");
    if (std::min({from, to, end_}) != 2) return Fail(2, "'from' or 'to' expected", std::string(kConditionForms));
    if (from < end_ && !ParseParty(from + 1, to > from ? to : end_, &arrives.from)) return false;
    if (to < end_ && !ParseParty(to + 1, from > to ? from : end_, &arrives.to)) return false;
    condition->what = std::move(arrives);
    return true;
  }

  bool ParseState(Condition* condition) {
    const size_t is = Find(0, "is");
    const size_t has = Find(0, "has");
    const size_t verb = std::min(is, has);
    if (verb == end_)
      return Fail(0, Cat({"'", Printable(text_), "' is not a condition"}), std::string(kConditionForms));
    Selector what;
    if (!ParseSelectorWords(0, verb, /*may_be_client=*/false, &what)) return false;
    if (verb == has) return ParseCount(verb + 1, std::move(what), condition);
    if (verb + 2 == end_) {
      constexpr std::pair<std::string_view, NodesAre::State> kStates[] = {{"fenced", NodesAre::State::kFenced},
                                                                          {"unfenced", NodesAre::State::kUnfenced},
                                                                          {"down", NodesAre::State::kDown},
                                                                          {"up", NodesAre::State::kUp}};
      for (const auto& [name, state] : kStates) {
        if (words_[verb + 1].text != name) continue;
        condition->what = NodesAre{std::move(what), state};
        return true;
      }
    }
    Selector other;
    if (!ParseSelectorWords(verb + 1, end_, /*may_be_client=*/false, &other)) return false;
    condition->what = SelectorsAgree{std::move(what), std::move(other)};
    return true;
  }

  bool ParseCount(size_t next, Selector what, Condition* condition) {
    SelectorCounts counts{.what = std::move(what), .least = 0, .most = std::numeric_limits<int32_t>::max()};
    bool at_most = false;
    bool at_least = false;
    if (next + 1 < end_ && words_[next].text == "at") {
      at_most = words_[next + 1].text == "most";
      at_least = words_[next + 1].text == "least";
      if (!at_most && !at_least) return Fail(next + 1, "'most' or 'least' expected", std::string(kConditionForms));
      next += 2;
    }
    const int64_t number = next < end_ ? ParseInteger(words_[next].text).value_or(-1) : -1;
    if (number < 0 || next + 1 != end_) {
      return Fail(number < 0 ? next : next + 1, "a number expected, and nothing after it",
                  "for example: isr of orders/0 has 1");
    }
    if (!at_most) counts.least = number;
    if (!at_least) counts.most = number;
    condition->what = std::move(counts);
    return true;
  }

  std::string_view text_;
  std::vector<Word> words_;
  // Words from here on are done with.
  size_t end_ = 0;
  SelectorError* error_;
};

}  // namespace

bool ParseCondition(std::string_view text, Condition* condition, SelectorError* error) {
  return ConditionParser(text, error).Parse(condition);
}

std::vector<Selector*> SelectorsOf(Condition& condition) {
  std::vector<Selector*> selectors;
  if (auto* arrives = std::get_if<RequestArrives>(&condition.what)) {
    for (Selector& selector : arrives->from) selectors.push_back(&selector);
    for (Selector& selector : arrives->to) selectors.push_back(&selector);
  } else if (auto* agree = std::get_if<SelectorsAgree>(&condition.what)) {
    selectors = {&agree->what, &agree->is};
  } else if (auto* counts = std::get_if<SelectorCounts>(&condition.what)) {
    selectors = {&counts->what};
  } else {
    selectors = {&std::get<NodesAre>(condition.what).what};
  }
  return selectors;
}

}  // namespace ktrial::scenarios
