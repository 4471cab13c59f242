// Runs the rules over the whole tree, after showing of each rule that it finds what it should and nothing else.
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "cmake/lint/rules.h"
#include "cmake/lint/source.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::lint {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> RulesBroken(const std::string& path, const std::string& text) {
  std::vector<std::string> rules;
  for (const Finding& finding : CheckSource(ParseSource(path, text))) {
    rules.push_back(finding.rule);
  }
  return rules;
}

struct Example {
  std::string rule;
  std::string path;
  std::string text;
};

TEST(LintRules, FindWhatTheyShould) {
  const std::vector<Example> bad = {
      {"hash-container", "sim/a.cc", "std::unordered_map<int, int> Make();"},
      {"hash-container", "cluster/a.cc", "void F() { absl::flat_hash_set<int> set; }"},
      {"hash-container", "scenarios/a.cc", "#include \"absl/container/node_hash_map.h\""},
      {"salted-hash", "properties/a.cc", "auto F(int x) { return std::hash<int>()(x); }"},
      {"salted-hash", "sim/a.cc", "auto F(int x) { return absl::HashOf(x); }"},
      {"randomness", "sim/a.cc", "void F() { std::mt19937_64 engine; }"},
      {"randomness", "sim/a.cc", "void F() { std::random_device device; }"},
      {"randomness", "sim/a.cc", "void F() { std::uniform_int_distribution<int> d(0, 1); }"},
      {"randomness", "sim/a.cc", "void F() { std::shuffle(a, b, c); }"},
      {"randomness", "sim/a.cc", "int F() { return rand() % 2; }"},
      {"randomness", "sim/a.cc", "int F() { return std::rand(); }"},
      {"randomness", "sim/a.cc", "void F() { absl::BitGen gen; }"},
      {"randomness", "sim/a.h", "#include <random>"},
      {"wall-clock", "sim/a.cc", "auto F() { return std::chrono::system_clock::now(); }"},
      {"wall-clock", "scenarios/a.cc", "auto F() { return std::chrono::steady_clock::now(); }"},
      {"wall-clock", "sim/a.cc", "auto F() { return absl::Now(); }"},
      {"wall-clock", "sim/a.cc", "auto F() { return time(nullptr); }"},
      {"wall-clock", "sim/a.cc", "auto F() { return std::clock(); }"},
      {"wall-clock", "sim/a.cc", "void F() { gettimeofday(&t, nullptr); }"},
      {"wall-clock", "sim/a.cc", "#include <chrono>"},
      {"environment", "cluster/a.cc", "auto F() { return std::getenv(\"X\"); }"},
      {"threads", "scenarios/a.cc", "void F() { std::thread t; }"},
      {"threads", "scenarios/a.cc", "void F() { auto f = std::async(G); }"},
      {"coroutines", "cluster/a.cc", "Task F() { co_await G(); }"},
      {"coroutines", "cluster/a.cc", "#include <coroutine>"},
      {"assert", "sim/a.cc", "void F(int x) { assert(x > 0); }"},
      {"pointer-format", "sim/a.cc", "void F() { printf(\"at %p\", x); }"},
      {"floating-point", "sim/a.cc", "double F();"},
      {"floating-point", "cluster/log/a.h", "void F() { auto x = 0.5; }"},
      {"floating-point", "cluster/log/a.h", "void F() { auto x = 1e9; }"},
      {"exceptions", "sim/a.cc", "void F() { throw 1; }"},
      {"exceptions", "cluster/a.cc", "void F() { try { G(); } catch (...) { } }"},
      {"include-arrow", "sim/a.cc", "#include \"cluster/log/log.h\""},
      {"include-arrow", "properties/a_test.cc", "#include \"scenarios/parse.h\""},
      {"include-path", "cluster/log/a.cc", "#include \"segment.h\""},
      {"include-path", "cluster/log/a.cc", "#include \"../replication/isr.h\""},
      {"heavy-include", "reports/a.h", "#include <iostream>"},
      {"header-guard", "sim/a.h", "#ifndef SIM_A_H\n#define SIM_A_H\n#endif  // SIM_A_H\n"},
      {"header-guard", "sim/a.h", "#pragma once\n"},
      {"using-namespace", "reports/a.h", "using namespace std;"},
      {"tab", "reports/a.cc", "\tint x;"},
      {"trailing-space", "sim/a_test.cc", "int F(); "},
      {"line-length", "sim/a_test.cc", "// " + std::string(118, 'x')},
      {"mutable-global", "sim/a.cc", "namespace ktrial { int counter = 0; }"},
      {"mutable-global", "sim/a.cc", "namespace { std::vector<int> cache; }"},
      {"mutable-global", "sim/a.cc", "static int table[4];"},
      {"mutable-global", "sim/a.cc", "int Next() { static int last = 0; return ++last; }"},
      {"mutable-global", "sim/a.cc", "int Next() { if (true) { static int last{0}; return ++last; } }"},
      {"mutable-global", "sim/a.h", "class A { inline static int count_ = 0; };"},
  };
  for (const Example& example : bad) {
    EXPECT_THAT(RulesBroken(example.path, example.text), Contains(example.rule)) << example.path << "\n"
                                                                                 << example.text;
  }
}

