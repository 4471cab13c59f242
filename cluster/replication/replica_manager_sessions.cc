// Fetch sessions in the broker: fetches that wait in them, answers that leave out what the fetcher knows, and
// partitions that need no look until they change.

#include <algorithm>
#include <utility>

#include "cluster/replication/replica_manager.h"
#include "sim/check.h"

namespace ktrial::cluster {

using Kind = FetchContext::Kind;

FetchContext ReplicaManager::NewFetchContext(const ReplicaEnv& env, const FetchRequest& request) {
  UnsettleChanged();
  const sim::WallTime now = env.ctx.wall_clock();
  const FetchContext context = sessions_.NewContext(now, request);
  WatchSessionPlaces();
  if (context.kind != Kind::kIncremental || !request.replica.valid()) return context;
  // A settled partition takes the last of the fetches that passed over it. That is the latest by the clock only while
  // the clock does not go back. What it does with a fetch also depends on the registrations of the follower, its own
  // and the one that sends.
  const BrokerRegistration* registration = env.metadata.FindBroker(request.replica);
  FetchSession& session = sessions_.at(context.session);
  const FetchSession::FetcherState state{
      .sender_epoch = request.replica_epoch,
      .registered_epoch = registration != nullptr && !registration->fenced ? registration->epoch : BrokerEpoch()};
  if (now < partitions_.last_fetch(context.session) || !(session.fetcher_state() == state)) {
    for (const auto& [tp, place] : session.places()) partitions_.UnsettleWatchers(tp);
    UnsettleChanged();
  }
  session.set_fetcher_state(state);
  partitions_.NoteFetch(context.session, request.replica, now);
  return context;
}

void ReplicaManager::UnsettleChanged() {
  if (!partitions_.has_unsettled()) return;
  for (const PartitionTable::SessionPlace& changed : partitions_.TakeUnsettled()) {
    sessions_.at(changed.session).MakePending(changed.place);
  }
}

void ReplicaManager::WatchSessionPlaces() {
  if (!sessions_.has_changes()) return;
  const FetchSessionCache::Changes changes = sessions_.TakeChanges();
  for (const auto& [tp, session, place] : changes.asked) partitions_.Unsettle(tp, {session, place});
  for (const auto& [tp, session, place] : changes.removed) partitions_.Unwatch(tp, {session, place});
  // A partition that is not hosted here is watched when it first settles.
  for (const auto& [tp, session, place] : changes.added) {
    if (std::as_const(partitions_).Find(tp) != nullptr) partitions_.Watch(tp, {session, place});
  }
}

void ReplicaManager::Park(const ReplicaEnv& env, DelayedFetch operation) {
  const sim::Duration max_wait = operation.params.max_wait;
  std::vector<TopicPartition> keys;
  const SessionIndex session = operation.context.session;
  if (session == kNoSession) {
    const auto& partitions = std::get<FetchRequest>(operation.fetch->body).partitions;
    keys.reserve(partitions.size());
    for (const FetchRequest::PartitionData& partition : partitions) keys.push_back(partition.tp);
  }
  const OperationId id = fetch_purgatory_.Watch(env.ctx, std::move(operation), keys, max_wait);
  if (session == kNoSession) return;
  sessions_.Hold(session);
  parked_.resize(std::max(parked_.size(), static_cast<size_t>(session) + 1));
  KT_CHECK(!parked_[static_cast<size_t>(session)]);
  parked_[static_cast<size_t>(session)] = id;
}

void ReplicaManager::CompleteParked(const ReplicaEnv& env, OperationId id) {
  const std::optional<DelayedFetch> operation = fetch_purgatory_.Take(env.ctx, id);
  if (!operation) return;
  const SessionIndex session = operation->context.session;
  if (session != kNoSession) parked_[static_cast<size_t>(session)].reset();
  Complete(env, *operation);
  if (session == kNoSession) return;
  sessions_.Release(session);
  WatchSessionPlaces();
}

std::vector<OperationId> ReplicaManager::DelayedFetchesOf(TopicPartition tp) const {
  std::vector<OperationId> waiting = fetch_purgatory_.WatchersOf(tp);
  if (partitions_.Find(tp) == nullptr) return waiting;
  for (const PartitionTable::Watcher& watcher : partitions_.WatchersOf(tp)) {
    const auto session = static_cast<size_t>(watcher.place.session);
    if (session < parked_.size() && parked_[session]) waiting.push_back(*parked_[session]);
  }
  std::sort(waiting.begin(), waiting.end());
  return waiting;
}

void ReplicaManager::RespondToFetch(const ReplicaEnv& env, const DelayedFetch& fetch, ReadResult result) {
  switch (fetch.context.kind) {
    case Kind::kSessionless:
      break;
    case Kind::kFull:
      OpenSession(env, fetch, result.response);
      break;
    case Kind::kIncremental:
      FilterForSession(fetch, result);
      SettlePartitions(env, fetch);
      break;
    case Kind::kSessionError:
      KT_UNREACHABLE();
  }
  if (fetch.params.is_from_follower()) RecordThrottled(env, result.response);
  env.server.Respond(env.ctx, fetch.request, std::move(result.response));
}

void ReplicaManager::RecordThrottled(const ReplicaEnv& env, const FetchResponse& response) {
  // An answer without throttled partitions still counts with its header (KafkaApis.sizeOfThrottledPartitions).
  constexpr int64_t kHeaderBytes = 24;
  constexpr int64_t kPartitionBytes = 32;
  int64_t bytes = kHeaderBytes;
  if (leader_quota_.has_throttled()) {
    for (const FetchResponse::PartitionData& data : response.partitions) {
      if (leader_quota_.IsThrottled(data.tp)) bytes += kPartitionBytes + BytesOf(data.batches);
    }
  }
  leader_quota_.Record(env.ctx.wall_clock(), bytes);
}

void ReplicaManager::OpenSession(const ReplicaEnv& env, const DelayedFetch& fetch, FetchResponse& response) {
  if (!session_ids_) session_ids_ = env.ctx.NewRandomStream("fetch_session.id");
  const auto& request = std::get<FetchRequest>(fetch.fetch->body);
  const sim::WallTime now = env.ctx.wall_clock();
  const SessionIndex session =
      sessions_.MaybeOpen(now, *session_ids_, fetch.params.is_from_follower(), request.partitions, response.partitions);
  if (session != kNoSession) {
    partitions_.NoteFetch(session, fetch.params.replica, now);
    response.session_id = sessions_.at(session).id();
  }
  WatchSessionPlaces();
}

void ReplicaManager::FilterForSession(const DelayedFetch& fetch, ReadResult& result) {
  FetchSession& session = sessions_.at(fetch.context.session);
  FetchResponse& response = result.response;
  response.session_id = session.id();
  if (session.metadata().epoch != fetch.context.expected_epoch) {
    // Another request of the session came while this one waited.
    response = {.error = ErrorCode::kInvalidFetchSessionEpoch, .session_id = session.id()};
    return;
  }
  size_t kept = 0;
  for (size_t i = 0; i < response.partitions.size(); ++i) {
    const FetchSession::Place place = result.places[i];
    if (!session.at(place).MustRespond(response.partitions[i])) continue;
    session.Tell(place, response.partitions[i]);
    if (kept != i) response.partitions[kept] = std::move(response.partitions[i]);
    ++kept;
  }
  response.partitions.resize(kept);
}

void ReplicaManager::SettlePartitions(const ReplicaEnv& env, const DelayedFetch& fetch) {
  if (fetch.context.kind != Kind::kIncremental || !options_.config.settle_fetch_sessions) return;
  FetchSession& session = sessions_.at(fetch.context.session);
  session.Settle([&](FetchSession::Place place) {
    const CachedPartition& cached = session.at(place);
    if (!IsSettled(env, fetch.params, cached)) return false;
    const PartitionTable::SessionPlace watched{fetch.context.session, place};
    partitions_.Watch(cached.asked.tp, watched);
    partitions_.Settle(cached.asked.tp, watched);
    return true;
  });
}

bool ReplicaManager::IsSettled(const ReplicaEnv& env, const FetchParams& params, const CachedPartition& cached) const {
  const Partition* partition = partitions_.Find(cached.asked.tp);
  // The choice of a replica also depends on other brokers.
  if (partition == nullptr || ChoosesReplica(params)) return false;
  if (partition->CheckLeader(cached.asked.current_leader_epoch, params.is_from_follower()) != ErrorCode::kNone) {
    return false;
  }
  const UnifiedLog& log = partition->log();
  if (cached.high_watermark != log.high_watermark() || cached.log_start != log.log_start() ||
      cached.asked.fetch_offset != partition->FetchableEnd(params.isolation)) {
    return false;
  }
  std::optional<OffsetAndEpoch> diverging;
  if (partition->CheckDivergence(PartitionEnvOf(env), cached.asked, diverging) != ErrorCode::kNone) return false;
  if (diverging) return false;
  return !params.is_from_follower() || partition->FetchAtLogEndIsIdle(params.replica);
}

}  // namespace ktrial::cluster
