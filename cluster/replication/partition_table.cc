#include "cluster/replication/partition_table.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::cluster {

Partition& PartitionTable::Add(Partition partition) {
  slots_.Make(partition.tp()) = static_cast<int32_t>(partitions_.size());
  partitions_.push_back(std::move(partition));
  watched_.emplace_back();
  return partitions_.back();
}

void PartitionTable::Remove(TopicPartition tp) {
  KT_CHECK(slots_.Find(tp) >= 0);
  const auto slot = static_cast<size_t>(slots_.Find(tp));
  Touch(slot);
  slots_.Make(tp) = -1;
  partitions_.erase(partitions_.begin() + static_cast<ptrdiff_t>(slot));
  watched_.erase(watched_.begin() + static_cast<ptrdiff_t>(slot));
  for (size_t i = slot; i < partitions_.size(); ++i) slots_.Make(partitions_[i].tp()) = static_cast<int32_t>(i);
}

PartitionTable::Watcher* PartitionTable::FindWatcher(Watched& watched, SessionPlace place) {
  const auto it = std::find_if(watched.watchers.begin(), watched.watchers.end(), [place](const Watcher& watcher) {
    return watcher.place.session == place.session && watcher.place.place == place.place;
  });
  return it == watched.watchers.end() ? nullptr : &*it;
}

void PartitionTable::Watch(TopicPartition tp, SessionPlace place) {
  Watched& watched = WatchedOf(tp);
  if (FindWatcher(watched, place) == nullptr) watched.watchers.push_back({.place = place});
}

void PartitionTable::Unwatch(TopicPartition tp, SessionPlace place) {
  if (slots_.Find(tp) < 0) return;
  Watched& watched = WatchedOf(tp);
  Watcher* watcher = FindWatcher(watched, place);
  if (watcher == nullptr) return;
  if (watcher->settled) {
    --watched.settled;
    CatchUp(static_cast<size_t>(slots_.Find(tp)), place.session);
  }
  watched.watchers.erase(watched.watchers.begin() + (watcher - watched.watchers.data()));
}

void PartitionTable::Settle(TopicPartition tp, SessionPlace place) {
  Watched& watched = WatchedOf(tp);
  Watcher* watcher = FindWatcher(watched, place);
  KT_CHECK(watcher != nullptr && !watcher->settled);
  watcher->settled = true;
  ++watched.settled;
}

void PartitionTable::NoteFetch(int32_t session, BrokerId follower, sim::WallTime time) {
  const auto index = static_cast<size_t>(session);
  if (index >= clocks_.size()) clocks_.resize(index + 1);
  clocks_[index] = {follower, time};
}

void PartitionTable::Unsettle(TopicPartition tp, SessionPlace place) {
  if (slots_.Find(tp) < 0) return;
  Watched& watched = WatchedOf(tp);
  Watcher* watcher = FindWatcher(watched, place);
  if (watcher == nullptr || !watcher->settled) return;
  watcher->settled = false;
  --watched.settled;
  CatchUp(static_cast<size_t>(slots_.Find(tp)), place.session);
}

void PartitionTable::UnsettleAll(size_t slot) {
  Watched& watched = watched_[slot];
  for (Watcher& watcher : watched.watchers) {
    if (!watcher.settled) continue;
    watcher.settled = false;
    unsettled_.push_back(watcher.place);
    CatchUp(slot, watcher.place.session);
  }
  if (watched.fetcher_settled) changed_[watched.fetcher].push_back(partitions_[slot].tp());
  watched.fetcher_settled = false;
  watched.settled = 0;
}

void PartitionTable::SettleFetcher(TopicPartition tp, uint64_t fetcher) {
  Watched& watched = WatchedOf(tp);
  if (!watched.fetcher_settled) ++watched.settled;
  watched.fetcher_settled = true;
  watched.fetcher = fetcher;
}

std::vector<TopicPartition> PartitionTable::TakeChanged(uint64_t fetcher) {
  const auto it = changed_.find(fetcher);
  return it == changed_.end() ? std::vector<TopicPartition>() : std::exchange(it->second, {});
}

void PartitionTable::CatchUp(size_t slot, int32_t session) {
  const FollowerClock& clock = clocks_[static_cast<size_t>(session)];
  if (clock.follower.valid()) partitions_[slot].NoteFetchAtLogEnd(clock.follower, clock.last_fetch);
}

}  // namespace ktrial::cluster
