#include "cmake/lint/source.h"

#include <cctype>
#include <sstream>
#include <utility>

namespace ktrial::lint {
namespace {

bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

// Splits a file into tokens, and blanks comments and literals on the way.
class Lexer {
 public:
  Lexer(const std::string& text, Source& out) : text_(text), out_(out) {}

  void Run() {
    bool line_is_blank = true;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        ++at_;
        line_is_blank = true;
      } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++at_;
      } else if (Next("//")) {
        at_ = text_.find('\n', at_);
        if (at_ == std::string::npos) {
          return;
        }
      } else if (Next("/*")) {
        SkipTo("*/");
      } else if (c == '#' && line_is_blank) {
        Directive();
      } else {
        line_is_blank = false;
        Lexeme(c);
      }
    }
  }

 private:
  bool Next(const char* prefix) const {
    return text_.compare(at_, std::char_traits<char>::length(prefix), prefix) == 0;
  }

  void Emit(std::string token) { out_.tokens.push_back({std::move(token), line_}); }

  // Moves behind the next `mark`, and counts the lines on the way.
  std::string SkipTo(const std::string& mark) {
    const size_t found = text_.find(mark, at_);
    const size_t end = found == std::string::npos ? text_.size() : found + mark.size();
    std::string skipped = text_.substr(at_, end - at_);
    for (char c : skipped) {
      line_ += c == '\n' ? 1 : 0;
    }
    at_ = end;
    return skipped;
  }

  void Directive() {
    const int line = line_;
    std::string directive = SkipTo("\n");
    while (directive.size() >= 2 && directive[directive.size() - 2] == '\\' && at_ < text_.size()) {
      directive += SkipTo("\n");
    }
    const size_t word = directive.find_first_not_of(" \t", 1);
    if (word == std::string::npos || directive.compare(word, 7, "include") != 0) {
      return;
    }
    const size_t open = directive.find_first_of("\"<", word);
    const size_t close = directive.find_first_of("\">", open + 1);
    if (open != std::string::npos && close != std::string::npos) {
      out_.includes.push_back({directive.substr(open + 1, close - open - 1), directive[open] == '"', line});
    }
  }

  void Lexeme(char c) {
    if (c == '"' || c == '\'') {
      Quoted(c);
    } else if (IsWord(c)) {
      Word();
    } else if (Next("::") || Next("->")) {
      Emit(text_.substr(at_, 2));
      at_ += 2;
    } else {
      Emit(std::string(1, c));
      ++at_;
    }
  }

  void Word() {
    const size_t begin = at_;
    const bool number = std::isdigit(static_cast<unsigned char>(text_[at_])) != 0;
    // Digit separators and the points of floating literals belong to the number.
    while (at_ < text_.size() && (IsWord(text_[at_]) || (number && (text_[at_] == '\'' || text_[at_] == '.')))) {
      ++at_;
    }
    const std::string word = text_.substr(begin, at_ - begin);
    if (at_ < text_.size() && text_[at_] == '"' && word.back() == 'R' && word.size() <= 3) {
      RawString();
    } else {
      Emit(word);
    }
  }

  void Quoted(char quote) {
    const int line = line_;
    std::string content;
    for (++at_; at_ < text_.size() && text_[at_] != quote && text_[at_] != '\n'; ++at_) {
      if (text_[at_] == '\\') {
        content += text_[at_++];
      }
      content += text_[at_];
    }
    ++at_;
    Emit(std::string(2, quote));
    if (quote == '"') {
      out_.strings.push_back({content, line});
    }
  }

  void RawString() {
    const int line = line_;
    const size_t paren = text_.find('(', at_);
    const std::string mark = ")" + text_.substr(at_ + 1, paren - at_ - 1) + "\"";
    Emit("\"\"");
    out_.strings.push_back({SkipTo(mark), line});
  }

  const std::string& text_;
  Source& out_;
  size_t at_ = 0;
  int line_ = 1;
};

// Finds scopes and statements. Inside a function every brace is a block, but for a static's
// initializer; outside, what stands before a brace tells.
class Parser {
 public:
  explicit Parser(Source& source) : source_(source), tokens_(source.tokens) {}

