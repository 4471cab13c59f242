#include "scenarios/units.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace ktrial::scenarios {
namespace {

TEST(Units, Durations) {
  EXPECT_EQ(ParseDuration("250us").value, sim::Microseconds(250));
  EXPECT_EQ(ParseDuration("1h30m").value, sim::Seconds(5'400));
  EXPECT_EQ(ParseDuration("1.5s").value, sim::Milliseconds(1'500));
  EXPECT_EQ(ParseDuration("-30s").value, sim::Seconds(-30));
  EXPECT_EQ(ParseDuration("0s").value, sim::Duration());
  EXPECT_EQ(ParseDuration("2min").value, sim::Seconds(120));
  EXPECT_EQ(ParseDuration("30").error, UnitError::kMissingUnit);
  EXPECT_EQ(ParseDuration("5MB").error, UnitError::kOtherUnit);
  EXPECT_EQ(ParseDuration("500/s").error, UnitError::kOtherUnit);
  EXPECT_EQ(ParseDuration("0.5ns").error, UnitError::kTooFine);
  EXPECT_EQ(ParseDuration("99999d").error, UnitError::kTooLarge);
  EXPECT_EQ(ParseDuration("9999999999999999999s").error, UnitError::kTooLarge);
  for (const char* text :
       {"", "-", "s", "fast", "1m1h", "1s1s", "1h30", ".5s", "5.s", "1.2.3s", " 5s", "5 s", "1:30"}) {
    EXPECT_EQ(ParseDuration(text).error, UnitError::kMalformed) << text;
  }
}

TEST(Units, Sizes) {
  EXPECT_EQ(ParseSize("16KiB").value, 16'384);
  EXPECT_EQ(ParseSize("1MB").value, 1'000'000);
  EXPECT_EQ(ParseSize("1.5KiB").value, 1'536);
  EXPECT_EQ(ParseSize("100").error, UnitError::kMissingUnit);
  EXPECT_EQ(ParseSize("5s").error, UnitError::kOtherUnit);
  EXPECT_EQ(ParseSize("0.5B").error, UnitError::kTooFine);
  EXPECT_EQ(ParseSize("99999999TiB").error, UnitError::kTooLarge);
  EXPECT_EQ(ParseSize("-1B").error, UnitError::kMalformed);
}

TEST(Units, RatesAndFactors) {
  EXPECT_EQ(ParseRate("500/s").value, (Rate{500, sim::Seconds(1)}));
  EXPECT_EQ(ParseRate("30/m").value, (Rate{30, sim::Seconds(60)}));
  EXPECT_EQ(ParseRate("500").error, UnitError::kMissingUnit);
  EXPECT_EQ(ParseRate("500s").error, UnitError::kOtherUnit);
  EXPECT_EQ(ParseRate("0.5/s").error, UnitError::kTooFine);
  EXPECT_EQ(ParseRate("5/year").error, UnitError::kMalformed);
  EXPECT_EQ(ParseFactor("x50").value, (Factor{50'000}));
  EXPECT_EQ(ParseFactor("x1.25").value, (Factor{1'250}));
  EXPECT_EQ(ParseFactor("50").error, UnitError::kMissingUnit);
  EXPECT_EQ(ParseFactor("x0").error, UnitError::kMalformed);
}

RC_GTEST_PROP(UnitsProperty, DurationsRoundTrip, ()) {
  const int64_t nanos =
      *rc::gen::inRange<int64_t>(-1'000'000, 1'000'000) *
      *rc::gen::element<int64_t>(1, 1'000, 1'000'000, 1'000'000'000, 60'000'000'000, 3'600'000'000'000);
  const sim::Duration duration = sim::Nanoseconds(nanos % (int64_t{10'000} * 86'400'000'000'000));
  RC_ASSERT(ParseDuration(FormatDuration(duration)).ok());
  RC_ASSERT(ParseDuration(FormatDuration(duration)).value == duration);
}

RC_GTEST_PROP(UnitsProperty, SizesRoundTrip, ()) {
  const int64_t bytes = *rc::gen::inRange<int64_t>(0, 1'000'000) *
                        *rc::gen::element<int64_t>(1, 1'000, 1'024, 1'000'000, 1 << 20, 1 << 30);
  RC_ASSERT(ParseSize(FormatSize(bytes)).ok());
  RC_ASSERT(ParseSize(FormatSize(bytes)).value == bytes);
}

RC_GTEST_PROP(UnitsProperty, RatesAndFactorsRoundTrip, ()) {
  const Rate rate{*rc::gen::inRange<int64_t>(0, 1'000'000'001),
                  *rc::gen::element(sim::Milliseconds(1), sim::Seconds(1), sim::Seconds(60), sim::Seconds(3'600))};
  RC_ASSERT(ParseRate(FormatRate(rate)).value == rate);
  const Factor factor{*rc::gen::inRange<int64_t>(1, 1'000'000'001)};
  RC_ASSERT(ParseFactor(FormatFactor(factor)).value == factor);
}

}  // namespace
}  // namespace ktrial::scenarios
