#include "cmake/lint/rules.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <sstream>
#include <string_view>

namespace ktrial::lint {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array kLayers = {"sim"sv, "cluster"sv, "properties"sv, "scenarios"sv, "reports"sv};

// Names that no simulated code may use, and what to use instead. Match is against whole identifiers unless `match` says
// otherwise.
enum class Match { kName, kPrefix, kTemplateSuffix, kStdName, kAbslName, kCall };

struct BannedName {
  std::string_view rule;
  Match match;
  std::string_view name;
  std::string_view instead;
};

constexpr std::array kBannedNames = {
    BannedName{"hash-container", Match::kPrefix, "unordered_map", "sim::LookupMap or absl::btree_map"},
    BannedName{"hash-container", Match::kPrefix, "unordered_set", "sim::LookupMap or absl::btree_map"},
    BannedName{"hash-container", Match::kPrefix, "unordered_multi", "sim::LookupMap or absl::btree_map"},
    BannedName{"hash-container", Match::kPrefix, "flat_hash_", "sim::LookupMap or absl::btree_map"},
    BannedName{"hash-container", Match::kPrefix, "node_hash_", "sim::LookupMap or absl::btree_map"},
    BannedName{"salted-hash", Match::kStdName, "hash", "sim::TraceHash"},
    BannedName{"salted-hash", Match::kAbslName, "Hash", "sim::TraceHash"},
    BannedName{"salted-hash", Match::kAbslName, "HashOf", "sim::TraceHash"},
    BannedName{"randomness", Match::kName, "random_device", "sim::RandomStream"},
    BannedName{"randomness", Match::kPrefix, "mt19937", "sim::RandomStream"},
    BannedName{"randomness", Match::kName, "default_random_engine", "sim::RandomStream"},
    BannedName{"randomness", Match::kTemplateSuffix, "_distribution", "sim::RandomStream"},
    BannedName{"randomness", Match::kStdName, "shuffle", "sim::RandomStream"},
    BannedName{"randomness", Match::kStdName, "sample", "sim::RandomStream"},
    BannedName{"randomness", Match::kAbslName, "BitGen", "sim::RandomStream"},
    BannedName{"randomness", Match::kAbslName, "InsecureBitGen", "sim::RandomStream"},
    BannedName{"randomness", Match::kCall, "rand", "sim::RandomStream"},
    BannedName{"randomness", Match::kCall, "srand", "sim::RandomStream"},
    BannedName{"wall-clock", Match::kName, "system_clock", "virtual time"},
    BannedName{"wall-clock", Match::kName, "steady_clock", "virtual time"},
    BannedName{"wall-clock", Match::kName, "high_resolution_clock", "virtual time"},
    BannedName{"wall-clock", Match::kName, "gettimeofday", "virtual time"},
    BannedName{"wall-clock", Match::kName, "clock_gettime", "virtual time"},
    BannedName{"wall-clock", Match::kAbslName, "Now", "virtual time"},
    BannedName{"wall-clock", Match::kStdName, "time", "virtual time"},
    BannedName{"wall-clock", Match::kStdName, "clock", "virtual time"},
    BannedName{"environment", Match::kName, "getenv", "an option"},
    BannedName{"environment", Match::kName, "secure_getenv", "an option"},
    BannedName{"threads", Match::kStdName, "thread", "an event"},
    BannedName{"threads", Match::kStdName, "jthread", "an event"},
    BannedName{"threads", Match::kStdName, "async", "an event"},
    BannedName{"threads", Match::kStdName, "mutex", "an event"},
    BannedName{"threads", Match::kStdName, "atomic", "an event"},
    BannedName{"threads", Match::kName, "thread_local", "a member"},
    BannedName{"coroutines", Match::kName, "co_await", "an event handler"},
    BannedName{"coroutines", Match::kName, "co_yield", "an event handler"},
    BannedName{"coroutines", Match::kName, "co_return", "an event handler"},
    // It is gone under NDEBUG, and then builds disagree.
    BannedName{"assert", Match::kCall, "assert", "KT_CHECK"},
};

struct BannedInclude {
  std::string_view rule;
  std::string_view path;
};

constexpr std::array kBannedIncludes = {
    BannedInclude{"hash-container", "unordered_map"},
    BannedInclude{"hash-container", "unordered_set"},
    BannedInclude{"hash-container", "absl/container/flat_hash_map.h"},
    BannedInclude{"hash-container", "absl/container/flat_hash_set.h"},
    BannedInclude{"hash-container", "absl/container/node_hash_map.h"},
    BannedInclude{"hash-container", "absl/container/node_hash_set.h"},
    BannedInclude{"randomness", "random"},
    BannedInclude{"randomness", "absl/random/random.h"},
    BannedInclude{"wall-clock", "chrono"},
    BannedInclude{"wall-clock", "ctime"},
    BannedInclude{"wall-clock", "time.h"},
    BannedInclude{"wall-clock", "sys/time.h"},
    BannedInclude{"wall-clock", "absl/time/clock.h"},
    BannedInclude{"threads", "thread"},
    BannedInclude{"threads", "future"},
    BannedInclude{"threads", "mutex"},
    BannedInclude{"threads", "atomic"},
    BannedInclude{"threads", "condition_variable"},
    BannedInclude{"threads", "pthread.h"},
    BannedInclude{"coroutines", "coroutine"},
    BannedInclude{"assert", "cassert"},
    BannedInclude{"assert", "assert.h"},
};

// Where a rule does not hold, and why.
struct Allowance {
  std::string_view rule;
  std::string_view path;
  std::string_view reason;
};

constexpr std::array kAllowances = {
    Allowance{"hash-container", "sim/lookup_map.h", "the one place that wraps a hash container, and hides its order"},
    Allowance{"line-length", "scenarios/diagnostic_design_test.cc",
              "a diagnostic's golden text is one line, however long"},
    Allowance{"line-length", "scenarios/diagnostic_syntax_test.cc",
              "a diagnostic's golden text is one line, however long"},
    Allowance{"line-length", "scenarios/diagnostic_trigger_test.cc",
              "a diagnostic's golden text is one line, however long"},
};

bool EndsWith(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

bool StartsWith(std::string_view text, std::string_view start) { return text.substr(0, start.size()) == start; }

// Position in kLayers of the folder that a path starts with; -1 for none.
int LayerOf(std::string_view path) {
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) {
    return -1;
  }
  const auto layer = std::find(kLayers.begin(), kLayers.end(), path.substr(0, slash));
  return layer == kLayers.end() ? -1 : static_cast<int>(layer - kLayers.begin());
}

class Checker {
 public:
  explicit Checker(const Source& source)
      : source_(source),
        layer_(LayerOf(source.path)),
        header_(EndsWith(source.path, ".h")),
        test_(EndsWith(source.path, "_test.cc") || EndsWith(source.path, "_benchmark.cc") ||
              EndsWith(source.path, "_fuzz.cc")),
        simulated_(layer_ >= 0 && layer_ < LayerOf("reports/") && !test_),
        core_(layer_ >= 0 && layer_ <= LayerOf("cluster/") && !test_) {}

