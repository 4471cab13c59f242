// All checkers of a run, with the ghost state and the ledger they judge by: give it to a World as its FactSink.
//
//   CheckerSet checkers(topology, facts);
//   world.RunUntil(end, &checkers);
//   checkers.Finish(world.now());
//   for (const Violation& v : checkers.Violations()) ...
//
// A copy is independent, so that a fork of a World can take its checkers along.
#ifndef KTRIAL_PROPERTIES_CHECKER_SET_H_
#define KTRIAL_PROPERTIES_CHECKER_SET_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "properties/checker.h"

namespace ktrial::properties {

// A property that ktrial knows, for `ktrial list properties` and `ktrial explain S6`.
struct PropertyInfo {
  // "S6"
  std::string_view id;
  // "leader-completeness"
  std::string_view name;
  // One sentence.
  std::string_view statement;
  std::unique_ptr<Checker> (*make)();
};

// By group and number: C1, C4, G1, ..., S28, S29.
const std::vector<PropertyInfo>& AllProperties();
// Null if there is none of that id or name, in any case of letters.
const PropertyInfo* FindProperty(std::string_view id_or_name);

class CheckerSet : public sim::FactSink {
 public:
  CheckerSet(GhostTopology topology, TrialFacts facts);
  CheckerSet(const CheckerSet& other);
  CheckerSet& operator=(const CheckerSet& other);
  CheckerSet(CheckerSet&&) = default;
  CheckerSet& operator=(CheckerSet&&) = default;

  void OnFact(const sim::FactHeader& header, const void* fact) override;
  // Asks every checker for what only the end can tell. Call once, after the run has settled.
  void Finish(sim::SimTime now);

  // All that were kept, in order of time.
  std::vector<Violation> Violations() const;
  // How often each property was put to the test, and found not to hold, in the order of AllProperties().
  struct Count {
    std::string_view id;
    int64_t exercised = 0;
    // Without a licence, and under one.
    int64_t violated = 0;
    int64_t allowed = 0;
  };
  std::vector<Count> Counts() const;
  // Of one property, in so far as it concerns one group; see Checker::TallyOf. The property must exist.
  Count CountFor(std::string_view id, cluster::GroupIndex group) const;

  const Ghost& ghost() const { return ghost_; }
  const Ledger& ledger() const { return ledger_; }
  // To be completed when topics are created.
  TrialFacts& facts() { return facts_; }
  const TrialFacts& facts() const { return facts_; }

 private:
  // Tells the ledger what the ghost has just committed or lost.
  void AccountCommits(sim::FactKind kind, const void* fact);
  void IndexListeners();

  Ghost ghost_;
  Ledger ledger_;
  TrialFacts facts_;
  std::vector<std::unique_ptr<Checker>> checkers_;
  // Indices into checkers_ by kind of fact.
  std::array<std::vector<uint8_t>, kFactKindLimit> listeners_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_CHECKER_SET_H_
