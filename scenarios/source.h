// Where a value was written, so that a diagnostic made long after parsing can still point at it.
//
//   Located<int32_t> partitions{6, {.source = 0, .line = 7, .column = 25, .length = 1}};
#ifndef KTRIAL_SCENARIOS_SOURCE_H_
#define KTRIAL_SCENARIOS_SOURCE_H_

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ktrial::scenarios {

// A run of characters on one line. Source 0 is the scenario file, source n the n-th --set argument; a value that nobody
// wrote (a default) has no source. Lines and columns count from 1, columns and lengths in characters, not bytes.
struct SourcePosition {
  int32_t source = -1;
  int32_t line = 0;
  int32_t column = 0;
  int32_t length = 0;

  bool written() const { return source >= 0; }
  bool overridden() const { return source > 0; }

  friend auto operator<=>(const SourcePosition&, const SourcePosition&) = default;
};

template <typename T>
struct Located {
  T value{};
  SourcePosition position;

  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }

  friend bool operator==(const Located&, const Located&) = default;
};

// The texts that positions refer to: the file first, then each override.
class SourceSet {
 public:
  // Returns the id of the new source. A name that stands for a file is printed as `name:line:column`.
  int32_t Add(std::string name, std::string text);

  const std::string& name(int32_t source) const { return sources_[static_cast<size_t>(source)].name; }
  const std::string& text(int32_t source) const { return sources_[static_cast<size_t>(source)].text; }

  // The line without its end, or "" if there is no such line. O(1) after Add.
  std::string_view Line(int32_t source, int32_t line) const;

  // The position of a byte offset counted from the start of a line (from 0), with columns in characters.
  SourcePosition At(int32_t source, int32_t line, int32_t byte_column, int32_t length) const;

  size_t size() const { return sources_.size(); }

 private:
  struct Source {
    std::string name;
    std::string text;
    std::vector<size_t> line_starts;
  };
  std::vector<Source> sources_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_SOURCE_H_
