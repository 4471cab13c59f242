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

void AddRacks(const ClusterSpec& spec, Cluster* cluster) {
  if (spec.racks.empty()) return;
  sim::Topology& topology = cluster->world.topology();
  const sim::NodeId site = topology.AddSite("site");
  const auto add_rack = [&](const std::string& name) {
    const sim::NodeId rack = topology.AddRack(site, name);
    topology.Connect(rack, site, spec.rack_uplink);
    return rack;
  };
  for (const std::string& name : spec.racks) cluster->racks.push_back(add_rack(name));
  cluster->elsewhere = add_rack("elsewhere");
}

// The rack in which number `i` of the brokers, or of the controllers, stands.
size_t RackOf(const ClusterSpec& spec, const std::vector<int>& racks, int i) {
  if (racks.empty()) return static_cast<size_t>(i) % spec.racks.size();
  return static_cast<size_t>(racks[static_cast<size_t>(i)]);
}

}  // namespace

sim::ProcessId Cluster::AddClient(std::string name, std::unique_ptr<sim::Process> program, int rack) {
  sim::HostOptions host{.name = name, .access = access};
  if (!racks.empty()) host.rack = rack == kElsewhere ? elsewhere : racks[static_cast<size_t>(rack)];
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
                  .addresses = MakeAddressBook(spec),
                  .access = spec.access};
  AddRacks(spec, &cluster);
  const auto add_host = [&](const std::string& name, const std::vector<int>& racks, int i, int32_t disks) {
    sim::HostOptions host{
        .name = name, .access = spec.access, .disks = std::vector(static_cast<size_t>(disks), spec.disk)};
    if (!spec.racks.empty()) host.rack = cluster.racks[RackOf(spec, racks, i)];
    return cluster.world.AddHost(host);
  };
  for (int i = 0; i < spec.brokers; ++i) {
    const std::string name = absl::StrCat("broker-", BrokerIdAt(i).value());
    BrokerOptions options{.id = BrokerIdAt(i), .config = spec.config, .rack = {}, .addresses = cluster.addresses};
    if (spec.rack_aware && !spec.racks.empty()) options.rack = spec.racks[RackOf(spec, spec.broker_racks, i)];
    const sim::HostId host = add_host(name, spec.broker_racks, i, spec.config.log_dirs);
    cluster.brokers.push_back(
        cluster.world.AddProcess(host, name, std::make_unique<BrokerProcess>(std::move(options))));
    KT_CHECK(cluster.brokers.back() == cluster.ProcessOf(BrokerIdAt(i)));
  }
  for (int i = 0; i < spec.controllers; ++i) {
    const std::string name = absl::StrCat("controller-", ControllerIdAt(i).value());
    ControllerOptions options{.node = ControllerIdAt(i), .config = spec.config, .addresses = cluster.addresses};
    const sim::HostId host = add_host(name, spec.controller_racks, i, 1);
    cluster.controllers.push_back(
        cluster.world.AddProcess(host, name, std::make_unique<ControllerProcess>(std::move(options))));
    KT_CHECK(cluster.controllers.back() == cluster.ProcessOf(ControllerIdAt(i)));
  }
  return cluster;
}

}  // namespace ktrial::cluster
