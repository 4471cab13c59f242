// What goes over a connection between a client and a server (org.apache.zookeeper.proto): first a ConnectRequest and
// its answer, then requests, replies in the order of the requests, and the events of watches between them.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_CLIENT_PROTOCOL_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_CLIENT_PROTOCOL_H_

#include <cstdint>
#include <utility>

#include "cluster/zookeeper/operation.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/message.h"
#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

// sim::Message::kind of ZooKeeper's messages. What servers send to clients counts as responses, from 512 on.
inline constexpr uint16_t kConnectRequestKind = 320;
inline constexpr uint16_t kRequestKind = 321;
inline constexpr uint16_t kNotificationKind = 322;
// A QuorumPacket's kind is this and its type.
inline constexpr uint16_t kQuorumPacketKinds = 330;
inline constexpr uint16_t kConnectResponseKind = 832;
inline constexpr uint16_t kReplyKind = 833;
inline constexpr uint16_t kWatchEventKind = 834;

struct ConnectRequest : sim::Payload {
  Zxid last_zxid_seen;
  sim::Duration timeout;
  // None for a new session. The password is taken to be right.
  SessionId session;
};

struct ConnectResponse : sim::Payload {
  // None if the session is over.
  SessionId session;
  // As negotiated.
  sim::Duration timeout;
};

struct Request : sim::Payload {
  Request(Xid x, Operation o) : xid(x), op(std::move(o)) {}
  // None for pings and SetWatchesOp.
  Xid xid;
  Operation op;
};
using RequestRef = sim::Ref<const Request>;

struct Reply : sim::Payload {
  Xid xid;
  // Of the write, or how far the server's tree had got at the read.
  Zxid zxid;
  OpResult result;
};

struct WatchNotice : sim::Payload {
  WatchedEvent event;
};

template <typename T>
const T& BodyOf(const sim::Message& message) {
  return static_cast<const T&>(*message.body);
}

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_CLIENT_PROTOCOL_H_
