// The leader's view of its followers: who is in sync, and up to where everything is replicated.

#include <algorithm>
#include <utility>

#include "cluster/defects.h"
#include "cluster/facts.h"
#include "cluster/metadata/broker_list.h"
#include "cluster/replication/partition.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// The epoch of the broker's registration while it is unfenced (KRaftMetadataCache.getAliveBrokerEpoch).
std::optional<BrokerEpoch> AliveBrokerEpoch(const MetadataImage& metadata, BrokerId broker) {
  const BrokerRegistration* registration = metadata.FindBroker(broker);
  if (registration == nullptr || registration->fenced) return std::nullopt;
  return registration->epoch;
}

}  // namespace

void Partition::BecomeIsr(const PartitionEnv& env, IsrState state) {
  // One change at a time: a pending one ends in a committed state before the next begins.
  KT_CHECK(PendingChange(state) == nullptr || PendingChange(isr_state_) == nullptr);
  isr_state_ = std::move(state);
  env.ctx.Emit(LeaderIsrChanged{.tp = tp_,
                                .broker = env.self,
                                .leader_epoch = leader_epoch_,
                                .partition_epoch = partition_epoch_,
                                .pending = PendingChange(isr_state_) != nullptr,
                                .maximal_isr = {&MaximalIsr(isr_state_)},
                                .committed_isr = {&LastCommitted(isr_state_).isr}});
}

int32_t Partition::EffectiveMinIsr() const {
  return std::min(min_insync_replicas_, static_cast<int32_t>(remote_replicas_.size()) + 1);
}

bool Partition::IsUnderMinIsr() const {
  return is_leader_ && static_cast<int32_t>(LastCommitted(isr_state_).isr.size()) < EffectiveMinIsr();
}

Partition::FollowerUpdate Partition::UpdateFollowerFetchState(const PartitionEnv& env, BrokerId follower,
                                                              const FollowerFetch& fetch) {
  Replica* replica = FindReplica(follower);
  if (replica == nullptr) return {.error = ErrorCode::kNotLeaderOrFollower};
  // A fetch from before the follower's restart says nothing about what its log holds now (KIP-903).
  const std::optional<BrokerEpoch> alive_epoch = AliveBrokerEpoch(env.metadata, follower);
  if (fetch.broker_epoch.valid() && alive_epoch && *alive_epoch > fetch.broker_epoch &&
      !env.config.defects.Has(Defect::kNoIsrBrokerEpochCheck)) {
    return {.error = ErrorCode::kNotLeaderOrFollower};
  }
  const Offset previous_end = replica->log_end();
  const Offset previous_start = replica->log_start();
  replica->UpdateFetchState(fetch);
  FollowerUpdate result;
  result.log_start_moved = replica->log_start() != previous_start;
  if (replica->log_end() != previous_end) {
    env.ctx.Emit(FollowerFetched{tp_, env.self, leader_epoch_, follower, replica->log_end()});
  }
  result.proposal = MaybeExpandIsr(env, *replica);
  if (replica->log_end() != previous_end) result.high_watermark_incremented = MaybeIncrementLeaderHighWatermark(env);
  return result;
}

bool Partition::FetchAtLogEndIsIdle(BrokerId follower) const {
  const Replica* replica = FindReplica(follower);
  if (replica == nullptr || replica->log_end() != log_.log_end()) return false;
  const auto* committed = std::get_if<CommittedIsr>(&isr_state_);
  return committed == nullptr || Contains(committed->isr, follower);
}

void Partition::NoteFetchAtLogEnd(BrokerId follower, sim::WallTime time) {
  if (Replica* replica = FindReplica(follower)) replica->NoteFetchAtLogEnd(time);
}

