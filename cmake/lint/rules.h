// The rules that every source file keeps, checked on the text. Most guard determinism: what a simulated component must
// not name, because its answer differs from run to run, machine to machine or compiler to compiler.
//
//   for (const Finding& finding : CheckSource(ParseSource(path, text))) ...
//
// Exempt from the determinism rules: tests, benchmarks, fuzzers, reports/ and ktrial.cc, which may look at a real
// clock.
#ifndef KTRIAL_CMAKE_LINT_RULES_H_
#define KTRIAL_CMAKE_LINT_RULES_H_

#include <string>
#include <vector>

#include "cmake/lint/source.h"

namespace ktrial::lint {

struct Finding {
  std::string path;
  int line = 0;
  // Short name of the rule: "wall-clock".
  std::string rule;
  std::string what;
};

inline constexpr size_t kMaxFileLines = 1000;
inline constexpr int kMaxFunctionLines = 70;
inline constexpr size_t kMaxColumns = 120;

// Every rule for C++ sources.
std::vector<Finding> CheckSource(const Source& source);

// The rules that hold for any text file: no notes to self.
std::vector<Finding> CheckText(const std::string& path, const std::string& text);

}  // namespace ktrial::lint

#endif  // KTRIAL_CMAKE_LINT_RULES_H_
