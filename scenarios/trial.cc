#include "scenarios/trial.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "cluster/client/admin_operations_process.h"
#include "cluster/client/admin_process.h"
#include "properties/fact_dispatch.h"
#include "scenarios/admin_request.h"
#include "scenarios/run_text.h"
#include "sim/check.h"

namespace ktrial::scenarios {

using sim::FactSink;
using sim::SimTime;

namespace {

constexpr sim::Duration kMillisecond = sim::Milliseconds(1);

// Conditions of faults look at nodes, partitions and controllers, and at messages of which a filter tells.
template <typename Fact>
constexpr bool MayDecide() {
  return std::is_same_v<Fact, cluster::PartitionCommitted> || std::is_same_v<Fact, cluster::ControllerActivated> ||
         std::is_same_v<Fact, cluster::BrokerRegistrationCommitted> ||
         std::is_same_v<Fact, cluster::GroupStateChanged> || std::is_same_v<Fact, sim::ProcessStarted> ||
         std::is_same_v<Fact, sim::ProcessExited> || std::is_same_v<Fact, sim::ProcessKilled> ||
         std::is_same_v<Fact, sim::MessageFiltered>;
}

SimTime NextWholeMillisecond(SimTime at) {
  return SimTime((at.nanos() / kMillisecond.nanos() + 1) * kMillisecond.nanos());
}

}  // namespace

// Hands every fact of one call to the trial, then to who else listens.
class Trial::Hearing : public FactSink {
 public:
  Hearing(Trial& trial, FactSink* listener) : trial_(trial), listener_(listener) {}
  void OnFact(const sim::FactHeader& header, const void* fact) override {
    trial_.Hear(header, fact);
    if (listener_ != nullptr) listener_->OnFact(header, fact);
  }

