// CHECKs for programmer errors: a condition that only a bug in ktrial itself can break. Operating errors (a full disk,
// a refused request) are data and are returned, never checked. Checks stay on in every build: a wrong verdict costs
// more than the nanosecond.
//
//   KT_CHECK(end >= begin);
#ifndef KTRIAL_SIM_CHECK_H_
#define KTRIAL_SIM_CHECK_H_

namespace ktrial::sim {

// Prints "file:line: check failed: condition" on stderr and aborts. The command line turns the abort into exit
// status 70.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition);

}  // namespace ktrial::sim

#define KT_CHECK(condition)                                       \
  do {                                                            \
    if (!(condition)) [[unlikely]] {                              \
      ::ktrial::sim::CheckFailed(__FILE__, __LINE__, #condition); \
    }                                                             \
  } while (false)

#define KT_UNREACHABLE() ::ktrial::sim::CheckFailed(__FILE__, __LINE__, "unreachable")

#endif  // KTRIAL_SIM_CHECK_H_
