// Text for people, to stdout or stderr. Whether all of it got there is asked once, at the end (ferror).
#ifndef KTRIAL_REPORTS_PRINT_H_
#define KTRIAL_REPORTS_PRINT_H_

#include <cstdio>
#include <string_view>

namespace ktrial::reports {

inline void Print(std::FILE* file, std::string_view text) { std::fwrite(text.data(), 1, text.size(), file); }

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_PRINT_H_
