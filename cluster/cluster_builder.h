// Puts a whole Kafka cluster into a World: a host for each broker and each controller, wired into racks, with the
// program on it and one disk.
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
#include "sim/process.h"
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
  // Brokers, and controllers, are dealt out to these in turn; a rack's name is its brokers' broker.rack. Empty: one
  // rack without a name.
  std::vector<std::string> racks;
  // From each rack to the exchange that joins them: 100 Gbit/s.
  sim::LinkOptions rack_uplink = {
      .latency = sim::LatencyTable::FromP50P99(sim::Microseconds(50), sim::Microseconds(200)),
      .bytes_per_second = 12'500'000'000};
  // Each host's one disk.
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

  // A client on a host of its own, in the rack with this index (or the unnamed one). It does not run yet.
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
