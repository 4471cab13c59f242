// A result with something of everything, for tests of what prints it.
#ifndef KTRIAL_REPORTS_RUN_FOR_TEST_H_
#define KTRIAL_REPORTS_RUN_FOR_TEST_H_

#include "reports/result_json.h"

namespace ktrial::reports {

inline FinishedRun LeaderKillForTest() {
  using scenarios::Verdict;
  using sim::Milliseconds;
  FinishedRun run;
  run.wall_micros = 312'500;
  scenarios::RunResult& result = run.result;
  result.seed = 7;
  result.verdict = Verdict::kFail;
  result.trace_hash = 0xdeadbeef;
  result.virtual_time = Milliseconds(123'412);
  result.start_up = Milliseconds(3'412);
  result.events = 912'345;
  result.expectations = {
      {"no acked record lost", Verdict::kPass, "0 records", "0"},
      {"unavailable(orders, write) < 5s", Verdict::kFail, "8.412 s", "< 5s"},
      {"offsets durable", Verdict::kUnknown, "no offset was committed", "0"},
  };
  result.violations = {{"S6", Milliseconds(31'204), "acknowledged record gone", {"sent", "truncated"}, ""}};
  result.allowed = {{"S8", Milliseconds(9'000), "record lost", {}, "acks=1"}};
  result.counts = {.sent = 100,
                   .acked = 95,
                   .refused = 2,
                   .unknown = 2,
                   .outstanding = 1,
                   .consumed = 96,
                   .redelivered = 1,
                   .lost = 1,
                   .duplicates = 0,
                   .elections = 2,
                   .rebalances = 1,
                   .truncated = 3};
  result.outages = {
      {.topic = "orders",
       .kind = scenarios::OutageKind::kWrite,
       .exercised = true,
       .partition = 0,
       .begin = Milliseconds(10'003),
       .length = sim::Microseconds(8'412'000) + sim::Nanoseconds(123),
       .ended = true,
       .parts = {{"detection", Milliseconds(8'351), "broker 1 fenced"},
                 {"first acknowledgement", Milliseconds(61) + sim::Nanoseconds(123), "acknowledged to shop-0"}}},
      {.topic = "orders", .kind = scenarios::OutageKind::kRead},
  };
  result.faults = {{"kill leader of orders/0", "broker-1", Milliseconds(10'000), Milliseconds(60'000)}};
  result.story = {{Milliseconds(10'000), "kill leader of orders/0: broker-1"},
                  {Milliseconds(18'354), "broker 1 fenced"}};
  return run;
}

}  // namespace ktrial::reports

#endif  // KTRIAL_REPORTS_RUN_FOR_TEST_H_
