// Requests that wait until something about one of their partitions changes, or until their time is over
// (kafka.server.DelayedOperationPurgatory). An operation is plain data, watched under each of its partitions and timed
// by one timer; its owner knows when it is complete.
//
//   const OperationId id = purgatory.Watch(ctx, std::move(operation), partitions, timeout);
//   for (OperationId id : purgatory.WatchersOf(tp)) if (IsComplete(*purgatory.Find(id))) Finish(*purgatory.Take(ctx,
//   id));
#ifndef KTRIAL_CLUSTER_REPLICATION_PURGATORY_H_
#define KTRIAL_CLUSTER_REPLICATION_PURGATORY_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/metadata/partition_slots.h"
#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

using OperationId = uint64_t;

template <typename Operation>
class Purgatory {
 public:
  // Expiry comes as a timer of this kind, with the OperationId as its key.
  explicit Purgatory(uint16_t timer_kind) : timer_kind_(timer_kind) {}

  // `partitions` in the order in which they are to be watched.
  template <typename Partitions>
  OperationId Watch(sim::Context& ctx, Operation operation, const Partitions& partitions, sim::Duration timeout) {
    const OperationId id = next_id_++;
    Entry entry{std::move(operation), ctx.SetTimer(timeout, {.kind = timer_kind_, .key = id})};
    operations_.emplace(id, std::move(entry));
    for (const TopicPartition& tp : partitions) AddWatcher(tp, id);
    return id;
  }

  // Operations that still wait for this partition, in the order in which they came.
  std::vector<OperationId> WatchersOf(const TopicPartition& tp) const {
    std::vector<OperationId> live;
    if (const int32_t slot = slots_.Find(tp); slot >= 0) {
      for (OperationId id : watchers_[static_cast<size_t>(slot)].ids) {
        if (operations_.contains(id)) live.push_back(id);
      }
    }
    return live;
  }

  // Null once it was taken.
  Operation* Find(OperationId id) {
    const auto it = operations_.find(id);
    return it == operations_.end() ? nullptr : &it->second.operation;
  }
  // Ends the operation's waiting and hands it over; empty if it was taken before.
  std::optional<Operation> Take(sim::Context& ctx, OperationId id) {
    const auto it = operations_.find(id);
    if (it == operations_.end()) return std::nullopt;
    ctx.CancelTimer(it->second.timer);
    Operation operation = std::move(it->second.operation);
    operations_.erase(it);
    return operation;
  }
  size_t size() const { return operations_.size(); }

 private:
  struct Entry {
    Operation operation;
    sim::TimerHandle timer;
  };
  struct Watchers {
    std::vector<OperationId> ids;
    // Finished operations are swept out when the list has grown to this, which keeps the work per operation constant.
    size_t sweep_at = 16;
  };

  void AddWatcher(const TopicPartition& tp, OperationId id) {
    int32_t& slot = slots_.Make(tp);
    if (slot < 0) {
      slot = static_cast<int32_t>(watchers_.size());
      watchers_.emplace_back();
    }
    Watchers& watchers = watchers_[static_cast<size_t>(slot)];
    if (watchers.ids.size() >= watchers.sweep_at) {
      std::erase_if(watchers.ids, [this](OperationId other) { return !operations_.contains(other); });
      watchers.sweep_at = std::max<size_t>(16, 2 * watchers.ids.size());
    }
    watchers.ids.push_back(id);
  }

  uint16_t timer_kind_;
  OperationId next_id_ = 0;
  absl::btree_map<OperationId, Entry> operations_;
  std::vector<Watchers> watchers_;
  // Places in watchers_.
  PartitionSlots slots_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_REPLICATION_PURGATORY_H_
