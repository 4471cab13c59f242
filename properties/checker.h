// A property that is watched while a run goes on. Each invariant is a class of its own in invariants/, with an On for
// every fact that concerns it:
//
//   class LeaderUniqueness : public CheckerBase<LeaderUniqueness> {
//    public:
//     void On(const Moment& moment, const cluster::BecameLeader& fact) { ... Report(moment, "...", {}); }
//   };
//
// Checkers are values: a copy goes on by itself, as a World does.
#ifndef KTRIAL_PROPERTIES_CHECKER_H_
#define KTRIAL_PROPERTIES_CHECKER_H_

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "properties/fact_dispatch.h"
#include "properties/ghost.h"
#include "properties/ledger.h"
#include "properties/violation.h"
#include "sim/ids.h"

namespace ktrial::properties {

// What the checkers must know of the configuration.
struct TrialFacts {
  // By TopicId; names of topics for messages.
  std::vector<std::string> topic_names;
  // min(min.insync.replicas, replication factor) by TopicId; missing entries count as 1.
  std::vector<int32_t> effective_min_isr;
  // The same by the largest value that the topic has during the run; a value that the cluster went by at any time is
  // not above it.
  std::vector<int32_t> largest_min_isr;
  // eligible.leader.replicas.version >= 1 (KIP-966)
  bool eligible_leader_replicas = true;
  // Group names by GroupIndex.
  std::vector<std::string> groups;
  // Topic of each group's subscription, by GroupIndex.
  std::vector<cluster::TopicId> group_topics;
  // Clients whose producer keeps order: idempotent, or one request in flight.
  absl::btree_map<cluster::ClientId, bool> keeps_order;
  // Names of producers and consumers by ClientId, for messages; those without one are called "client 3".
  std::vector<std::string> client_names;
  // delivery.timeout.ms of each producer.
  absl::btree_map<cluster::ClientId, sim::Duration> delivery_timeouts;
  // The scenario's time 0, from which messages count.
  sim::SimTime origin;
  // The voters of the metadata quorum as it begins, and the machines behind them.
  absl::btree_map<sim::ProcessId, BrokerId> voter_of_process;
  absl::btree_map<sim::DiskId, BrokerId> voter_of_disk;
  // Consumers that should be members of their group at the end.
  absl::btree_map<cluster::ClientId, cluster::GroupIndex> consumers;
};

// The present moment as a checker sees it. Ghost and ledger have taken the fact in already.
struct Moment {
  sim::SimTime at;
  const Ghost& ghost;
  const Ledger& ledger;
  const TrialFacts& facts;
  // The process that emitted the fact.
  sim::Incarnation incarnation = {};
  sim::ProcessId process = {};

  // "orders-0"
  std::string Name(TopicPartition tp) const;
  // "shop-0", or "client 3".
  std::string Name(cluster::ClientId client) const;
  // "record 17 of shop-0"; "a control record" for values below 0.
  std::string RecordName(int64_t value) const;
  // "12.345 s", in time of the scenario.
  std::string Time(sim::SimTime time) const;
  // Of a topic in facts.largest_min_isr.
  int32_t LargestMinIsr(cluster::TopicId topic) const;
  // Why the partition may have lost committed records at present; empty if nothing allows it.
  std::string Licence(TopicPartition tp) const;
  // The same for a record of the workload: also what has been in force at any time since it was sent.
  std::string LicenceFor(TopicPartition tp, int64_t value) const;
};

class Checker {
 public:
  virtual ~Checker() = default;
  virtual std::unique_ptr<Checker> Clone() const = 0;
  virtual bool Listens(sim::FactKind kind) const = 0;
  virtual void OnFact(const Moment& moment, sim::FactKind kind, const void* fact) = 0;
  // The run is over: faults healed, time to settle given. For liveness, and for what only the end can tell.
  virtual void OnEnd(const Moment&) {}

  const std::vector<Violation>& violations() const { return violations_; }
  // Those that nothing allows, and those under a licence.
  int64_t violation_count() const { return violation_count_; }
  int64_t allowed_count() const { return allowed_count_; }
  // How often the property was actually put to the test.
  int64_t exercised() const { return exercised_; }

  struct Tally {
    int64_t exercised = 0;
    int64_t violated = 0;
    int64_t allowed = 0;
  };
  // The same three of one group, for checkers that tell groups apart; zeros for others.
  Tally TallyOf(cluster::GroupIndex group) const;
  void set_id(std::string_view id) { id_ = id; }

 protected:
  void Report(const Moment& moment, std::string summary, std::vector<std::string> evidence = {},
              std::string licence = {});
  // Whether one more violation would be kept: evidence for the others is not worth its making.
  bool Keeps(std::string_view licence) const {
    return (licence.empty() ? violation_count_ : allowed_count_) < kMaxKept;
  }
  void Exercise() { ++exercised_; }
  // For checkers that tell groups apart.
  void ExerciseGroup(cluster::GroupIndex group) {
    Exercise();
    ++by_group_[group].exercised;
  }
  void ReportGroup(const Moment& moment, cluster::GroupIndex group, std::string summary, std::string licence);

 private:
  // More are counted, not kept; those under a licence apart, so that they cannot crowd out the others.
  static constexpr int64_t kMaxKept = 10;

  std::string_view id_;
  std::vector<Violation> violations_;
  int64_t violation_count_ = 0;
  int64_t allowed_count_ = 0;
  int64_t exercised_ = 0;
  absl::btree_map<cluster::GroupIndex, Tally> by_group_;
};

template <typename Derived>
class CheckerBase : public Checker {
 public:
  // Hidden by the checker's own; a checker that judges the end alone has none.
  struct NoFact {};
  void On(const Moment&, const NoFact&) {}

  std::unique_ptr<Checker> Clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }

  bool Listens(sim::FactKind kind) const override {
    return [&]<typename... F>(std::type_identity<std::tuple<F...>>) {
      return ((F::kKind == kind && HasOn<F>()) || ...);
    }(std::type_identity<FactTypes>());
  }

  void OnFact(const Moment& moment, sim::FactKind kind, const void* fact) override {
    DispatchFact(kind, fact, [&](const auto& typed) {
      if constexpr (HasOn<std::decay_t<decltype(typed)>>()) static_cast<Derived&>(*this).On(moment, typed);
    });
  }

 private:
  template <typename F>
  static constexpr bool HasOn() {
    return requires(Derived & derived, const Moment& moment, const F& fact) { derived.On(moment, fact); };
  }
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_CHECKER_H_
