#include "reports/result_json.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "nlohmann/json.hpp"
#include "reports/run_for_test.h"

namespace ktrial::reports {
namespace {

using Json = nlohmann::ordered_json;

TEST(ResultJson, HasTheFieldsThatAreStable) {
  const Json json = ToJson(LeaderKillForTest());
  EXPECT_EQ(json["seed"], 7);
  EXPECT_TRUE(json["design"].is_null());
  EXPECT_EQ(json["verdict"], "fail");
  EXPECT_EQ(json["trace_hash"], "00000000deadbeef");
  EXPECT_EQ(json["virtual_ms"], 123'412);
  EXPECT_EQ(json["events"], 912'345);
  EXPECT_EQ(json["wall_ms"], 312.5);
  EXPECT_EQ(
      json["expectations"][0],
      Json::parse(R"({"text": "no acked record lost", "verdict": "pass", "measured": "0 records", "bound": "0"})"));
  EXPECT_EQ(json["violations"][0]["property"], "S6");
  EXPECT_EQ(json["violations"][0]["at_ms"], 31'204);
  EXPECT_EQ(json["violations"][0]["evidence"].size(), 2u);
  EXPECT_FALSE(json["violations"][0].contains("licence"));
  EXPECT_EQ(json["allowed"][0]["licence"], "acks=1");
  for (const char* count :
       {"sent", "acked", "consumed", "lost", "duplicates", "elections", "rebalances", "truncated"}) {
    EXPECT_TRUE(json["counts"][count].is_number_integer()) << count;
  }
}

TEST(ResultJson, AHashKeepsItsLeadingZeros) {
  EXPECT_EQ(HashText(0), "0000000000000000");
  EXPECT_EQ(HashText(0x0123456789abcdef), "0123456789abcdef");
}

TEST(ResultJson, ComesBackAsItWas) {
  const FinishedRun run = LeaderKillForTest();
  const FinishedRun back = FromJson(Json::parse(ToJson(run).dump()));
  EXPECT_EQ(back.result, run.result);
  EXPECT_EQ(back.wall_micros, run.wall_micros);
}

RC_GTEST_PROP(ResultJsonProperty, NoTimeIsLostOnTheWay, ()) {
  FinishedRun run;
  // Ninety days, to the nanosecond.
  const auto nanos = *rc::gen::inRange<int64_t>(0, int64_t{90} * 86'400 * 1'000'000'000);
  run.result.virtual_time = sim::Duration(nanos);
  run.result.trace_hash = *rc::gen::arbitrary<uint64_t>();
  run.result.seed = *rc::gen::arbitrary<uint64_t>();
  run.result.faults.push_back(
      {.what = *rc::gen::string<std::string>(), .resolved = {}, .begun = sim::Duration(nanos / 3)});
  // Only text that is UTF-8 can be in a result.
  run.result.faults[0].what.erase(
      std::remove_if(run.result.faults[0].what.begin(), run.result.faults[0].what.end(), [](char c) { return c < 0; }),
      run.result.faults[0].what.end());
  RC_ASSERT(FromJson(Json::parse(ToJson(run).dump())).result == run.result);
}

}  // namespace
}  // namespace ktrial::reports
