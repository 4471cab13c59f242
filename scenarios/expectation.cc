#include "scenarios/expectation.h"

#include <array>
#include <utility>
#include <vector>

#include "scenarios/lexer.h"
#include "scenarios/text.h"
#include "scenarios/units.h"

namespace ktrial::scenarios {
namespace {

constexpr std::string_view kForms =
    "expectations are: no acked record lost; order per partition; offsets durable [(group G)]; every partition has a "
    "leader; isr(T) full; unavailable(T, write|read), lost(T), duplicates(T), acked(T), lag(G), elections with a bound";

class ExpectationParser {
 public:
  ExpectationParser(std::string_view text, ExpectationError* error)
      : text_(text), words_(SplitWords(text)), error_(error) {}

  bool Parse(Expectation::Check* check) {
    const std::string_view first = Peek();
    if (first == "no") return Phrase({"no", "acked", "record", "lost"}) && AtEnd() && Set(check, NoAckedRecordLost{});
    if (first == "order") return Phrase({"order", "per", "partition"}) && AtEnd() && Set(check, OrderPerPartition{});
    if (first == "every") {
      return Phrase({"every", "partition", "has", "a", "leader"}) && AtEnd() && Set(check, EveryPartitionHasLeader{});
    }
    if (first == "offsets") return ParseOffsets(check);
    if (first == "unavailable") return ParseUnavailable(check);
    if (first == "lost") return ParseCounted<LostRecords>(check);
    if (first == "duplicates") return ParseCounted<DuplicateRecords>(check);
    if (first == "acked") return ParseCounted<AckedRecords>(check);
    if (first == "elections") {
      CountBound bound;
      ++next_;
      return ParseBound(&bound) && AtEnd() && Set(check, Elections{bound});
    }
    if (first == "isr") {
      std::string topic;
      return ParseArgument("topic", &topic) && Expect(")") && Expect("full") && AtEnd() &&
             Set(check, IsrFull{std::move(topic)});
    }
    if (first == "lag") {
      ConsumerLag lag;
      return ParseArgument("group", &lag.group) && Expect(")") && ParseBound(&lag.bound) && AtEnd() &&
             Set(check, std::move(lag));
    }
    if (first.empty()) return Fail("expectation is empty", std::string(kForms));
    const auto nearest = NearestWord(first, {"no", "order", "offsets", "every", "unavailable", "lost", "duplicates",
                                             "acked", "elections", "isr", "lag"});
    return Fail(Cat({"unknown expectation '", Printable(first), "'"}),
                nearest ? Cat({"did you mean '", *nearest, "'?"}) : std::string(kForms));
  }

 private:
  std::string_view Peek() const { return next_ < words_.size() ? words_[next_].text : std::string_view(); }

  bool Fail(std::string message, std::string help = {}) {
    error_->offset = next_ < words_.size() ? words_[next_].offset : text_.size();
    error_->message = std::move(message);
    error_->help = std::move(help);
    return false;
  }

  template <typename T>
  static bool Set(Expectation::Check* check, T value) {
    *check = std::move(value);
    return true;
  }

  bool Expect(std::string_view word) {
    if (Peek() != word) return Fail(Cat({"'", word, "' expected"}));
    ++next_;
    return true;
  }

  bool Phrase(std::initializer_list<std::string_view> words) {
    std::string phrase;
    for (const std::string_view word : words) phrase += Cat({phrase.empty() ? "" : " ", word});
    for (const std::string_view word : words) {
      if (Peek() != word) return Fail(Cat({"'", word, "' expected"}), Cat({"did you mean '", phrase, "'?"}));
      ++next_;
    }
    return true;
  }

  bool AtEnd() {
    return next_ == words_.size() || Fail(Cat({"nothing expected here, but '", Printable(Peek()), "' stands"}));
  }

  // NAME ( ARGUMENT, without what follows.
  bool ParseArgument(std::string_view what, std::string* argument) {
    const std::string_view function = Peek();
    ++next_;
    if (Peek() != "(")
      return Fail(Cat({"'(' expected after '", function, "'"}), Cat({"for example: ", function, "(", what, ")"}));
    ++next_;
    return ParseName(what, argument);
  }

  bool ParseName(std::string_view what, std::string* name) {
    const std::string_view word = Peek();
    constexpr std::string_view kSigns = "(),<>=!";
    if (word.empty() || kSigns.find(word.front()) != std::string_view::npos) return Fail(Cat({what, " name expected"}));
    *name = std::string(word);
    ++next_;
    return true;
  }

