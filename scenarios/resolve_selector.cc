#include "scenarios/resolve_selector.h"

#include <algorithm>
#include <optional>

#include "cluster/protocol/api_message.h"
#include "sim/world.h"

namespace ktrial::scenarios {
namespace {

using cluster::BrokerId;
using sim::ProcessId;

// Appends the processes that one selector matches.
class Resolver {
 public:
  Resolver(const ClusterView& view, sim::RandomStream& draw) : view_(view), draw_(draw) {}

  void operator()(const BrokerSelector& s) { AddNode(BrokerId(s.id)); }
  void operator()(const ControllerSelector& s) { AddNode(BrokerId(s.id)); }

  void operator()(const ReplicaSelector& s) {
    const auto topic = view_.directory.topics.find(s.topic);
    if (topic == view_.directory.topics.end()) return;
    const properties::GhostPartition* partition = view_.ghost.Find({topic->second, s.partition});
    if (partition == nullptr) return;
    std::vector<BrokerId> nodes;
    switch (s.role) {
      case ReplicaSelector::Role::kLeader:
        nodes = {partition->leader};
        break;
      case ReplicaSelector::Role::kFollowers:
        for (const BrokerId replica : partition->assigned) {
          if (replica != partition->leader) nodes.push_back(replica);
        }
        break;
      case ReplicaSelector::Role::kIsr:
        nodes.assign(partition->isr.begin(), partition->isr.end());
        break;
      case ReplicaSelector::Role::kReplicas:
        nodes.assign(partition->assigned.begin(), partition->assigned.end());
        break;
    }
    if (s.random) return AddRandom(std::move(nodes));
    for (const BrokerId node : nodes) AddNode(node);
  }

  void operator()(const ActiveControllerSelector&) {
    const BrokerId active = view_.history.active_controller();
    const auto node = view_.directory.nodes.find(active);
    // One that has died cannot say so.
    if (node != view_.directory.nodes.end() && view_.world.running(node->second)) AddNode(active);
  }

  void operator()(const CoordinatorSelector& s) {
    const auto group = view_.directory.groups.find(s.group);
    if (group != view_.directory.groups.end()) AddNode(view_.history.CoordinatorOf(group->second));
  }

  void operator()(const ClientSelector& s) {
    const auto clients = view_.directory.clients.find(s.name);
    if (clients == view_.directory.clients.end()) return;
    for (size_t i = 0; i < clients->second.size(); ++i) {
      if (!s.member || static_cast<size_t>(*s.member) == i) Add(clients->second[i]);
    }
  }

  void operator()(const RandomBrokerSelector&) { AddRandom(view_.directory.brokers); }
  void operator()(const RandomControllerSelector&) { AddRandom(Controllers()); }

  void operator()(const AllBrokersSelector&) {
    for (const BrokerId broker : view_.directory.brokers) AddNode(broker);
  }
  void operator()(const AllControllersSelector&) {
    for (const BrokerId controller : Controllers()) AddNode(controller);
  }
  void operator()(const AllClientsSelector&) {
    for (const auto& [name, members] : view_.directory.clients) {
      for (const ProcessId member : members) Add(member);
    }
  }
  void operator()(const AllNodesSelector&) {
    for (const auto& [node, process] : view_.directory.nodes) Add(process);
  }

  void operator()(const RackSelector& s) {
    const auto rack = view_.directory.racks.find(s.rack);
    if (rack == view_.directory.racks.end()) return;
    const auto stands_there = [&](BrokerId node) {
      const std::vector<ProcessId>& in = rack->second;
      return std::find(in.begin(), in.end(), view_.directory.nodes.at(node)) != in.end();
    };
    std::vector<BrokerId> brokers = view_.directory.brokers;
    std::erase_if(brokers, [&](BrokerId broker) { return !stands_there(broker); });
    switch (s.what) {
      case RackSelector::What::kAll:
        for (const ProcessId process : rack->second) Add(process);
        return;
      case RackSelector::What::kRandomBroker:
        return AddRandom(std::move(brokers));
      case RackSelector::What::kBrokers:
        for (const BrokerId broker : brokers) AddNode(broker);
        return;
      case RackSelector::What::kControllers:
        for (const BrokerId controller : Controllers()) {
          if (stands_there(controller)) AddNode(controller);
        }
        return;
      case RackSelector::What::kClients:
        for (const ProcessId process : rack->second) {
          if (!IsNode(process)) Add(process);
        }
    }
  }

  void operator()(const RandomRackSelector&) {
    std::vector<const std::vector<ProcessId>*> racks;
    for (const auto& [name, processes] : view_.directory.racks) {
      const bool runs = std::any_of(processes.begin(), processes.end(),
                                    [&](ProcessId p) { return IsNode(p) && view_.world.running(p); });
      if (runs) racks.push_back(&processes);
    }
    if (racks.empty()) return;
    for (const ProcessId process : *racks[static_cast<size_t>(draw_.Below(racks.size()))]) Add(process);
  }

  std::vector<ProcessId> Take() { return std::move(found_); }

 private:
  // A broker or controller.
  bool IsNode(ProcessId process) const {
    const auto& nodes = view_.directory.nodes;
    return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) { return node.second == process; });
  }
  std::vector<BrokerId> Controllers() const {
    std::vector<BrokerId> controllers;
    for (const auto& [node, process] : view_.directory.nodes) {
      const auto& brokers = view_.directory.brokers;
      if (std::find(brokers.begin(), brokers.end(), node) == brokers.end()) controllers.push_back(node);
    }
    return controllers;
  }
  // One of those that run.
  void AddRandom(std::vector<BrokerId> nodes) {
    std::erase_if(nodes, [&](BrokerId node) {
      const auto found = view_.directory.nodes.find(node);
      return found == view_.directory.nodes.end() || !view_.world.running(found->second);
    });
    if (!nodes.empty()) AddNode(nodes[static_cast<size_t>(draw_.Below(nodes.size()))]);
  }
  void AddNode(BrokerId node) {
    const auto found = view_.directory.nodes.find(node);
    if (found != view_.directory.nodes.end()) Add(found->second);
  }
  void Add(ProcessId process) {
    if (std::find(found_.begin(), found_.end(), process) == found_.end()) found_.push_back(process);
  }

  const ClusterView& view_;
  sim::RandomStream& draw_;
  std::vector<ProcessId> found_;
};

}  // namespace

std::vector<ProcessId> ResolveSelectors(const SelectorList& selectors, const ClusterView& view,
                                        sim::RandomStream& draw) {
  Resolver resolver(view, draw);
  for (const Selector& selector : selectors) std::visit(resolver, selector.target);
  return resolver.Take();
}

}  // namespace ktrial::scenarios
