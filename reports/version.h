// ktrial's own version.
#ifndef KTRIAL_REPORTS_VERSION_H_
#define KTRIAL_REPORTS_VERSION_H_

#include <string_view>

namespace ktrial::reports {

inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_VERSION_H_
