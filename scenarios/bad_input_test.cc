// What users hand to a parser by accident, or to break it: each draws a clear error, and nothing crashes or hangs.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "scenarios/test_scenario.h"
#include "scenarios/text.h"
#include "scenarios/yaml_document.h"

namespace ktrial::scenarios {
namespace {

std::string DiagnoseText(const std::string& text) {
  return FormatDiagnostics(ParseScenario(text, "t.yaml").diagnostics);
}

class BadFileTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (std::filesystem::temp_directory_path() / "ktrial-bad-input-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) const {
    const std::filesystem::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  std::filesystem::path folder_;
};

TEST_F(BadFileTest, MissingFile) {
  EXPECT_EQ(FormatDiagnostics(LoadScenarioFile("no/such.yaml").diagnostics),
            "no/such.yaml: error[KS037]: no such file\nhelp: `ktrial list scenarios` names shipped scenarios\n");
}

TEST_F(BadFileTest, Directory) {
  EXPECT_EQ(FormatDiagnostics(LoadScenarioFile(folder_.string()).diagnostics),
            Cat({folder_.string(), ": error[KS037]: is a directory, not a scenario file\n"}));
}

TEST_F(BadFileTest, TenMegabytes) {
  const std::string path = Write("large.yaml", std::string(10'000'000, '#'));
  const ParseResult result = LoadScenarioFile(path);
  EXPECT_FALSE(result.ok());
  EXPECT_EQ(FormatDiagnostics(result.diagnostics),
            Cat({path, ": error[KS032]: the file has 10000000 bytes; a scenario has at most 1048576\n"}));
}

TEST_F(BadFileTest, EmptyFile) {
  const std::string path = Write("empty.yaml", "");
  EXPECT_EQ(FormatDiagnostics(LoadScenarioFile(path).diagnostics),
            Cat({path,
                 ": error[KS039]: the file is empty\nhelp: `ktrial list scenarios` names shipped scenarios to start "
                 "from\n"}));
}

TEST_F(BadFileTest, ValidFile) {
  const ParseResult result = LoadScenarioFile(Write("good.yaml", kTestScenario));
  EXPECT_TRUE(result.ok());
  EXPECT_TRUE(result.diagnostics.empty());
}

TEST(BadInput, NothingButCommentsAndMarkers) {
  for (const char* text : {"", "\n\n", "# comment only\n", "---\n", "# x\n---\n...\n", "   \n"}) {
    const ParseResult result = ParseScenario(text, "t.yaml");
    ASSERT_EQ(result.diagnostics.size(), 1u) << Printable(text);
    EXPECT_EQ(result.diagnostics[0].code, Code::kEmptyScenario) << Printable(text);
  }
}

TEST(BadInput, BinaryNoise) {
  std::string noise;
  uint32_t state = 1;
  for (int i = 0; i < 4'096; ++i) {
    state = state * 1664525u + 1013904223u;
    noise.push_back(static_cast<char>(state >> 24));
  }
  const ParseResult result = ParseScenario(noise, "t.yaml");
  ASSERT_EQ(result.diagnostics.size(), 1u);
  EXPECT_EQ(result.diagnostics[0].code, Code::kNotText);
  EXPECT_EQ(result.diagnostics[0].source_line, "");
}

TEST(BadInput, ControlCharactersAndInvalidUtf8) {
  EXPECT_EQ(DiagnoseText(std::string("name: a\0b\n", 10)),
            "t.yaml:1:8: error[KS038]: not a text file: byte \\x00 is a control character\n");
  EXPECT_EQ(DiagnoseText("name: \xC3\x28\n"), "t.yaml:1:7: error[KS038]: not a text file: byte \\xc3 is not UTF-8\n");
  EXPECT_EQ(DiagnoseText("\xFE\xFFname"), "t.yaml:1:1: error[KS038]: not a text file: byte \\xfe is not UTF-8\n");
}

TEST(BadInput, WindowsLineEndsAreFine) {
  std::string text;
  for (const char c : std::string(kTestScenario)) text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const ParseResult result = ParseScenario(text, "t.yaml");
  EXPECT_TRUE(result.ok()) << FormatDiagnostics(result.diagnostics);
}

TEST(BadInput, EndlessLine) {
  EXPECT_EQ(DiagnoseText(Cat({"name: a\nexpect: [", std::string(100'000, '['), "\n"})),
            "t.yaml: error[KS032]: line 2 has more than 16384 bytes\n");
  EXPECT_EQ(DiagnoseText(Cat({"# ", std::string(16'382, '-'), "\n"})).find("KS032"), std::string::npos);
}

TEST(BadInput, DeepNesting) {
  for (const char* open : {"[", "{a: ", "- "}) {
    std::string text = "faults: ";
    if (open[0] == '-') text += "\n";
    for (int i = 0; i < 4'000; ++i) text += open;
    const ParseResult result = ParseScenario(text, "t.yaml");
    EXPECT_FALSE(result.ok()) << open;
    EXPECT_FALSE(result.diagnostics.empty()) << open;
  }
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_NE(DiagnoseText("faults: " + deep + "\n").find("error[KS032]: nested more than 32 levels deep"),
            std::string::npos);
}

TEST(BadInput, AliasesThatExplode) {
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string last = Cat({"*a", std::to_string(i - 1)});
    text += Cat({"a", std::to_string(i), ": &a", std::to_string(i), " ["});
    for (int j = 0; j < 10; ++j) text += Cat({j == 0 ? "" : ", ", last});
    text += "]\n";
  }
  EXPECT_NE(DiagnoseText(text).find("error[KS032]: more than 100000 values, aliases expanded"), std::string::npos);
}

TEST(BadInput, AliasInsideItsOwnAnchor) {
  EXPECT_NE(DiagnoseText("faults: &f [ *f ]\n").find("error[KS032]: alias refers to the value that contains it"),
            std::string::npos);
}

TEST(BadInput, ErrorsWithoutEndAreCutOff) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += Cat({"key", std::to_string(i), ": 1\n"});
  EXPECT_EQ(ParseScenario(text, "t.yaml").diagnostics.size(), DiagnosticSink::kMaxDiagnostics);
}

TEST(BadInput, WarningsDoNotHideErrors) {
  std::string topics = "topics:\n";
  for (int i = 0; i < 300; ++i) topics += Cat({"  t", std::to_string(i), ": { config: { local.retention.ms: 1h } }\n"});
  topics += "  orders: { replication.factor: 9 }\n";
  const std::string text = Cat({"name: a\nkafka: 4.1\nduration: 9s\ncluster: { brokers: 3 }\n", topics});
  const ParseResult result = ParseScenario(text, "t.yaml");
  ASSERT_EQ(result.diagnostics.size(), DiagnosticSink::kMaxDiagnostics);
  EXPECT_EQ(result.diagnostics[0].code, Code::kReplicationAboveBrokers);
  EXPECT_FALSE(result.ok());
}

TEST(BadInput, FaultsWithoutEnd) {
  std::string faults = "faults:\n";
  for (int i = 0; i < 2'001; ++i) faults += "- { at: 1s, start: broker 1 }\n";
  EXPECT_EQ(Diagnose({}, faults),
            "t.yaml:15:1: error[KS032]: more than 2000 faults\n  - { at: 1s, start: broker 1 }\n  ^\n");
}

TEST(BadInput, LongLinesAreCutAroundTheCaret) {
  const std::string text =
      EditedScenario({{"{ name: shop,", "{ " + std::string(500, ' ') + "colour: red, name: shop,"}});
  const std::string shown = FormatDiagnostics(ParseScenario(text, "t.yaml").diagnostics);
  EXPECT_NE(shown.find("..."), std::string::npos);
  EXPECT_NE(shown.find("colour: red"), std::string::npos);
  EXPECT_LT(shown.size(), 700u);
}

TEST(BadInput, AllErrorsAtOnceInOrder) {
  const ParseResult result = ParseScenario(
      EditedScenario(
          {{"90s", "90"}, {"partitions: 6", "partitions: six"}, {"factor: 3", "factor: 4"}, {"group", "grup"}}),
      "t.yaml");
  std::vector<Code> codes;
  for (const Diagnostic& diagnostic : result.diagnostics) codes.push_back(diagnostic.code);
  EXPECT_EQ(codes, (std::vector<Code>{Code::kMissingUnit, Code::kBadValue, Code::kReplicationAboveBrokers,
                                      Code::kMissingKey, Code::kUnknownKey}));
}

}  // namespace
}  // namespace ktrial::scenarios
