#include "reports/progress.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

namespace ktrial::reports {
namespace {

// Often enough to see it move; seldom enough not to fill a log.
constexpr std::chrono::milliseconds kTerminalInterval(100);
constexpr std::chrono::seconds kLogInterval(10);

}  // namespace

Progress::Progress(std::string what, int64_t total, bool quiet)
    : what_(std::move(what)),
      total_(total),
      quiet_(quiet || total < 2),
      terminal_(isatty(STDERR_FILENO) != 0),
      last_(std::chrono::steady_clock::now()) {}

void Progress::Report(int64_t finished, int64_t failed) {
  if (quiet_) return;
  const auto now = std::chrono::steady_clock::now();
  if (terminal_ ? now - last_ < kTerminalInterval && shown_ : now - last_ < kLogInterval) return;
  last_ = now;
  const std::string text = what_ + ": " + std::to_string(finished) + " of " + std::to_string(total_) + " seeds, " +
                           std::to_string(failed) + " failed";
  std::fprintf(stderr, terminal_ ? "\r\x1b[K%s" : "%s\n", text.c_str());
  shown_ = true;
}

void Progress::Clear() {
  if (terminal_ && shown_) std::fputs("\r\x1b[K", stderr);
  shown_ = false;
}

}  // namespace ktrial::reports
