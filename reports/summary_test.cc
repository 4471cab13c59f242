#include "reports/summary.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "nlohmann/json.hpp"
#include "reports/run_for_test.h"

namespace ktrial::reports {
namespace {

FinishedRun RunWith(uint64_t seed, scenarios::Verdict verdict, int64_t outage_ms) {
  FinishedRun run = LeaderKillForTest();
  run.result.seed = seed;
  run.result.verdict = verdict;
  run.result.outages[0].length = sim::Milliseconds(outage_ms);
  run.result.expectations[1].verdict = verdict;
  return run;
}

TEST(Summary, CountsAndSpreads) {
  Summary summary;
  summary.Add(RunWith(1, scenarios::Verdict::kPass, 7000));
  summary.Add(RunWith(2, scenarios::Verdict::kFail, 9000));
  summary.Add(RunWith(3, scenarios::Verdict::kUnknown, 8000));
  summary.Add(RunWith(4, scenarios::Verdict::kFail, 8500));
  EXPECT_EQ(summary.Text(),
            R"(2 of 4 runs failed, 1 unknown
  first failing seeds: 2 4
  failed in 2 runs: unavailable(orders, write) < 5s
  write outage of orders: least 7.000 s, median 8.000 s, most 9.000 s
  acked: least 95, median 95, most 95
  duplicates: least 0, median 0, most 0
  elections: least 2, median 2, most 2
  lost: least 1, median 1, most 1
  truncated: least 3, median 3, most 3
)");
  const nlohmann::ordered_json json = summary.Json();
  EXPECT_EQ(json["failed"], 2);
  EXPECT_EQ(json["first_failing_seeds"], (std::vector<int>{2, 4}));
  EXPECT_EQ(json["measures"]["write outage of orders (ms)"]["median"], 8000);
}

TEST(Summary, NamesOnlyTheFirstFailingSeeds) {
  Summary summary;
  for (uint64_t seed = 1; seed <= 9; ++seed) summary.Add(RunWith(seed, scenarios::Verdict::kFail, 1));
  EXPECT_EQ(summary.first_failing(), (std::vector<uint64_t>{1, 2, 3, 4, 5}));
}

RC_GTEST_PROP(SpreadProperty, AgreesWithASortedList, ()) {
  auto values = *rc::gen::nonEmpty(rc::gen::container<std::vector<int64_t>>(rc::gen::inRange<int64_t>(-20, 20)));
  Spread spread;
  for (const int64_t value : values) spread.Add(value);
  std::sort(values.begin(), values.end());
  RC_ASSERT(spread.min() == values.front());
  RC_ASSERT(spread.max() == values.back());
  RC_ASSERT(spread.median() == values[(values.size() - 1) / 2]);
}

}  // namespace
}  // namespace ktrial::reports