 private:
  Trial& trial_;
  FactSink* listener_;
};

Trial::Trial(std::shared_ptr<const Scenario> scenario, uint64_t seed)
    : scenario_(std::move(scenario)),
      seed_(seed),
      trial_(BuildTrialWorld(*scenario_, seed)),
      checkers_(GhostTopologyOf(trial_), TrialFactsOf(*scenario_, trial_)),
      fault_stream_(sim::RandomStream::Derive(seed, "scenario.faults", 0, 0)) {}

void Trial::BecomePhase(Phase to) {
  KT_CHECK(phase_ < to);
  phase_ = to;
}

sim::Duration Trial::start_up() const {
  return (phase_ == Phase::kStartUp || !not_started_.empty() ? world().now() : zero_) - SimTime();
}

void Trial::Hear(const sim::FactHeader& header, const void* fact) {
  checkers_.OnFact(header, fact);
  history_.OnFact(header, fact);
  properties::DispatchFact(header.kind, fact, [&](const auto& typed) {
    if constexpr (requires { writes_.On(header, typed); }) writes_.On(header, typed);
    if constexpr (requires { reads_.On(header, typed); }) reads_.On(header, typed);
    if constexpr (requires { On(typed); }) On(typed);
    look_again_ = look_again_ || (!waiting_.empty() && MayDecide<std::decay_t<decltype(typed)>>());
  });
}

void Trial::Schedule(Moment moment) {
  const auto after = std::upper_bound(timeline_.begin() + static_cast<std::ptrdiff_t>(next_moment_), timeline_.end(),
                                      moment.at, [](SimTime at, const Moment& m) { return at < m.at; });
  timeline_.insert(after, moment);
}

bool Trial::Step(FactSink* listener) {
  if (over()) return false;
  Hearing hearing(*this, listener);
  if (phase_ == Phase::kStartUp && timeline_.empty()) return StepStartUp(&hearing);
  const SimTime at = timeline_[next_moment_].at;
  if (world().next_event_at() <= at) {
    world().Step(&hearing);
    FireTriggers(&hearing);
    return true;
  }
  world().RunUntil(at, &hearing);
  const Moment moment = timeline_[next_moment_];
  ++next_moment_;
  Apply(moment, &hearing);
  return true;
}

bool Trial::StepStartUp(FactSink* sink) {
  if (world().now() == SimTime() && world().events_processed() == 0) {
    for (const auto& [node, process] : directory().nodes) world().Start(process, sink);
    world().Start(trial_.admin, sink);
  }
  const bool stepped = world().Step(sink);
  const auto& admin = world().process_as<cluster::AdminProcess>(trial_.admin);
  if (admin.ready()) {
    zero_ = NextWholeMillisecond(world().now());
    Schedule({.at = zero_, .kind = Moment::Kind::kBegin});
    return true;
  }
  const bool refused = admin.phase() == cluster::AdminProcess::Phase::kRefused;
  if (stepped && !refused && world().now() < SimTime() + kStartUpLimit) return true;
  not_started_ = "the cluster did not come up: " + admin.Explain();
  zero_ = world().now();
  BecomePhase(Phase::kOver);
  return false;
}

void Trial::RunUntil(sim::Duration until, FactSink* listener) {
  while (phase_ == Phase::kStartUp && Step(listener)) {
  }
  const SimTime target = zero_ + until;
  while (!over() && world().now() < target) {
    Hearing hearing(*this, listener);
    const SimTime at = timeline_[next_moment_].at;
    if (!AdvanceTo(std::min(at, target), &hearing)) continue;
    if (at > target) return;
    const Moment moment = timeline_[next_moment_];
    ++next_moment_;
    Apply(moment, &hearing);
  }
}

bool Trial::AdvanceTo(SimTime until, FactSink* sink) {
  while (!waiting_.empty() && world().next_event_at() <= until) {
    world().Step(sink);
    if (FireTriggers(sink)) return false;
  }
  world().RunUntil(until, sink);
  return true;
}

void Trial::Run(FactSink* listener) {
  RunUntil(scenario_->duration.value + scenario_->quiesce.value + sim::Seconds(1), listener);
  KT_CHECK(over());
}

void Trial::Apply(const Moment& moment, FactSink* sink) {
  switch (moment.kind) {
    case Moment::Kind::kBegin:
      return Begin(sink);
    case Moment::Kind::kInject:
      return Inject(moment.index, sink);
    case Moment::Kind::kArm:
      return Arm(moment.index, sink);
    case Moment::Kind::kHeal:
      return Heal(active_[moment.index], sink);
    case Moment::Kind::kStart:
      return StartAgain(moment.process, sink);
    case Moment::Kind::kRoll:
      return StepRoll(moment.index, sink);
    case Moment::Kind::kEndOfLoad:
      return EndLoad(sink);
    case Moment::Kind::kFinalReads:
      return world().Start(trial_.offsets_reader, sink);
    case Moment::Kind::kEnd:
      NoteOperations();
      checkers_.facts().effective_min_isr = EffectiveMinIsr(*scenario_, trial_, /*largest=*/true);
      checkers_.Finish(world().now());
      return BecomePhase(Phase::kOver);
  }
}

void Trial::Begin(FactSink* sink) {
  BecomePhase(Phase::kLoad);
  world().Stop(trial_.admin, sink);
  const auto& admin = world().process_as<cluster::AdminProcess>(trial_.admin);
  for (size_t i = 0; i < scenario_->topics.size(); ++i) {
    const std::string& name = scenario_->topics[i].name.value;
    trial_.directory.topics[name] = admin.topic_ids()[i];
    trial_.names.topics[admin.topic_ids()[i]] = name;
  }
  // The one topic that brokers create by themselves is the next.
  trial_.names.topics[cluster::TopicId(static_cast<int32_t>(scenario_->topics.size()))] = "__consumer_offsets";
  const SimTime end_of_load = zero_ + scenario_->duration.value;
  AddClients(*scenario_, zero_, end_of_load, &trial_);
  checkers_.facts() = TrialFactsOf(*scenario_, trial_);
  checkers_.facts().origin = zero_;
  for (const auto& [name, members] : directory().clients) {
    for (const sim::ProcessId client : members) world().Start(client, sink);
  }
  if (trial_.operator_tool.valid()) world().Start(trial_.operator_tool, sink);
  for (size_t i = 0; i < scenario_->faults.size(); ++i) {
    const Fault& fault = scenario_->faults[i];
    if (fault.when) {
      Schedule({.at = zero_ + fault.when->after, .kind = Moment::Kind::kArm, .index = i});
    } else if (!fault.after) {
      Schedule({.at = zero_ + fault.at.value, .kind = Moment::Kind::kInject, .index = i});
    }
  }
  BeginRolls();
  Schedule({.at = end_of_load, .kind = Moment::Kind::kEndOfLoad});
  // Late in the quiet time, so that the cluster has settled and an answer still arrives.
  Schedule({.at = end_of_load + scenario_->quiesce.value / 4 * 3, .kind = Moment::Kind::kFinalReads});
  Schedule({.at = end_of_load + scenario_->quiesce.value, .kind = Moment::Kind::kEnd});
}

void Trial::NoteOperations() {
  if (!trial_.operator_tool.valid()) return;
  const auto& tool = world().process_as<cluster::AdminOperationsProcess>(trial_.operator_tool);
  for (size_t i = 0; i < trial_.operations.size(); ++i) {
    const AdminAction& action = scenario_->workload.admin[trial_.operations[i]];
    FaultResult result{.what = DescribeAdminAction(action), .resolved = "sent", .begun = action.at.value};
    const std::optional<cluster::AdminOutcome> outcome = tool.OutcomeOf(i);
    if (outcome && outcome->error == cluster::ErrorCode::kNone) {
      result.resolved = "done at " + SecondsText(ToScenarioTime(outcome->answered_at));
    } else {
      result.hit = false;
      result.miss = outcome ? "refused: " + std::string(cluster::ErrorName(outcome->error)) : "no answer came";
    }
    faults_.push_back(std::move(result));
  }
}

void Trial::EndLoad(FactSink* sink) {
  BecomePhase(Phase::kQuiesce);
  for (const Waiting& waiting : waiting_) {
    if (waiting.probe.valid()) world().Heal(waiting.probe, sink);
  }
  waiting_.clear();
  NoteFaultsThatNeverBegan();
  for (ActiveFault& active : active_) Heal(active, sink);
  RestartBrokersThatLostLogDirs(sink);
  for (const auto& [node, process] : directory().nodes) StartAgain(process, sink);
  for (const auto& [name, members] : directory().clients) {
    for (const sim::ProcessId client : members) StartAgain(client, sink);
  }
}

std::string Trial::NamesOf(const std::vector<sim::ProcessId>& processes) const {
  std::string text;
  for (const sim::ProcessId process : processes) {
    if (!text.empty()) text += ", ";
    text += names().Process(process);
  }
  return text.empty() ? "nothing" : text;
}

}  // namespace ktrial::scenarios
