#include "cluster/replication/fetch_session.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::cluster {

bool CachedPartition::MustRespond(const FetchResponse::PartitionData& data) const {
  return !data.batches.empty() || data.error != ErrorCode::kNone || data.diverged ||
         data.preferred_read_replica.valid() || high_watermark != data.high_watermark ||
         log_start != data.log_start_offset;
}

FetchSession::Place FetchSession::Ask(const FetchRequest::PartitionData& asked,
                                      const FetchResponse::PartitionData* told) {
  const auto it = std::lower_bound(places_of_.begin(), places_of_.end(), std::pair(asked.tp, Place{0}));
  Place place = 0;
  if (it != places_of_.end() && it->first == asked.tp) {
    place = it->second;
  } else {
    if (free_places_.empty()) {
      place = static_cast<Place>(partitions_.size());
      partitions_.emplace_back();
    } else {
      place = free_places_.back();
      free_places_.pop_back();
    }
    at(place) = CachedPartition{.turn = next_turn_++};
    places_of_.insert(it, {asked.tp, place});
  }
  at(place).asked = asked;
  if (told != nullptr) {
    at(place).high_watermark = told->high_watermark;
    at(place).log_start = told->log_start_offset;
  }
  MakePending(place);
  return place;
}

std::optional<FetchSession::Place> FetchSession::Forget(TopicPartition tp) {
  const auto it = std::lower_bound(places_of_.begin(), places_of_.end(), std::pair(tp, Place{0}));
  if (it == places_of_.end() || it->first != tp) return std::nullopt;
  const Place place = it->second;
  places_of_.erase(it);
  if (at(place).pending) std::erase(pending_, place);
  at(place) = CachedPartition();
  free_places_.push_back(place);
  return place;
}

const std::vector<FetchSession::Place>& FetchSession::Pending() {
  if (!pending_sorted_) {
    std::sort(pending_.begin(), pending_.end(), [this](Place a, Place b) { return at(a).turn < at(b).turn; });
    pending_sorted_ = true;
  }
  return pending_;
}

void FetchSession::MakePending(Place place) {
  if (at(place).pending) return;
  at(place).pending = true;
  pending_sorted_ = pending_sorted_ && (pending_.empty() || at(pending_.back()).turn < at(place).turn);
  pending_.push_back(place);
}

void FetchSession::Tell(Place place, const FetchResponse::PartitionData& data) {
  CachedPartition& partition = at(place);
  partition.high_watermark = data.error == ErrorCode::kNone ? data.high_watermark : Offset();
  partition.log_start = data.log_start_offset;
  if (data.batches.empty()) return;
  partition.turn = next_turn_++;
  pending_sorted_ = pending_sorted_ && pending_.size() <= 1;
}

}  // namespace ktrial::cluster
