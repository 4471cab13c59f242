// Names: everything that a selector, a workload or an expectation refers to must exist, once.
#include <algorithm>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "scenarios/effective_config.h"
#include "scenarios/parse_parts.h"
#include "scenarios/run_config.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

constexpr std::string_view kOffsetsTopic = "__consumer_offsets";

// What the scenario defines, in the order of the file for lists of candidates.
class Names {
 public:
  Names(const Scenario& scenario, KnownParts parts, DiagnosticSink* sink)
      : scenario_(scenario), parts_(parts), sink_(sink) {
    const EffectiveConfig brokers = BrokerConfigOf(scenario);
    offsets_partitions_ = brokers.Integer("offsets.topic.num.partitions");
    offsets_replicas_ = brokers.Integer("offsets.topic.replication.factor");
    for (const Topic& topic : scenario.topics) {
      topic_names_.push_back(topic.name.value);
      partitions_.emplace(topic.name.value, &topic);
    }
    for (const ProducerGroup& producers : scenario.workload.producers) AddClient(producers.name, producers.count.value);
    for (const ConsumerGroup& consumers : scenario.workload.consumers) {
      AddClient(consumers.name, consumers.count.value);
      if (groups_.insert(consumers.group.value).second) group_names_.push_back(consumers.group.value);
    }
  }

  const Topic* FindTopic(const std::string& name) const {
    const auto found = partitions_.find(name);
    return found == partitions_.end() ? nullptr : found->second;
  }
  bool CheckRack(const std::string& name, SourcePosition position) const {
    if (scenario_.FindRack(name)) return true;
    std::vector<std::string> known;
    for (const Rack& rack : scenario_.cluster.racks) known.push_back(rack.name.value);
    Unknown("rack", name, known, position);
    return false;
  }
  bool HasGroup(const std::string& group) const { return groups_.contains(group); }
  int32_t MembersOf(const std::string& client) const {
    const auto found = clients_.find(client);
    return found == clients_.end() ? 0 : found->second;
  }

  bool CheckTopic(const std::string& name, SourcePosition position) const {
    if (FindTopic(name) != nullptr) return true;
    if (parts_.topics && !name.empty()) Unknown("topic", name, topic_names_, position);
    return false;
  }
  bool CheckGroup(const std::string& name, SourcePosition position) const {
    if (HasGroup(name)) return true;
    if (parts_.clients && !name.empty()) Unknown("group", name, group_names_, position);
    return false;
  }
  void UnknownClient(const std::string& name, SourcePosition position) const {
    if (parts_.clients) Unknown("client", name, client_names_, position);
  }

  const Scenario& scenario() const { return scenario_; }
  KnownParts parts() const { return parts_; }
  int64_t offsets_partitions() const { return offsets_partitions_; }
  int64_t offsets_replicas() const { return offsets_replicas_; }
  DiagnosticSink& sink() const { return *sink_; }

 private:
  void AddClient(const Located<std::string>& name, int32_t count) {
    if (clients_.try_emplace(name.value, count).second) {
      client_names_.push_back(name.value);
      return;
    }
    sink_->Error(Code::kDuplicateName, name.position, Cat({"two workloads are called '", Printable(name.value), "'"}),
                 "give each of them a name of its own");
  }

  void Unknown(std::string_view what, const std::string& name, const std::vector<std::string>& known,
               SourcePosition position) const {
    constexpr size_t kMostListed = 10;
    std::string help;
    if (sink_->crowded()) {
      // Nobody will read it.
    } else if (const auto nearest = NearestWord(name, known)) {
      help = Cat({"did you mean '", *nearest, "'?"});
    } else if (known.empty()) {
      help = Cat({"the scenario has no ", what});
    } else {
      std::vector<std::string> listed(known.begin(),
                                      known.begin() + static_cast<ptrdiff_t>(std::min(known.size(), kMostListed)));
      if (listed.size() < known.size()) listed.emplace_back("...");
      help = Cat({"known: ", Join(listed, ", ")});
    }
    sink_->Error(Code::kUnknownName, position, Cat({"unknown ", what, " '", Printable(name), "'"}), std::move(help));
  }

