#include "scenarios/lexer.h"

namespace ktrial::scenarios {
namespace {

bool IsComparison(char c) { return c == '<' || c == '>' || c == '=' || c == '!'; }
bool IsBracket(char c) { return c == '(' || c == ')' || c == ','; }

}  // namespace

std::vector<Word> SplitWords(std::string_view text) {
  std::vector<Word> words;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == ' ' || text[i] == '\n') {
      ++i;
      continue;
    }
    const size_t begin = i;
    if (IsBracket(text[i])) {
      ++i;
    } else if (IsComparison(text[i])) {
      while (i < text.size() && IsComparison(text[i])) ++i;
    } else {
      while (i < text.size() && text[i] != ' ' && text[i] != '\n' && !IsComparison(text[i]) && !IsBracket(text[i])) ++i;
    }
    words.push_back({text.substr(begin, i - begin), begin});
  }
  return words;
}

}  // namespace ktrial::scenarios
