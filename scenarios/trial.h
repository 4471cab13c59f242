// A scenario on trial: the world that it describes, the checkers and measures that watch it, and where in its timeline
// it stands. It is a value: a copy goes on exactly as the original does, from any moment.
//
//   Trial trial(scenario, seed);
//   while (trial.Step()) {}              // or trial.Run()
//   RunResult result = JudgeTrial(trial);
//
// A run has these phases. Start-up: controllers and brokers come up, the administrator creates the topics. Then the
// scenario's time 0 begins: clients start, faults come and go. At `duration` producers stop, every fault heals and what
// is down is started. After `quiesce` it is over, and liveness is demanded.
#ifndef KTRIAL_SCENARIOS_TRIAL_H_
#define KTRIAL_SCENARIOS_TRIAL_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "properties/checker_set.h"
#include "scenarios/control_history.h"
#include "scenarios/measure_read.h"
#include "scenarios/measure_write.h"
#include "scenarios/run_result.h"
#include "scenarios/scenario.h"
#include "scenarios/trial_world.h"
#include "sim/fact.h"
#include "sim/random.h"
#include "sim/time.h"
#include "sim/world_facts.h"

namespace ktrial::scenarios {

class Trial {
 public:
  enum class Phase : uint8_t { kStartUp, kLoad, kQuiesce, kOver };

  // A cluster that has not come up by then never will.
  static constexpr sim::Duration kStartUpLimit = sim::Seconds(300);

  // The scenario must have been accepted by the parser. Every draw derives from `seed`.
  Trial(std::shared_ptr<const Scenario> scenario, uint64_t seed);

  // Handles the next event, or what the timeline has next; false if the run is over. `listener`, here and below, hears
  // every fact after checkers and measures have.
  bool Step(sim::FactSink* listener = nullptr);
  // Goes on to `until` in the scenario's time, or to the end of the run if that is sooner.
  void RunUntil(sim::Duration until, sim::FactSink* listener = nullptr);
  // To the end of the run.
  void Run(sim::FactSink* listener = nullptr);

  Phase phase() const { return phase_; }
  bool over() const { return phase_ == Phase::kOver; }
  // The scenario's time; negative, and of no use, before it has begun.
  sim::Duration now() const { return ToScenarioTime(world().now()); }
  sim::Duration ToScenarioTime(sim::SimTime at) const { return at - zero_; }
  // How long the cluster took to come up; so far, while it does.
  sim::Duration start_up() const;

  const Scenario& scenario() const { return *scenario_; }
  uint64_t seed() const { return seed_; }
  // To be changed by tests only.
  sim::World& world() { return trial_.cluster.world; }
  const sim::World& world() const { return trial_.cluster.world; }
  const RunNames& names() const { return trial_.names; }
  const RunDirectory& directory() const { return trial_.directory; }
  const properties::CheckerSet& checkers() const { return checkers_; }
  const ControlHistory& history() const { return history_; }
  const WriteMeasure& writes() const { return writes_; }
  const ReadMeasure& reads() const { return reads_; }
  // The faults carried out so far.
  const std::vector<FaultResult>& faults() const { return faults_; }
  // Why the cluster did not come up; empty if it did.
  const std::string& not_started() const { return not_started_; }

