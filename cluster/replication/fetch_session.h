// A fetch session as the broker keeps it (KIP-227, kafka.server.FetchSession): the partitions that a fetcher wants,
// with what it asked of each and what it was told last.
//
// Partitions have an order, in which they are read and share the bytes of an answer. One that brought records goes to
// the end, so that none starves. A partition's place in the session is a number that stays until it is forgotten.
//
// Kafka reads every partition of the session for every fetch. Here a partition that is settled is passed over: it had
// nothing to tell when it was last read, and neither it nor what is asked of it has changed since, so it has nothing to
// tell now. All others are pending. Whoever changes a partition must make it pending in the sessions that hold it;
// PartitionTable does so for every partition that is taken from it to be changed.
#ifndef KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_H_
#define KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/protocol/fetch_api.h"
#include "cluster/protocol/fetch_metadata.h"
#include "sim/time.h"

namespace ktrial::cluster {

// One partition of a session (kafka.server.CachedPartition).
struct CachedPartition {
  FetchRequest::PartitionData asked;
  // What the fetcher was told last; the high watermark is unknown after an error, so that the partition is told of
  // again when the error is over.
  Offset high_watermark;
  Offset log_start;
  // Orders the session.
  uint64_t turn = 0;
  bool pending = false;

  // Whether the fetcher has to be told.
  bool MustRespond(const FetchResponse::PartitionData& data) const;
};

class FetchSession {
 public:
  using Place = int32_t;

  // Empty; ids are positive.
  FetchSession(int32_t id, bool privileged, sim::WallTime now) : id_(id), privileged_(privileged), created_(now) {}

  int32_t id() const { return id_; }
  // Opened by a follower.
  bool privileged() const { return privileged_; }
  sim::WallTime created() const { return created_; }
  size_t size() const { return places_of_.size(); }
  FetchMetadata metadata() const { return {id_, epoch_}; }
  // What the effect of a follower's fetch depends on besides the partition: the registrations with which it fetches and
  // which the broker knows, none unless unfenced.
  struct FetcherState {
    BrokerEpoch sender_epoch;
    BrokerEpoch registered_epoch;
    friend bool operator==(const FetcherState&, const FetcherState&) = default;
  };
  const FetcherState& fetcher_state() const { return fetcher_state_; }
  void set_fetcher_state(const FetcherState& state) { fetcher_state_ = state; }
  void AdvanceEpoch() { epoch_ = FetchMetadata::NextEpoch(epoch_); }

  // Adds a partition at the end, or takes what is asked of one that is there; it becomes pending. With `told`, the
  // fetcher is getting that answer.
  Place Ask(const FetchRequest::PartitionData& asked, const FetchResponse::PartitionData* told = nullptr);
  // The place that the partition had, which may be given to another one from now on; none if it was not there.
  std::optional<Place> Forget(TopicPartition tp);
  CachedPartition& at(Place place) { return partitions_[static_cast<size_t>(place)]; }
  const CachedPartition& at(Place place) const { return partitions_[static_cast<size_t>(place)]; }
  // With their places, in the order of their ids.
  const std::vector<std::pair<TopicPartition, Place>>& places() const { return places_of_; }

  // The places of pending partitions, in the session's order.
  const std::vector<Place>& Pending();
  size_t pending_count() const { return pending_.size(); }
  void MakePending(Place place);
  // Takes from the pending ones those for which `settled` holds.
  template <typename Predicate>
  void Settle(Predicate settled) {
    size_t kept = 0;
    for (const Place place : pending_) {
      if (settled(place)) {
        at(place).pending = false;
      } else {
        pending_[kept++] = place;
      }
    }
    pending_.resize(kept);
  }

  // The fetcher is being told this. The partition goes to the end if there are records.
  void Tell(Place place, const FetchResponse::PartitionData& data);

 private:
  int32_t id_;
  bool privileged_;
  sim::WallTime created_;
  FetcherState fetcher_state_;
  int32_t epoch_ = FetchMetadata::NextEpoch(FetchMetadata::kInitialEpoch);
  std::vector<CachedPartition> partitions_;
  std::vector<Place> free_places_;
  std::vector<std::pair<TopicPartition, Place>> places_of_;
  std::vector<Place> pending_;
  bool pending_sorted_ = true;
  uint64_t next_turn_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_FETCH_SESSION_H_
