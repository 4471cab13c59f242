#include "cluster/zookeeper/session_tracker.h"

namespace ktrial::cluster::zookeeper {

SessionTracker::SessionTracker(sim::Duration tick, const SessionTable& sessions, sim::SimTime now) : tick_(tick) {
  for (const auto& [session, timeout] : sessions) Track(session, timeout, now);
}

sim::SimTime SessionTracker::RoundToNextInterval(sim::SimTime time) const {
  return sim::SimTime((time.nanos() / tick_.nanos() + 1) * tick_.nanos());
}

void SessionTracker::Track(SessionId session, sim::Duration timeout, sim::SimTime now) {
  Session& tracked = sessions_[session];
  if (!tracked.closing) tracked.expires = RoundToNextInterval(now + timeout);
}

bool SessionTracker::Touch(SessionId session, sim::Duration timeout, sim::SimTime now) {
  const auto it = sessions_.find(session);
  if (it == sessions_.end() || it->second.closing) return false;
  it->second.expires = RoundToNextInterval(now + timeout);
  return true;
}

void SessionTracker::SetClosing(SessionId session) {
  if (const auto it = sessions_.find(session); it != sessions_.end()) it->second.closing = true;
}

void SessionTracker::SetOwner(SessionId session, ServerId owner) {
  const auto it = sessions_.find(session);
  if (it != sessions_.end() && !it->second.closing) it->second.owner = owner;
}

KeeperError SessionTracker::Check(SessionId session, ServerId owner) {
  const auto it = sessions_.find(session);
  if (it == sessions_.end() || it->second.closing) return KeeperError::kSessionExpired;
  if (!it->second.owner.valid()) it->second.owner = owner;
  return it->second.owner == owner ? KeeperError::kOk : KeeperError::kSessionMoved;
}

std::vector<SessionId> SessionTracker::Expire(sim::SimTime now) {
  std::vector<SessionId> expired;
  for (auto& [session, tracked] : sessions_) {
    if (tracked.closing || tracked.expires > now) continue;
    tracked.closing = true;
    expired.push_back(session);
  }
  return expired;
}

}  // namespace ktrial::cluster::zookeeper
