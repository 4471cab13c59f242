// A fetcher's side of a fetch session with one broker (KIP-227, org.apache.kafka.clients.FetchSessionHandler): knows
// what the broker was told last and puts only the differences into the next request.
//
//   handler.Begin(request);
//   for (const auto& partition : wanted) handler.Add(partition);
//   handler.Finish();
//   ...
//   if (handler.HandleResponse(response)) {
//     for (const auto& data : response.partitions) Process(*handler.Find(data.tp), data);
//   }
//
// A partition that is wanted no more is forgotten, and when it is wanted again it is new to the session. A fetcher that
// knows what has changed need not go through all partitions: unless the request is a full one, it adds those alone,
// drops those that it no longer wants, and ends with FinishChanges.
#ifndef KTRIAL_CLUSTER_CLIENT_FETCH_SESSION_HANDLER_H_
#define KTRIAL_CLUSTER_CLIENT_FETCH_SESSION_HANDLER_H_

#include <cstddef>
#include <vector>

#include "cluster/protocol/fetch_api.h"
#include "cluster/protocol/fetch_metadata.h"

namespace ktrial::cluster {

class FetchSessionHandler {
 public:
  // Starts the next request, whose session fields and partitions are filled in; it must live until Finish.
  void Begin(FetchRequest& request);
  // A partition that the fetcher wants, once.
  void Add(const FetchRequest::PartitionData& wanted);
  // A partition that the fetcher does not want (any more), in a request that is not a full one.
  void Drop(TopicPartition tp);
  // Partitions that were not added are not wanted.
  void Finish();
  // Partitions that were neither added nor dropped are wanted as before.
  void FinishChanges();
  // Whether the next request has to name all partitions.
  bool next_is_full() const { return next_.is_full(); }

  // The answer to the last request. False if there is nothing in it to be processed: an error of the session, or
  // partitions that were not asked for. The next request then opens a new session.
  bool HandleResponse(const FetchResponse& response);
  // The last request failed; whether the broker has seen it is unknown.
  void HandleError() { next_ = next_.CloseExistingAttemptNew(); }
  // The next request is to close the session.
  void NotifyClose() { next_ = next_.CloseExisting(); }

  // What the session asks for; null if the partition is not in it. Holds until the next request.
  const FetchRequest::PartitionData* Find(TopicPartition tp) const;
  const std::vector<FetchRequest::PartitionData>& partitions() const { return partitions_; }
  const FetchMetadata& next() const { return next_; }

 private:
  void AddIncremental(const FetchRequest::PartitionData& wanted);
  size_t PlaceOf(TopicPartition tp) const;
  bool Has(size_t place, TopicPartition tp) const { return place < partitions_.size() && partitions_[place].tp == tp; }
  bool HasExactly(const FetchResponse& response) const;

  FetchMetadata next_;
  // Of the session, in the order of their ids.
  std::vector<FetchRequest::PartitionData> partitions_;
  // While a request is built: those that were added to it, of the session and new ones.
  FetchRequest* request_ = nullptr;
  std::vector<TopicPartition> seen_;
  std::vector<FetchRequest::PartitionData> added_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_FETCH_SESSION_HANDLER_H_
