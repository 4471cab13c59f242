#include "scenarios/source.h"

#include <algorithm>

#include "scenarios/text.h"

namespace ktrial::scenarios {

int32_t SourceSet::Add(std::string name, std::string text) {
  Source source{std::move(name), std::move(text), {0}};
  for (size_t i = 0; i < source.text.size(); ++i) {
    if (source.text[i] == '\n') source.line_starts.push_back(i + 1);
  }
  sources_.push_back(std::move(source));
  return static_cast<int32_t>(sources_.size()) - 1;
}

std::string_view SourceSet::Line(int32_t source, int32_t line) const {
  if (source < 0 || static_cast<size_t>(source) >= sources_.size()) return {};
  const Source& from = sources_[static_cast<size_t>(source)];
  if (line < 1 || static_cast<size_t>(line) > from.line_starts.size()) return {};
  const size_t begin = from.line_starts[static_cast<size_t>(line) - 1];
  size_t end = static_cast<size_t>(line) == from.line_starts.size() ? from.text.size()
                                                                    : from.line_starts[static_cast<size_t>(line)] - 1;
  if (end > begin && from.text[end - 1] == '\r') --end;
  return std::string_view(from.text).substr(begin, end - begin);
}

SourcePosition SourceSet::At(int32_t source, int32_t line, int32_t byte_column, int32_t length) const {
  const std::string_view text = Line(source, line);
  const size_t bytes = std::min(text.size(), static_cast<size_t>(std::max(byte_column, 0)));
  const auto column = static_cast<int32_t>(CharacterCount(text.substr(0, bytes))) + 1;
  return {source, std::max(line, 1), column, std::max(length, 1)};
}

}  // namespace ktrial::scenarios
