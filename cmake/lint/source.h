// A C++ source file, taken apart just far enough to check rules on it: what is code, what is comment, what is inside a
// string, and where each function begins and ends. No preprocessing and no types.
//
//   Source source = ParseSource("sim/random.h", text);
//   for (const Token& token : source.tokens) ...
#ifndef KTRIAL_CMAKE_LINT_SOURCE_H_
#define KTRIAL_CMAKE_LINT_SOURCE_H_

#include <string>
#include <vector>

namespace ktrial::lint {

// An identifier, a number, or a punctuator: one character, but `::` and `->` are whole. String and character literals
// are one token each, spelt "" and ''.
struct Token {
  std::string text;
  int line = 0;
};

struct Include {
  std::string path;
  bool quoted = false;
  int line = 0;
};

struct StringLiteral {
  std::string text;
  int line = 0;
};

// A brace and its mate. `head` is the index of the first token of the statement that it belongs to; both braces are
// indices into Source::tokens, and so is `close`, which is the last token if the brace has no mate.
struct Scope {
  enum class Kind { kNamespace, kType, kFunction, kBlock, kInitializer };
  Kind kind = Kind::kBlock;
  size_t head = 0;
  size_t open = 0;
  size_t close = 0;
};

// A declaration outside functions, or a statement inside one: tokens [begin, end), without its `;` or its body.
struct Statement {
  Scope::Kind scope = Scope::Kind::kNamespace;
  size_t begin = 0;
  size_t end = 0;
};

struct Source {
  // From the root: "sim/random.h".
  std::string path;
  std::vector<std::string> lines;
  // Directives have no tokens.
  std::vector<Token> tokens;
  std::vector<Include> includes;
  std::vector<StringLiteral> strings;
  // In the order of their closing braces.
  std::vector<Scope> scopes;
  std::vector<Statement> statements;
};

Source ParseSource(const std::string& path, const std::string& text);

bool IsIdentifier(const std::string& token);

}  // namespace ktrial::lint

#endif  // KTRIAL_CMAKE_LINT_SOURCE_H_