  bool ParseOffsets(Expectation::Check* check) {
    if (!Phrase({"offsets", "durable"})) return false;
    OffsetsDurable durable;
    if (Peek() == "(") {
      ++next_;
      std::string group;
      if (!Expect("group") || !ParseName("group", &group) || !Expect(")")) return false;
      durable.group = std::move(group);
    }
    return AtEnd() && Set(check, std::move(durable));
  }

  bool ParseUnavailable(Expectation::Check* check) {
    Unavailable unavailable;
    if (!ParseArgument("topic", &unavailable.topic) || !Expect(",")) return false;
    if (Peek() == "read") {
      unavailable.access = AccessKind::kRead;
    } else if (Peek() != "write") {
      return Fail("'write' or 'read' expected", "for example: unavailable(orders, write) < 12s");
    }
    ++next_;
    return Expect(")") && ParseBound(&unavailable.bound) && AtEnd() && Set(check, std::move(unavailable));
  }

  template <typename T>
  bool ParseCounted(Expectation::Check* check) {
    T counted;
    return ParseArgument("topic", &counted.topic) && Expect(")") && ParseBound(&counted.bound) && AtEnd() &&
           Set(check, std::move(counted));
  }

  template <typename T>
  bool ParseBound(Bound<T>* bound) {
    constexpr std::array<std::pair<std::string_view, Comparison>, 6> kComparisons = {
        {{"<", Comparison::kLess},
         {"<=", Comparison::kLessOrEqual},
         {"==", Comparison::kEqual},
         {">=", Comparison::kGreaterOrEqual},
         {">", Comparison::kGreater},
         {"between", Comparison::kBetween}}};
    const std::string_view word = Peek();
    bool known = false;
    for (const auto& [text, comparison] : kComparisons) {
      if (word != text) continue;
      bound->comparison = comparison;
      known = true;
    }
    if (!known) {
      return Fail("comparison expected: <, <=, ==, >=, > or between A and B",
                  word == "=" ? "did you mean '=='?" : std::string());
    }
    ++next_;
    if (!ParseValue(&bound->value)) return false;
    if (bound->comparison != Comparison::kBetween) return true;
    if (!Expect("and")) return false;
    const size_t high = next_;
    if (!ParseValue(&bound->high)) return false;
    if (bound->high >= bound->value) return true;
    next_ = high;
    return Fail("the range is empty", "the smaller value stands first");
  }

  bool ParseValue(int64_t* value) {
    const std::optional<int64_t> number = ParseInteger(Peek());
    if (!number || *number < 0) return Fail("whole number expected");
    *value = *number;
    ++next_;
    return true;
  }

  bool ParseValue(sim::Duration* value) {
    const UnitResult<sim::Duration> duration = ParseDuration(Peek());
    if (!duration.ok() || duration.value < sim::Duration()) {
      return Fail("duration expected", duration.error == UnitError::kMissingUnit
                                           ? Cat({"did you mean '", Peek(), "s'?"})
                                           : "for example: 12s");
    }
    *value = duration.value;
    ++next_;
    return true;
  }

  std::string_view text_;
  std::vector<Word> words_;
  size_t next_ = 0;
  ExpectationError* error_;
};

std::string_view Sign(Comparison comparison) {
  switch (comparison) {
    case Comparison::kLess:
      return "< ";
    case Comparison::kLessOrEqual:
      return "<= ";
    case Comparison::kEqual:
      return "== ";
    case Comparison::kGreaterOrEqual:
      return ">= ";
    case Comparison::kGreater:
      return "> ";
    case Comparison::kBetween:
      return "between ";
  }
  return {};
}

std::string Text(int64_t value) { return std::to_string(value); }
std::string Text(sim::Duration value) { return FormatDuration(value); }

template <typename T>
std::string Format(const Bound<T>& bound) {
  std::string text = Cat({Sign(bound.comparison), Text(bound.value)});
  if (bound.comparison == Comparison::kBetween) text += Cat({" and ", Text(bound.high)});
  return text;
}

}  // namespace

bool ParseExpectation(std::string_view text, Expectation::Check* check, ExpectationError* error) {
  return ExpectationParser(text, error).Parse(check);
}

std::string FormatBound(const CountBound& bound) { return Format(bound); }
std::string FormatBound(const DurationBound& bound) { return Format(bound); }

}  // namespace ktrial::scenarios
