#include "cluster/client/throttled_reassignment.h"

#include <string>
#include <utility>

#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cluster/metadata/broker_list.h"

namespace ktrial::cluster {
namespace {

constexpr const char* kLeaderRate = "leader.replication.throttled.rate";
constexpr const char* kFollowerRate = "follower.replication.throttled.rate";
constexpr const char* kLeaderReplicas = "leader.replication.throttled.replicas";
constexpr const char* kFollowerReplicas = "follower.replication.throttled.replicas";

using Entry = IncrementalAlterConfigsRequest::Entry;

// What moves where: all replicas that a partition has may lead it, and those that it gets follow.
struct Moves {
  // "partition:broker".
  absl::btree_set<std::string> leaders;
  absl::btree_set<std::string> followers;
  absl::btree_set<BrokerId> brokers;
};

Moves MovesOf(const ThrottledReassignment& throttled, const MetadataResponse::Topic& topic) {
  Moves moves;
  for (const auto& wanted : throttled.reassignment.partitions) {
    const std::vector<BrokerId>& sources = topic.partitions[static_cast<size_t>(wanted.partition)].replicas;
    for (const BrokerId source : sources) moves.leaders.insert(absl::StrCat(wanted.partition, ":", source.value()));
    for (const BrokerId target : *wanted.replicas) {
      if (Contains(sources, target)) continue;
      moves.followers.insert(absl::StrCat(wanted.partition, ":", target.value()));
    }
    moves.brokers.insert(sources.begin(), sources.end());
    moves.brokers.insert(wanted.replicas->begin(), wanted.replicas->end());
  }
  return moves;
}

IncrementalAlterConfigsRequest OfTopic(const MetadataResponse::Topic& topic, std::vector<Entry> entries) {
  return {.topics = {{.name = topic.name, .entries = std::move(entries)}}};
}

IncrementalAlterConfigsRequest OfBroker(BrokerId broker, std::vector<Entry> entries) {
  return {.topics = {}, .brokers = {{.id = broker, .entries = std::move(entries)}}};
}

}  // namespace

std::vector<AdminOperation> PlanThrottledReassignment(const ThrottledReassignment& throttled,
                                                      const MetadataResponse::Topic& topic, sim::SimTime at,
                                                      size_t first) {
  const Moves moves = MovesOf(throttled, topic);
  std::vector<AdminOperation> plan;
  const auto add = [&](auto request) {
    AdminOperation operation{.at = at, .request = std::move(request)};
    if (!plan.empty()) operation.after = first + plan.size() - 1;
    plan.push_back(std::move(operation));
  };
  const std::string rate = absl::StrCat(throttled.bytes_per_second);
  std::vector<Entry> lists;
  lists.push_back({kLeaderReplicas, AlterConfigOp::kSet, absl::StrJoin(moves.leaders, ",")});
  // A list of none is no list.
  if (!moves.followers.empty()) {
    lists.push_back({kFollowerReplicas, AlterConfigOp::kSet, absl::StrJoin(moves.followers, ",")});
  }
  add(OfTopic(topic, std::move(lists)));
  for (const BrokerId broker : moves.brokers) {
    add(OfBroker(broker, {{kLeaderRate, AlterConfigOp::kSet, rate}, {kFollowerRate, AlterConfigOp::kSet, rate}}));
  }
  add(throttled.reassignment);
  add(ListPartitionReassignmentsRequest{});
  for (const BrokerId broker : moves.brokers) {
    add(OfBroker(broker, {{kLeaderRate, AlterConfigOp::kDelete, {}}, {kFollowerRate, AlterConfigOp::kDelete, {}}}));
  }
  add(OfTopic(topic, {{kLeaderReplicas, AlterConfigOp::kDelete, {}}, {kFollowerReplicas, AlterConfigOp::kDelete, {}}}));
  return plan;
}

}  // namespace ktrial::cluster
