// What a fetch says of its session (KIP-227, org.apache.kafka.common.requests.FetchMetadata): an id and a number that
// rises with every request of the session.
//
//   id 0, epoch 0      no session yet: name all partitions, and open one if there is room
//   id n, epoch 0      the same, and close session n
//   id n, epoch -1     close session n if there is one (0: none), and go without
//   id n, epoch 1...   only what changed since the request before
#ifndef KTRIAL_CLUSTER_PROTOCOL_FETCH_METADATA_H_
#define KTRIAL_CLUSTER_PROTOCOL_FETCH_METADATA_H_

#include <cstdint>

namespace ktrial::cluster {

struct FetchMetadata {
  static constexpr int32_t kInvalidSessionId = 0;
  static constexpr int32_t kInitialEpoch = 0;
  static constexpr int32_t kFinalEpoch = -1;

  int32_t session_id = kInvalidSessionId;
  int32_t epoch = kInitialEpoch;

  // The request names all partitions.
  bool is_full() const { return epoch == kInitialEpoch || epoch == kFinalEpoch; }

  // 1, 2, ..., and from the largest back to 1.
  static int32_t NextEpoch(int32_t epoch) {
    if (epoch < 0) return kFinalEpoch;
    return epoch == INT32_MAX ? 1 : epoch + 1;
  }
  FetchMetadata Next() const { return {session_id, NextEpoch(epoch)}; }
  FetchMetadata CloseExisting() const { return {session_id, kFinalEpoch}; }
  FetchMetadata CloseExistingAttemptNew() const { return {session_id, kInitialEpoch}; }

  friend bool operator==(const FetchMetadata&, const FetchMetadata&) = default;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_FETCH_METADATA_H_
