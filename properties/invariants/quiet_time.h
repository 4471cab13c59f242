// How long nothing has been done to any node: what liveness may ask for depends on it. A checker derives from
// QuietTime<itself> in the place of CheckerBase, and asks IsQuietSince at the end.
//
//   class EveryNodeSettles : public QuietTime<EveryNodeSettles> {
//     using QuietTime::On;
//     void OnEnd(const Moment& moment) override { if (!IsQuietSince(moment, kTimeToSettle)) return; ... }
#ifndef KTRIAL_PROPERTIES_INVARIANTS_QUIET_TIME_H_
#define KTRIAL_PROPERTIES_INVARIANTS_QUIET_TIME_H_

#include "absl/container/btree_set.h"
#include "properties/checker.h"
#include "sim/world_facts.h"

namespace ktrial::properties {

// By then all timeouts of Kafka's defaults have run out: a session, a check of the quorum, a few elections.
inline constexpr sim::Duration kTimeToSettle = sim::Seconds(15);

template <typename Derived>
class QuietTime : public CheckerBase<Derived> {
 public:
  void On(const Moment& moment, const sim::ProcessStarted& fact) {
    if (!IsNode(moment, fact.process)) return;
    running_.insert(fact.process);
    disturbed_ = moment.at;
  }
  void On(const Moment& moment, const sim::ProcessExited& fact) { End(moment, fact.process); }
  void On(const Moment& moment, const sim::ProcessKilled& fact) { End(moment, fact.process); }
  void On(const Moment& moment, const sim::ProcessResumed&) { disturbed_ = moment.at; }
  void On(const Moment& moment, const sim::FaultBegun&) { disturbed_ = moment.at; }
  void On(const Moment& moment, const sim::FaultHealed&) { disturbed_ = moment.at; }

 protected:
  bool IsRunning(sim::ProcessId process) const { return running_.contains(process); }
  // Nothing began or ended for so long: no broker or controller, no fault.
  bool IsQuietSince(const Moment& moment, sim::Duration duration) const { return disturbed_ + duration <= moment.at; }

 private:
  static bool IsNode(const Moment& moment, sim::ProcessId process) {
    return moment.ghost.NodeOf(process).valid() || moment.facts.voter_of_process.contains(process);
  }
  void End(const Moment& moment, sim::ProcessId process) {
    if (running_.erase(process) > 0) disturbed_ = moment.at;
  }

  absl::btree_set<sim::ProcessId> running_;
  sim::SimTime disturbed_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_QUIET_TIME_H_
