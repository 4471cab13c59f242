// Results as text for people, the verdict first; docs/OUTPUT.md explains every line.
//
//   PASS  leader-kill-rf3  seed 7
//     ✓ no acked record lost        0 records of 45000 acknowledged   bound 0
#ifndef KTRIAL_REPORTS_TEXT_REPORT_H_
#define KTRIAL_REPORTS_TEXT_REPORT_H_

#include <string>
#include <string_view>

#include "reports/result_json.h"

namespace ktrial::reports {

struct TextStyle {
  // ANSI colours.
  bool color = false;
  // Leaves out the measured real time and speed, which differ from run to run.
  bool deterministic = false;
};

// The whole report of one run; ends with the command that reproduces it if it did not pass.
std::string RunReport(std::string_view scenario, const FinishedRun& run, std::string_view reproduce,
                      const TextStyle& style);

// What is said of one run among many: a line if it passed, and what failed, with the command, if it did not.
std::string ShortRunReport(std::string_view scenario, const FinishedRun& run, std::string_view reproduce,
                           const TextStyle& style);

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_TEXT_REPORT_H_
