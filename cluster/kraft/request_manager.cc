#include "cluster/kraft/request_manager.h"

#include <algorithm>

namespace ktrial::cluster {

using sim::SimTime;

bool RequestManager::IsBackingOff(BrokerId node, SimTime now) const {
  const auto it = connections_.find(node);
  return it != connections_.end() && !it->second.in_flight && now < it->second.until;
}

bool RequestManager::HasTimedOut(BrokerId node, SimTime now) const {
  const auto it = connections_.find(node);
  return it != connections_.end() && it->second.in_flight && now >= it->second.until;
}

bool RequestManager::HasAnyInFlight(SimTime now) const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [now](const auto& entry) { return entry.second.in_flight && now < entry.second.until; });
}

SimTime RequestManager::ReadyAt(BrokerId node) const {
  const auto it = connections_.find(node);
  return it == connections_.end() ? SimTime() : it->second.until;
}

uint64_t RequestManager::OnSent(BrokerId node, SimTime now) {
  const uint64_t key = next_key_++;
  connections_[node] = {.in_flight = true, .key = key, .until = now + request_timeout_};
  return key;
}

bool RequestManager::IsExpected(BrokerId node, uint64_t key) const {
  const auto it = connections_.find(node);
  return it != connections_.end() && it->second.in_flight && it->second.key == key;
}

void RequestManager::OnResult(BrokerId node, uint64_t key, bool success, SimTime now) {
  if (!IsExpected(node, key)) return;
  if (success) {
    Reset(node);
  } else {
    connections_[node] = {.in_flight = false, .key = key, .until = now + retry_backoff_};
  }
}

std::optional<BrokerId> RequestManager::FindReady(const std::vector<BrokerId>& nodes, SimTime now,
                                                  sim::RandomStream& random) const {
  if (nodes.empty() || HasAnyInFlight(now)) return std::nullopt;
  const size_t start = random.Below(nodes.size());
  for (size_t i = 0; i < nodes.size(); ++i) {
    const BrokerId node = nodes[(start + i) % nodes.size()];
    if (IsReady(node, now)) return node;
  }
  return std::nullopt;
}

SimTime RequestManager::AnyReadyAt(const std::vector<BrokerId>& nodes, SimTime now) const {
  for (const auto& [node, connection] : connections_) {
    if (connection.in_flight && now < connection.until) return connection.until;
  }
  SimTime earliest = now + retry_backoff_;
  for (BrokerId node : nodes) earliest = std::min(earliest, std::max(now, ReadyAt(node)));
  return earliest;
}

}  // namespace ktrial::cluster
