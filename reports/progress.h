// Tells how far a long command is, on stderr: a line that moves on a terminal, a line now and then elsewhere.
#ifndef KTRIAL_REPORTS_PROGRESS_H_
#define KTRIAL_REPORTS_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace ktrial::reports {

class Progress {
 public:
  // Silent if `quiet`, and until the second of `total` steps.
  Progress(std::string what, int64_t total, bool quiet);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `failed` of the `finished` steps did not go well.
  void Report(int64_t finished, int64_t failed);
  // Takes the moving line away, before something else is printed.
  void Clear();

 private:
  const std::string what_;
  const int64_t total_;
  const bool quiet_;
  const bool terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_PROGRESS_H_
