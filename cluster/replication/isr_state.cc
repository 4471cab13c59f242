#include "cluster/replication/isr_state.h"

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

}  // namespace ktrial::cluster
