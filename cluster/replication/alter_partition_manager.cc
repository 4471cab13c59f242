#include "cluster/replication/alter_partition_manager.h"

#include <algorithm>
#include <utility>

#include "cluster/defects.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kRetryDelay = sim::Milliseconds(50);

}  // namespace

AlterPartitionManager::AlterPartitionManager(BrokerId self, Channel channel, const DefectSet& defects)
    : self_(self),
      channel_({.component = Component::kAlterPartition,
                .channel = channel,
                .retry_without_isr = defects.Has(Defect::kAlterPartitionRetryWithoutIsr)}) {}

void AlterPartitionManager::Submit(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch,
                                   AlterPartitionItem item) {
  const TopicPartition tp = item.data.tp;
  const IsrProposalId proposal = item.proposal;
  if (!unsent_.emplace(tp, std::move(item)).second) {
    results_.push_back({proposal, {.tp = tp, .error = ErrorCode::kOperationNotAttempted}});
    return;
  }
  MaybePropagateIsrChanges(ctx, network, broker_epoch);
}

void AlterPartitionManager::MaybePropagateIsrChanges(sim::Context& ctx, NetworkClient& network,
                                                     BrokerEpoch broker_epoch) {
  if (unsent_.empty() || in_flight_) return;
  in_flight_ = true;
  AlterPartitionRequest request{.broker = self_, .broker_epoch = broker_epoch};
  sent_.clear();
  for (const auto& [tp, item] : unsent_) {
    sent_.push_back({tp, item.proposal});
    request.partitions.push_back(item.data);
  }
  channel_.Send(ctx, network, std::move(request), 0, 0);
}

void AlterPartitionManager::OnCompletion(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch,
                                         const Completion& completion) {
  channel_.OnCompletion(ctx, network, completion);
  HandleAnswers(ctx, network, broker_epoch);
}

void AlterPartitionManager::OnTimer(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch,
                                    const sim::Timer& timer) {
  if (LocalKind(timer) >= ControllerChannel::kFirstTimer) {
    channel_.OnTimer(ctx, network);
    HandleAnswers(ctx, network, broker_epoch);
  } else {
    MaybePropagateIsrChanges(ctx, network, broker_epoch);
  }
}

void AlterPartitionManager::HandleAnswers(sim::Context& ctx, NetworkClient& network, BrokerEpoch broker_epoch) {
  for (const ControllerAnswer& answer : channel_.TakeAnswers()) {
    in_flight_ = false;
    const AlterPartitionResponse& response = answer.As<AlterPartitionResponse>();
    if (response.error == ErrorCode::kNone) {
      HandleResponse(response);
      MaybePropagateIsrChanges(ctx, network, broker_epoch);
    } else {
      ctx.SetTimer(kRetryDelay, {.kind = TimerKind(Component::kAlterPartition, kRetryTimer)});
    }
  }
}

void AlterPartitionManager::HandleResponse(const AlterPartitionResponse& response) {
  // By what was sent: a partition that the controller left out stays and is sent again.
  for (const auto& [tp, proposal] : sent_) {
    const auto answered = std::find_if(response.partitions.begin(), response.partitions.end(),
                                       [asked = tp](const auto& partition) { return partition.tp == asked; });
    if (answered == response.partitions.end()) continue;
    results_.push_back({proposal, *answered});
    unsent_.erase(tp);
  }
}

std::vector<AlterPartitionManager::Result> AlterPartitionManager::TakeResults() { return std::exchange(results_, {}); }

}  // namespace ktrial::cluster
