// Small string helpers that the parser shares. Text is UTF-8; counts of characters are counts of code points.
//
//   Cat({"unknown key '", key, "'"})
#ifndef KTRIAL_SCENARIOS_TEXT_H_
#define KTRIAL_SCENARIOS_TEXT_H_

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ktrial::scenarios {

std::string Cat(std::initializer_list<std::string_view> pieces);

// "a, b, c".
std::string Join(const std::vector<std::string>& words, std::string_view separator);

// "a, b or c".
std::string JoinChoices(const std::vector<std::string>& words);

size_t CharacterCount(std::string_view utf8);

// The byte offset of the first byte that is not part of a well-formed UTF-8 sequence (overlong forms and surrogates are
// malformed), or nothing.
std::optional<size_t> FindInvalidUtf8(std::string_view text);

std::string_view Trim(std::string_view text);

// The text for a message: control characters escaped, cut to about `limit` characters with "..." at the cut.
std::string Printable(std::string_view text, size_t limit = 60);

// The same between single quotes.
std::string Quoted(std::string_view text);

// Digits only, with an optional minus sign; nothing if there is anything else or it does not fit.
std::optional<int64_t> ParseInteger(std::string_view text);

// The candidate nearest to `word` by edit distance (insert, delete, replace, swap of neighbours), if it is near enough
// to be a slip of the pen: at most a third of its length. Ties go to the first candidate.
std::optional<std::string> NearestWord(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_TEXT_H_