  const Scenario& scenario_;
  KnownParts parts_;
  DiagnosticSink* sink_;
  int64_t offsets_partitions_ = 0;
  int64_t offsets_replicas_ = 0;
  absl::btree_map<std::string, const Topic*> partitions_;
  absl::btree_map<std::string, int32_t> clients_;
  absl::btree_set<std::string> groups_;
  std::vector<std::string> topic_names_;
  std::vector<std::string> client_names_;
  std::vector<std::string> group_names_;
};

// Checks one selector, and settles which client it names.
class SelectorCheck {
 public:
  SelectorCheck(const Names* names, SourcePosition position) : names_(*names), position_(position) {}

  void operator()(BrokerSelector& broker) const {
    CheckNode("broker", broker.id, kFirstBrokerId, names_.scenario().cluster.brokers.value);
  }
  void operator()(ControllerSelector& controller) const {
    CheckNode("controller", controller.id, kFirstControllerId, names_.scenario().cluster.controllers.value);
  }
  void operator()(ReplicaSelector& replica) const {
    int64_t partitions = 0;
    int64_t replicas = 0;
    if (replica.topic == kOffsetsTopic) {
      partitions = names_.offsets_partitions();
      replicas = names_.offsets_replicas();
    } else {
      if (!names_.CheckTopic(replica.topic, position_)) return;
      const Topic* topic = names_.FindTopic(replica.topic);
      partitions = topic->partitions.value;
      replicas = topic->replication_factor.value;
    }
    if (replica.partition >= partitions) {
      names_.sink().Error(Code::kPartitionOutOfRange, position_,
                          Cat({"topic '", replica.topic, "' has no partition ", std::to_string(replica.partition)}),
                          Cat({"its partitions are 0 to ", std::to_string(partitions - 1)}));
    } else if (replica.role == ReplicaSelector::Role::kFollowers && replicas == 1) {
      names_.sink().Warning(Code::kSelectorMayMatchNothing, position_,
                            Cat({"partitions of '", replica.topic, "' have one replica, so there are no followers"}));
    }
  }
  void operator()(ActiveControllerSelector&) const {}
  void operator()(CoordinatorSelector& coordinator) const { names_.CheckGroup(coordinator.group, position_); }
  void operator()(RandomBrokerSelector&) const {}
  void operator()(RandomControllerSelector&) const {}
  void operator()(AllBrokersSelector&) const {}
  void operator()(AllControllersSelector&) const {}
  void operator()(AllClientsSelector&) const {
    const Workload& workload = names_.scenario().workload;
    if (!names_.parts().clients || !workload.producers.empty() || !workload.consumers.empty()) return;
    names_.sink().Warning(Code::kSelectorMayMatchNothing, position_, "there are no clients");
  }
  void operator()(AllNodesSelector&) const {}
  void operator()(RackSelector& rack) const {
    if (!names_.CheckRack(rack.rack, position_)) return;
    if (HasOne(rack)) return;
    names_.sink().Warning(Code::kSelectorMayMatchNothing, position_,
                          Cat({"there are no ", FormatSelector(RackSelector{rack.what, rack.rack})}));
  }
  void operator()(RandomRackSelector&) const {
    if (!names_.scenario().cluster.racks.empty()) return;
    names_.sink().Error(Code::kUnknownName, position_, "the scenario has no racks",
                        "for example: cluster: { racks: { az1: { brokers: 1, controllers: 1 }, az2: ... } }");
  }

  void operator()(ClientSelector& client) const {
    const bool whole = names_.MembersOf(client.name) > 0;
    const size_t dash = client.name.rfind('-');
    const std::string base = dash == std::string::npos ? std::string() : client.name.substr(0, dash);
    const std::optional<int64_t> member =
        dash == std::string::npos ? std::nullopt : ParseInteger(std::string_view(client.name).substr(dash + 1));
    const bool single = member && *member >= 0 && *member < names_.MembersOf(base);
    if (whole && single) {
      names_.sink().Error(
          Code::kAmbiguousSelector, position_,
          Cat({"'", client.name, "' is a workload, and also member ", std::to_string(*member), " of '", base, "'"}),
          "rename one of them");
    } else if (single) {
      client = {base, static_cast<int32_t>(*member)};
    } else if (!whole && member && names_.MembersOf(base) > 0) {
      names_.sink().Error(
          Code::kUnknownName, position_, Cat({"'", base, "' has no member ", std::to_string(*member)}),
          Cat({"its members are ", base, "-0 to ", base, "-", std::to_string(names_.MembersOf(base) - 1)}));
    } else if (!whole) {
      names_.UnknownClient(client.name, position_);
    }
  }

