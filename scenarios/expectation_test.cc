#include "scenarios/expectation.h"

#include <gtest/gtest.h>

#include "scenarios/diagnostic_code.h"
#include "scenarios/selector.h"

namespace ktrial::scenarios {
namespace {

Expectation::Check Parsed(std::string_view text) {
  Expectation::Check check;
  ExpectationError error;
  EXPECT_TRUE(ParseExpectation(text, &check, &error)) << text << ": " << error.message;
  return check;
}

TEST(Expectation, EveryForm) {
  EXPECT_EQ(Parsed("no acked record lost"), Expectation::Check(NoAckedRecordLost{}));
  EXPECT_EQ(Parsed("order per partition"), Expectation::Check(OrderPerPartition{}));
  EXPECT_EQ(Parsed("offsets durable"), Expectation::Check(OffsetsDurable{}));
  EXPECT_EQ(Parsed("offsets durable (group billing)"), Expectation::Check(OffsetsDurable{"billing"}));
  EXPECT_EQ(Parsed("unavailable(orders, write) < 12s"),
            Expectation::Check(Unavailable{"orders", AccessKind::kWrite, {Comparison::kLess, sim::Seconds(12), {}}}));
  EXPECT_EQ(Parsed("unavailable( orders,read )between 5s and 1m30s"),
            Expectation::Check(
                Unavailable{"orders", AccessKind::kRead, {Comparison::kBetween, sim::Seconds(5), sim::Seconds(90)}}));
  EXPECT_EQ(Parsed("lost(orders) == 0"), Expectation::Check(LostRecords{"orders", {Comparison::kEqual, 0, 0}}));
  EXPECT_EQ(Parsed("duplicates(orders)<=3"),
            Expectation::Check(DuplicateRecords{"orders", {Comparison::kLessOrEqual, 3, 0}}));
  EXPECT_EQ(Parsed("elections >= 2"), Expectation::Check(Elections{{Comparison::kGreaterOrEqual, 2, 0}}));
  EXPECT_EQ(Parsed("acked(orders.eu-1) > 7"),
            Expectation::Check(AckedRecords{"orders.eu-1", {Comparison::kGreater, 7, 0}}));
  EXPECT_EQ(Parsed("every partition has a leader"), Expectation::Check(EveryPartitionHasLeader{}));
  EXPECT_EQ(Parsed("isr(orders) full"), Expectation::Check(IsrFull{"orders"}));
  EXPECT_EQ(Parsed("lag(billing) < 100"), Expectation::Check(ConsumerLag{"billing", {Comparison::kLess, 100, 0}}));
}

TEST(Expectation, ErrorsKnowTheirPlace) {
  const auto offset = [](std::string_view text) {
    Expectation::Check check;
    ExpectationError error;
    EXPECT_FALSE(ParseExpectation(text, &check, &error)) << text;
    EXPECT_FALSE(error.message.empty()) << text;
    return error.offset;
  };
  EXPECT_EQ(offset(""), 0u);
  EXPECT_EQ(offset("no acked record"), 15u);
  EXPECT_EQ(offset("no acked record lost today"), 21u);
  EXPECT_EQ(offset("lost(orders) < many"), 15u);
  EXPECT_EQ(offset("lost(orders) < -1"), 15u);
  EXPECT_EQ(offset("lost() == 0"), 5u);
  EXPECT_EQ(offset("lost orders == 0"), 5u);
  EXPECT_EQ(offset("unavailable(orders, write) < 12"), 29u);
  EXPECT_EQ(offset("unavailable(orders, write) between 9s and 5s"), 42u);
  EXPECT_EQ(offset("isr(orders) empty"), 12u);
  EXPECT_EQ(offset("elections != 2"), 10u);
}

TEST(Bound, Holds) {
  EXPECT_TRUE((CountBound{Comparison::kBetween, 2, 4}.Holds(2)));
  EXPECT_TRUE((CountBound{Comparison::kBetween, 2, 4}.Holds(4)));
  EXPECT_FALSE((CountBound{Comparison::kBetween, 2, 4}.Holds(5)));
  EXPECT_FALSE((CountBound{Comparison::kLess, 2, 0}.Holds(2)));
  EXPECT_TRUE((CountBound{Comparison::kLessOrEqual, 2, 0}.Holds(2)));
  EXPECT_FALSE((CountBound{Comparison::kGreater, 2, 0}.Holds(2)));
  EXPECT_TRUE((CountBound{Comparison::kGreaterOrEqual, 2, 0}.Holds(2)));
  EXPECT_EQ(FormatBound(DurationBound{Comparison::kBetween, sim::Seconds(6), sim::Seconds(12)}), "between 6s and 12s");
}

TEST(Selector, FormatsAsItWasWritten) {
  for (const char* text :
       {"broker 2", "controller 3000", "leader of orders/0", "followers of a.b-c/17", "isr of __consumer_offsets/3",
        "active controller", "coordinator of group billing", "client p1", "random broker", "all brokers", "all",
        "rack az1", "brokers in rack az1", "controllers in rack a.b", "clients in rack 1", "random broker in rack az1",
        "random rack"}) {
    Selector::Target target;
    SelectorError error;
    ASSERT_TRUE(ParseSelector(text, &target, &error)) << text;
    EXPECT_EQ(FormatSelector(target), text);
  }
}

TEST(Selector, RefusesOtherText) {
  for (const char* text : {"",
                           "broker",
                           "broker x",
                           "broker -1",
                           "broker 99999999999",
                           "broker 1 2",
                           "leader orders/0",
                           "leader of orders",
                           "leader of /0",
                           "leader of orders/",
                           "leader of orders/-1",
                           "active",
                           "coordinator of billing",
                           "client",
                           "random",
                           "all racks",
                           "broker 1, broker 2",
                           "rack",
                           "rack a b",
                           "brokers",
                           "brokers in az1",
                           "random broker in",
                           "random controller in rack a"}) {
    Selector::Target target;
    SelectorError error;
    EXPECT_FALSE(ParseSelector(text, &target, &error)) << text;
    EXPECT_FALSE(error.message.empty()) << text;
  }
}

TEST(DiagnosticCodes, AreExplainedInOrder) {
  int last = 0;
  for (const CodeExplanation& entry : CodeExplanations()) {
    EXPECT_GT(static_cast<int>(entry.code), last);
    last = static_cast<int>(entry.code);
    EXPECT_EQ(FindCode(CodeName(entry.code)), entry.code);
    EXPECT_FALSE(entry.summary.empty());
    EXPECT_GT(entry.explanation.size(), 40u) << CodeName(entry.code);
  }
  EXPECT_EQ(CodeName(Code::kMinIsrEqualsReplication), "KS012");
  EXPECT_EQ(FindCode("ks012"), Code::kMinIsrEqualsReplication);
  EXPECT_EQ(FindCode("KS999"), std::nullopt);
  EXPECT_EQ(FindCode("KS-12"), std::nullopt);
}

}  // namespace
}  // namespace ktrial::scenarios
