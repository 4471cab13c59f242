// Identifiers of ZooKeeper's protocol, each a type of its own.
//
//   Zxid zxid = Zxid::Of(ZabEpoch(3), 17);   // 0x300000011
//   KT_CHECK(zxid.epoch() == ZabEpoch(3) && zxid.counter() == 17);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_IDS_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_IDS_H_

#include <compare>
#include <cstdint>
#include <vector>

#include "sim/check.h"
#include "sim/ids.h"
#include "sim/ref.h"
#include "sim/strong_id.h"

namespace ktrial::cluster::zookeeper {

// A server's myid, from 1 on.
using ServerId = sim::StrongId<struct ZooKeeperServerIdTag, int32_t>;
// Counts the leaderships of an ensemble; a new ensemble is in epoch 0.
using ZabEpoch = sim::StrongId<struct ZabEpochTag, int32_t>;
// A client's session; never used again in an ensemble, unless a server's clock is set back by an operator.
using SessionId = sim::StrongId<struct ZooKeeperSessionIdTag, int64_t>;
// Numbers the requests of one session, from 1 on.
using Xid = sim::StrongId<struct ZooKeeperXidTag, int32_t>;

// The place of a transaction in the order of all: the epoch of the leader that proposed it, and its number there. The
// default, 0, comes before all.
class Zxid {
 public:
  constexpr Zxid() = default;
  constexpr explicit Zxid(int64_t value) : value_(value) {}
  static constexpr Zxid Of(ZabEpoch epoch, uint32_t counter) {
    return Zxid(static_cast<int64_t>(epoch.value()) << 32 | counter);
  }

  constexpr int64_t value() const { return value_; }
  constexpr ZabEpoch epoch() const { return ZabEpoch(static_cast<int32_t>(value_ >> 32)); }
  // 0 is no transaction: it stands for the beginning of the epoch.
  constexpr uint32_t counter() const { return static_cast<uint32_t>(value_); }

  friend constexpr auto operator<=>(Zxid, Zxid) = default;
  friend constexpr Zxid Next(Zxid zxid) { return Zxid(zxid.value_ + 1); }

 private:
  int64_t value_ = 0;
};

// Which simulated program is which server of the ensemble: servers[0] has myid 1. Fixed for a run and shared by all.
struct Ensemble : sim::RefCounted {
  std::vector<sim::ProcessId> servers;

  int size() const { return static_cast<int>(servers.size()); }
  sim::ProcessId ProcessOf(ServerId server) const {
    KT_CHECK(server.value() >= 1 && server.value() <= size());
    return servers[static_cast<size_t>(server.value() - 1)];
  }
  // More than half of the servers (QuorumMaj).
  bool IsQuorum(size_t count) const { return count > servers.size() / 2; }
};

using EnsembleRef = sim::Ref<const Ensemble>;

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ZOOKEEPER_IDS_H_