bool Partition::IsReplicaIsrEligible(const PartitionEnv& env, const Replica& replica) const {
  if (env.config.defects.Has(Defect::kNoIsrEligibility)) return true;
  const BrokerRegistration* registration = env.metadata.FindBroker(replica.broker());
  if (registration == nullptr || registration->fenced || registration->in_controlled_shutdown) return false;
  if (env.config.defects.Has(Defect::kNoIsrBrokerEpochCheck)) return true;
  const std::optional<BrokerEpoch> fetched_with = replica.broker_epoch();
  return fetched_with && (!fetched_with->valid() || *fetched_with == registration->epoch);
}

std::optional<AlterPartitionItem> Partition::MaybeExpandIsr(const PartitionEnv& env, const Replica& follower) {
  const auto* committed = std::get_if<CommittedIsr>(&isr_state_);
  if (!is_leader_ || committed == nullptr || Contains(committed->isr, follower.broker())) return std::nullopt;
  if (!IsReplicaIsrEligible(env, follower)) return std::nullopt;
  // Between the high watermark and the epoch's start there may be committed records that this leader does not know to
  // be so. A follower without them must not join, or it could be elected (KAFKA-7128).
  if (follower.log_end() < log_.high_watermark()) return std::nullopt;
  const bool any_start = env.config.defects.Has(Defect::kIsrJoinBelowEpochStart);
  if (follower.log_end() < *leader_epoch_start_ && !any_start) return std::nullopt;

  CommittedIsr last = *committed;
  std::vector<BrokerId> expanded = last.isr;
  expanded.push_back(follower.broker());
  AlterPartitionItem item = MakeProposal(env, expanded);
  BecomeIsr(env, PendingExpandIsr{.change = {.sent = item, .last_committed = std::move(last)},
                                  .maximal = std::move(expanded)});
  return item;
}

std::optional<AlterPartitionItem> Partition::MaybeShrinkIsr(const PartitionEnv& env) {
  const auto* committed = std::get_if<CommittedIsr>(&isr_state_);
  if (!is_leader_ || committed == nullptr) return std::nullopt;
  const sim::WallTime now = env.ctx.wall_clock();
  std::vector<BrokerId> remaining;
  for (BrokerId member : committed->isr) {
    if (member == env.self) {
      remaining.push_back(member);
      continue;
    }
    const Replica* replica = FindReplica(member);
    if (replica != nullptr && replica->IsCaughtUp(log_.log_end(), now, env.config.replica_lag_time_max)) {
      remaining.push_back(member);
    }
  }
  if (remaining.size() == committed->isr.size()) return std::nullopt;
  CommittedIsr last = *committed;
  AlterPartitionItem item = MakeProposal(env, remaining);
  BecomeIsr(env, PendingShrinkIsr{.change = {.sent = item, .last_committed = std::move(last)}});
  return item;
}

AlterPartitionItem Partition::MakeProposal(const PartitionEnv& env, const std::vector<BrokerId>& isr) {
  AlterPartitionItem item;
  item.proposal = IsrProposalId(next_proposal_++);
  item.data.tp = tp_;
  item.data.leader_epoch = leader_epoch_;
  item.data.partition_epoch = partition_epoch_;
  for (BrokerId member : isr) item.data.new_isr.push_back({member, BrokerEpoch()});
  FillInBrokerEpochs(env, item);
  item.data.recovering = LastCommitted(isr_state_).recovery_state == LeaderRecoveryState::kRecovering;
  return item;
}

void Partition::FillInBrokerEpochs(const PartitionEnv& env, AlterPartitionItem& item) const {
  for (BrokerState& member : item.data.new_isr) {
    if (member.broker == env.self) {
      member.epoch = env.broker_epoch;
    } else {
      // A member that has not fetched from this leader yet is sent without an epoch: if it restarted, the controller
      // has taken it out of the ISR and refuses the whole change by its partition epoch.
      const Replica* replica = FindReplica(member.broker);
      member.epoch = replica != nullptr ? replica->broker_epoch().value_or(BrokerEpoch()) : BrokerEpoch();
    }
  }
}

