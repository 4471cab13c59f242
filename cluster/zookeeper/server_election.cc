// A server's part in the election: who is told what, and over which connections.
#include <algorithm>
#include <optional>
#include <utility>

#include "cluster/zookeeper/zookeeper_server.h"

namespace ktrial::cluster::zookeeper {
namespace {

// QuorumCnxManager.cnxTO.
constexpr sim::Duration kLinkTimeout = sim::Milliseconds(5000);

}  // namespace

sim::Ref<const Notification> ZooKeeperServer::MakeNotification(const Vote& vote) const {
  const auto notification = sim::MakeRef<Notification>();
  notification->vote = vote;
  notification->state = state_->state;
  notification->sender = options_.myid;
  return notification;
}

void ZooKeeperServer::TellAll(sim::Context& ctx) {
  const sim::Ref<const Notification> notification = MakeNotification(state_->election.vote());
  for (int32_t id = 1; id <= options_.ensemble->size(); ++id) {
    if (ServerId(id) != options_.myid) Tell(ctx, ServerId(id), notification);
  }
}

void ZooKeeperServer::Tell(sim::Context& ctx, ServerId to, sim::Ref<const Notification> notification) {
  ElectionLink& link = state_->links[static_cast<size_t>(to.value() - 1)];
  link.last = std::move(notification);
  if (link.connected) {
    ctx.Send(link.connection, {.kind = kNotificationKind, .bytes = kNotificationBytes, .tag = 0, .body = link.last});
    return;
  }
  if (link.connection.valid()) {
    if (ctx.now() - link.since < kLinkTimeout) return;
    ctx.Close(link.connection);
  }
  link.connection = ctx.Connect(options_.ensemble->ProcessOf(to));
  link.since = ctx.now();
}

void ZooKeeperServer::OnLinkEvent(sim::Context& ctx, ElectionLink& link, sim::ConnectionEvent event) {
  if (event == sim::ConnectionEvent::kConnected) {
    link.connected = true;
    ctx.Send(link.connection, {.kind = kNotificationKind, .bytes = kNotificationBytes, .tag = 0, .body = link.last});
  } else {
    link.connection = {};
    link.connected = false;
  }
}

void ZooKeeperServer::OnNotification(sim::Context& ctx, const Notification& notification) {
  if (state_->state != ServerState::kLooking) {
    // Who looks for a leader is told of this server's.
    if (notification.state == ServerState::kLooking) {
      Tell(ctx, notification.sender, MakeNotification(state_->current_vote));
    }
    return;
  }
  const bool lags = notification.state == ServerState::kLooking &&
                    notification.vote.election_epoch < state_->election.vote().election_epoch;
  state_->election.OnNotification(notification, ctx.now());
  if (lags) Tell(ctx, notification.sender, MakeNotification(state_->election.vote()));
  AfterElectionStep(ctx);
}

void ZooKeeperServer::OnElectionTimer(sim::Context& ctx) {
  state_->election_timer_at = sim::SimTime::Max();
  if (state_->state != ServerState::kLooking) return;
  FastLeaderElection& election = state_->election;
  if (!election.is_deciding() && ctx.now() >= election.next_wake()) election.OnTimeout(ctx.now());
  AfterElectionStep(ctx);
}

void ZooKeeperServer::AfterElectionStep(sim::Context& ctx) {
  FastLeaderElection& election = state_->election;
  if (election.TakeBroadcast()) TellAll(ctx);
  if (const std::optional<Vote> elected = election.Elected(ctx.now())) {
    state_->current_vote = *elected;
    if (elected->leader == options_.myid) {
      BecomeLeading(ctx);
    } else {
      BecomeFollowing(ctx, elected->leader);
    }
    return;
  }
  // Timers are left standing and look again when they fire.
  if (election.next_wake() < state_->election_timer_at) {
    state_->election_timer_at = election.next_wake();
    ctx.SetTimer(std::max(election.next_wake() - ctx.now(), sim::Duration()), {.kind = kElectionTimer});
  }
}

}  // namespace ktrial::cluster::zookeeper
