// Taking over the groups of a partition, and letting them go (Kafka: CoordinatorRuntime's load and unload,
// CoordinatorLoader, GroupMetadataManager.onLoaded and onUnloaded).

#include <algorithm>
#include <utility>

#include "cluster/group/group_coordinator.h"
#include "cluster/network/component.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Decoding and applying one record, on top of reading it.
constexpr sim::Duration kReplayCost = sim::Microseconds(2);

}  // namespace

void GroupCoordinator::OnElection(const GroupEnv& env, TopicPartition tp, LeaderEpoch epoch) {
  const auto [it, inserted] = partitions_.try_emplace(tp.partition);
  CoordinatorPartition& partition = it->second;
  partition.epoch = std::max(partition.epoch, epoch);
  if (!inserted) return;
  partition.tp = tp;
  partition.load_id = next_load_id_++;
  const uint64_t key = uint64_t{partition.load_id} << 32 | static_cast<uint32_t>(tp.partition);
  env.ctx.SetTimer({}, {.kind = TimerKind(Component::kGroup, kLoad), .key = key});
}

void GroupCoordinator::OnResignation(const GroupEnv& env, TopicPartition tp, LeaderEpoch epoch) {
  const auto it = partitions_.find(tp.partition);
  if (it == partitions_.end() || it->second.epoch >= epoch) return;
  Unload(env, it->second);
  partitions_.erase(tp.partition);
}

// Reads the whole log; the groups are there when the time that this takes has passed.
void GroupCoordinator::ReadLog(const GroupEnv& env, CoordinatorPartition& partition) {
  const std::optional<Offset> end = env.log.LogEnd(partition.tp);
  std::optional<Offset> next = env.log.LogStart(partition.tp);
  bool failed = !end || !next;
  int64_t records = 0;
  while (!failed && *next < *end) {
    FetchedData data = env.log.Read(partition.tp, *next);
    failed = data.error != ErrorCode::kNone;
    if (data.batches.empty()) break;
    for (LogBatchRef& batch : data.batches) {
      records += batch->batch().record_count();
      next = batch->next_offset();
      partition.loaded.push_back(std::move(batch));
    }
  }
  if (failed) {
    // Leadership was lost, or the disk: until it is elected again, this broker is not the coordinator.
    partitions_.erase(partition.tp.partition);
    return;
  }
  env.ctx.Spend(kReplayCost * records);
  const uint64_t key = uint64_t{partition.load_id} << 32 | static_cast<uint32_t>(partition.tp.partition);
  env.ctx.SetTimer({}, {.kind = TimerKind(Component::kGroup, kLoadDone), .key = key});
}

void GroupCoordinator::ReplayLog(const GroupEnv& env, CoordinatorPartition& partition) {
  const std::optional<Offset> high_watermark = env.log.HighWatermark(partition.tp);
  const std::optional<Offset> end = env.log.LogEnd(partition.tp);
  if (!high_watermark || !end) {
    partitions_.erase(partition.tp.partition);
    return;
  }
  absl::btree_map<std::string, GroupMetadataRecord> groups;
  for (const LogBatchRef& batch : std::exchange(partition.loaded, {})) {
    if (batch->batch().is_control()) continue;
    for (const Record& record : batch->batch().records()) {
      if (record.tombstone) {
        Forget(partition, GroupBodyOf(record), groups);
        continue;
      }
      Replay(partition, GroupBodyOf(record), batch->next_offset(), *high_watermark, groups);
    }
  }
  for (const auto& [name, offsets] : partition.offsets) groups.try_emplace(name, GroupMetadataRecord{.group = name});
  for (auto& [name, record] : groups) {
    if (!record.generation.valid()) record.generation = GenerationId(0);
    ClassicGroup& group = CreateGroup(partition, name, &record);
    group.AnnounceLoaded(env.ctx);
    for (auto& [id, member] : group.members()) ArmSession({env, partition, group}, member);
  }
  partition.last_written = *end;
  partition.loading = false;
}

void GroupCoordinator::Forget(CoordinatorPartition& partition, const GroupRecordBody& deleted,
                              absl::btree_map<std::string, GroupMetadataRecord>& groups) {
  if (const auto* commit = std::get_if<OffsetCommitRecord>(&deleted)) {
    const auto of_group = partition.offsets.find(commit->group);
    if (of_group == partition.offsets.end()) return;
    of_group->second.erase(commit->tp);
    if (of_group->second.empty()) partition.offsets.erase(of_group);
  } else {
    groups.erase(std::get<GroupMetadataRecord>(deleted).group);
  }
}

void GroupCoordinator::Replay(CoordinatorPartition& partition, const GroupRecordBody& record, Offset end,
                              Offset high_watermark, absl::btree_map<std::string, GroupMetadataRecord>& groups) {
  if (const auto* group = std::get_if<GroupMetadataRecord>(&record)) {
    groups.insert_or_assign(group->group, *group);
    return;
  }
  const auto& commit = std::get<OffsetCommitRecord>(record);
  if (end <= high_watermark) {
    partition.offsets[commit.group].insert_or_assign(commit.tp, CommittedOffset{commit.offset, commit.leader_epoch});
    return;
  }
  // Visible once committed.
  groups.try_emplace(commit.group, GroupMetadataRecord{.group = commit.group});
  partition.writes.push_back({.end = end,
                              .timed_out = true,
                              .then = OffsetsWrite{.group = commit.group,
                                                   .generation = {},
                                                   .offsets = {{commit.tp, commit.offset, commit.leader_epoch}},
                                                   .replayed = true}});
}

void GroupCoordinator::Unload(const GroupEnv& env, CoordinatorPartition& partition) {
  env.ctx.CancelTimer(partition.write_timer);
  for (PendingWrite& write : std::exchange(partition.writes, {})) {
    if (write.timed_out) continue;
    // Those who wait for an assignment or as a static member are told below, with their groups.
    write.then = std::monostate();
    OnFailed(env, partition, std::move(write), ErrorCode::kNotCoordinator);
  }
  while (!partition.groups.empty()) {
    const Scope scope{env, partition, partition.groups.begin()->second};
    scope.group.BecomeDead(env.ctx);
    for (auto& [id, member] : scope.group.members()) {
      if (member.awaiting_join) {
        Respond(*member.awaiting_join, JoinGroupResponse{.error = ErrorCode::kNotCoordinator, .member_id = id});
      }
      if (member.awaiting_sync) {
        Respond(*member.awaiting_sync, SyncGroupResponse{.error = ErrorCode::kNotCoordinator, .assignment = {}});
      }
    }
    EraseGroup(scope);
  }
}

}  // namespace ktrial::cluster