TEST(LintRules, LeaveAloneWhatIsAllowed) {
  const std::vector<Example> good = {
      {"names in comments", "sim/a.cc", "// std::unordered_map, throw, double and rand() are banned.\nint F();"},
      {"names in strings", "sim/a.cc", "const char kText[] = \"std::thread and double\";"},
      {"names in raw strings", "sim/a.cc", "const char kText[] = R\"x(double \" throw)x\";"},
      {"members called as C's functions", "sim/a.cc",
       "class A { SimTime time() const; Clock clock() { return host.clock(); } };"},
      {"digit separators", "cluster/a.cc", "constexpr int64_t kSecond = 1'000'000; constexpr char kQuote = '\\'';"},
      {"hexadecimal", "sim/a.cc", "constexpr uint64_t kMix = 0x9E3779B97F4A7C15ull;"},
      {"a measured time in a report", "reports/a.cc", "auto F() { return std::chrono::steady_clock::now(); }"},
      {"a benchmark's clock", "sim/a_benchmark.cc", "#include <chrono>\n"},
      {"a test's engine", "sim/a_test.cc", "void F() { std::mt19937 engine; double x = 0.5; }"},
      {"floating point above the cluster", "properties/a.cc", "double F();"},
      {"exceptions of a library, above the cluster", "scenarios/a.cc",
       "void F() { try { G(); } catch (const E& e) { } }"},
      {"an arrow the right way", "scenarios/a.cc", "#include \"sim/time.h\"\n#include \"properties/list.h\""},
      {"constants", "sim/a.cc",
       "namespace x { constexpr int kA = 1; const std::vector<int> kB = {1, 2}; extern int F(int); }"},
      {"functions", "sim/a.cc",
       "int F(int a = 3); static bool G() { return true; } template <class T> T H(T t) { return t; }"},
      {"operators", "sim/a.cc",
       "bool operator==(A a, A b) { return a.x == b.x; } A& A::operator=(const A& a) = default;"},
      {"types", "sim/a.cc",
       "struct A { int x = 0; static constexpr int kY = 1; static A Make(); enum class E { kB }; };"},
      {"constructors", "sim/a.cc", "A::A(int x) : x_{x}, y_(Make(x)), z_{1, 2} { Go(); }\nint F() { return 0; }"},
      {"constant locals", "sim/a.cc",
       "int F() { static const int kX = 1; static constexpr int kY = 2; return kX + kY; }"},
      {"casts", "sim/a.cc", "int F(char c) { static_assert(true); return static_cast<int>(c); }"},
      {"a header", "sim/a.h",
       "// Why.\n#ifndef KTRIAL_SIM_A_H_\n#define KTRIAL_SIM_A_H_\n#endif  // KTRIAL_SIM_A_H_\n"},
      {"120 columns that are not ASCII", "sim/a.cc", "// " + std::string(116, 'x') + "\xC3\xA9"},
  };
  for (const Example& example : good) {
    EXPECT_THAT(RulesBroken(example.path, example.text), IsEmpty()) << example.rule << "\n" << example.text;
  }
}

TEST(LintRules, AllowAHashContainerOnlyInLookupMap) {
  const std::string text =
      "#include \"absl/container/flat_hash_map.h\"\nclass A { absl::flat_hash_map<int, int> map_; };\n";
  EXPECT_THAT(RulesBroken("sim/lookup_map.h", text), ElementsAre("header-guard"));
  EXPECT_THAT(RulesBroken("sim/other.h", text), Contains("hash-container"));
}

