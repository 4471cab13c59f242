#include "scenarios/resolve_selector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "scenarios/test_scenario.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

using cluster::BrokerId;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// A running trial of the test scenario, looked into at 10 s.
class ResolveSelectorTest : public ::testing::Test {
 protected:
  ResolveSelectorTest()
      : trial_(std::make_shared<const Scenario>(
                   *ParseScenario(EditedScenario({{"shop,", "shop, count: 2,"}}), "t.yaml").scenario),
               1),
        draw_(sim::RandomStream::Derive(1, "test", 0, 0)) {
    trial_.RunUntil(sim::Seconds(10));
  }

  // Names of the processes that the selectors match.
  std::vector<std::string> Resolve(const std::vector<std::string>& texts) {
    SelectorList selectors;
    for (const std::string& text : texts) {
      Selector selector;
      SelectorError error;
      EXPECT_TRUE(ParseSelector(text, &selector.target, &error)) << error.message;
      selectors.push_back(std::move(selector));
    }
    return NamesOf(selectors);
  }
  std::vector<std::string> NamesOf(const SelectorList& selectors) {
    const ClusterView view{trial_.world(), trial_.directory(), trial_.checkers().ghost(), trial_.history()};
    std::vector<std::string> names;
    for (const sim::ProcessId process : ResolveSelectors(selectors, view, draw_)) {
      names.push_back(trial_.names().Process(process));
    }
    return names;
  }
  const properties::GhostPartition& Orders0() {
    return *trial_.checkers().ghost().Find({trial_.directory().topics.at("orders"), 0});
  }
  static std::string NameOf(BrokerId broker) { return "broker-" + std::to_string(broker.value()); }
  void Kill(const std::string& text) {
    for (const std::string& name : Resolve({text})) {
      for (int32_t i = 0; i < trial_.world().process_count(); ++i) {
        if (trial_.names().Process(sim::ProcessId(i)) == name) trial_.world().Kill(sim::ProcessId(i));
      }
    }
  }

  Trial trial_;
  sim::RandomStream draw_;
};

TEST_F(ResolveSelectorTest, NodesByTheirIds) {
  EXPECT_THAT(Resolve({"broker 2"}), ElementsAre("broker-2"));
  EXPECT_THAT(Resolve({"controller 3001"}), ElementsAre("controller-3001"));
  EXPECT_THAT(Resolve({"broker 9"}), IsEmpty());
  EXPECT_THAT(Resolve({"all brokers"}), ElementsAre("broker-1", "broker-2", "broker-3"));
  EXPECT_EQ(Resolve({"all"}).size(), 6u) << "brokers and controllers, no clients";
}

TEST_F(ResolveSelectorTest, ReplicasByTheirRole) {
  const std::string leader = NameOf(Orders0().leader);
  EXPECT_THAT(Resolve({"leader of orders/0"}), ElementsAre(leader));
  const std::vector<std::string> followers = Resolve({"followers of orders/0"});
  EXPECT_EQ(followers.size(), 2u);
  EXPECT_EQ(std::count(followers.begin(), followers.end(), leader), 0);
  EXPECT_THAT(Resolve({"isr of orders/0"}), UnorderedElementsAre("broker-1", "broker-2", "broker-3"));
  EXPECT_THAT(Resolve({"leader of orders/99"}), IsEmpty());
  EXPECT_THAT(Resolve({"leader of bills/0"}), IsEmpty());
}

TEST_F(ResolveSelectorTest, TheLeaderIsTheOneThatTheControllerElectedLast) {
  const std::string old_leader = NameOf(Orders0().leader);
  Kill("leader of orders/0");
  // Nobody has noticed yet.
  EXPECT_THAT(Resolve({"leader of orders/0"}), ElementsAre(old_leader));
  trial_.RunUntil(sim::Seconds(25));
  EXPECT_THAT(Resolve({"leader of orders/0"}), ElementsAre(NameOf(Orders0().leader)));
  EXPECT_NE(NameOf(Orders0().leader), old_leader);
  EXPECT_EQ(Resolve({"isr of orders/0"}).size(), 2u);
  EXPECT_EQ(Resolve({"followers of orders/0"}).size(), 2u) << "the dead one is a replica still";
}

TEST_F(ResolveSelectorTest, AnActiveControllerThatDiedIsNone) {
  const std::vector<std::string> active = Resolve({"active controller"});
  ASSERT_EQ(active.size(), 1u);
  EXPECT_EQ(active[0].rfind("controller-", 0), 0u);
  Kill("active controller");
  EXPECT_THAT(Resolve({"active controller"}), IsEmpty());
  trial_.RunUntil(sim::Seconds(25));
  ASSERT_EQ(Resolve({"active controller"}).size(), 1u);
  EXPECT_NE(Resolve({"active controller"}), active);
}

TEST_F(ResolveSelectorTest, TheCoordinatorLeadsThePartitionOfItsGroup) {
  EXPECT_EQ(Resolve({"coordinator of group billing"}).size(), 1u);
  EXPECT_THAT(Resolve({"coordinator of group nobody"}), IsEmpty());
}

TEST_F(ResolveSelectorTest, ClientsByTheirWorkloadAndNumber) {
  EXPECT_THAT(NamesOf({{ClientSelector{"shop", std::nullopt}, {}}}), ElementsAre("shop-0", "shop-1"));
  EXPECT_THAT(NamesOf({{ClientSelector{"shop", 1}, {}}}), ElementsAre("shop-1"));
  EXPECT_THAT(NamesOf({{ClientSelector{"nobody", std::nullopt}, {}}}), IsEmpty());
}

TEST_F(ResolveSelectorTest, ARandomBrokerRuns) {
  Kill("broker 1");
  Kill("broker 3");
  for (int i = 0; i < 20; ++i) EXPECT_THAT(Resolve({"random broker"}), ElementsAre("broker-2"));
  Kill("broker 2");
  EXPECT_THAT(Resolve({"random broker"}), IsEmpty());
}

TEST_F(ResolveSelectorTest, OfSeveralSelectorsEachProcessIsTakenOnce) {
  EXPECT_THAT(Resolve({"broker 2", "all brokers", "broker 2"}), ElementsAre("broker-2", "broker-1", "broker-3"));
}

}  // namespace
}  // namespace ktrial::scenarios
