#include "scenarios/trial_world.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/client/admin_operations_process.h"
#include "cluster/client/admin_process.h"
#include "cluster/client/consumer_process.h"
#include "cluster/client/offsets_reader_process.h"
#include "cluster/client/producer_process.h"
#include "cluster/cluster_builder.h"
#include "scenarios/admin_request.h"
#include "scenarios/run_config.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

using cluster::BrokerId;
using cluster::ClientId;
using cluster::GroupIndex;
using sim::Duration;
using sim::ProcessId;
using sim::SimTime;

constexpr Duration kStartSpread = sim::Milliseconds(100);

std::vector<std::string> GroupNames(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const ConsumerGroup& consumers : scenario.workload.consumers) {
    const std::string& name = consumers.group.value;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

// A way within a rack leads over the cables of two machines, and one between racks over those of both racks, too.
sim::LatencyTable OfOneCable(const LatencySpread& latency) {
  if (latency.p50 == latency.p99) return sim::LatencyTable::Fixed(latency.p50 / 2);
  return sim::LatencyTable::FromP50P99(latency.p50 / 2, latency.p99 / 2);
}

void SetWays(const Network& network, cluster::ClusterSpec* spec) {
  const auto set = [](const WayOptions& way, sim::LinkOptions* link) {
    if (way.latency) link->latency = OfOneCable(*way.latency);
    if (way.bytes_per_second) link->bytes_per_second = *way.bytes_per_second;
  };
  set(network.within_rack, &spec->access);
  set(network.between_racks, &spec->rack_uplink);
}

cluster::ClusterSpec SpecOf(const Scenario& scenario, uint64_t seed) {
  cluster::ClusterSpec spec;
  spec.config = ToBrokerConfig(scenario);
  spec.brokers = scenario.cluster.brokers.value;
  spec.controllers = scenario.cluster.controllers.value;
  spec.seed = seed;
  spec.groups = GroupNames(scenario);
  SetWays(scenario.network, &spec);
  spec.rack_aware = scenario.cluster.rack_aware.value;
  for (const Rack& rack : scenario.cluster.racks) {
    const auto index = static_cast<int>(spec.racks.size());
    spec.racks.push_back(rack.name.value);
    spec.broker_racks.insert(spec.broker_racks.end(), static_cast<size_t>(rack.brokers.value), index);
    spec.controller_racks.insert(spec.controller_racks.end(), static_cast<size_t>(rack.controllers.value), index);
  }
  return spec;
}

void NameProcesses(TrialWorld* trial) {
  const sim::World& world = trial->cluster.world;
  trial->names.processes.clear();
  trial->names.hosts.clear();
  for (int32_t i = 0; i < world.process_count(); ++i) trial->names.processes.emplace_back(world.name_of(ProcessId(i)));
  for (int32_t i = 0; i < world.host_count(); ++i) {
    trial->names.hosts.push_back(world.host(sim::HostId(i)).options.name);
  }
}

std::string MemberName(const std::string& workload, int32_t member) { return workload + "-" + std::to_string(member); }

// Adds one client on a machine of its own, in one of `racks`. Its ClientId is the next one.
template <typename Program, typename Work>
void AddClient(const Scenario& scenario, const std::string& workload, const std::vector<Located<std::string>>& racks,
               int32_t member, Work work, TrialWorld* trial) {
  const std::string name = MemberName(workload, member);
  int rack = cluster::Cluster::kElsewhere;
  if (!racks.empty()) {
    rack = static_cast<int>(*scenario.FindRack(racks[static_cast<size_t>(member) % racks.size()].value));
  }
  const ProcessId process =
      trial->cluster.AddClient(name, std::make_unique<Program>(std::move(work), trial->cluster.addresses), rack);
  trial->names.clients.push_back(name);
  trial->directory.clients[workload].push_back(process);
  if (!racks.empty()) {
    trial->directory.racks[scenario.cluster.racks[static_cast<size_t>(rack)].name.value].push_back(process);
  }
}

ClientId NextClient(const TrialWorld& trial) { return ClientId(static_cast<int32_t>(trial.names.clients.size())); }

// Records per 1,000 seconds that each of the members sends.
int64_t MemberRate(const ProducerGroup& producers) {
  constexpr int64_t kMillisOfThousandSeconds = 1'000'000;
  const Rate rate = producers.rate.value;
  const int64_t all = rate.count * kMillisOfThousandSeconds / rate.per.millis();
  return std::max<int64_t>(all / producers.count.value, 1);
}

// How long after the start of the load a client begins.
Duration DelayOf(ClientId client, const TrialWorld& trial) {
  const uint64_t seed = trial.cluster.world.options().seed;
  sim::RandomStream stream = sim::RandomStream::Derive(seed, "workload.start", client.value(), 0);
  return Duration(static_cast<int64_t>(stream.Below(static_cast<uint64_t>(kStartSpread.nanos()))));
}

void AddProducers(const Scenario& scenario, const ProducerGroup& producers, SimTime start, SimTime stop,
                  TrialWorld* trial) {
  const int64_t rate = MemberRate(producers);
  const Duration interval(sim::Seconds(1000).nanos() / rate);
  for (int32_t member = 0; member < producers.count.value; ++member) {
    cluster::ProducerWorkload work;
    work.client = NextClient(*trial);
    work.topic = producers.topic.value;
    work.records_per_1000s = rate;
    work.record_bytes = static_cast<int32_t>(producers.record_size.value);
    work.key_count = producers.keys.value;
    work.tombstone_percent = producers.tombstones.value;
    // Members take turns, and none begins on the dot: how batches and faults coincide is up to the seed.
    const Duration delay = DelayOf(work.client, *trial);
    work.start = start + delay + interval * member / producers.count.value;
    work.stop = stop + delay;
    work.config = ToProducerConfig(scenario, producers);
    AddClient<cluster::ProducerProcess>(scenario, producers.name.value, producers.racks, member, std::move(work),
                                        trial);
  }
}

void AddConsumers(const Scenario& scenario, const ConsumerGroup& consumers, TrialWorld* trial) {
  for (int32_t member = 0; member < consumers.count.value; ++member) {
    cluster::ConsumerWorkload work;
    work.membership.client = NextClient(*trial);
    work.membership.group = trial->directory.groups.at(consumers.group.value);
    work.membership.group_id = consumers.group.value;
    work.membership.client_id = MemberName(consumers.name.value, member);
    work.membership.topic = consumers.topic.value;
    work.membership.config = ToConsumerConfig(scenario, consumers);
    AddClient<cluster::ConsumerProcess>(scenario, consumers.name.value, consumers.racks, member, std::move(work),
                                        trial);
  }
}

// Reads the committed offsets of all groups when the run has settled.
void AddOffsetsReader(const Scenario& scenario, TrialWorld* trial) {
  std::vector<cluster::GroupToRead> groups;
  for (const ConsumerGroup& consumers : scenario.workload.consumers) {
    groups.push_back({.group = trial->directory.groups.at(consumers.group.value),
                      .group_id = consumers.group.value,
                      .topic = consumers.topic.value});
  }
  const ClientId client = NextClient(*trial);
  const std::string name = "offsets-reader";
  trial->offsets_reader = trial->cluster.AddClient(
      name, std::make_unique<cluster::OffsetsReaderProcess>(client, std::move(groups), trial->cluster.addresses),
      cluster::Cluster::kElsewhere);
  trial->names.clients.push_back(name);
}

void AddOperatorTool(const Scenario& scenario, SimTime start, TrialWorld* trial) {
  const std::vector<AdminAction>& actions = scenario.workload.admin;
  for (size_t i = 0; i < actions.size(); ++i) {
    if (!std::holds_alternative<RollingRestart>(actions[i].operation)) trial->operations.push_back(i);
  }
  if (trial->operations.empty()) return;
  std::stable_sort(trial->operations.begin(), trial->operations.end(),
                   [&](size_t a, size_t b) { return actions[a].at.value < actions[b].at.value; });
  std::vector<cluster::AdminOperation> operations;
  for (const size_t i : trial->operations) {
    operations.push_back(ToAdminOperation(scenario, trial->directory.topics, actions[i], start));
  }
  const std::string name = "operator";
  trial->operator_tool = trial->cluster.AddClient(
      name, std::make_unique<cluster::AdminOperationsProcess>(std::move(operations), trial->cluster.addresses),
      cluster::Cluster::kElsewhere);
}

// Brokers and controllers are numbered rack by rack.
void FillRacks(const Scenario& scenario, TrialWorld* trial) {
  size_t broker = 0;
  size_t controller = 0;
  for (const Rack& rack : scenario.cluster.racks) {
    std::vector<ProcessId>& processes = trial->directory.racks[rack.name.value];
    for (int32_t i = 0; i < rack.brokers.value; ++i) processes.push_back(trial->cluster.brokers[broker++]);
    for (int32_t i = 0; i < rack.controllers.value; ++i) processes.push_back(trial->cluster.controllers[controller++]);
  }
}

}  // namespace

