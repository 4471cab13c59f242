#include "cluster/replication/replication_quota_manager.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/string_view.h"

namespace ktrial::cluster {
namespace {

constexpr std::string_view kAllReplicas = "*";

// A number without sign.
std::optional<int32_t> ParseNumber(std::string_view text) {
  int32_t number = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
  if (!absl::SimpleAtoi(absl::string_view(text.data(), text.size()), &number)) return std::nullopt;
  return number;
}

struct PartitionReplica {
  int32_t partition = 0;
  int32_t broker = 0;
};

// "0:1,1:2"; nothing if it is not of the kind.
std::optional<std::vector<PartitionReplica>> ParseReplicas(std::string_view text) {
  std::vector<PartitionReplica> replicas;
  while (true) {
    const std::string_view item = text.substr(0, std::min(text.find(','), text.size()));
    const size_t colon = item.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto partition = ParseNumber(item.substr(0, colon));
    const auto broker = ParseNumber(item.substr(colon + 1));
    if (!partition || !broker) return std::nullopt;
    replicas.push_back({*partition, *broker});
    if (item.size() == text.size()) return replicas;
    text.remove_prefix(item.size() + 1);
  }
}

}  // namespace

bool IsThrottledReplicaList(std::string_view text) { return text == kAllReplicas || ParseReplicas(text).has_value(); }

void ReplicationQuotaManager::UpdateThrottled(TopicId topic, std::string_view replicas, BrokerId self) {
  if (replicas.empty()) {
    throttled_.erase(topic);
    return;
  }
  Throttled throttled;
  throttled.all = replicas == kAllReplicas;
  if (const auto listed = ParseReplicas(replicas)) {
    for (const PartitionReplica& replica : *listed) {
      if (BrokerId(replica.broker) == self) throttled.partitions.push_back(replica.partition);
    }
  }
  throttled_[topic] = std::move(throttled);
}

bool ReplicationQuotaManager::IsThrottled(TopicPartition tp) const {
  const auto topic = throttled_.find(tp.topic);
  if (topic == throttled_.end()) return false;
  const std::vector<int32_t>& partitions = topic->second.partitions;
  return topic->second.all || std::find(partitions.begin(), partitions.end(), tp.partition) != partitions.end();
}

void ReplicationQuotaManager::Record(sim::WallTime now, int64_t bytes) {
  const Sample fresh{.start = now, .last_event = now};
  if (samples_.empty()) samples_.push_back(fresh);
  if (now - samples_[current_].start >= options_.window) {
    current_ = (current_ + 1) % (static_cast<size_t>(options_.samples) + 1);
    if (current_ == samples_.size()) {
      samples_.push_back(fresh);
    } else {
      samples_[current_] = fresh;
    }
  }
  samples_[current_].bytes += bytes;
  samples_[current_].last_event = now;
}

void ReplicationQuotaManager::PurgeObsoleteSamples(sim::WallTime now) {
  for (Sample& sample : samples_) {
    if (now - sample.last_event >= options_.window * options_.samples) sample = {.start = now, .last_event = now};
  }
}

bool ReplicationQuotaManager::IsQuotaExceeded(sim::WallTime now) {
  if (quota_ == kUnlimited) return false;
  PurgeObsoleteSamples(now);
  int64_t bytes = 0;
  sim::WallTime oldest = now;
  for (const Sample& sample : samples_) {
    bytes += sample.bytes;
    oldest = std::min(oldest, sample.start);
  }
  const int64_t millis = std::max(now - oldest, options_.window).millis();
  constexpr int64_t kMillisPerSecond = 1000;
  const int64_t whole = bytes * kMillisPerSecond / millis;
  return whole > quota_ || (whole == quota_ && bytes * kMillisPerSecond % millis > 0);
}

}  // namespace ktrial::cluster
