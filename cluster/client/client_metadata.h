// What a client knows of the cluster (org.apache.kafka.clients.Metadata with NetworkClient's DefaultMetadataUpdater):
// the partitions of its topics, their leaders and leader epochs. It refreshes itself when asked, when it grows old, and
// when a connection fails, from the node with the fewest requests in flight.
//
//   metadata_.RequestUpdate();                 // something was stale
//   metadata_.MaybeUpdate(ctx, network_);      // after every event: sends the request when its backoff has passed
#ifndef KTRIAL_CLUSTER_CLIENT_CLIENT_METADATA_H_
#define KTRIAL_CLUSTER_CLIENT_CLIENT_METADATA_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/client/exponential_backoff.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

struct LeaderAndEpoch {
  BrokerId leader;
  LeaderEpoch epoch;

  friend bool operator==(const LeaderAndEpoch&, const LeaderAndEpoch&) = default;
};

class ClientMetadata {
 public:
  struct Options {
    // For facts.
    ClientId client;
    sim::Duration max_age = sim::Milliseconds(300000);
    sim::Duration retry_backoff = sim::Milliseconds(100);
    sim::Duration retry_backoff_max = sim::Milliseconds(1000);
    sim::Duration request_timeout = sim::Milliseconds(30000);
    // max.in.flight.requests.per.connection; consumers have a fixed one (ConsumerUtils).
    int max_in_flight_requests_per_connection = 100;
  };
  struct Topic {
    TopicId id;
    std::vector<LeaderAndEpoch> partitions;
  };

  ClientMetadata(Options options, AddressBookRef addresses);

  void OnStart(sim::Context& ctx);
  // A topic to keep metadata for.
  void AddTopic(std::string name);
  void RequestUpdate() { update_requested_ = true; }
  // A broker named the leader in an error answer (KIP-951). Older epochs are ignored.
  void UpdateLeader(sim::Context& ctx, TopicPartition tp, LeaderAndEpoch leader);
  // Sends a request if one is due, and sees to being called again when one will be.
  void MaybeUpdate(sim::Context& ctx, NetworkClient& network);
  void OnCompletion(sim::Context& ctx, const Completion& completion);

  // Null until the topic is known.
  const Topic* FindTopic(std::string_view name) const;
  const Topic* FindTopic(TopicId id) const;
  // None while unknown.
  LeaderAndEpoch LeaderOf(TopicPartition tp) const;
  // Raised by every update that arrived.
  int64_t version() const { return version_; }
  // Brokers known to be up, or the bootstrap servers before the first answer.
  const std::vector<BrokerId>& nodes() const { return nodes_; }
  // A connected node with the fewest requests in flight, if one takes more; else one that is being connected to, else
  // one that can be; none if all are busy or in reconnect backoff (NetworkClient.leastLoadedNode). So a node that does
  // not answer is not asked as long as another is connected.
  BrokerId LeastLoadedNode(sim::Context& ctx, const NetworkClient& network);

 private:
  void Apply(sim::Context& ctx, const MetadataResponse& response);
  void SetLeader(sim::Context& ctx, TopicPartition tp, LeaderAndEpoch& known, LeaderAndEpoch news);
  void WakeAt(sim::Context& ctx, sim::SimTime at);

  Options options_;
  AddressBookRef addresses_;
  absl::btree_map<std::string, Topic> topics_;
  std::vector<BrokerId> nodes_;
  ExponentialBackoff backoff_;
  sim::RandomStream stream_{0};
  bool update_requested_ = true;
  bool in_flight_ = false;
  // Consecutive attempts without a useful answer.
  int attempts_ = 0;
  // No request before.
  sim::SimTime next_attempt_;
  sim::SimTime refresh_at_;
  sim::TimerHandle wake_timer_;
  sim::SimTime wake_at_;
  int64_t version_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_CLIENT_METADATA_H_