  std::vector<Finding> Run() {
    CheckLayout();
    CheckIncludes();
    if (header_) {
      CheckHeader();
    }
    CheckFunctionLength();
    if (simulated_) {
      CheckNames();
      CheckPointerFormat();
      CheckMutableState();
    }
    if (core_) {
      CheckCore();
    }
    return std::move(findings_);
  }

 private:
  const std::string& Text(size_t index) const {
    static const std::string kNone;
    return index < source_.tokens.size() ? source_.tokens[index].text : kNone;
  }

  int LineOf(size_t token) const { return source_.tokens[token].line; }

  void Report(int line, std::string_view rule, const std::string& what) {
    for (const Allowance& allowance : kAllowances) {
      if (allowance.rule == rule && allowance.path == source_.path) {
        return;
      }
    }
    findings_.push_back({source_.path, line, std::string(rule), what});
  }

  void CheckLayout() {
    if (source_.lines.size() > kMaxFileLines) {
      Report(1, "file-length", std::to_string(source_.lines.size()) + " lines; split it by idea");
    }
    for (size_t i = 0; i < source_.lines.size(); ++i) {
      const std::string& line = source_.lines[i];
      const int number = static_cast<int>(i) + 1;
      // Bytes that continue a UTF-8 character take no column.
      const auto columns = std::count_if(line.begin(), line.end(), [](char c) { return (c & 0xC0) != 0x80; });
      if (static_cast<size_t>(columns) > kMaxColumns) {
        Report(number, "line-length", std::to_string(columns) + " columns");
      }
      if (line.find('\t') != std::string::npos) {
        Report(number, "tab", "indent by spaces");
      }
      if (!line.empty() && std::isspace(static_cast<unsigned char>(line.back())) != 0) {
        Report(number, "trailing-space", "space at the end of the line");
      }
    }
  }

