// The partitions that a broker hosts, in the order in which it came to host them.
//
//   if (const Partition* partition = std::as_const(table).Find(tp)) ...   // to look at it
//   if (Partition* partition = table.Find(tp)) ...                        // to change it
//
// The table knows which fetch sessions hold a partition, and which of them have settled on it: they have been told its
// state and wait for it to change (fetch_session.h). Whoever takes a partition to change it ends that, before the
// change: the follower's fetches since then are made good (each of them found the follower at the end of the log), and
// the places in the sessions are handed out by TakeUnsettled. So nobody who changes partitions has to know of sessions.
// A partition must not be changed through a pointer from before TakeUnsettled.
//
// In the same way it knows which fetcher of this broker follows a partition, and tells it which of its partitions were
// taken to be changed since its last request.
#ifndef KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
#define KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/metadata/partition_slots.h"
#include "cluster/replication/partition.h"

namespace ktrial::cluster {

class PartitionTable {
 public:
  // A fetch session that holds a partition, by its index, and the partition's place in it.
  struct SessionPlace {
    int32_t session = -1;
    int32_t place = -1;
  };

  // Null if the partition is not hosted. Pointers hold until the next Add or Remove.
  Partition* Find(TopicPartition tp) {
    const int32_t slot = slots_.Find(tp);
    if (slot < 0) return nullptr;
    Touch(static_cast<size_t>(slot));
    return &partitions_[static_cast<size_t>(slot)];
  }
  const Partition* Find(TopicPartition tp) const {
    const int32_t slot = slots_.Find(tp);
    return slot < 0 ? nullptr : &partitions_[static_cast<size_t>(slot)];
  }
  Partition& Add(Partition partition);
  // The partition must be hosted. Sessions that hold it find that it is not hosted any more.
  void Remove(TopicPartition tp);

  std::vector<Partition>& all() {
    for (size_t slot = 0; slot < partitions_.size(); ++slot) Touch(slot);
    return partitions_;
  }
  const std::vector<Partition>& all() const { return partitions_; }

  // ---- Fetch sessions.

  // A session holds the partition, which must be hosted; not settled. Nothing happens if it is known.
  void Watch(TopicPartition tp, SessionPlace place);
  void Unwatch(TopicPartition tp, SessionPlace place);
  // The session has been told of the partition's present state.
  void Settle(TopicPartition tp, SessionPlace place);
  // The session asks for something else; what it has settled on holds no more. Nothing happens if it has not settled.
  void Unsettle(TopicPartition tp, SessionPlace place);
  // The sessions that settled on the partition are to look at it again, if it is hosted.
  void UnsettleWatchers(TopicPartition tp) { Find(tp); }
  // Places whose partitions may have changed since the session settled on them.
  bool has_unsettled() const { return !unsettled_.empty(); }
  std::vector<SessionPlace> TakeUnsettled() { return std::exchange(unsettled_, {}); }
  // A session fetched, at this time of the broker's clock; the follower is none if it is a consumer's. To be said of a
  // session before any partition settles.
  void NoteFetch(int32_t session, BrokerId follower, sim::WallTime time);
  sim::WallTime last_fetch(int32_t session) const { return clocks_[static_cast<size_t>(session)].last_fetch; }

  // ---- Fetchers of this broker, by their number.

  // The fetcher has put the partition's present state into a request, and is to be told when it is taken to be changed.
  void SettleFetcher(TopicPartition tp, uint64_t fetcher);
  // What was taken since; each once for every SettleFetcher, in order.
  std::vector<TopicPartition> TakeChanged(uint64_t fetcher);
  void ForgetFetcher(uint64_t fetcher) { changed_.erase(fetcher); }

  struct Watcher {
    SessionPlace place;
    bool settled = false;
  };
  // Of a hosted partition.
  const std::vector<Watcher>& WatchersOf(TopicPartition tp) const {
    return watched_[static_cast<size_t>(slots_.Find(tp))].watchers;
  }

 private:
  struct Watched {
    std::vector<Watcher> watchers;
    // Sessions that have settled, and the fetcher if it has.
    int32_t settled = 0;
    bool fetcher_settled = false;
    uint64_t fetcher = 0;
  };
  struct FollowerClock {
    BrokerId follower;
    sim::WallTime last_fetch;
  };

  void Touch(size_t slot) {
    if (watched_[slot].settled > 0) UnsettleAll(slot);
  }
  void UnsettleAll(size_t slot);
  // Makes good a follower's fetches since its session settled on the partition.
  void CatchUp(size_t slot, int32_t session);
  Watched& WatchedOf(TopicPartition tp) { return watched_[static_cast<size_t>(slots_.Find(tp))]; }
  static Watcher* FindWatcher(Watched& watched, SessionPlace place);

  std::vector<Partition> partitions_;
  PartitionSlots slots_;
  // Beside partitions_.
  std::vector<Watched> watched_;
  std::vector<SessionPlace> unsettled_;
  absl::btree_map<uint64_t, std::vector<TopicPartition>> changed_;
  // By session; none for consumers'.
  std::vector<FollowerClock> clocks_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PARTITION_TABLE_H_
