#include "cluster/replication/replica_selector.h"

#include <tuple>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Whether `a` is worth more (ReplicaView.comparator).
bool IsBetter(const ReplicaView& a, const ReplicaView& b) {
  return std::tuple(a.log_end, b.since_caught_up, a.broker) > std::tuple(b.log_end, a.since_caught_up, b.broker);
}

}  // namespace

BrokerId SelectRackAware(std::string_view rack, BrokerId leader, const std::vector<ReplicaView>& views) {
  KT_CHECK(!rack.empty());
  const ReplicaView* best = nullptr;
  for (const ReplicaView& view : views) {
    if (view.rack != rack) continue;
    if (view.broker == leader) return leader;
    if (best == nullptr || IsBetter(view, *best)) best = &view;
  }
  return best == nullptr ? leader : best->broker;
}

}  // namespace ktrial::cluster
