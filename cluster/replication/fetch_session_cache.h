// The fetch sessions of one broker (kafka.server.FetchManager, FetchSessionCache): opened by full fetches while there
// is room, or when a session that is worth less can go.
//
//   const FetchContext context = sessions.NewContext(now, request);
//   ... read what the context asks for ...
//   response.session_id = sessions.MaybeOpen(now, random, is_follower, partitions);   // of a full fetch
//
// A new session evicts one that was idle for two minutes; else, of those that are older than two minutes, the smallest
// if it is smaller than itself, consumers' before followers'. A follower's session evicts consumers' of any age.
//
// A session is named by an index while the broker knows it: in the cache, or held by a fetch that still waits.
#ifndef KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_CACHE_H_
#define KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_CACHE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/replication/fetch_session.h"
#include "sim/random.h"

namespace ktrial::cluster {

// Names a session within its broker, dense.
using SessionIndex = int32_t;
inline constexpr SessionIndex kNoSession = -1;

// How a fetch is to be served (kafka.server.FetchContext).
struct FetchContext {
  enum class Kind : uint8_t { kSessionError, kSessionless, kFull, kIncremental };

  Kind kind = Kind::kSessionless;
  // Of kSessionError.
  ErrorCode error = ErrorCode::kNone;
  // Of kIncremental, with the epoch that the session has as long as no other request of it is seen.
  SessionIndex session = kNoSession;
  int32_t expected_epoch = 0;
};

class FetchSessionCache {
 public:
  struct Options {
    // max.incremental.fetch.session.cache.slots
    int32_t max_entries = 1000;
    // The cache is split into so many parts, each with its share of the slots; new sessions take turns.
    int32_t shards = 8;
    // False with Defect::kSessionForgetsLeaderEpoch.
    bool keeps_leader_epochs = true;
  };
  // A place in a session, to be given up or taken.
  struct PlaceOf {
    TopicPartition tp;
    SessionIndex session;
    FetchSession::Place place;
  };

  explicit FetchSessionCache(Options options) : options_(options) {}

  // Takes what an incremental request changes in its session, and closes the session that a full one names.
  FetchContext NewContext(sim::WallTime now, const FetchRequest& request);
  // Opens a session for a full fetch; its index, or kNoSession if there is no room. `asked` and `told` are of equal
  // length, partition by partition.
  SessionIndex MaybeOpen(sim::WallTime now, sim::RandomStream& ids, bool privileged,
                         const std::vector<FetchRequest::PartitionData>& asked,
                         const std::vector<FetchResponse::PartitionData>& told);

  FetchSession& at(SessionIndex index) { return *slots_[static_cast<size_t>(index)].session; }
  const FetchSession& at(SessionIndex index) const { return *slots_[static_cast<size_t>(index)].session; }
  // A fetch waits on the session, which stays known until Release even if it leaves the cache.
  void Hold(SessionIndex index);
  void Release(SessionIndex index);

  // Places that sessions took, of which they ask something else, or that they gave up since the last call, in order.
  struct Changes {
    std::vector<PlaceOf> added;
    std::vector<PlaceOf> asked;
    std::vector<PlaceOf> removed;
  };
  bool has_changes() const { return !changes_.added.empty() || !changes_.asked.empty() || !changes_.removed.empty(); }
  Changes TakeChanges() { return std::exchange(changes_, {}); }

  // Sessions and partitions in the cache (NumIncrementalFetchSessions, NumIncrementalFetchPartitionsCached), and
  // evictions so far.
  int32_t size() const { return static_cast<int32_t>(index_of_.size()); }
  int64_t total_partitions() const;
  int64_t evictions() const { return evictions_; }

 private:
  struct Slot {
    std::optional<FetchSession> session;
    bool cached = false;
    int32_t holds = 0;
    sim::WallTime last_used;
    // As of the last use, like what follows.
    int32_t cached_size = 0;
    bool evictable_by_all = false;
    bool evictable_by_privileged = false;
  };

  int32_t ShardOf(int32_t session_id) const { return session_id / IdRange(); }
  int32_t IdRange() const { return INT32_MAX / options_.shards; }
  std::optional<SessionIndex> Find(int32_t session_id) const;
  FetchSession::Place Ask(FetchSession& session, FetchRequest::PartitionData asked,
                          const FetchResponse::PartitionData* told = nullptr) const;
  void Touch(SessionIndex index, sim::WallTime now);
  void Remove(SessionIndex index);
  void MaybeFree(SessionIndex index);
  bool TryEvict(int32_t shard, bool privileged, int32_t size, sim::WallTime now);
  int32_t NewSessionId(int32_t shard, sim::RandomStream& ids) const;

  Options options_;
  std::vector<Slot> slots_;
  std::vector<SessionIndex> free_;
  // Of the sessions in the cache, by id; a shard's ids follow each other.
  absl::btree_map<int32_t, SessionIndex> index_of_;
  int32_t next_shard_ = 0;
  int64_t evictions_ = 0;
  Changes changes_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_CACHE_H_
