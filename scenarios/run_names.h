// What the things of one run are called: facts carry numbers, people read names.
//
//   names.Partition({TopicId(0), 3})   == "orders/3"
//   names.Process(ProcessId(2))        == "broker-3"
#ifndef KTRIAL_SCENARIOS_RUN_NAMES_H_
#define KTRIAL_SCENARIOS_RUN_NAMES_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "sim/ids.h"

namespace ktrial::scenarios {

struct RunNames {
  absl::btree_map<cluster::TopicId, std::string> topics;
  // By GroupIndex and ClientId.
  std::vector<std::string> groups;
  std::vector<std::string> clients;
  // By ProcessId and HostId.
  std::vector<std::string> processes;
  std::vector<std::string> hosts;
  // Node ids from here on are controllers.
  int32_t first_controller = 0;

  std::string Topic(cluster::TopicId id) const;
  std::string Partition(cluster::TopicPartition tp) const;
  std::string Group(cluster::GroupIndex id) const;
  std::string Client(cluster::ClientId id) const;
  std::string Process(sim::ProcessId id) const;
  std::string Host(sim::HostId id) const;
  // "broker 2", "controller 3001", "none".
  std::string Node(cluster::BrokerId id) const;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_RUN_NAMES_H_
