// A consumer's membership in a classic group (ConsumerCoordinator on AbstractCoordinator): it finds the coordinator,
// joins, syncs, heartbeats, commits and leaves. The assignment protocol is eager, with the range assignor: everything
// is given up before each rebalance.
//
//   coordinator_.Poll(env, subscription_);          // from within poll(): the application's thread
//   coordinator_.OnCompletion(env, subscription_, completion);
#ifndef KTRIAL_CLUSTER_CLIENT_CONSUMER_COORDINATOR_H_
#define KTRIAL_CLUSTER_CLIENT_CONSUMER_COORDINATOR_H_

#include <string>
#include <vector>

#include "cluster/client/client_metadata.h"
#include "cluster/client/exponential_backoff.h"
#include "cluster/client/subscription_state.h"
#include "cluster/config.h"
#include "cluster/facts.h"
#include "cluster/network/network_client.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What a client's component may use during a handler.
struct ClientEnv {
  sim::Context& ctx;
  NetworkClient& network;
  ClientMetadata& metadata;
};

struct GroupMembership {
  ClientId client;
  GroupIndex group;
  std::string group_id;
  std::string client_id;
  std::string topic;
  ConsumerConfig config;
};

class ConsumerCoordinator {
 public:
  // AbstractCoordinator.MemberState.
  enum class State : uint8_t { kUnjoined, kPreparingRebalance, kCompletingRebalance, kStable };

  explicit ConsumerCoordinator(GroupMembership membership);

  void OnStart(sim::Context& ctx);
  // The application is in poll(): finds the coordinator, rejoins if need be, commits if it is time.
  void Poll(const ClientEnv& env, SubscriptionState& subscription);
  void OnTimer(const ClientEnv& env, SubscriptionState& subscription, const sim::Timer& timer);
  void OnCompletion(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  // Commits what was consumed and leaves the group; done() tells when it is over.
  void Close(const ClientEnv& env, SubscriptionState& subscription);
  bool closed() const { return closing_ && !leave_in_flight_; }

  State state() const { return state_; }
  GenerationId generation() const { return generation_; }

 private:
  enum class Call : uint8_t { kFindCoordinator, kJoin, kSync, kHeartbeat, kLeave, kCommit, kFetchCommitted };
  enum TimerLocal : uint8_t { kHeartbeatTimer, kRetryTimer };
  // The coordinator has a connection of its own, so that heartbeats do not wait behind fetches.
  static constexpr Channel kCoordinatorChannel = 1;

  void BecomeState(State to);
  void EnsureCoordinator(const ClientEnv& env);
  // Forgets the coordinator and fails what is in flight to it. Nothing happens if `node` is not the coordinator.
  void MarkCoordinatorUnknown(const ClientEnv& env, BrokerId node);
  void RetryLater(const ClientEnv& env);
  void Send(const ClientEnv& env, RequestBody body, Call call, sim::Duration timeout, uint64_t key = 0);
  bool preparing_join() const { return prepare_deadline_ != sim::SimTime() && !join_prepared_; }
  bool CoordinatorReady(const ClientEnv& env) const { return coordinator_.valid() && env.ctx.now() >= retry_at_; }

  // Joining.
  void PrepareJoin(const ClientEnv& env, SubscriptionState& subscription);
  void SendJoin(const ClientEnv& env);
  void OnJoinGroup(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  void OnSyncGroup(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  void OnHeartbeat(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  void OnFindCoordinator(const ClientEnv& env, const Completion& completion);
  void RequestRejoin();
  void ResetGeneration(bool keep_member_id);
  void GiveUpPartitions(sim::Context& ctx, SubscriptionState& subscription, RevocationKind kind);
  void SendHeartbeat(const ClientEnv& env);

  // Offsets.
  void MaybeAutoCommit(const ClientEnv& env, SubscriptionState& subscription);
  bool SendCommit(const ClientEnv& env, SubscriptionState& subscription);
  // After a failure that another attempt may not meet.
  void CommitAgainSoon(const ClientEnv& env);
  void OnCommit(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);
  void MaybeFetchCommitted(const ClientEnv& env, SubscriptionState& subscription);
  void OnFetchCommitted(const ClientEnv& env, SubscriptionState& subscription, const Completion& completion);

  GroupMembership membership_;
  ExponentialBackoff backoff_;
  sim::RandomStream stream_{0};
  State state_ = State::kUnjoined;
  BrokerId coordinator_;
  bool find_in_flight_ = false;
  sim::SimTime retry_at_;
  int attempts_ = 0;
  sim::TimerHandle retry_timer_;

  std::string member_id_;
  GenerationId generation_;
  bool rejoin_needed_ = true;
  // Commit and revocation before a join have been done.
  bool join_prepared_ = false;
  // The commit before a join is waited for, and tried again, until then; SimTime() while no join is being prepared.
  sim::SimTime prepare_deadline_;
  // That commit is still to be sent.
  bool commit_before_join_ = false;

  sim::TimerHandle heartbeat_timer_;
  bool heartbeat_in_flight_ = false;
  sim::SimTime last_heartbeat_success_;
  sim::SimTime last_poll_;

  sim::SimTime next_auto_commit_;
  int commits_in_flight_ = 0;
  bool fetch_committed_in_flight_ = false;
  bool closing_ = false;
  bool leave_in_flight_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_CONSUMER_COORDINATOR_H_
