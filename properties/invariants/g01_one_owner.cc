// G1: in one generation of a group, each partition is assigned to at most one member.
//
// NoDoubleClientAssignment of the TLA+ model of groups. A group that __consumer_offsets has lost begins again with
// generation 1: what may lose its records is a licence.
#include <tuple>

#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/group_names.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class OneOwner : public CheckerBase<OneOwner> {
 public:
  void On(const Moment& moment, const cluster::PartitionAssigned& fact) {
    Exercise();
    const auto key = std::tuple(fact.group, fact.tp, fact.generation);
    const Owner& owner = owners_.try_emplace(key, Owner{fact.client, moment.at}).first->second;
    if (owner.client == fact.client) return;
    Report(moment,
           absl::StrCat("in generation ", fact.generation.value(), " of ", GroupName(moment.facts, fact.group), ", ",
                        moment.Name(fact.tp), " was assigned to ", moment.Name(fact.client), " as well as to ",
                        moment.Name(owner.client)),
           {}, OffsetsTopicLicence(moment, owner.since));
  }

 private:
  struct Owner {
    cluster::ClientId client;
    sim::SimTime since;
  };

  absl::btree_map<std::tuple<cluster::GroupIndex, TopicPartition, cluster::GenerationId>, Owner> owners_;
};

}  // namespace

std::unique_ptr<Checker> MakeOneOwner() { return std::make_unique<OneOwner>(); }

}  // namespace ktrial::properties