 private:
  // What the timeline has, in order of time and then of insertion.
  struct Moment {
    enum class Kind : uint8_t { kBegin, kInject, kArm, kHeal, kStart, kRoll, kEndOfLoad, kFinalReads, kEnd };
    sim::SimTime at;
    Kind kind = Kind::kBegin;
    // Of kInject and kArm: index into the scenario's faults; of kHeal: into active_; of kRoll: into rolls_.
    size_t index = 0;
    // Of kStart.
    sim::ProcessId process = {};
  };
  // A life of a process that was asked to end in good order.
  struct Stopped {
    sim::ProcessId process;
    sim::Incarnation incarnation;
  };
  // A fault of the scenario that has been carried out.
  struct ActiveFault {
    // Index into the scenario's faults.
    size_t fault = 0;
    // Index into faults_.
    size_t result = 0;
    std::vector<sim::FaultId> ids = {};
    // What was asked to end, for healing to start again.
    std::vector<Stopped> stopped = {};
    std::vector<sim::ProcessId> targets = {};
    // Its targets do not run because of it.
    bool takes_down = false;
    bool healed = false;
  };
  // A rolling restart under way.
  struct Roll {
    enum class Step : uint8_t { kNext, kAwaitExit, kAwaitOthers, kOver };
    // Index into the administrator's actions.
    size_t action = 0;
    // Index into faults_.
    size_t result = 0;
    std::vector<cluster::BrokerId> brokers = {};
    // Whose turn it is.
    size_t turn = 0;
    Step step = Step::kNext;
    sim::Incarnation stopped = {};
    sim::SimTime started_at = {};
  };
  // A fault of the scenario whose condition has not come about yet.
  struct Waiting {
    size_t fault = 0;
    // Of a condition that waits for a request: what watches for it, and whether it has come.
    sim::FaultId probe = {};
    bool seen = false;
  };
  class Hearing;
  class Injector;

  void BecomePhase(Phase to);
  void Hear(const sim::FactHeader& header, const void* fact);
  void On(const sim::MessageFiltered& fact);
  // While the fault is being injected.
  void On(const sim::BitFlipped& fact);
  void On(const cluster::LogDirFailed& fact);
  void On(const sim::ProcessStarted& fact);
  void Schedule(Moment moment);
  void Apply(const Moment& moment, sim::FactSink* sink);
  bool StepStartUp(sim::FactSink* sink);
  void Begin(sim::FactSink* sink);
  void Inject(size_t fault, sim::FactSink* sink);
  void Heal(ActiveFault& active, sim::FactSink* sink);
  // Handles events up to `until`, or until one of them lets a fault begin: false.
  bool AdvanceTo(sim::SimTime until, sim::FactSink* sink);

  // trial_triggers.cc
  std::vector<sim::ProcessId> ResolveNow(const SelectorList& selectors);
  // Begins to wait for the condition of the fault.
  void Arm(size_t fault, sim::FactSink* sink);
  bool Holds(const Condition& condition);
  bool Is(sim::ProcessId process, NodesAre::State state) const;
  // Begins the faults whose conditions have come about; true if there was one.
  bool FireTriggers(sim::FactSink* sink);
  // What begins after this fault has begun, or healed.
  void ScheduleFollowers(size_t fault, AfterFault::Moment moment);
  bool IsInjected(size_t fault) const;
  void NoteFaultsThatNeverBegan();

  // trial_rolling.cc
  void BeginRolls();
  void StepRoll(size_t index, sim::FactSink* sink);
  bool MayGoOn(const Roll& roll) const;
  void EndRoll(Roll& roll);

  // Starts the process, once it has ended if it still shuts down.
  void StartAgain(sim::ProcessId process, sim::FactSink* sink);
  void EndLoad(sim::FactSink* sink);
  // Disks work again; a broker that runs with a log directory offline uses it again only after a restart.
  void RestartBrokersThatLostLogDirs(sim::FactSink* sink);
  // What became of the administrator's operations.
  void NoteOperations();
  std::string NamesOf(const std::vector<sim::ProcessId>& processes) const;

  std::shared_ptr<const Scenario> scenario_;
  uint64_t seed_;
  TrialWorld trial_;
  properties::CheckerSet checkers_;
  ControlHistory history_;
  WriteMeasure writes_;
  ReadMeasure reads_;
  Phase phase_ = Phase::kStartUp;
  // The scenario's time 0.
  sim::SimTime zero_ = sim::SimTime::Max();
  std::vector<Moment> timeline_;
  size_t next_moment_ = 0;
  std::vector<ActiveFault> active_;
  std::vector<FaultResult> faults_;
  std::vector<Waiting> waiting_;
  std::vector<Roll> rolls_;
  // Since a log directory of theirs failed they have not been started again.
  std::set<cluster::BrokerId> lost_log_dirs_;
  std::vector<Stopped> restarting_;
  // Something happened that conditions may depend on.
  bool look_again_ = false;
  sim::RandomStream fault_stream_;
  std::string not_started_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_TRIAL_H_