  void CheckIncludes() {
    for (const Include& include : source_.includes) {
      if (include.quoted && (include.path.find('/') == std::string::npos || StartsWith(include.path, "."))) {
        Report(include.line, "include-path", "write the path from the root: " + include.path);
      }
      if (layer_ >= 0 && LayerOf(include.path) > layer_) {
        Report(include.line, "include-arrow", source_.path + " must not know " + include.path);
      }
      for (const BannedInclude& banned : kBannedIncludes) {
        if (simulated_ && include.path == banned.path) {
          Report(include.line, banned.rule, "include of " + include.path);
        }
      }
      if (header_ && (include.path == "iostream" || include.path == "regex")) {
        Report(include.line, "heavy-include", "keep " + include.path + " out of headers");
      }
    }
  }

  void CheckHeader() {
    std::string guard = "KTRIAL_";
    for (char c : source_.path) {
      guard += std::isalnum(static_cast<unsigned char>(c)) != 0
                   ? static_cast<char>(std::toupper(static_cast<unsigned char>(c)))
                   : '_';
    }
    guard += '_';
    const auto& lines = source_.lines;
    const auto opening = std::find(lines.begin(), lines.end(), "#ifndef " + guard);
    if (opening == lines.end() || opening + 1 == lines.end() || *(opening + 1) != "#define " + guard ||
        lines.back() != "#endif  // " + guard) {
      Report(1, "header-guard", "the guard of this file is " + guard);
    }
    for (size_t i = 0; i < source_.tokens.size(); ++i) {
      if (Text(i) == "using" && Text(i + 1) == "namespace") {
        Report(source_.tokens[i].line, "using-namespace", "not in a header");
      }
    }
  }

  // The rows of a static table are data, and do not count as lines of its function.
  void CheckFunctionLength() {
    std::vector<bool> is_data(source_.lines.size() + 1);
    for (const Scope& scope : source_.scopes) {
      if (scope.kind == Scope::Kind::kInitializer && Text(scope.head) == "static") {
        for (int line = LineOf(scope.open) + 1; line <= LineOf(scope.close); ++line) {
          is_data[static_cast<size_t>(line)] = true;
        }
      }
    }
    for (const Scope& scope : source_.scopes) {
      const auto begin = is_data.begin() + LineOf(scope.open);
      const auto end = is_data.begin() + LineOf(scope.close) + 1;
      const auto length = std::count(begin, end, false);
      if (scope.kind == Scope::Kind::kFunction && length > kMaxFunctionLines) {
        Report(LineOf(scope.open), "function-length",
               std::to_string(length) + " lines; leave the branches, move out the leaves");
      }
    }
  }

  bool Matches(const BannedName& banned, size_t i) const {
    const std::string& token = Text(i);
    const std::string& before = i == 0 ? Text(SIZE_MAX) : Text(i - 1);
    const bool qualified = i >= 2 && before == "::";
    switch (banned.match) {
      case Match::kName:
        return token == banned.name;
      case Match::kPrefix:
        return StartsWith(token, banned.name);
      case Match::kTemplateSuffix:
        return EndsWith(token, banned.name) && Text(i + 1) == "<";
      case Match::kStdName:
        return token == banned.name && qualified && Text(i - 2) == "std";
      case Match::kAbslName:
        return token == banned.name && qualified && Text(i - 2) == "absl";
      case Match::kCall:
        // After an identifier it is a declaration, after a point or an arrow a member.
        return token == banned.name && Text(i + 1) == "(" && before != "." && before != "->" &&
               (!qualified || Text(i - 2) == "std") && (!IsIdentifier(before) || before == "return");
    }
    return false;
  }

