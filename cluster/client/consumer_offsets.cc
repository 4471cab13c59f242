// The offset half of ConsumerCoordinator: committing positions and asking for committed offsets.
#include <algorithm>
#include <utility>

#include "cluster/client/consumer_coordinator.h"
#include "sim/check.h"

namespace ktrial::cluster {

void ConsumerCoordinator::MaybeAutoCommit(const ClientEnv& env, SubscriptionState& subscription) {
  if (!membership_.config.enable_auto_commit || env.ctx.now() < next_auto_commit_) return;
  if (SendCommit(env, subscription)) next_auto_commit_ = env.ctx.now() + membership_.config.auto_commit_interval;
}

bool ConsumerCoordinator::SendCommit(const ClientEnv& env, SubscriptionState& subscription) {
  if (!coordinator_.valid()) return false;
  OffsetCommitRequest request{.group = membership_.group_id, .generation = generation_, .member_id = member_id_};
  for (const auto& [tp, partition] : subscription.partitions) {
    // A position that awaits validation may lie beyond what the leader still has.
    if (partition.state == FetchState::kFetching) {
      request.partitions.push_back({tp, partition.position.offset, partition.position.offset_epoch});
    }
  }
  if (request.partitions.empty()) return true;
  ++commits_in_flight_;
  Send(env, std::move(request), Call::kCommit, membership_.config.request_timeout);
  return true;
}

void ConsumerCoordinator::OnCommit(const ClientEnv& env, SubscriptionState& subscription,
                                   const Completion& completion) {
  --commits_in_flight_;
  if (!completion.ok()) {
    MarkCoordinatorUnknown(env, completion.node);
    return CommitAgainSoon(env);
  }
  const auto& request = std::get<OffsetCommitRequest>(completion.request->body);
  const auto& response = completion.As<OffsetCommitResponse>();
  const bool current = request.generation == generation_ && request.member_id == member_id_;
  KT_CHECK(request.partitions.size() == response.partitions.size());
  for (size_t i = 0; i < response.partitions.size(); ++i) {
    switch (response.partitions[i].error) {
      case ErrorCode::kNone:
        env.ctx.Emit(OffsetCommitAcked{membership_.client, membership_.group, request.partitions[i].tp,
                                       request.partitions[i].offset, request.generation});
        continue;
      case ErrorCode::kCoordinatorNotAvailable:
      case ErrorCode::kNotCoordinator:
      case ErrorCode::kRequestTimedOut:
        MarkCoordinatorUnknown(env, completion.node);
        return CommitAgainSoon(env);
      case ErrorCode::kCoordinatorLoadInProgress:
      case ErrorCode::kUnknownTopicOrPartition:
        return CommitAgainSoon(env);
      case ErrorCode::kRebalanceInProgress:
        return RequestRejoin();
      case ErrorCode::kUnknownMemberId:
      case ErrorCode::kIllegalGeneration:
        if (current && state_ == State::kStable) {
          GiveUpPartitions(env.ctx, subscription, RevocationKind::kLost);
          ResetGeneration(/*keep_member_id=*/response.partitions[i].error == ErrorCode::kIllegalGeneration);
        }
        return RequestRejoin();
      default:
        // Nothing that another attempt could mend.
        continue;
    }
  }
}

void ConsumerCoordinator::CommitAgainSoon(const ClientEnv& env) {
  if (preparing_join()) {
    commit_before_join_ = true;
    return RetryLater(env);
  }
  next_auto_commit_ = env.ctx.now() + membership_.config.retry_backoff;
}

void ConsumerCoordinator::MaybeFetchCommitted(const ClientEnv& env, SubscriptionState& subscription) {
  if (fetch_committed_in_flight_ || !CoordinatorReady(env)) return;
  OffsetFetchRequest request{.group = membership_.group_id};
  for (const auto& [tp, partition] : subscription.partitions) {
    if (partition.state == FetchState::kInitializing) request.partitions.push_back(tp);
  }
  if (request.partitions.empty()) return;
  fetch_committed_in_flight_ = true;
  Send(env, std::move(request), Call::kFetchCommitted, membership_.config.request_timeout,
       static_cast<uint64_t>(generation_.value()));
}

void ConsumerCoordinator::OnFetchCommitted(const ClientEnv& env, SubscriptionState& subscription,
                                           const Completion& completion) {
  fetch_committed_in_flight_ = false;
  if (!completion.ok()) {
    MarkCoordinatorUnknown(env, completion.node);
    return RetryLater(env);
  }
  const auto& response = completion.As<OffsetFetchResponse>();
  if (response.error != ErrorCode::kNone) {
    if (response.error == ErrorCode::kNotCoordinator || response.error == ErrorCode::kCoordinatorNotAvailable) {
      MarkCoordinatorUnknown(env, completion.node);
    }
    return RetryLater(env);
  }
  // Partitions assigned since then start over with a question of their own.
  if (completion.tag.key != static_cast<uint64_t>(generation_.value())) return;
  for (const OffsetFetchResponse::PartitionData& committed : response.partitions) {
    AssignedPartition* partition = subscription.Find(committed.tp);
    if (partition == nullptr || partition->state != FetchState::kInitializing) continue;
    if (committed.error != ErrorCode::kNone) {
      RetryLater(env);
      continue;
    }
    env.ctx.Emit(CommittedOffsetFetched{membership_.client, membership_.group, committed.tp, committed.offset});
    if (committed.offset.valid()) {
      partition->position = {committed.offset, committed.leader_epoch};
      partition->state = FetchState::kFetching;
      ++partition->generation;
      env.ctx.Emit(PositionSet{membership_.client, membership_.group, committed.tp, committed.offset,
                               PositionSource::kCommitted});
    } else {
      partition->state = FetchState::kAwaitReset;
    }
  }
}

}  // namespace ktrial::cluster