TrialWorld BuildTrialWorld(const Scenario& scenario, uint64_t seed) {
  TrialWorld trial{.cluster = cluster::BuildCluster(SpecOf(scenario, seed)),
                   .directory = {},
                   .names = {},
                   .admin = {},
                   .offsets_reader = {}};
  const cluster::AddressBookRef& addresses = trial.cluster.addresses;
  for (const auto& [node, process] : addresses->nodes) trial.directory.nodes[node] = process;
  trial.directory.brokers = addresses->brokers;
  FillRacks(scenario, &trial);
  trial.names.groups = addresses->groups;
  for (size_t i = 0; i < trial.names.groups.size(); ++i) {
    trial.directory.groups[trial.names.groups[i]] = GroupIndex(static_cast<int32_t>(i));
  }
  trial.names.first_controller = kFirstControllerId;
  cluster::AdminWork work;
  for (const Topic& topic : scenario.topics) work.topics.push_back(ToNewTopic(topic));
  trial.admin = trial.cluster.AddClient("admin", std::make_unique<cluster::AdminProcess>(std::move(work), addresses),
                                        cluster::Cluster::kElsewhere);
  NameProcesses(&trial);
  return trial;
}

void AddClients(const Scenario& scenario, SimTime start, SimTime stop, TrialWorld* trial) {
  for (const ProducerGroup& producers : scenario.workload.producers) {
    AddProducers(scenario, producers, start, stop, trial);
  }
  for (const ConsumerGroup& consumers : scenario.workload.consumers) AddConsumers(scenario, consumers, trial);
  AddOffsetsReader(scenario, trial);
  AddOperatorTool(scenario, start, trial);
  NameProcesses(trial);
}

