#include "reports/fact_text.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "cluster/client/producer_process.h"
#include "properties/fact_dispatch.h"
#include "sim/fault.h"

namespace ktrial::reports {
namespace {

constexpr size_t kProcessColumn = 16;
constexpr size_t kKindColumn = 28;

void Pad(size_t column, std::string* text) {
  text->push_back(' ');
  if (text->size() < column) text->append(column - text->size(), ' ');
}

std::string_view Name(cluster::LogStartReason reason) {
  constexpr std::array<std::string_view, 5> kNames = {"retention-time", "retention-size", "records-deleted", "leader",
                                                      "truncation"};
  return kNames[static_cast<size_t>(reason)];
}

std::string_view Name(cluster::TruncationReason reason) {
  constexpr std::array<std::string_view, 4> kNames = {"leader-epoch", "high-watermark", "out-of-range", "recovery"};
  return kNames[static_cast<size_t>(reason)];
}
bool HasMembers(const cluster::BrokerList& list) { return list.ids != nullptr && !list.ids->empty(); }
std::string_view Name(cluster::RaftRole role) {
  constexpr std::array<std::string_view, 6> kNames = {"unattached", "candidate", "follower",
                                                      "leader",     "resigned",  "prospective"};
  return kNames[static_cast<size_t>(role)];
}
std::string_view Name(cluster::PartitionChangeReason reason) {
  constexpr std::array<std::string_view, 9> kNames = {"created",           "isr-change",  "election",
                                                      "unclean-election",  "offline",     "reassignment",
                                                      "last-known-leader", "elr-cleared", "directory-assignment"};
  return kNames[static_cast<size_t>(reason)];
}
std::string_view Name(cluster::PositionSource source) {
  constexpr std::array<std::string_view, 4> kNames = {"committed", "reset-earliest", "reset-latest", "truncation"};
  return kNames[static_cast<size_t>(source)];
}
std::string_view Name(cluster::RevocationKind kind) {
  return kind == cluster::RevocationKind::kRevoked ? "revoked" : "lost";
}
std::string_view Name(cluster::GroupState state) {
  constexpr std::array<std::string_view, 5> kNames = {"Empty", "PreparingRebalance", "CompletingRebalance", "Stable",
                                                      "Dead"};
  return kNames[static_cast<size_t>(state)];
}

// One overload for each fact; each names the kind, then adds its fields.
class Writer {
 public:
  Writer(const scenarios::RunNames& names, std::string* text) : names_(names), text_(*text) {}

  void operator()(const sim::ProcessStarted& f) { Kind("ProcessStarted").Add("process", names_.Process(f.process)); }
  void operator()(const sim::ProcessExited& f) { Kind("ProcessExited").Add("process", names_.Process(f.process)); }
  void operator()(const sim::ProcessKilled& f) { Kind("ProcessKilled").Add("process", names_.Process(f.process)); }
  void operator()(const sim::ProcessPaused& f) { Kind("ProcessPaused").Add("process", names_.Process(f.process)); }
  void operator()(const sim::ProcessResumed& f) { Kind("ProcessResumed").Add("process", names_.Process(f.process)); }
  void operator()(const sim::PowerLost& f) { Kind("PowerLost").Add("host", names_.Host(f.host)); }
  void operator()(const sim::PowerRestored& f) { Kind("PowerRestored").Add("host", names_.Host(f.host)); }
  void operator()(const sim::FaultBegun& f) {
    Kind("FaultBegun").Add("fault", f.fault.value()).Add("kind", sim::FaultName(static_cast<size_t>(f.fault_kind)));
  }
  void operator()(const sim::FaultHealed& f) {
    Kind("FaultHealed").Add("fault", f.fault.value()).Add("kind", sim::FaultName(static_cast<size_t>(f.fault_kind)));
  }
  void operator()(const sim::BitFlipped& f) {
    Kind("BitFlipped").Add("disk", f.disk.value()).Add("file", f.file.value()).Add("position", f.position);
  }
  void operator()(const sim::DiskWiped& f) { Kind("DiskWiped").Add("disk", f.disk.value()); }
  void operator()(const sim::MessageFiltered& f) {
    Kind("MessageFiltered").Add("from", names_.Process(f.from)).Add("to", names_.Process(f.to));
    Add("message", cluster::ApiName(static_cast<cluster::ApiKey>(f.message_kind % cluster::kResponseKinds)));
  }