  void Run() {
    for (at_ = 0; at_ < tokens_.size(); ++at_) {
      const std::string& token = tokens_[at_].text;
      if (token == "(" || token == "[") {
        ++parens_;
      } else if (token == ")" || token == "]") {
        --parens_;
      } else if (token == "{") {
        Open();
      } else if (token == "}") {
        Close();
      } else if (token == ";" && (parens_ == 0 || InFunction())) {
        EndStatement();
      }
    }
    while (!stack_.empty()) {
      at_ = tokens_.size() - 1;
      Close();
    }
  }

 private:
  struct Frame {
    Scope scope;
    size_t statement = 0;
    int parens = 0;
  };

  Scope::Kind Enclosing() const { return stack_.empty() ? Scope::Kind::kNamespace : stack_.back().scope.kind; }

  bool InFunction() const { return Enclosing() == Scope::Kind::kFunction || Enclosing() == Scope::Kind::kBlock; }

  void EndStatement() {
    if (begin_ < at_) {
      source_.statements.push_back({Enclosing(), begin_, at_});
    }
    begin_ = at_ + 1;
  }

  // Index behind a leading `template <...>`.
  size_t SkipTemplate(size_t from) const {
    while (from < at_ && tokens_[from].text == "template") {
      int depth = 0;
      do {
        ++from;
        depth += tokens_[from].text == "<" ? 1 : 0;
        depth -= tokens_[from].text == ">" ? 1 : 0;
      } while (from < at_ && depth > 0);
      ++from;
    }
    return from;
  }

  Scope::Kind Classify() const {
    using Kind = Scope::Kind;
    if (InFunction()) {
      return tokens_[begin_].text == "static" ? Kind::kInitializer : Kind::kBlock;
    }
    if (Enclosing() == Kind::kInitializer || parens_ > 0) {
      return Kind::kInitializer;
    }
    bool has_parens = false;
    bool has_init_list = false;
    for (size_t i = SkipTemplate(begin_); i < at_; ++i) {
      const std::string& token = tokens_[i].text;
      if (token == "namespace" || (token == "extern" && tokens_[i + 1].text == "\"\"" && i + 2 == at_)) {
        return Kind::kNamespace;
      }
      if (!has_parens && (token == "class" || token == "struct" || token == "union" || token == "enum")) {
        return Kind::kType;
      }
      has_init_list = has_init_list || (has_parens && token == ":");
      has_parens = has_parens || token == "(";
    }
    const std::string& before = at_ == 0 ? tokens_[0].text : tokens_[at_ - 1].text;
    const bool member = has_init_list && (IsIdentifier(before) || before == ">");
    return !has_parens || member || before == "=" || before == "," ? Kind::kInitializer : Kind::kFunction;
  }

  void Open() {
    const Scope::Kind kind = Classify();
    if (kind == Scope::Kind::kFunction || kind == Scope::Kind::kType || kind == Scope::Kind::kNamespace) {
      source_.statements.push_back({Enclosing(), begin_, at_});
    } else if (kind == Scope::Kind::kBlock && begin_ < at_) {
      source_.statements.push_back({Enclosing(), begin_, at_});
    }
    stack_.push_back({{kind, begin_, at_, at_}, begin_, parens_});
    begin_ = at_ + 1;
    parens_ = 0;
  }

  void Close() {
    if (stack_.empty()) {
      return;
    }
    Frame frame = stack_.back();
    stack_.pop_back();
    frame.scope.close = at_;
    source_.scopes.push_back(frame.scope);
    parens_ = frame.parens;
    // An initializer is a part of its statement; whatever else is closed ends it.
    begin_ = frame.scope.kind == Scope::Kind::kInitializer ? frame.statement : at_ + 1;
  }

  Source& source_;
  const std::vector<Token>& tokens_;
  std::vector<Frame> stack_;
  size_t at_ = 0;
  size_t begin_ = 0;
  int parens_ = 0;
};

}  // namespace

bool IsIdentifier(const std::string& token) {
  return !token.empty() && IsWord(token[0]) && std::isdigit(static_cast<unsigned char>(token[0])) == 0;
}

Source ParseSource(const std::string& path, const std::string& text) {
  Source source;
  source.path = path;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    source.lines.push_back(line);
  }
  Lexer(text, source).Run();
  Parser(source).Run();
  return source;
}

}  // namespace ktrial::lint
