// Rolling restarts, as an operator does them: one broker after the other is stopped in good order and started again.
#include <algorithm>
#include <utility>

#include "scenarios/admin_request.h"
#include "scenarios/trial.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

// How often the operator looks.
constexpr sim::Duration kLook = sim::Milliseconds(100);

const RollingRestart& RestartOf(const Scenario& scenario, size_t action) {
  return std::get<RollingRestart>(scenario.workload.admin[action].operation);
}

}  // namespace

void Trial::BeginRolls() {
  const std::vector<AdminAction>& actions = scenario_->workload.admin;
  for (size_t i = 0; i < actions.size(); ++i) {
    const auto* rolling = std::get_if<RollingRestart>(&actions[i].operation);
    if (rolling == nullptr) continue;
    Roll roll{.action = i};
    for (const Located<int32_t>& broker : rolling->brokers) roll.brokers.emplace_back(broker.value);
    if (rolling->brokers.empty()) roll.brokers = directory().brokers;
    Schedule({.at = zero_ + actions[i].at.value, .kind = Moment::Kind::kRoll, .index = rolls_.size()});
    rolls_.push_back(std::move(roll));
  }
}

// Whether the operator takes the broker that has been started for back.
bool Trial::MayGoOn(const Roll& roll) const {
  const RollingRestart& rolling = RestartOf(*scenario_, roll.action);
  switch (rolling.wait) {
    case RollingRestart::Wait::kNone:
      return true;
    case RollingRestart::Wait::kTime:
      return world().now() >= roll.started_at + rolling.time;
    case RollingRestart::Wait::kIsr:
      break;
  }
  if (!checkers_.ghost().IsLive(roll.brokers[roll.turn])) return false;
  const auto& partitions = checkers_.ghost().partitions();
  return std::all_of(partitions.begin(), partitions.end(), [](const auto& entry) {
    const properties::GhostPartition& partition = entry.second;
    return partition.leader.valid() && partition.isr.size() == partition.assigned.size();
  });
}

void Trial::StepRoll(size_t index, sim::FactSink* sink) {
  Roll& roll = rolls_[index];
  if (roll.step == Roll::Step::kNext && roll.turn == 0) {
    const AdminAction& action = scenario_->workload.admin[roll.action];
    roll.result = faults_.size();
    faults_.push_back({.what = DescribeAdminAction(action), .resolved = "begun", .begun = now()});
  }
  const auto process_of = [&] { return directory().nodes.at(roll.brokers[roll.turn]); };
  if (roll.step == Roll::Step::kAwaitExit && !world().running(process_of())) {
    // Unless a fault has taken its machine meanwhile.
    if (world().powered(world().host_of(process_of()))) world().Start(process_of(), sink);
    roll.started_at = world().now();
    roll.step = Roll::Step::kAwaitOthers;
  } else if (roll.step == Roll::Step::kAwaitExit && world().incarnation(process_of()) != roll.stopped) {
    // Somebody else has started it again.
    roll.started_at = world().now();
    roll.step = Roll::Step::kAwaitOthers;
  }
  if (roll.step == Roll::Step::kAwaitOthers && MayGoOn(roll)) {
    ++roll.turn;
    roll.step = Roll::Step::kNext;
  }
  // What has been stopped is started also when the load is over; nothing new is begun then.
  const bool late = phase_ != Phase::kLoad && roll.step != Roll::Step::kAwaitExit;
  if (roll.turn == roll.brokers.size() || late) return EndRoll(roll);
  if (roll.step == Roll::Step::kNext) {
    roll.step = Roll::Step::kAwaitExit;
    roll.stopped = world().incarnation(process_of());
    if (world().running(process_of())) world().Stop(process_of(), sink);
  }
  Schedule({.at = world().now() + kLook, .kind = Moment::Kind::kRoll, .index = index});
}

void Trial::EndRoll(Roll& roll) {
  KT_CHECK(roll.step != Roll::Step::kOver);
  roll.step = Roll::Step::kOver;
  FaultResult& result = faults_[roll.result];
  result.resolved = std::to_string(roll.turn) + " of " + std::to_string(roll.brokers.size()) + " restarted";
  if (roll.turn == roll.brokers.size()) {
    result.healed = now();
  } else {
    result.hit = false;
    result.miss = "the load was over before all were restarted";
  }
}

}  // namespace ktrial::scenarios
