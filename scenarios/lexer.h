// Splits the short texts of selectors and expectations into words, and remembers where each began.
//
//   "lost(orders) == 0"  ->  lost ( orders ) == 0
#ifndef KTRIAL_SCENARIOS_LEXER_H_
#define KTRIAL_SCENARIOS_LEXER_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace ktrial::scenarios {

struct Word {
  std::string_view text;  // Refers to the text that was split.
  size_t offset = 0;      // In bytes.
};

// Words are separated by spaces; parentheses, commas and comparison signs are words of their own. Never fails.
std::vector<Word> SplitWords(std::string_view text);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_LEXER_H_
