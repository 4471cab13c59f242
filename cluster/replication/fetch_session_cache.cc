#include "cluster/replication/fetch_session_cache.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// KafkaServer.MIN_INCREMENTAL_FETCH_SESSION_EVICTION_MS
constexpr sim::Duration kMinEvictionAge = sim::Milliseconds(120000);

}  // namespace

FetchContext FetchSessionCache::NewContext(sim::WallTime now, const FetchRequest& request) {
  const FetchMetadata metadata{request.session_id, request.session_epoch};
  const std::optional<SessionIndex> index = Find(metadata.session_id);
  if (metadata.is_full()) {
    if (index) Remove(*index);
    return {.kind = metadata.epoch == FetchMetadata::kFinalEpoch ? FetchContext::Kind::kSessionless
                                                                 : FetchContext::Kind::kFull};
  }
  if (!index) return {.kind = FetchContext::Kind::kSessionError, .error = ErrorCode::kFetchSessionIdNotFound};
  FetchSession& session = at(*index);
  if (session.metadata().epoch != metadata.epoch) {
    return {.kind = FetchContext::Kind::kSessionError, .error = ErrorCode::kInvalidFetchSessionEpoch};
  }
  for (const FetchRequest::PartitionData& asked : request.partitions) {
    const size_t size = session.size();
    const FetchSession::Place place = Ask(session, asked);
    (session.size() > size ? changes_.added : changes_.asked).push_back({asked.tp, *index, place});
  }
  for (const TopicPartition& tp : request.forgotten) {
    if (const auto place = session.Forget(tp)) changes_.removed.push_back({tp, *index, *place});
  }
  if (session.size() == 0) {
    Remove(*index);
    return {.kind = FetchContext::Kind::kSessionless};
  }
  Touch(*index, now);
  session.AdvanceEpoch();
  return {.kind = FetchContext::Kind::kIncremental, .session = *index, .expected_epoch = session.metadata().epoch};
}

SessionIndex FetchSessionCache::MaybeOpen(sim::WallTime now, sim::RandomStream& ids, bool privileged,
                                          const std::vector<FetchRequest::PartitionData>& asked,
                                          const std::vector<FetchResponse::PartitionData>& told) {
  KT_CHECK(asked.size() == told.size());
  const int32_t shard = next_shard_;
  next_shard_ = (next_shard_ + 1) % options_.shards;
  const auto first = index_of_.lower_bound(shard * IdRange());
  const auto last = index_of_.lower_bound((shard + 1) * IdRange());
  const bool has_room = std::distance(first, last) < options_.max_entries / options_.shards;
  if (!has_room && !TryEvict(shard, privileged, static_cast<int32_t>(asked.size()), now)) return kNoSession;

  SessionIndex index = static_cast<SessionIndex>(slots_.size());
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Slot& slot = slots_[static_cast<size_t>(index)];
  slot.session.emplace(NewSessionId(shard, ids), privileged, now);
  slot.cached = true;
  for (size_t i = 0; i < asked.size(); ++i) {
    changes_.added.push_back({asked[i].tp, index, Ask(*slot.session, asked[i], &told[i])});
  }
  index_of_[slot.session->id()] = index;
  Touch(index, now);
  return index;
}

void FetchSessionCache::Hold(SessionIndex index) { ++slots_[static_cast<size_t>(index)].holds; }

void FetchSessionCache::Release(SessionIndex index) {
  Slot& slot = slots_[static_cast<size_t>(index)];
  KT_CHECK(slot.holds > 0);
  --slot.holds;
  MaybeFree(index);
}

int64_t FetchSessionCache::total_partitions() const {
  int64_t total = 0;
  for (const auto& [id, index] : index_of_) total += slots_[static_cast<size_t>(index)].cached_size;
  return total;
}

std::optional<SessionIndex> FetchSessionCache::Find(int32_t session_id) const {
  const auto it = index_of_.find(session_id);
  return it == index_of_.end() ? std::nullopt : std::optional(it->second);
}

FetchSession::Place FetchSessionCache::Ask(FetchSession& session, FetchRequest::PartitionData asked,
                                           const FetchResponse::PartitionData* told) const {
  if (!options_.keeps_leader_epochs) asked.current_leader_epoch = LeaderEpoch();
  return session.Ask(asked, told);
}

void FetchSessionCache::Touch(SessionIndex index, sim::WallTime now) {
  Slot& slot = slots_[static_cast<size_t>(index)];
  const bool is_old = now - slot.session->created() > kMinEvictionAge;
  slot.last_used = now;
  slot.cached_size = static_cast<int32_t>(slot.session->size());
  slot.evictable_by_privileged = !slot.session->privileged() || is_old;
  slot.evictable_by_all = is_old;
}

void FetchSessionCache::Remove(SessionIndex index) {
  Slot& slot = slots_[static_cast<size_t>(index)];
  index_of_.erase(slot.session->id());
  slot.cached = false;
  MaybeFree(index);
}

void FetchSessionCache::MaybeFree(SessionIndex index) {
  Slot& slot = slots_[static_cast<size_t>(index)];
  if (slot.cached || slot.holds > 0) return;
  for (const auto& [tp, place] : slot.session->places()) changes_.removed.push_back({tp, index, place});
  slot = Slot();
  free_.push_back(index);
}

bool FetchSessionCache::TryEvict(int32_t shard, bool privileged, int32_t size, sim::WallTime now) {
  // Consumers' before followers', then by size.
  using Worth = std::tuple<bool, int32_t, int32_t>;
  std::optional<std::pair<sim::WallTime, SessionIndex>> longest_idle;
  std::optional<std::pair<Worth, SessionIndex>> cheapest;
  const auto end = index_of_.lower_bound((shard + 1) * IdRange());
  for (auto it = index_of_.lower_bound(shard * IdRange()); it != end; ++it) {
    const Slot& slot = slots_[static_cast<size_t>(it->second)];
    if (!longest_idle || slot.last_used < longest_idle->first) longest_idle = {slot.last_used, it->second};
    if (!(privileged ? slot.evictable_by_privileged : slot.evictable_by_all)) continue;
    const Worth worth{slot.session->privileged(), slot.cached_size, slot.session->id()};
    if (!cheapest || worth < cheapest->first) cheapest = {worth, it->second};
  }
  if (!longest_idle) return false;
  if (now - longest_idle->first > kMinEvictionAge) {
    Remove(longest_idle->second);
  } else if (cheapest && Worth{privileged, size, 0} >= cheapest->first) {
    Remove(cheapest->second);
  } else {
    return false;
  }
  ++evictions_;
  return true;
}

int32_t FetchSessionCache::NewSessionId(int32_t shard, sim::RandomStream& ids) const {
  const int64_t low = std::max(1, shard * IdRange());
  const int64_t high = int64_t{shard + 1} * IdRange() - 1;
  for (;;) {
    const auto id = static_cast<int32_t>(ids.Between(low, high));
    if (!index_of_.contains(id)) return id;
  }
}

}  // namespace ktrial::cluster
