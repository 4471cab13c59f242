// A member of the metadata quorum (org.apache.kafka.raft.KafkaRaftClient): votes, epochs, and the replicated
// __cluster_metadata log. Controllers are voters; brokers are observers, which fetch and never vote.
//
// It is a component of a broker's or controller's process, which hands it requests, responses and timers and, after
// every handler, takes from it what has happened:
//
//   raft_.HandleVote(env, handle, request);
//   for (RaftEvent& event : raft_.TakeEvents()) ...
//
// States (EpochState): Unattached, Candidate, Follower, Leader, Resigned; see raft_state.h. Every change goes through a
// BecomeX() that writes quorum-state to disk first and emits RaftRoleChanged.
#ifndef KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_
#define KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "cluster/config.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

// What a component may use during a handler.
struct Env {
  sim::Context& ctx;
  NetworkClient& network;
  SocketServer& server;
};

// Committed batches, in order and without gaps since the last start of the process.
struct RaftCommitted {
  std::vector<LogBatchRef> batches;
  // Everything below is committed and has been handed over.
  Offset next_offset;
};

// The quorum's leader or epoch changed, as this node sees it. leader is none while unknown. If it is this node itself,
// the event comes only once everything before its epoch is committed and handed over (handleLeaderChange).
struct RaftLeaderChanged {
  BrokerId leader;
  LeaderEpoch epoch;
};

using RaftEvent = std::variant<RaftCommitted, RaftLeaderChanged>;

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_RAFT_CLIENT_H_
