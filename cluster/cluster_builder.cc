#include "cluster/cluster_builder.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cluster/controller/controller_process.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Processes are numbered in the order in which they are added: brokers, then controllers.
AddressBookRef MakeAddressBook(const ClusterSpec& spec) {
  AddressBook book;
  for (int i = 0; i < spec.brokers; ++i) {
    book.nodes[BrokerIdAt(i)] = sim::ProcessId(i);
    book.brokers.push_back(BrokerIdAt(i));
  }
  for (int i = 0; i < spec.controllers; ++i) {
    book.nodes[ControllerIdAt(i)] = sim::ProcessId(spec.brokers + i);
    book.voters.push_back(ControllerIdAt(i));
  }
  book.groups = spec.groups;
  return sim::MakeRef<const AddressBook>(std::move(book));
}

std::vector<sim::NodeId> AddRacks(sim::World& world, const ClusterSpec& spec) {
  std::vector<sim::NodeId> racks;
  if (spec.racks.empty()) return racks;
  const sim::NodeId site = world.topology().AddSite("site");
  for (const std::string& name : spec.racks) {
    racks.push_back(world.topology().AddRack(site, name));
    world.topology().Connect(racks.back(), site, spec.rack_uplink);
  }
  return racks;
}

}  // namespace

sim::ProcessId Cluster::AddClient(std::string name, std::unique_ptr<sim::Process> program, int rack) {
  sim::HostOptions host{.name = name};
  if (!racks.empty()) host.rack = racks[static_cast<size_t>(rack)];
  const sim::HostId id = world.AddHost(host);
  clients.push_back(world.AddProcess(id, std::move(name), std::move(program)));
  return clients.back();
}

void Cluster::StartAll(sim::FactSink* sink) {
  for (sim::ProcessId process : controllers) world.Start(process, sink);
  for (sim::ProcessId process : brokers) world.Start(process, sink);
  for (sim::ProcessId process : clients) world.Start(process, sink);
}

Cluster BuildCluster(const ClusterSpec& spec) {
  KT_CHECK(spec.brokers >= 1 && spec.controllers >= 1);
  Cluster cluster{.world = sim::World({.seed = spec.seed, .shuffle_ties = spec.shuffle_ties}),
                  .addresses = MakeAddressBook(spec)};
  cluster.racks = AddRacks(cluster.world, spec);
  const auto rack_of = [&spec](int i) { return static_cast<size_t>(i) % spec.racks.size(); };
  const auto add_host = [&](const std::string& name, int i) {
    sim::HostOptions host{.name = name, .disks = {spec.disk}};
    if (!spec.racks.empty()) host.rack = cluster.racks[rack_of(i)];
    return cluster.world.AddHost(host);
  };
  for (int i = 0; i < spec.brokers; ++i) {
    const std::string name = absl::StrCat("broker-", BrokerIdAt(i).value());
    BrokerOptions options{.id = BrokerIdAt(i),
                          .config = spec.config,
                          .rack = spec.racks.empty() ? std::string() : spec.racks[rack_of(i)],
                          .addresses = cluster.addresses};
    cluster.brokers.push_back(
        cluster.world.AddProcess(add_host(name, i), name, std::make_unique<BrokerProcess>(std::move(options))));
    KT_CHECK(cluster.brokers.back() == cluster.ProcessOf(BrokerIdAt(i)));
  }
  for (int i = 0; i < spec.controllers; ++i) {
    const std::string name = absl::StrCat("controller-", ControllerIdAt(i).value());
    ControllerOptions options{.node = ControllerIdAt(i), .config = spec.config, .addresses = cluster.addresses};
    cluster.controllers.push_back(
        cluster.world.AddProcess(add_host(name, i), name, std::make_unique<ControllerProcess>(std::move(options))));
    KT_CHECK(cluster.controllers.back() == cluster.ProcessOf(ControllerIdAt(i)));
  }
  return cluster;
}

}  // namespace ktrial::cluster
