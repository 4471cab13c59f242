#include "sim/network.h"

#include <algorithm>
#include <optional>

#include "sim/check.h"

namespace ktrial::sim {
namespace {

Duration SerialisationTime(int64_t bytes, int64_t bytes_per_second) {
  return bytes_per_second == 0 ? Duration() : Duration(bytes * 1'000'000'000 / bytes_per_second);
}

}  // namespace

void Network::AddHost(NodeId rack, const LinkOptions& access) {
  KT_CHECK(undisturbed());
  if (!rack.valid()) {
    if (!common_rack_.valid()) common_rack_ = topology_.AddRack(topology_.AddSite("default"), "default");
    rack = common_rack_;
  }
  const int64_t id = static_cast<int64_t>(ports_.size());
  ports_.push_back(topology_.AddHostPort(rack, access));
  latency_streams_.push_back(RandomStream::Derive(seed_, "network.latency", id, 0));
  loss_streams_.push_back(RandomStream::Derive(seed_, "network.loss", id, 0));
}

void Network::ClearQueues(HostId host, SimTime now) {
  const LinkId uplink = topology_.node(port(host)).uplink;
  LinkFree(uplink) = std::min(LinkFree(uplink), now);
  LinkFree(Topology::Reverse(uplink)) = std::min(LinkFree(Topology::Reverse(uplink)), now);
}

// Work for later adds to what the link has to do, but does not reserve the time until then: what is ready earlier goes
// first.
SimTime Network::Queue(SimTime& free, SimTime now, SimTime ready, Duration work) {
  const SimTime begun = std::max(free, ready);
  free = std::max(free, now) + work;
  return begun;
}

SimTime& Network::LinkFree(LinkId link) {
  const size_t index = static_cast<size_t>(link.value());
  if (index >= link_free_.size()) link_free_.resize(index + 1);
  return link_free_[index];
}

// Links pass on the first bit before the last has come, so the slowest link on the way alone decides how long a message
// is stretched.
Transit Network::Send(HostId from, HostId to, int64_t bytes, SimTime now, SimTime departs_at) {
  if (from == to) return {.arrives_at = departs_at + kLoopbackLatency};
  const std::optional<Route> route = routes_.Find(topology_, port(from), port(to));
  if (!route.has_value()) return {.arrives_at = departs_at, .lost = true};
  RandomStream& latencies = latency_streams_[static_cast<size_t>(from.value())];
  SimTime first_bit = departs_at;
  Duration stretch;
  PathCondition* condition = FindCondition(from, to);
  if (condition != nullptr && condition->bytes_per_second > 0) {
    stretch = SerialisationTime(bytes, condition->bytes_per_second);
    first_bit = Queue(condition->free, now, first_bit, stretch);
  }
  for (LinkId id : route->links) {
    const LinkOptions& link = topology_.link(id).options;
    const Duration work = SerialisationTime(bytes, link.bytes_per_second);
    first_bit = Queue(LinkFree(id), now, first_bit, work) + link.latency.Draw(latencies);
    stretch = std::max(stretch, work);
  }
  if (condition != nullptr) {
    for (const LatencyTable& delay : condition->delays) first_bit = first_bit + delay.Draw(latencies);
  }
  const bool lost = LostOn(*route, condition, loss_streams_[static_cast<size_t>(from.value())]);
  return {.arrives_at = first_bit + stretch, .lost = lost};
}

bool Network::LostOn(const Route& route, const PathCondition* condition, RandomStream& stream) {
  bool lost = false;
  for (LinkId id : route.links) {
    const Ratio& loss = topology_.link(id).options.loss;
    if (loss.numerator != 0 && stream.Chance(loss)) lost = true;
  }
  if (condition == nullptr) return lost;
  for (const Ratio& loss : condition->losses) {
    if (stream.Chance(loss)) lost = true;
  }
  return lost;
}

bool Network::DrawLoss(HostId from, HostId to) {
  if (from == to) return false;
  const std::optional<Route> route = routes_.Find(topology_, port(from), port(to));
  if (!route.has_value()) return false;
  return LostOn(*route, FindCondition(from, to), loss_streams_[static_cast<size_t>(from.value())]);
}

bool Network::Passes(HostId from, HostId to) {
  if (from == to) return true;
  const PathCondition* condition = FindCondition(from, to);
  if (condition != nullptr && condition->cut) return false;
  return routes_.Reachable(topology_, port(from), port(to));
}

void Network::ClearConditions() {
  throttle_queues_.clear();
  for (size_t pair = 0; pair < condition_of_.size(); ++pair) {
    if (condition_of_[pair] == kNoCondition) continue;
    const PathCondition& condition = conditions_[static_cast<size_t>(condition_of_[pair])];
    if (condition.bytes_per_second > 0) throttle_queues_.push_back({pair, condition.free});
  }
  condition_of_.clear();
  conditions_.clear();
}

PathCondition& Network::Condition(HostId from, HostId to) {
  KT_CHECK(from != to);
  if (condition_of_.empty()) condition_of_.assign(ports_.size() * ports_.size(), kNoCondition);
  const size_t pair = PairIndex(from, to);
  int32_t& index = condition_of_[pair];
  if (index == kNoCondition) {
    index = static_cast<int32_t>(conditions_.size());
    conditions_.emplace_back();
    const auto queue = std::lower_bound(throttle_queues_.begin(), throttle_queues_.end(), pair,
                                        [](const ThrottleQueue& q, size_t p) { return q.pair < p; });
    if (queue != throttle_queues_.end() && queue->pair == pair) conditions_.back().free = queue->free;
  }
  return conditions_[static_cast<size_t>(index)];
}

PathCondition* Network::FindCondition(HostId from, HostId to) {
  if (condition_of_.empty()) return nullptr;
  const int32_t index = condition_of_[PairIndex(from, to)];
  return index == kNoCondition ? nullptr : &conditions_[static_cast<size_t>(index)];
}

}  // namespace ktrial::sim