std::string FunctionOfLines(int lines) {
  std::string text = "class A {\n void F(int x) const {\n";
  for (int i = 0; i < lines - 2; ++i) {
    text += i % 10 == 0 ? "  if (x > 0) { x = 1; }\n" : "  G({x, [] { return 1; }});\n";
  }
  return text + " }\n};\n";
}

TEST(LintRules, MeasureAFunctionFromBraceToBrace) {
  EXPECT_THAT(RulesBroken("reports/a.cc", FunctionOfLines(kMaxFunctionLines)), IsEmpty());
  EXPECT_THAT(RulesBroken("reports/a.cc", FunctionOfLines(kMaxFunctionLines + 1)), ElementsAre("function-length"));
}

TEST(LintRules, DoNotTakeAClassOrATableForAFunction) {
  std::string members;
  for (int i = 0; i < 100; ++i) {
    members += "  Row{1, F(2), \"x\"},\n";
  }
  EXPECT_THAT(RulesBroken("sim/a.cc", "constexpr std::array kRows = {\n" + members + "};\n"), IsEmpty());
  std::string methods;
  for (int i = 0; i < 100; ++i) {
    methods += "  void F(int x) { G(x); }\n";
  }
  EXPECT_THAT(RulesBroken("sim/a.cc", "namespace x {\nclass A : public B<C> {\n" + methods + "};\n}\n"), IsEmpty());
}

TEST(LintRules, DoNotCountTheRowsOfAStaticTable) {
  std::string rows;
  for (int i = 0; i < 100; ++i) {
    rows += "  {Code::kA, F(1), {2, 3}},\n";
  }
  const std::string table = "const T& F() {\n static const auto& table = *new std::vector<Row>{\n" + rows + "};\n";
  EXPECT_THAT(RulesBroken("reports/a.cc", table + "return table;\n}\n"), IsEmpty());
  EXPECT_THAT(RulesBroken("reports/a.cc", "T F() {\nstatic const T kRows = {\n" + rows + "};\n" +
                                              std::string(kMaxFunctionLines, '\n') + "}\n"),
              ElementsAre("function-length"));
}

TEST(LintRules, CountTheLinesOfAFile) {
  std::string text;
  for (size_t i = 0; i < kMaxFileLines; ++i) {
    text += "//\n";
  }
  EXPECT_THAT(RulesBroken("reports/a.cc", text), IsEmpty());
  EXPECT_THAT(RulesBroken("reports/a.cc", text + "//\n"), ElementsAre("file-length"));
}

TEST(LintRules, NameTheLine) {
  const std::vector<Finding> findings =
      CheckSource(ParseSource("sim/a.cc", "/* a\n b */\n#define X \\\n  1\n\"\\\"\";\ndouble F();\n"));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].line, 6);
}

TEST(LintRules, FindNotesToSelf) {
  const std::string note = std::string("TO") + "DO";
  EXPECT_EQ(CheckText("docs/a.md", "x\n" + note + ": later").at(0).line, 2);
  EXPECT_EQ(CheckText("sim/a.cc", std::string("int x;  // XX") + "X").size(), 1u);
  EXPECT_THAT(CheckText("sim/a.cc", "a" + note + " " + note + "S"), IsEmpty());
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

// The project's own files, as paths from the root. Tests run there.
std::vector<std::string> ProjectFiles() {
  namespace fs = std::filesystem;
  std::vector<std::string> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(".")) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path().filename().string());
    }
  }
  for (const char* folder : {"sim", "cluster", "properties", "scenarios", "reports", "cmake", "docs", ".ci"}) {
    if (fs::exists(folder)) {
      for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
          files.push_back(entry.path().generic_string());
        }
      }
    }
  }
  return files;
}

TEST(Lint, EveryFileKeepsTheRules) {
  const std::vector<std::string> files = ProjectFiles();
  ASSERT_THAT(files, Contains("sim/time.h")) << "not run from the root";
  for (const std::string& path : files) {
    const std::string text = ReadFile(path);
    std::vector<Finding> findings = CheckText(path, text);
    const std::string extension = std::filesystem::path(path).extension().string();
    if (extension == ".h" || extension == ".cc") {
      const std::vector<Finding> more = CheckSource(ParseSource(path, text));
      findings.insert(findings.end(), more.begin(), more.end());
    }
    for (const Finding& finding : findings) {
      ADD_FAILURE() << finding.path << ":" << finding.line << ": " << finding.rule << ": " << finding.what;
    }
  }
}

}  // namespace
}  // namespace ktrial::lint