 private:
  // Whether anything of the kind stands in the rack, which is there.
  bool HasOne(const RackSelector& selector) const {
    const Scenario& scenario = names_.scenario();
    const Rack& rack = scenario.cluster.racks[*scenario.FindRack(selector.rack)];
    switch (selector.what) {
      case RackSelector::What::kBrokers:
      case RackSelector::What::kRandomBroker:
        return rack.brokers.value > 0;
      case RackSelector::What::kControllers:
        return rack.controllers.value > 0;
      case RackSelector::What::kAll:
        if (rack.brokers.value > 0 || rack.controllers.value > 0) return true;
        break;
      case RackSelector::What::kClients:
        break;
    }
    const auto stands_there = [&](const auto& clients) {
      return std::any_of(clients.racks.begin(), clients.racks.end(),
                         [&](const Located<std::string>& name) { return name.value == selector.rack; });
    };
    const Workload& workload = scenario.workload;
    return std::any_of(workload.producers.begin(), workload.producers.end(), stands_there) ||
           std::any_of(workload.consumers.begin(), workload.consumers.end(), stands_there);
  }

  void CheckNode(std::string_view what, int32_t id, int32_t first, int32_t count) const {
    // A count that could not be read is no reason to doubt the ids.
    if (count == 0 || (id >= first && id < first + count)) return;
    const std::string last = std::to_string(first + count - 1);
    names_.sink().Error(Code::kUnknownName, position_, Cat({"there is no ", what, " ", std::to_string(id)}),
                        count == 1 ? Cat({"the only ", what, " is ", last})
                                   : Cat({what, "s are ", std::to_string(first), " to ", last}));
  }

  const Names& names_;
  SourcePosition position_;
};

void CheckPartition(const Names& names, const PartitionName& name) {
  if (!names.CheckTopic(name.topic, name.position)) return;
  const int32_t partitions = names.FindTopic(name.topic)->partitions.value;
  if (name.partition < partitions) return;
  names.sink().Error(Code::kPartitionOutOfRange, name.position,
                     Cat({"topic '", name.topic, "' has no partition ", std::to_string(name.partition)}),
                     Cat({"its partitions are 0 to ", std::to_string(partitions - 1)}));
}

void CheckLogDir(const Scenario& scenario, const Located<std::string>& dir, DiagnosticSink& sink) {
  const std::vector<std::string> dirs = LogDirsOf(scenario);
  if (std::find(dirs.begin(), dirs.end(), dir.value) != dirs.end()) return;
  const auto nearest = NearestWord(dir.value, dirs);
  std::string help = dirs.size() == 1 ? Cat({"brokers have ", dirs.front(), " alone; several are listed in log.dirs"})
                                      : Cat({"log.dirs has ", Join(dirs, ", ")});
  if (nearest) help = Cat({"did you mean '", *nearest, "'? ", help});
  sink.Error(Code::kUnknownName, dir.position, Cat({"no broker has a log directory ", Quoted(dir.value)}),
             std::move(help));
}

struct ExpectationCheck {
  const Names& names;
  SourcePosition position;

