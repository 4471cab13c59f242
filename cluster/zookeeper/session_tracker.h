// The sessions as the leader knows them, and when each runs out (org.apache.zookeeper.server.SessionTrackerImpl and its
// ExpiryQueue). Time goes in buckets of a tick: a session that was last heard of at t expires at the first multiple of
// the tick above t + timeout.
//
//   tracker.Track(session, timeout, now);
//   tracker.Touch(session, timeout, now);               // false: unknown, or on its way out
//   for (SessionId session : tracker.Expire(now)) ...   // each once; they are closing from now on
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_SESSION_TRACKER_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_SESSION_TRACKER_H_

#include <cstdint>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/zookeeper/keeper_error.h"
#include "cluster/zookeeper/snapshot_file.h"
#include "cluster/zookeeper/zookeeper_ids.h"
#include "sim/time.h"

namespace ktrial::cluster::zookeeper {

class SessionTracker {
 public:
  // All sessions of the database begin their timeout anew: a new leader does not know when they were last heard of.
  SessionTracker(sim::Duration tick, const SessionTable& sessions, sim::SimTime now);

  void Track(SessionId session, sim::Duration timeout, sim::SimTime now);
  bool Touch(SessionId session, sim::Duration timeout, sim::SimTime now);
  // The session was closed, by a committed transaction.
  void Remove(SessionId session) { sessions_.erase(session); }
  // Its requests are refused from now on.
  void SetClosing(SessionId session);
  // Through which server its client is connected: requests from another are refused. Nothing for a session that is
  // over.
  void SetOwner(SessionId session, ServerId owner);
  // kSessionExpired, kSessionMoved or kOk. The first server that asks for a session without an owner is its owner.
  KeeperError Check(SessionId session, ServerId owner);

  // The sessions whose time is up.
  std::vector<SessionId> Expire(sim::SimTime now);
  bool IsTracked(SessionId session) const { return sessions_.contains(session); }

 private:
  struct Session {
    sim::SimTime expires;
    ServerId owner;
    bool closing = false;
  };
  // The first multiple of the tick above `time`.
  sim::SimTime RoundToNextInterval(sim::SimTime time) const;

  sim::Duration tick_;
  absl::btree_map<SessionId, Session> sessions_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_SESSION_TRACKER_H_
