#include "scenarios/run_names.h"

namespace ktrial::scenarios {
namespace {

// Names beyond those that the scenario gave, such as a client of a test, are numbers.
std::string NameAt(const std::vector<std::string>& names, int64_t index, std::string_view what) {
  if (index >= 0 && static_cast<size_t>(index) < names.size()) return names[static_cast<size_t>(index)];
  if (index < 0) return "none";
  return std::string(what) + "-" + std::to_string(index);
}

}  // namespace

std::string RunNames::Topic(cluster::TopicId id) const {
  if (id == cluster::kMetadataTopic) return "__cluster_metadata";
  const auto it = topics.find(id);
  if (it != topics.end()) return it->second;
  return id.valid() ? "topic-" + std::to_string(id.value()) : "none";
}

std::string RunNames::Partition(cluster::TopicPartition tp) const {
  if (!tp.topic.valid()) return "none";
  return Topic(tp.topic) + "/" + std::to_string(tp.partition);
}

std::string RunNames::Group(cluster::GroupIndex id) const { return NameAt(groups, id.value(), "group"); }
std::string RunNames::Client(cluster::ClientId id) const { return NameAt(clients, id.value(), "client"); }
std::string RunNames::Process(sim::ProcessId id) const {
  return id.valid() ? NameAt(processes, id.value(), "process") : "world";
}
std::string RunNames::Host(sim::HostId id) const { return NameAt(hosts, id.value(), "host"); }

std::string RunNames::Node(cluster::BrokerId id) const {
  if (!id.valid()) return "none";
  return (first_controller > 0 && id.value() >= first_controller ? "controller " : "broker ") +
         std::to_string(id.value());
}

}  // namespace ktrial::scenarios
