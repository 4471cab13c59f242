// Puts a whole Kafka cluster into a World: a host for each broker and each controller, wired into racks, with the
// program on it and one disk, or a disk for each log directory of a broker.
//
//   Cluster cluster = BuildCluster({.brokers = 3, .controllers = 3, .seed = 7});
//   cluster.AddClient("producer", std::make_unique<ProducerProcess>(workload, cluster.addresses));
//   cluster.StartAll(&sink);
//   cluster.world.RunUntil(sim::SimTime() + sim::Seconds(10), &sink);
//   Cluster fork = cluster;
//
// Brokers have the ids 1..brokers, controllers 3001.. ; see BrokerIdAt and ControllerIdAt.
#ifndef KTRIAL_CLUSTER_CLUSTER_BUILDER_H_
#define KTRIAL_CLUSTER_CLUSTER_BUILDER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cluster/broker/broker.h"
#include "cluster/config.h"
#include "cluster/network/address_book.h"
#include "cluster/protocol/ids.h"
#include "sim/disk.h"
#include "sim/fact.h"
#include "sim/host.h"
#include "sim/process.h"
#include "sim/topology.h"
#include "sim/world.h"

namespace ktrial::cluster {

struct ClusterSpec {
  int brokers = 3;
  int controllers = 3;
  // Of every broker and controller.
  BrokerConfig config;
  uint64_t seed = 0;
  // Order events at equal times by the seed.
  bool shuffle_ties = false;
  // A rack's name is its brokers' broker.rack. Empty: one rack without a name.
  std::vector<std::string> racks;
  // The rack of each broker and of each controller, as an index of `racks`. Empty: they are dealt out in turn.
  std::vector<int> broker_racks;
  std::vector<int> controller_racks;
  // Brokers say which rack they stand in. Without it broker.rack is unset, wherever they stand.
  bool rack_aware = true;
  // From each machine to its rack.
  sim::LinkOptions access = sim::HostOptions().access;
  // From each rack to the exchange that joins them: 100 Gbit/s.
  sim::LinkOptions rack_uplink = {
      .latency = sim::LatencyTable::FromP50P99(sim::Microseconds(50), sim::Microseconds(200)),
      .bytes_per_second = 12'500'000'000};
  // Each disk.
  sim::DiskOptions disk;
  // Names of the consumer groups, by GroupIndex.
  std::vector<std::string> groups;
};

// node.id of the i-th broker and the i-th controller, from 0.
constexpr BrokerId BrokerIdAt(int i) { return BrokerId(1 + i); }
constexpr BrokerId ControllerIdAt(int i) { return BrokerId(3001 + i); }

// A value: a copy goes on alike.
struct Cluster {
  sim::World world;
  AddressBookRef addresses;
  // By number of the broker or controller.
  std::vector<sim::ProcessId> brokers;
  std::vector<sim::ProcessId> controllers;
  std::vector<sim::ProcessId> clients;
  // The racks' places in the topology, as in ClusterSpec::racks.
  std::vector<sim::NodeId> racks;
  // Joined to all racks, for clients that stand in none. None if there are no racks.
  sim::NodeId elsewhere;
  sim::LinkOptions access;

  static constexpr int kElsewhere = -1;
  // A client on a host of its own, in the rack with this index, or elsewhere. It does not run yet.
  sim::ProcessId AddClient(std::string name, std::unique_ptr<sim::Process> program, int rack = 0);
  // Starts controllers, brokers and clients.
  void StartAll(sim::FactSink* sink = nullptr);

  // The process with this node.id.
  sim::ProcessId ProcessOf(BrokerId node) const { return addresses->ProcessOf(node); }
  const BrokerProcess& broker(BrokerId id) const { return world.process_as<BrokerProcess>(ProcessOf(id)); }
};

Cluster BuildCluster(const ClusterSpec& spec);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLUSTER_BUILDER_H_
