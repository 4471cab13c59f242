// Which simulated program stands behind each node.id: the scenario's listeners and controller.quorum.voters. Fixed for
// a run and shared by all programs.
#ifndef KTRIAL_CLUSTER_NETWORK_ADDRESS_BOOK_H_
#define KTRIAL_CLUSTER_NETWORK_ADDRESS_BOOK_H_

#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "sim/check.h"
#include "sim/ids.h"
#include "sim/ref.h"

namespace ktrial::cluster {

struct AddressBook : sim::RefCounted {
  // Brokers and controllers; ascending.
  absl::btree_map<BrokerId, sim::ProcessId> nodes;
  // controller.quorum.voters
  std::vector<BrokerId> voters;
  // bootstrap.servers
  std::vector<BrokerId> brokers;
  // Group names; the index is the GroupIndex of facts. A group that is not listed has none.
  std::vector<std::string> groups;

  sim::ProcessId ProcessOf(BrokerId node) const {
    const auto it = nodes.find(node);
    KT_CHECK(it != nodes.end());
    return it->second;
  }
};

using AddressBookRef = sim::Ref<const AddressBook>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_NETWORK_ADDRESS_BOOK_H_
