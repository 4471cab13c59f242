// Many runs of one scenario in a few lines: how many failed, which first, and how the measures spread. It keeps a count
// for each value that it met, not each run.
#ifndef KTRIAL_REPORTS_SUMMARY_H_
#define KTRIAL_REPORTS_SUMMARY_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "nlohmann/json_fwd.hpp"
#include "reports/result_json.h"

namespace ktrial::reports {

// Least, median (the lower of two) and greatest of what was added.
class Spread {
 public:
  void Add(int64_t value) {
    ++counts_[value];
    ++total_;
  }
  bool empty() const { return total_ == 0; }
  int64_t min() const { return counts_.begin()->first; }
  int64_t max() const { return counts_.rbegin()->first; }
  int64_t median() const;

 private:
  absl::btree_map<int64_t, int64_t> counts_;
  int64_t total_ = 0;
};

class Summary {
 public:
  void Add(const FinishedRun& run);

  int64_t runs() const { return passed_ + failed_ + unknown_; }
  int64_t failed() const { return failed_; }
  int64_t unknown() const { return unknown_; }
  // The first of them, in order of the runs.
  const std::vector<uint64_t>& first_failing() const { return first_failing_; }

  std::string Text() const;
  nlohmann::ordered_json Json() const;

 private:
  static constexpr size_t kMaxFirstFailing = 5;

  int64_t passed_ = 0;
  int64_t failed_ = 0;
  int64_t unknown_ = 0;
  std::vector<uint64_t> first_failing_;
  // How many runs each expectation failed in, in the order of the scenario.
  std::vector<std::pair<std::string, int64_t>> expectations_;
  // By name of the measure: "write outage of orders", in milliseconds.
  absl::btree_map<std::string, Spread> millis_;
  // By name of the count.
  absl::btree_map<std::string, Spread> counts_;
};

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_SUMMARY_H_