  void operator()(const NoAckedRecordLost&) const { NeedProducer(); }
  void operator()(const OrderPerPartition&) const { NeedProducer(); }
  void operator()(const OffsetsDurable& durable) const {
    if (durable.group) names.CheckGroup(*durable.group, position);
    if (!durable.group && names.scenario().workload.consumers.empty()) {
      NotEvaluable("no group commits offsets: there are no consumers");
    }
  }
  void operator()(const Unavailable& unavailable) const {
    if (!names.CheckTopic(unavailable.topic, position)) return;
    const bool write = unavailable.access == AccessKind::kWrite;
    if (write ? !IsWritten(unavailable.topic) : !IsRead(unavailable.topic)) {
      NotEvaluable(Cat({"nothing ", write ? "writes to" : "reads", " topic '", unavailable.topic, "'"}));
    }
  }
  void operator()(const LostRecords& lost) const { NeedWriter(lost.topic); }
  void operator()(const DuplicateRecords& duplicates) const { NeedWriter(duplicates.topic); }
  void operator()(const AckedRecords& acked) const { NeedWriter(acked.topic); }
  void operator()(const Elections&) const { NeedTopic(); }
  void operator()(const EveryPartitionHasLeader&) const { NeedTopic(); }
  void operator()(const IsrFull& full) const { names.CheckTopic(full.topic, position); }
  void operator()(const ConsumerLag& lag) const { names.CheckGroup(lag.group, position); }

 private:
  void NotEvaluable(std::string why) const {
    if (!names.parts().topics || !names.parts().clients) return;
    names.sink().Error(Code::kNotEvaluable, position, "this expectation cannot be evaluated", std::move(why));
  }
  void NeedProducer() const {
    if (names.scenario().workload.producers.empty()) NotEvaluable("there are no producers");
  }
  void NeedTopic() const {
    if (names.scenario().topics.empty()) NotEvaluable("there are no topics");
  }
  void NeedWriter(const std::string& topic) const {
    if (names.CheckTopic(topic, position) && !IsWritten(topic))
      NotEvaluable(Cat({"nothing writes to topic '", topic, "'"}));
  }
  bool IsWritten(const std::string& topic) const {
    const auto& producers = names.scenario().workload.producers;
    return std::any_of(producers.begin(), producers.end(),
                       [&](const ProducerGroup& p) { return p.topic.value == topic; });
  }
  bool IsRead(const std::string& topic) const {
    const auto& consumers = names.scenario().workload.consumers;
    return std::any_of(consumers.begin(), consumers.end(),
                       [&](const ConsumerGroup& c) { return c.topic.value == topic; });
  }
};

// In Kafka members of a group may differ in what they subscribe to; here they do not.
void CheckGroupTopics(const Scenario& scenario, DiagnosticSink& sink) {
  absl::btree_map<std::string, std::string> topics;
  for (const ConsumerGroup& consumers : scenario.workload.consumers) {
    const auto [group, is_new] = topics.try_emplace(consumers.group.value, consumers.topic.value);
    if (is_new || group->second == consumers.topic.value) continue;
    sink.Error(Code::kBadValue, consumers.topic.position,
               Cat({"group '", Printable(group->first), "' reads topic '", Printable(group->second),
                    "' already, and ktrial has one topic for all members of a group"}),
               "give these consumers another group");
  }
}

void CheckFaultIds(const Scenario& scenario, DiagnosticSink& sink) {
  absl::btree_set<std::string> seen;
  for (const Fault& fault : scenario.faults) {
    if (!fault.id || seen.insert(fault.id->value).second) continue;
    sink.Error(Code::kDuplicateName, fault.id->position,
               Cat({"two faults have the id '", Printable(fault.id->value), "'"}));
  }
}

void CheckOperation(const Names& names, const AlterConfig& alter) {
  if (alter.broker) {
    BrokerSelector broker{alter.broker->value};
    const SelectorCheck check(&names, alter.broker->position);
    // One that could not be read is 0.
    if (broker.id > 0) check(broker);
    return;
  }
  names.CheckTopic(alter.topic.value, alter.topic.position);
}

// "orders has 6 partitions"
std::string PartitionsOf(const Topic& topic) {
  const int32_t partitions = topic.partitions.value;
  return Cat({topic.name.value, " has ", std::to_string(partitions), partitions == 1 ? " partition" : " partitions"});
}

void CheckPartition(const Names& names, const Topic& topic, const Located<int32_t>& partition) {
  if (topic.partitions.value <= 0 || partition.value < topic.partitions.value) return;
  names.sink().Error(Code::kUnknownName, partition.position,
                     Cat({"there is no partition ", std::to_string(partition.value)}),
                     Cat({PartitionsOf(topic), ", numbered from 0"}));
}

