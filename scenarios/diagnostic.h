// What the parser has to say about a scenario: errors and warnings with a stable code, the place, the source line, and
// help. All are reported at once; none is an exception.
//
//   az.yaml:14:7: error[KS001]: unknown key 'min.insync.replica' in topic config
//         min.insync.replica: 2
//         ^~~~~~~~~~~~~~~~~~
//   help: did you mean 'min.insync.replicas'?
#ifndef KTRIAL_SCENARIOS_DIAGNOSTIC_H_
#define KTRIAL_SCENARIOS_DIAGNOSTIC_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/diagnostic_code.h"
#include "scenarios/source.h"

namespace ktrial::scenarios {

enum class Severity : uint8_t { kWarning, kError };

// Stands alone: it can be printed, or turned into JSON or a CI annotation, when the scenario is gone.
struct Diagnostic {
  Code code = Code::kBadYaml;
  Severity severity = Severity::kError;
  std::string file;         // The name that was given to the parser, or "--set".
  SourcePosition position;  // Line 0: about the file as a whole.
  std::string message;      // One line, no full stop.
  std::string help;         // What to do about it; may be empty. One line.
  std::string source_line;  // The line the position is on; may be empty.

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

// "file:line:col: error[KS001]: message\n", the source line, the caret, and the help, each line ended by '\n'. A long
// source line is cut around the caret. No colours.
std::string FormatDiagnostic(const Diagnostic& diagnostic);

// All of them, in order, with nothing between.
std::string FormatDiagnostics(const std::vector<Diagnostic>& diagnostics);

bool HasErrors(const std::vector<Diagnostic>& diagnostics);

// Gathers diagnostics while a scenario is parsed. Refers to the sources, which must outlive it.
class DiagnosticSink {
 public:
  explicit DiagnosticSink(const SourceSet* sources) : sources_(sources) {}

  void Error(Code code, SourcePosition position, std::string message, std::string help = {});
  void Warning(Code code, SourcePosition position, std::string message, std::string help = {});

  bool has_errors() const { return errors_ > 0; }

  // More errors have been reported than will be shown: the scenario is refused, and callers may stop looking for more.
  bool crowded() const { return errors_ > kMaxDiagnostics; }

  // In order of position (file first, then overrides), equal positions in order of report, repetitions removed. A file
  // that is wrong everywhere (it is not a scenario at all) is cut off after kMaxDiagnostics, errors kept first.
  std::vector<Diagnostic> Take();

  static constexpr size_t kMaxDiagnostics = 100;

 private:
  void Add(Severity severity, Code code, SourcePosition position, std::string message, std::string help);

  const SourceSet* sources_;
  size_t errors_ = 0;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_DIAGNOSTIC_H_
