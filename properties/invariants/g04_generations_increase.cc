// G4: the generations of a group that became stable increase strictly, also when its coordinator changes.
//
// A coordinator that was replaced without knowing may still count generations of its own, but cannot make one durable:
// only those that became stable count.
#include <algorithm>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/group_names.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

using cluster::GenerationId;
using cluster::GroupState;

class GenerationsIncrease : public CheckerBase<GenerationsIncrease> {
 public:
  void On(const Moment& moment, const cluster::GroupStateChanged& fact) {
    if (fact.to != GroupState::kStable || fact.from == GroupState::kStable) return;
    std::vector<Stable>& stable = stable_[fact.group];
    Exercise();
    if (fact.from != GroupState::kCompletingRebalance) {
      // Loaded by a new coordinator: nothing that was stable may be forgotten.
      const auto later =
          std::find_if(stable.begin(), stable.end(), [&](const Stable& s) { return s.generation > fact.generation; });
      if (later != stable.end()) Complain(moment, fact, later->generation, " was loaded after generation ");
      return;
    }
    const auto repeated = std::find_if(stable.begin(), stable.end(), [&](const Stable& s) {
      return s.generation == fact.generation || (s.coordinator == fact.coordinator && s.generation > fact.generation);
    });
    if (repeated != stable.end()) Complain(moment, fact, repeated->generation, " became stable after generation ");
    stable.push_back({fact.generation, fact.coordinator});
  }

 private:
  struct Stable {
    GenerationId generation;
    BrokerId coordinator;
  };

  void Complain(const Moment& moment, const cluster::GroupStateChanged& fact, GenerationId earlier,
                absl::string_view what) {
    Report(moment,
           absl::StrCat("generation ", fact.generation.value(), " of ", GroupName(moment.facts, fact.group),
                        " at coordinator ", fact.coordinator.value(), what, earlier.value()),
           {}, OffsetsTopicLicence(moment));
  }

  absl::btree_map<cluster::GroupIndex, std::vector<Stable>> stable_;
};

}  // namespace

std::unique_ptr<Checker> MakeGenerationsIncrease() { return std::make_unique<GenerationsIncrease>(); }

}  // namespace ktrial::properties
