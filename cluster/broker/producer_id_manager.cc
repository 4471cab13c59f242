#include "cluster/broker/producer_id_manager.h"

#include <utility>

namespace ktrial::cluster {

std::optional<ProducerId> ProducerIdManager::GenerateProducerId() {
  if (current_.next >= current_.end) {
    if (!next_) return std::nullopt;
    current_ = *std::exchange(next_, std::nullopt);
  }
  return ProducerId(current_.next++);
}

bool ProducerIdManager::TakeBlockRequest() {
  // Kafka's PidPrefetchThreshold: nine tenths used.
  const bool nearly_used_up = (current_.end - current_.next) * 10 <= current_.size;
  if (!nearly_used_up || next_ || requested_) return false;
  requested_ = true;
  return true;
}

void ProducerIdManager::OnBlock(const AllocateProducerIdsResponse& response) {
  requested_ = false;
  if (response.error != ErrorCode::kNone) return;
  const int64_t first = response.first.value();
  next_ = Block{.next = first, .end = first + response.count, .size = response.count};
}

}  // namespace ktrial::cluster
