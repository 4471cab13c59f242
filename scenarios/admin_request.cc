#include "scenarios/admin_request.h"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "scenarios/run_config.h"
#include "scenarios/text.h"
#include "scenarios/units.h"

namespace ktrial::scenarios {
namespace {

cluster::IncrementalAlterConfigsRequest ToRequest(const AlterConfig& alter) {
  std::vector<cluster::IncrementalAlterConfigsRequest::Entry> entries;
  for (const ConfigEntry& entry : alter.set) {
    entries.push_back({std::string(entry.key->name), cluster::AlterConfigOp::kSet, ToWireText(entry.value)});
  }
  for (const ConfigKey* key : alter.deleted) {
    entries.push_back({std::string(key->name), cluster::AlterConfigOp::kDelete, {}});
  }
  cluster::IncrementalAlterConfigsRequest request;
  if (alter.broker) {
    request.brokers.push_back({.id = cluster::BrokerId(alter.broker->value), .entries = std::move(entries)});
  } else {
    request.topics.push_back({.name = alter.topic.value, .entries = std::move(entries)});
  }
  return request;
}

cluster::AlterPartitionReassignmentsRequest ToRequest(const Reassign& reassign, int32_t partitions) {
  cluster::AlterPartitionReassignmentsRequest request;
  const int32_t first = reassign.partition ? reassign.partition->value : 0;
  const int32_t end = reassign.partition ? first + 1 : partitions;
  for (int32_t partition = first; partition < end; ++partition) {
    std::optional<std::vector<cluster::BrokerId>> replicas;
    if (!reassign.replicas.empty()) {
      const std::vector<int32_t>& wanted = reassign.replicas[static_cast<size_t>(partition - first)];
      replicas.emplace(wanted.begin(), wanted.end());
    }
    request.partitions.push_back({reassign.topic.value, partition, std::move(replicas)});
  }
  return request;
}

cluster::ElectLeadersRequest ToRequest(const Elect& elect, int32_t partitions) {
  cluster::ElectLeadersRequest request;
  request.type = elect.unclean ? cluster::ElectionType::kUnclean : cluster::ElectionType::kPreferred;
  const int32_t first = elect.partition ? elect.partition->value : 0;
  const int32_t end = elect.partition ? first + 1 : partitions;
  for (int32_t partition = first; partition < end; ++partition) {
    request.partitions.push_back({elect.topic.value, partition});
  }
  return request;
}

cluster::DeleteRecordsRequest ToRequest(const DeleteRecords& deletion, cluster::TopicId topic) {
  // KafkaAdminClient's request.timeout.ms.
  constexpr sim::Duration kRequestTimeout = sim::Seconds(30);
  return {.timeout = kRequestTimeout,
          .partitions = {{.tp = {topic, deletion.partition.value},
                          .offset = deletion.before ? cluster::Offset(*deletion.before) : cluster::Offset()}}};
}

std::string Describe(const AlterConfig& alter) {
  std::vector<std::string> changes;
  for (const ConfigEntry& entry : alter.set) changes.push_back(Cat({entry.key->name, "=", ToWireText(entry.value)}));
  for (const ConfigKey* key : alter.deleted) changes.push_back(Cat({key->name, " deleted"}));
  const std::string what = alter.broker ? Cat({"broker ", std::to_string(alter.broker->value)}) : alter.topic.value;
  return Cat({"alter_config ", what, ": ", Join(changes, ", ")});
}

std::string Describe(const Reassign& reassign) {
  const std::string partition = reassign.partition ? Cat({"/", std::to_string(reassign.partition->value)}) : "";
  return Cat({"reassign ", reassign.topic.value, partition, ": ",
              reassign.replicas.empty() ? "cancel" : FormatReplicaAssignment(reassign.replicas),
              reassign.throttle ? Cat({" at most ", FormatBandwidth(reassign.throttle->value)}) : ""});
}

std::string Describe(const Elect& elect) {
  const std::string partition = elect.partition ? Cat({"/", std::to_string(elect.partition->value)}) : "";
  return Cat({"elect ", elect.unclean ? "unclean " : "preferred ", elect.topic.value, partition});
}

std::string Describe(const RollingRestart& rolling) {
  std::vector<std::string> brokers;
  for (const Located<int32_t>& broker : rolling.brokers) brokers.push_back(std::to_string(broker.value));
  const std::string wait = rolling.wait == RollingRestart::Wait::kIsr    ? "isr"
                           : rolling.wait == RollingRestart::Wait::kNone ? "none"
                                                                         : FormatDuration(rolling.time);
  return Cat({"rolling_restart of ", brokers.empty() ? "all brokers" : Cat({"brokers ", Join(brokers, ", ")}),
              ", wait: ", wait});
}

// The topic is one of the scenario's; else it has been refused.
int32_t PartitionsOf(const Scenario& scenario, const std::string& topic) {
  return scenario.FindTopic(topic)->partitions.value;
}

std::string Describe(const DeleteRecords& deletion) {
  return Cat({"delete_records ", deletion.topic.value, "/", std::to_string(deletion.partition.value), " before ",
              deletion.before ? std::to_string(*deletion.before) : std::string("the high watermark")});
}

}  // namespace

cluster::AdminOperation ToAdminOperation(const Scenario& scenario, const TopicIds& topics, const AdminAction& action,
                                         sim::SimTime start) {
  cluster::AdminOperation operation{.at = start + action.at.value, .request = {}};
  if (const auto* alter = std::get_if<AlterConfig>(&action.operation)) {
    operation.request = ToRequest(*alter);
    return operation;
  }
  if (const auto* elect = std::get_if<Elect>(&action.operation)) {
    operation.request = ToRequest(*elect, PartitionsOf(scenario, elect->topic.value));
    return operation;
  }
  if (const auto* deletion = std::get_if<DeleteRecords>(&action.operation)) {
    operation.request = ToRequest(*deletion, topics.at(deletion->topic.value));
    return operation;
  }
  const auto& reassign = std::get<Reassign>(action.operation);
  cluster::AlterPartitionReassignmentsRequest request =
      ToRequest(reassign, PartitionsOf(scenario, reassign.topic.value));
  if (reassign.throttle) {
    operation.request = cluster::ThrottledReassignment{std::move(request), reassign.throttle->value};
  } else {
    operation.request = std::move(request);
  }
  return operation;
}

std::string DescribeAdminAction(const AdminAction& action) {
  return std::visit([](const auto& operation) { return Describe(operation); }, action.operation);
}

}  // namespace ktrial::scenarios