  void CheckNames() {
    for (size_t i = 0; i < source_.tokens.size(); ++i) {
      for (const BannedName& banned : kBannedNames) {
        if (Matches(banned, i)) {
          Report(source_.tokens[i].line, banned.rule, Text(i) + "; use " + std::string(banned.instead));
        }
      }
      // Plain time() and clock() are names that members may have; with an argument that only C's has, it is C's.
      const std::string& argument = Text(i + 2);
      if (Text(i) == "time" && Text(i + 1) == "(" &&
          (argument == "nullptr" || argument == "NULL" || argument == "0" || argument == "&")) {
        Report(source_.tokens[i].line, "wall-clock", "time(); use virtual time");
      }
    }
  }

  void CheckPointerFormat() {
    for (const StringLiteral& literal : source_.strings) {
      if (literal.text.find("%p") != std::string::npos) {
        Report(literal.line, "pointer-format", "addresses differ from run to run");
      }
    }
  }

  // True if the tokens [begin, end) declare something that cannot change, or that is not an object.
  bool IsFixed(size_t begin, size_t end) const {
    for (size_t i = begin; i < end; ++i) {
      for (std::string_view word : {"const"sv, "constexpr"sv, "consteval"sv, "using"sv, "typedef"sv, "friend"sv,
                                    "operator"sv, "concept"sv, "static_assert"sv, "extern"sv, "namespace"sv, "class"sv,
                                    "struct"sv, "enum"sv, "union"sv, "template"sv, "requires"sv}) {
        if (Text(i) == word) {
          return true;
        }
      }
    }
    return false;
  }

  // An object outside functions, or a static one anywhere, is state that no copy of a World carries.
  void CheckMutableState() {
    for (const Statement& statement : source_.statements) {
      size_t end = statement.begin;
      while (end < statement.end && Text(end) != "=" && Text(end) != "(" && Text(end) != "{" && Text(end) != "[") {
        ++end;
      }
      const bool is_static = Text(statement.begin) == "static" || Text(statement.begin + 1) == "static";
      const bool in_namespace = statement.scope == Scope::Kind::kNamespace;
      const bool in_type = statement.scope == Scope::Kind::kType;
      // Outside functions, parentheses first means a function.
      const bool is_function = (in_namespace || in_type) && end < statement.end && Text(end) == "(";
      if ((is_static || in_namespace) && !is_function && end - statement.begin >= 2 && !IsFixed(statement.begin, end)) {
        Report(source_.tokens[statement.begin].line, "mutable-global", "what changes belongs to the World");
      }
    }
  }

  void CheckCore() {
    for (const Token& token : source_.tokens) {
      const char first = token.text[0];
      const bool hex = StartsWith(token.text, "0x") || StartsWith(token.text, "0X");
      const bool number = std::isdigit(static_cast<unsigned char>(first)) != 0 && !hex;
      if (token.text == "float" || token.text == "double" ||
          (number && token.text.find_first_of(".eE") != std::string::npos)) {
        Report(token.line, "floating-point", token.text + "; use integers with a unit, or sim::Ratio");
      }
      if (token.text == "throw" || token.text == "catch" || token.text == "try") {
        Report(token.line, "exceptions", token.text + "; return an error, or KT_CHECK");
      }
    }
  }

  const Source& source_;
  const int layer_;
  const bool header_;
  const bool test_;
  // Everything that a run's outcome depends on.
  const bool simulated_;
  // sim/ and cluster/ alone.
  const bool core_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> CheckSource(const Source& source) { return Checker(source).Run(); }

std::vector<Finding> CheckText(const std::string& path, const std::string& text) {
  std::vector<Finding> findings;
  std::istringstream stream(text);
  int number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    // Spelt in halves, so that this file keeps its own rule.
    for (const std::string& word : {std::string("TO") + "DO", std::string("FIX") + "ME", std::string("XX") + "X"}) {
      for (size_t at = line.find(word); at != std::string::npos; at = line.find(word, at + 1)) {
        const auto is_word = [&](size_t i) {
          return i < line.size() && (std::isalnum(static_cast<unsigned char>(line[i])) != 0 || line[i] == '_');
        };
        if ((at == 0 || !is_word(at - 1)) && !is_word(at + word.size())) {
          findings.push_back({path, number, "note-to-self", word + ": do it, or write it down where work is planned"});
        }
      }
    }
  }
  return findings;
}

}  // namespace ktrial::lint
