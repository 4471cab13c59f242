#include "reports/catalogue_command.h"

#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "scenarios/fault.h"
#include "scenarios/parse.h"

namespace ktrial::reports {
namespace {

TEST(Catalogue, EveryExampleOfAFaultIsOne) {
  const std::vector<CatalogueEntry> faults = EntriesOf("faults");
  // Faults that strike messages go by three names of their own, and by two that they share.
  EXPECT_EQ(faults.size(), std::variant_size_v<scenarios::Fault::Action> + 2);
  for (const CatalogueEntry& fault : faults) {
    ASSERT_EQ(fault.details.size(), 1u);
    const std::string text = R"(
name: example
kafka: "4.1"
duration: 10m
cluster: { brokers: 3 }
topics: { orders: { partitions: 1, replication.factor: 3 } }
faults:
  - )" + fault.details[0].second +
                             "\n";
    const scenarios::ParseResult parsed = scenarios::ParseScenario(text, fault.id);
    ASSERT_TRUE(parsed.ok()) << scenarios::FormatDiagnostics(parsed.diagnostics);
    EXPECT_EQ(scenarios::ActionName(parsed.scenario->faults[0].action), fault.id);
  }
}

}  // namespace
}  // namespace ktrial::reports
