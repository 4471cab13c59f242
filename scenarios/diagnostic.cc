#include "scenarios/diagnostic.h"

#include <algorithm>
#include <utility>

#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

constexpr size_t kMaxLineShown = 160;

// The byte offset at which the given character starts, or the size of the text.
size_t ByteOfCharacter(std::string_view text, size_t character) {
  size_t seen = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0) == 0x80) continue;
    if (seen++ == character) return i;
  }
  return text.size();
}

// Tabs and other control characters would move the caret away from what it marks.
std::string Flatten(std::string_view line) {
  std::string flat(line);
  std::replace_if(
      flat.begin(), flat.end(), [](char c) { return static_cast<uint8_t>(c) < 0x20 || c == 0x7F; }, ' ');
  return flat;
}

std::string Excerpt(const std::string& line, SourcePosition position) {
  const std::string flat = Flatten(line);
  const size_t characters = CharacterCount(flat);
  const size_t caret = std::min(static_cast<size_t>(std::max(position.column, 1)) - 1, characters);
  const size_t first = characters > kMaxLineShown && caret > kMaxLineShown / 2 ? caret - kMaxLineShown / 2 : 0;
  const size_t last = std::min(characters, first + kMaxLineShown);
  const size_t begin = ByteOfCharacter(flat, first);
  const std::string_view shown = std::string_view(flat).substr(begin, ByteOfCharacter(flat, last) - begin);
  const size_t room = std::max<size_t>(1, last - std::min(caret, last));
  const size_t length = std::clamp<size_t>(static_cast<size_t>(std::max(position.length, 1)), 1, room);
  return Cat({"  ", first > 0 ? "..." : "", shown, last < characters ? "..." : "", "\n  ", first > 0 ? "   " : "",
              std::string(caret - first, ' '), "^", std::string(length - 1, '~'), "\n"});
}

}  // namespace

std::string FormatDiagnostic(const Diagnostic& diagnostic) {
  std::string text = diagnostic.file;
  if (diagnostic.position.line > 0) {
    text += Cat({":", std::to_string(diagnostic.position.line), ":", std::to_string(diagnostic.position.column)});
  }
  text += Cat({diagnostic.severity == Severity::kError ? ": error[" : ": warning[", CodeName(diagnostic.code),
               "]: ", diagnostic.message, "\n"});
  if (diagnostic.position.line > 0 && !Trim(diagnostic.source_line).empty()) {
    text += Excerpt(diagnostic.source_line, diagnostic.position);
  }
  if (!diagnostic.help.empty()) text += Cat({"help: ", diagnostic.help, "\n"});
  return text;
}

std::string FormatDiagnostics(const std::vector<Diagnostic>& diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) text += FormatDiagnostic(diagnostic);
  return text;
}

bool HasErrors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

void DiagnosticSink::Error(Code code, SourcePosition position, std::string message, std::string help) {
  ++errors_;
  Add(Severity::kError, code, position, std::move(message), std::move(help));
}

void DiagnosticSink::Warning(Code code, SourcePosition position, std::string message, std::string help) {
  Add(Severity::kWarning, code, position, std::move(message), std::move(help));
}

void DiagnosticSink::Add(Severity severity, Code code, SourcePosition position, std::string message, std::string help) {
  Diagnostic diagnostic{code, severity, {}, position, std::move(message), std::move(help), {}};
  const int32_t source = std::max(position.source, 0);
  diagnostic.file = sources_->name(source);
  // The bytes of a file that is not text are not for a terminal.
  if (position.line > 0 && code != Code::kNotText) diagnostic.source_line = sources_->Line(source, position.line);
  diagnostics_.push_back(std::move(diagnostic));
}

std::vector<Diagnostic> DiagnosticSink::Take() {
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [](const Diagnostic& a, const Diagnostic& b) {
    return std::pair(a.position.source, std::pair(a.position.line, a.position.column)) <
           std::pair(b.position.source, std::pair(b.position.line, b.position.column));
  });
  diagnostics_.erase(std::unique(diagnostics_.begin(), diagnostics_.end()), diagnostics_.end());
  if (diagnostics_.size() > kMaxDiagnostics) {
    std::stable_partition(diagnostics_.begin(), diagnostics_.end(),
                          [](const Diagnostic& d) { return d.severity == Severity::kError; });
    diagnostics_.resize(kMaxDiagnostics);
  }
  return std::move(diagnostics_);
}

}  // namespace ktrial::scenarios