properties::GhostTopology GhostTopologyOf(const TrialWorld& trial) {
  properties::GhostTopology topology;
  for (const BrokerId broker : trial.directory.brokers) {
    const ProcessId process = trial.directory.nodes.at(broker);
    topology.broker_of_process[process] = broker;
    const sim::HostId host = trial.cluster.world.host_of(process);
    topology.broker_of_host[host] = broker;
    const std::vector<sim::DiskId>& disks = trial.cluster.world.host(host).disks;
    for (size_t i = 0; i < disks.size(); ++i) {
      topology.broker_of_disk[disks[i]] = broker;
      if (disks.size() > 1) topology.dir_of_disk[disks[i]] = cluster::LogDir(static_cast<int32_t>(i));
    }
  }
  return topology;
}

properties::TrialFacts TrialFactsOf(const Scenario& scenario, const TrialWorld& trial) {
  properties::TrialFacts facts;
  for (const auto& [id, name] : trial.names.topics) {
    // Ids are dense from 0.
    const auto index = static_cast<size_t>(id.value());
    facts.topic_names.resize(std::max(facts.topic_names.size(), index + 1));
    facts.topic_names[index] = name;
  }
  facts.effective_min_isr = EffectiveMinIsr(scenario, trial, /*largest=*/false);
  facts.largest_min_isr = EffectiveMinIsr(scenario, trial, /*largest=*/true);
  facts.eligible_leader_replicas = ToBrokerConfig(scenario).eligible_leader_replicas;
  for (const BrokerId voter : trial.cluster.addresses->voters) {
    const ProcessId process = trial.directory.nodes.at(voter);
    facts.voter_of_process[process] = voter;
    facts.voter_of_disk[trial.cluster.world.disk_of(trial.cluster.world.host_of(process))] = voter;
  }
  facts.client_names = trial.names.clients;
  facts.groups = trial.names.groups;
  facts.group_topics.resize(facts.groups.size());
  int32_t client = 0;
  for (const ProducerGroup& producers : scenario.workload.producers) {
    const cluster::ProducerConfig config = ToProducerConfig(scenario, producers);
    const bool keeps_order = config.enable_idempotence || config.max_in_flight_requests_per_connection == 1;
    for (int32_t i = 0; i < producers.count.value; ++i, ++client) {
      facts.keeps_order[ClientId(client)] = keeps_order;
      facts.delivery_timeouts[ClientId(client)] = config.delivery_timeout;
    }
  }
  for (const ConsumerGroup& consumers : scenario.workload.consumers) {
    const GroupIndex group = trial.directory.groups.at(consumers.group.value);
    const auto topic = trial.directory.topics.find(consumers.topic.value);
    if (topic != trial.directory.topics.end()) facts.group_topics[static_cast<size_t>(group.value())] = topic->second;
    for (int32_t i = 0; i < consumers.count.value; ++i) facts.consumers[ClientId(client++)] = group;
  }
  return facts;
}

std::vector<int32_t> EffectiveMinIsr(const Scenario& scenario, const TrialWorld& trial, bool largest) {
  const cluster::BrokerConfig broker = ToBrokerConfig(scenario);
  std::vector<int32_t> needed;
  for (const auto& [id, name] : trial.names.topics) {
    const auto index = static_cast<size_t>(id.value());
    needed.resize(std::max(needed.size(), index + 1), 1);
    const Topic* topic = scenario.FindTopic(name);
    if (topic == nullptr) {
      needed[index] = std::min<int32_t>(broker.min_insync_replicas, broker.offsets_topic_replication_factor);
      continue;
    }
    const MinIsrRange range = MinInSyncReplicas(scenario, *topic);
    needed[index] = std::min(largest ? range.most : range.least, topic->replication_factor.value);
  }
  return needed;
}

}  // namespace ktrial::scenarios
