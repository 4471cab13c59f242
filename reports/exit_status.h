// What ktrial's exit status says.
#ifndef KTRIAL_REPORTS_EXIT_STATUS_H_
#define KTRIAL_REPORTS_EXIT_STATUS_H_

namespace ktrial::reports {

enum ExitStatus : int {
  kHolds = 0,
  // An expectation or a property failed.
  kFailed = 1,
  // Not exercised: the run could not tell.
  kUnknown = 2,
  // Bad usage, or a bad scenario.
  kUsage = 64,
  // ktrial's own fault: it crashed, or a run could not be repeated.
  kOwnFault = 70,
  // By SIGINT or SIGTERM; what was finished was written out.
  kInterrupted = 130,
};

// Of several, the one that the user must hear of: an interrupt before a fault of ktrial's own before bad usage before a
// failure before unknown.
constexpr ExitStatus Worse(ExitStatus a, ExitStatus b) {
  constexpr auto rank = [](ExitStatus status) {
    switch (status) {
      case kHolds:
        return 0;
      case kUnknown:
        return 1;
      case kFailed:
        return 2;
      case kUsage:
        return 3;
      case kOwnFault:
        return 4;
      case kInterrupted:
        break;
    }
    return 5;
  };
  return rank(a) >= rank(b) ? a : b;
}

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_EXIT_STATUS_H_
