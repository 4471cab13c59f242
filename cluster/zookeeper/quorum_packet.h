// What the servers of an ensemble say to each other: notifications of votes (FastLeaderElection), and packets between a
// leader and its followers (org.apache.zookeeper.server.quorum.QuorumPacket), by ZooKeeper's own names and numbers.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_QUORUM_PACKET_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_QUORUM_PACKET_H_

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/snapshot_file.h"
#include "cluster/zookeeper/transaction.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/message.h"

namespace ktrial::cluster::zookeeper {

enum class ServerState : uint8_t { kLooking, kFollowing, kLeading, kStandalone };
// "LOOKING"
std::string_view ServerStateName(ServerState state);

struct Vote {
  // Who should lead, and why: its last zxid and current epoch.
  ServerId leader;
  Zxid zxid;
  ZabEpoch peer_epoch;
  // The round of the election (logicalclock).
  int64_t election_epoch = 0;
};

struct Notification : sim::Payload {
  Vote vote;
  ServerState state = ServerState::kLooking;
  ServerId sender;
};
inline constexpr int32_t kNotificationBytes = 100;

enum class PacketType : uint8_t {
  kRequest = 1,
  kProposal = 2,
  kAck = 3,
  kCommit = 4,
  kPing = 5,
  kRevalidate = 6,
  kSync = 7,
  kNewLeader = 10,
  kFollowerInfo = 11,
  kUpToDate = 12,
  kDiff = 13,
  kTrunc = 14,
  kSnap = 15,
  kLeaderInfo = 17,
  kAckEpoch = 18,
};

// A client's request on its way to the leader and, for a sync, back.
struct ForwardedRequest {
  SessionId session;
  Xid xid;
  Operation op = PingOp{};
};

// Fields that the type has no use for are empty.
struct QuorumPacket : sim::Payload {
  PacketType type = PacketType::kPing;
  Zxid zxid;
  // kFollowerInfo.
  ServerId sender;
  // kFollowerInfo: accepted; kLeaderInfo: the new one; kAckEpoch: the current one, or none if the new one was promised
  // before.
  ZabEpoch epoch;
  // kProposal.
  TransactionRef transaction;
  // kRequest, kSync; kRequest with a timeout begins a session.
  ForwardedRequest request;
  // kRevalidate and its answer; kRequest.
  SessionId session;
  sim::Duration timeout;
  bool valid = false;
  // kPing from a follower: the sessions that it has heard of.
  std::vector<std::pair<SessionId, sim::Duration>> touched;
  // kSnap.
  SnapshotRef snapshot;
};

sim::Message ToMessage(sim::Ref<const QuorumPacket> packet);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_QUORUM_PACKET_H_