bool Partition::MaybeIncrementLeaderHighWatermark(const PartitionEnv& env) {
  // While there are too few in-sync replicas nothing new is committed (KAFKA-15583).
  if (!is_leader_) return false;
  if (IsUnderMinIsr() && !env.config.defects.Has(Defect::kHighWatermarkBelowMinIsr)) return false;
  const Offset leader_end = log_.log_end();
  Offset high_watermark = leader_end;
  const std::vector<BrokerId>& maximal_isr = MaximalIsr(isr_state_);
  for (const Replica& replica : remote_replicas_) {
    if (replica.log_end() >= high_watermark) continue;
    // A follower that is about to join is waited for; or else a lone leader's high watermark would run ahead of it for
    // ever.
    const bool counts =
        Contains(maximal_isr, replica.broker()) ||
        (replica.IsCaughtUp(leader_end, env.ctx.wall_clock(), env.config.replica_lag_time_max) &&
         (IsReplicaIsrEligible(env, replica) || env.config.defects.Has(Defect::kHighWatermarkWaitsForIneligible)));
    if (counts) high_watermark = replica.log_end();
  }
  if (high_watermark <= log_.high_watermark()) return false;
  return log_.MaybeIncrementHighWatermark(env.ctx, high_watermark, leader_epoch_);
}

Partition::ReplicasReached Partition::CheckEnoughReplicasReachOffset(Offset required) const {
  if (!is_leader_) return {.enough = false, .error = ErrorCode::kNotLeaderOrFollower};
  if (log_.high_watermark() < required) return {};
  const bool enough = EffectiveMinIsr() <= static_cast<int32_t>(MaximalIsr(isr_state_).size());
  return {.enough = true, .error = enough ? ErrorCode::kNone : ErrorCode::kNotEnoughReplicasAfterAppend};
}

Partition::AlterPartitionOutcome Partition::HandleAlterPartition(
    const PartitionEnv& env, IsrProposalId proposal, const AlterPartitionResponse::PartitionData& response) {
  const PendingIsrChange* pending = PendingChange(isr_state_);
  // Newer metadata has overtaken the answer.
  if (!is_leader_ || pending == nullptr || pending->sent.proposal != proposal) return {};
  if (response.error != ErrorCode::kNone) return HandleAlterPartitionError(env, response.error);
  if (response.leader_epoch != leader_epoch_ || response.partition_epoch < partition_epoch_) return {};
  // With an equal partition epoch the controller found nothing to change: what was proposed is what stands.
  partition_epoch_ = response.partition_epoch;
  BecomeIsr(env, CommittedIsr{.isr = response.isr,
                              .recovery_state = response.recovering ? LeaderRecoveryState::kRecovering
                                                                    : LeaderRecoveryState::kRecovered});
  if (env.config.defects.Has(Defect::kNoHighWatermarkAfterIsrChange)) return {};
  return {.high_watermark_incremented = MaybeIncrementLeaderHighWatermark(env)};
}

Partition::AlterPartitionOutcome Partition::HandleAlterPartitionError(const PartitionEnv& env, ErrorCode error) {
  const PendingIsrChange pending = *PendingChange(isr_state_);
  switch (error) {
    case ErrorCode::kOperationNotAttempted:
    case ErrorCode::kIneligibleReplica:
      // The controller says that the partition epoch is right and that nothing was done.
      BecomeIsr(env, pending.last_committed);
      return {};
    case ErrorCode::kUnknownTopicOrPartition:
    case ErrorCode::kUnknownTopicId:
    case ErrorCode::kFencedLeaderEpoch:
    case ErrorCode::kInvalidUpdateVersion:
    case ErrorCode::kInvalidRequest:
    case ErrorCode::kNewLeaderElected:
      // This leader is behind: it stays with the maximal ISR until metadata tells it more.
      return {};
    default:
      return {.high_watermark_incremented = false, .retry = pending.sent};
  }
}

}  // namespace ktrial::cluster