  void operator()(const cluster::BatchAppended& f) {
    Kind("BatchAppended").Partition(f.tp).Add("as", f.as_leader ? "leader" : "follower");
    Add("base-offset", f.batch->base_offset().value()).Add("last-offset", f.batch->last_offset().value());
    Add("leader-epoch", f.batch->leader_epoch().value());
  }
  void operator()(const cluster::LogTruncated& f) {
    Kind("LogTruncated").Partition(f.tp).Add("from", f.from.value()).Add("to", f.to.value());
    Add("reason", Name(f.reason));
  }
  void operator()(const cluster::LogLoaded& f) {
    Kind("LogLoaded").Partition(f.tp).Add("log-start", f.log_start.value()).Add("log-end", f.log_end.value());
    Add("high-watermark", f.high_watermark.value()).Add("shutdown", f.clean ? "clean" : "unclean");
  }
  void operator()(const cluster::RecoveryPassedGap& f) {
    Kind("RecoveryPassedGap").Partition(f.tp).Add("from", f.from.value()).Add("to", f.to.value());
  }
  void operator()(const cluster::LogCompacted& f) {
    Kind("LogCompacted").Partition(f.tp).Add("from", f.from.value()).Add("to", f.to.value());
    Add("cleaned-to", f.cleaned_to.value()).Add("batches-before", static_cast<int64_t>(f.before->size()));
    Add("batches-after", static_cast<int64_t>(f.after->size()));
  }
  void operator()(const cluster::HighWatermarkMoved& f) {
    Kind("HighWatermarkMoved").Partition(f.tp).Add("as", f.as_leader ? "leader" : "follower");
    Add("leader-epoch", f.leader_epoch.value()).Add("from", f.from.value()).Add("to", f.to.value());
    Add("log-end", f.log_end.value());
  }
  void operator()(const cluster::LogStartMoved& f) {
    Kind("LogStartMoved").Partition(f.tp).Add("from", f.from.value()).Add("to", f.to.value());
    Add("reason", Name(f.reason)).Add("high-watermark", f.high_watermark.value()).Add("log-end", f.log_end.value());
  }
  void operator()(const cluster::RecoveryPointCheckpointed& f) {
    Kind("RecoveryPointCheckpointed").Partition(f.tp).Add("recovery-point", f.recovery_point.value());
    if (f.unflushed_segment.valid()) Add("unflushed-segment", f.unflushed_segment.value());
  }
  void operator()(const cluster::ReplicaPlaced& f) {
    Kind("ReplicaPlaced").Partition(f.tp).Add("log-dir", f.dir.value() + 1);
  }
  void operator()(const cluster::ReplicaOffline& f) { Kind("ReplicaOffline").Partition(f.tp); }
  void operator()(const cluster::LogDirFailed& f) {
    Kind("LogDirFailed").Add("broker", f.broker.value()).Add("log-dir", f.dir.value() + 1);
  }
  void operator()(const cluster::CleanShutdownMarked& f) {
    Kind("CleanShutdownMarked").Add("unflushed-logs", f.unflushed_logs).Add("unrecovered-logs", f.unrecovered_logs);
  }
  void operator()(const cluster::BecameLeader& f) {
    Kind("BecameLeader").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value());
    Add("start-offset", f.epoch_start.value()).Add("high-watermark", f.high_watermark.value());
  }
  void operator()(const cluster::BecameFollower& f) {
    Kind("BecameFollower").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value()).Node("leader", f.leader);
  }
  void operator()(const cluster::LeaderIsrChanged& f) {
    Kind("LeaderIsrChanged").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value());
    Add("partition-epoch", f.partition_epoch.value()).Add("state", f.pending ? "pending" : "committed");
    List("maximal-isr", f.maximal_isr).List("committed-isr", f.committed_isr);
  }
  void operator()(const cluster::IsrChangeForgotten& f) {
    Kind("IsrChangeForgotten").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value());
    Add("partition-epoch", f.partition_epoch.value()).List("maximal-isr", f.maximal_isr).List("isr", f.isr);
  }
  void operator()(const cluster::FollowerFetched& f) {
    Kind("FollowerFetched").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value()).Node("follower", f.follower);
    Add("log-end", f.log_end.value());
  }
  void operator()(const cluster::ProduceAcknowledged& f) {
    Kind("ProduceAcknowledged").Partition(f.tp).Add("acks", f.acks).Add("leader-epoch", f.leader_epoch.value());
    Add("base-offset", f.base_offset.value()).Add("last-offset", f.last_offset.value());
  }
  void operator()(const cluster::FollowerDiverged& f) {
    Kind("FollowerDiverged").Partition(f.tp).Add("leader-epoch", f.leader_epoch.value());
    Add("log-end", f.end.value()).Add("last-fetched-epoch", f.last_fetched_epoch.value());
    Add("new-log-end", f.new_end.value()).Add("new-epoch", f.new_epoch.value());
  }
  void operator()(const cluster::ProducerStateRebuilt& f) {
    Kind("ProducerStateRebuilt").Partition(f.tp).Add("log-start", f.log_start.value()).Add("end", f.end.value());
  }
  void operator()(const cluster::UnknownProducerAccepted& f) {
    Kind("UnknownProducerAccepted").Partition(f.tp).Add("base-offset", f.batch->base_offset().value());
    Add("producer-id", f.batch->batch().producer_id().value()).Add("sequence", f.batch->batch().base_sequence());
  }
  void operator()(const cluster::ProducerExpired& f) {
    Kind("ProducerExpired").Partition(f.tp).Add("producer-id", f.producer.value());
  }
  void operator()(const cluster::ReplicaDeleted& f) {
    Kind("ReplicaDeleted").Partition(f.tp).Add("log-end", f.log_end.value());
  }

  void operator()(const cluster::RaftVoted& f) {
    Kind("RaftVoted").Add("epoch", f.epoch.value()).Node("candidate", f.candidate);
  }
  void operator()(const cluster::RaftRoleChanged& f) {
    Kind("RaftRoleChanged").Add("epoch", f.epoch.value()).Add("role", Name(f.role)).Node("leader", f.leader);
  }
  void operator()(const cluster::RaftHighWatermarkMoved& f) {
    Kind("RaftHighWatermarkMoved").Add("epoch", f.epoch.value()).Add("as", f.as_leader ? "leader" : "follower");
    Add("to", f.to.value());
  }
  void operator()(const cluster::RaftBatchAppended& f) {
    Kind("RaftBatchAppended").Add("base-offset", f.batch->base_offset().value());
    Add("last-offset", f.batch->last_offset().value()).Add("epoch", f.batch->leader_epoch().value());
  }
  void operator()(const cluster::RaftLogTruncated& f) { Kind("RaftLogTruncated").Add("to", f.to.value()); }
  void operator()(const cluster::ControllerActivated& f) {
    Kind("ControllerActivated").Add("epoch", f.epoch.value()).Add("state", f.active ? "active" : "resigned");
  }
  void operator()(const cluster::BrokerRegistrationCommitted& f) {
    Kind("BrokerRegistrationCommitted").Add("metadata-offset", f.metadata_offset.value()).Node("broker", f.broker);
    Add("broker-epoch", f.broker_epoch.value()).Add("state", f.fenced ? "fenced" : "unfenced");
    if (f.in_controlled_shutdown) Add("shutdown", "controlled");
  }
  void operator()(const cluster::PartitionCommitted& f) {
    Kind("PartitionCommitted").Add("metadata-offset", f.metadata_offset.value()).Partition(f.tp);
    Node("leader", f.leader).Add("leader-epoch", f.leader_epoch.value());
    Add("partition-epoch", f.partition_epoch.value()).List("isr", f.isr).List("replicas", f.replicas);
    if (HasMembers(f.elr)) List("elr", f.elr);
    if (HasMembers(f.adding)) List("adding", f.adding);
    if (HasMembers(f.removing)) List("removing", f.removing);
    if (HasMembers(f.last_known_leader)) List("last-known-leader", f.last_known_leader);
    Add("reason", Name(f.reason));
  }
  void operator()(const cluster::MetadataApplied& f) {
    Kind("MetadataApplied").Add("metadata-offset", f.metadata_offset.value());
  }
  void operator()(const cluster::RaftLogFlushed& f) { Kind("RaftLogFlushed").Add("to", f.to.value()); }
  void operator()(const cluster::RaftLogLoaded& f) {
    Kind("RaftLogLoaded").Add("log-start", f.log_start.value()).Add("log-end", f.log_end.value());
  }
  void operator()(const cluster::MetadataReplayed& f) {
    Kind("MetadataReplayed").Add("metadata-offset", f.metadata_offset.value());
  }
  void operator()(const cluster::ControllerReplied& f) {
    Kind("ControllerReplied").Add("epoch", f.epoch.value()).Add("metadata-offset", f.metadata_offset.value());
  }

  void operator()(const cluster::RecordSent& f) { Kind("RecordSent").Partition(f.tp).Record(f.value); }
  void operator()(const cluster::RecordAcked& f) {
    Kind("RecordAcked").Partition(f.tp).Record(f.value).Add("offset", f.offset.value()).Add("acks", f.acks);
  }
  void operator()(const cluster::RecordFailed& f) {
    Kind("RecordFailed").Partition(f.tp).Record(f.value).Add("error", cluster::ErrorName(f.error));
    Add("outcome", f.definite ? "refused" : "unknown");
  }
  void operator()(const cluster::BatchHeldBack& f) {
    Kind("BatchHeldBack").Partition(f.tp).Record(f.first, "first").Record(f.last, "last").Record(f.younger, "behind");
  }
  void operator()(const cluster::ProducerReconnected& f) { Kind("ProducerReconnected").Node("broker", f.broker); }
  void operator()(const cluster::ClientLeaderLearned& f) {
    Kind("ClientLeaderLearned").Partition(f.tp).Node("leader", f.leader).Add("leader-epoch", f.leader_epoch.value());
  }
  void operator()(const cluster::RecordDelivered& f) {
    Kind("RecordDelivered").Group(f.group).Partition(f.tp).Add("offset", f.offset.value()).Record(f.value);
  }
  void operator()(const cluster::PositionSet& f) {
    Kind("PositionSet").Group(f.group).Partition(f.tp).Add("offset", f.offset.value()).Add("by", Name(f.source));
  }
  void operator()(const cluster::OffsetCommitAcked& f) {
    Kind("OffsetCommitAcked").Group(f.group).Partition(f.tp).Add("offset", f.offset.value());
    Add("generation", f.generation.value());
  }
  void operator()(const cluster::CommittedOffsetFetched& f) {
    Kind("CommittedOffsetFetched").Group(f.group).Partition(f.tp).Add("offset", f.offset.value());
  }
  void operator()(const cluster::ConsumerJoining& f) {
    Kind("ConsumerJoining").Group(f.group).Node("coordinator", f.coordinator);
    Add("state", f.waiting ? "waiting" : "answered").Add("timeout-ms", f.timeout.millis());
  }
  void operator()(const cluster::PartitionAssigned& f) {
    Kind("PartitionAssigned").Group(f.group).Partition(f.tp).Add("generation", f.generation.value());
  }
  void operator()(const cluster::PartitionRevoked& f) {
    Kind("PartitionRevoked").Group(f.group).Partition(f.tp).Add("kind", Name(f.kind));
  }
  void operator()(const cluster::GroupStateChanged& f) {
    Kind("GroupStateChanged").Group(f.group).Add("generation", f.generation.value()).Add("from", Name(f.from));
    Add("to", Name(f.to)).Add("members", f.members);
  }
  void operator()(const cluster::OffsetCommitted& f) {
    Kind("OffsetCommitted").Group(f.group).Partition(f.tp).Add("offset", f.offset.value());
    Add("generation", f.generation.value());
  }

 private:
  Writer& Kind(std::string_view name) {
    text_ += name;
    Pad(kProcessColumn + kKindColumn, &text_);
    // The first field follows without a blank of its own.
    text_.pop_back();
    return *this;
  }
  Writer& Add(std::string_view field, std::string_view value) {
    text_.append(" ").append(field).append("=").append(value);
    return *this;
  }
  Writer& Add(std::string_view field, int64_t value) { return Add(field, std::to_string(value)); }
  Writer& Partition(cluster::TopicPartition tp) { return Add("partition", names_.Partition(tp)); }
  Writer& Group(cluster::GroupIndex group) { return Add("group", names_.Group(group)); }
  Writer& Node(std::string_view field, cluster::BrokerId node) {
    return Add(field, node.valid() ? std::to_string(node.value()) : "none");
  }
  Writer& Record(int64_t value, std::string_view field = "record") {
    const cluster::ClientId client = cluster::ProducerProcess::ClientOf(value);
    const int64_t number = value - cluster::ProducerProcess::ValueOf(client, 0);
    return Add(field, names_.Client(client) + "#" + std::to_string(number));
  }
  Writer& List(std::string_view field, const cluster::BrokerList& list) {
    std::string text;
    for (const cluster::BrokerId id : *list.ids) text += (text.empty() ? "" : ",") + std::to_string(id.value());
    return Add(field, "[" + text + "]");
  }

  const scenarios::RunNames& names_;
  std::string& text_;
};

}  // namespace

std::string FactText(const sim::FactHeader& header, const void* fact, const scenarios::RunNames& names) {
  std::string text = names.Process(header.process);
  Pad(kProcessColumn, &text);
  const size_t before = text.size();
  properties::DispatchFact(header.kind, fact, Writer(names, &text));
  // Of a kind that properties do not know, the number is all there is to say.
  if (text.size() == before) text += "fact-" + std::to_string(header.kind.value());
  return text;
}

}  // namespace ktrial::reports