void CheckOperation(const Names& names, const Elect& elect) {
  if (!names.CheckTopic(elect.topic.value, elect.topic.position) || !elect.partition) return;
  CheckPartition(names, *names.FindTopic(elect.topic.value), *elect.partition);
}

void CheckOperation(const Names& names, const RollingRestart& rolling) {
  const int32_t brokers = names.scenario().cluster.brokers.value;
  for (const Located<int32_t>& broker : rolling.brokers) {
    if (brokers == 0 || broker.value <= brokers) continue;
    names.sink().Error(Code::kUnknownName, broker.position, Cat({"there is no broker ", std::to_string(broker.value)}),
                       Cat({"brokers are 1 to ", std::to_string(brokers)}));
  }
}

void CheckOperation(const Names& names, const DeleteRecords& deletion) {
  if (!names.CheckTopic(deletion.topic.value, deletion.topic.position)) return;
  CheckPartition(names, *names.FindTopic(deletion.topic.value), deletion.partition);
}

void CheckOperation(const Names& names, const Reassign& reassign) {
  const int32_t brokers = names.scenario().cluster.brokers.value;
  if (const int32_t largest = LargestBroker(reassign.replicas); brokers > 0 && largest > brokers) {
    names.sink().Error(Code::kUnknownName, reassign.replicas_position,
                       Cat({"there is no broker ", std::to_string(largest)}),
                       Cat({"brokers are 1 to ", std::to_string(brokers)}));
  }
  if (!names.CheckTopic(reassign.topic.value, reassign.topic.position)) return;
  const Topic& topic = *names.FindTopic(reassign.topic.value);
  if (reassign.partition) return CheckPartition(names, topic, *reassign.partition);
  const auto listed = static_cast<int32_t>(reassign.replicas.size());
  if (topic.partitions.value > 0 && listed > 0 && listed != topic.partitions.value) {
    names.sink().Error(Code::kBadValue, reassign.replicas_position,
                       Cat({PartitionsOf(topic), ", and replicas are given for ", std::to_string(listed)}),
                       "name the partition, or give the replicas of all of them, with commas between");
  }
}

}  // namespace

void ValidateReferences(KnownParts known, DiagnosticSink& sink, Scenario* scenario) {
  // The names refer to the scenario's own parts; of those, only the targets of faults change below.
  const Names names(*scenario, known, &sink);
  for (const ProducerGroup& producers : scenario->workload.producers) {
    names.CheckTopic(producers.topic.value, producers.topic.position);
    for (const Located<std::string>& rack : producers.racks) names.CheckRack(rack.value, rack.position);
  }
  for (const ConsumerGroup& consumers : scenario->workload.consumers) {
    names.CheckTopic(consumers.topic.value, consumers.topic.position);
    for (const Located<std::string>& rack : consumers.racks) names.CheckRack(rack.value, rack.position);
  }
  for (const AdminAction& action : scenario->workload.admin) {
    std::visit([&](const auto& operation) { CheckOperation(names, operation); }, action.operation);
  }
  for (Fault& fault : scenario->faults) {
    for (Selector* selector : SelectorsOf(fault.action)) {
      std::visit(SelectorCheck(&names, selector->position), selector->target);
    }
    if (!fault.when) continue;
    for (Selector* selector : SelectorsOf(*fault.when)) {
      std::visit(SelectorCheck(&names, selector->position), selector->target);
    }
  }
  for (const Fault& fault : scenario->faults) {
    const auto* rot = std::get_if<BitRotFault>(&fault.action);
    if (rot != nullptr && rot->partition) CheckPartition(names, *rot->partition);
    if (const Located<std::string>* dir = LogDirOf(fault.action)) CheckLogDir(*scenario, *dir, sink);
  }
  for (const Expectation& expectation : scenario->expectations) {
    std::visit(ExpectationCheck{names, expectation.position}, expectation.check);
  }
  CheckGroupTopics(*scenario, sink);
  CheckFaultIds(*scenario, sink);
}

}  // namespace ktrial::scenarios
