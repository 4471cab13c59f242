#include "cluster/replication/isr_state.h"

#include <algorithm>

namespace ktrial::cluster {

const PendingIsrChange* PendingChange(const IsrState& state) {
  if (const auto* expand = std::get_if<PendingExpandIsr>(&state)) return &expand->change;
  if (const auto* shrink = std::get_if<PendingShrinkIsr>(&state)) return &shrink->change;
  return nullptr;
}

const CommittedIsr& LastCommitted(const IsrState& state) {
  const PendingIsrChange* pending = PendingChange(state);
  return pending != nullptr ? pending->last_committed : std::get<CommittedIsr>(state);
}

const std::vector<BrokerId>& MaximalIsr(const IsrState& state) {
  if (const auto* expand = std::get_if<PendingExpandIsr>(&state)) return expand->maximal;
  return LastCommitted(state).isr;
}

bool Contains(const std::vector<BrokerId>& brokers, BrokerId broker) {
  return std::find(brokers.begin(), brokers.end(), broker) != brokers.end();
}

}  // namespace ktrial::cluster
