#include "scenarios/random_schedule_extras.h"

#include <algorithm>

#include "scenarios/schedule_draw.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

std::string Millis(int64_t millis) { return std::to_string(millis) + "ms"; }

std::string Partition(const ScheduleSizes& sizes, ScheduleDraw& draw) {
  return std::to_string(draw.Below(sizes.partitions));
}

// Before 2.1 replication had flaws that no version of it was without (DR01, DR03, DR06): those are put on trial by
// name.
void DrawVersion(uint64_t seed, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.version");
  if (draw.OneIn(4)) extras->kafka = draw.Pick({"2.1", "2.4", "2.6", "2.7", "3.0", "3.3", "3.6", "3.9"});
}

// Logs of many segments, that retention shortens. Since 4.0 a segment has at least 1 MiB, and closes for its age.
void DrawRetention(uint64_t seed, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.retention");
  if (!draw.OneIn(4)) return;
  const std::string bytes = draw.Pick({"16KiB", "64KiB", "256KiB"});
  if (!extras->kafka.empty()) {
    extras->topic_config.push_back("segment.bytes: " + bytes);
    extras->sets_segment_bytes = true;
  }
  extras->topic_config.push_back("segment.ms: " + draw.Pick({"500ms", "2s", "5s"}));
  const int64_t kind = draw.Below(4);
  if (kind != 1) extras->topic_config.push_back("retention.ms: " + draw.Pick({"2s", "8s", "20s"}));
  if (kind >= 1) extras->topic_config.push_back("retention.bytes: " + draw.Pick({"32KiB", "256KiB", "2MiB"}));
  extras->topic_config.push_back("file.delete.delay.ms: " + draw.Pick({"0", "1s", "60s"}));
  extras->cluster_config.push_back("log.initial.task.delay.ms: 1s");
  extras->cluster_config.push_back("log.retention.check.interval.ms: " + draw.Pick({"500ms", "3s"}));
  extras->cluster_config.push_back("log.flush.offset.checkpoint.interval.ms: " + draw.Pick({"1s", "60s"}));
  extras->cluster_config.push_back("log.flush.start.offset.checkpoint.interval.ms: " + draw.Pick({"1s", "60s"}));
}

void DrawTimestamps(uint64_t seed, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.timestamps");
  if (draw.OneIn(6)) extras->topic_config.push_back("message.timestamp.type: LogAppendTime");
}

// A compacted topic of few keys.
void DrawSecondTopic(uint64_t seed, const ScheduleSizes& sizes, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.second-topic");
  if (!draw.OneIn(4)) return;
  std::vector<std::string>& topic = extras->second_topic;
  topic.push_back("partitions: " + std::to_string(draw.Between(1, 2)));
  topic.push_back("replication.factor: " + std::to_string(sizes.replicas));
  topic.push_back("config:");
  topic.push_back("  min.insync.replicas: " + std::to_string(draw.Between(1, sizes.replicas)));
  topic.push_back("  cleanup.policy: " + draw.Pick({"compact", "compact", "\"compact,delete\""}));
  topic.push_back("  segment.ms: " + draw.Pick({"1s", "4s"}));
  topic.push_back("  retention.ms: " + draw.Pick({"10s", "60s"}));
  topic.push_back("  min.cleanable.dirty.ratio: " + draw.Pick({"0.01", "0.5"}));
  topic.push_back("  delete.retention.ms: " + draw.Pick({"0", "2s", "30s"}));
  extras->cluster_config.push_back("log.cleaner.backoff.ms: " + draw.Pick({"500ms", "3s"}));
  const bool all = !draw.OneIn(3);
  extras->producers.push_back(Cat(
      {"{ name: ticker, topic: prices, rate: ", draw.Pick({"20", "100"}), "/s, record_size: 200B, keys: ",
       draw.Pick({"5", "50"}), ", tombstones: ", draw.Pick({"0", "10"}), ", config: { acks: ", all ? "all" : "1",
       ", enable.idempotence: ", all ? "true" : "false", ", request.timeout.ms: 5s, delivery.timeout.ms: 60s } }"}));
  extras->consumers.push_back(
      "{ name: screen, topic: prices, group: display, config: { auto.offset.reset: earliest, session.timeout.ms: 10s, "
      "heartbeat.interval.ms: 1s } }");
}

// Distinct brokers, as many as the partition has replicas.
std::string Replicas(const ScheduleSizes& sizes, ScheduleDraw& draw) {
  std::vector<int64_t> brokers;
  for (int64_t id = 1; id <= sizes.brokers; ++id) brokers.push_back(id);
  std::string text;
  for (int64_t i = 0; i < sizes.replicas; ++i) {
    const auto chosen = brokers.begin() + draw.Below(static_cast<int64_t>(brokers.size()));
    text += Cat({i == 0 ? "" : ":", std::to_string(*chosen)});
    brokers.erase(chosen);
  }
  return text;
}

void DrawReassignments(uint64_t seed, const ScheduleSizes& sizes, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.reassign");
  if (!draw.OneIn(4)) return;
  for (int64_t i = draw.Between(1, 3); i > 0; --i) {
    const int64_t at = draw.Between(1'000, sizes.duration_millis - 5'000);
    const std::string partition = Partition(sizes, draw);
    extras->admin.push_back(Cat({"{ at: ", Millis(at), ", reassign: { topic: orders, partition: ", partition,
                                 ", replicas: \"", Replicas(sizes, draw), "\" } }"}));
    if (!draw.OneIn(3)) continue;
    extras->admin.push_back(Cat({"{ at: ", Millis(at + draw.Between(1, 2'000)),
                                 ", reassign: { topic: orders, partition: ", partition, ", replicas: cancel } }"}));
  }
}

void DrawDeletions(uint64_t seed, const ScheduleSizes& sizes, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.delete-records");
  if (!draw.OneIn(4)) return;
  for (int64_t i = draw.Between(1, 3); i > 0; --i) {
    const std::string before = draw.OneIn(3) ? "high watermark" : std::to_string(draw.Between(1, 400));
    extras->admin.push_back(
        Cat({"{ at: ", Millis(draw.Between(1'000, sizes.duration_millis - 5'000)),
             ", delete_records: { topic: orders, partition: ", Partition(sizes, draw), ", before: ", before, " } }"}));
  }
}

// No max.message.bytes below the producers' batch.size: a batch that is too large is split to batch.size and sent again
// at once (RecordAccumulator.splitAndReenqueue), which nothing but delivery.timeout.ms ends.
void DrawConfigChanges(uint64_t seed, const ScheduleSizes& sizes, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.alter-config");
  if (!draw.OneIn(4)) return;
  for (int64_t i = draw.Between(1, 3); i > 0; --i) {
    const std::string set = draw.Pick(
        {"flush.messages: 1", "flush.messages: 50", "segment.ms: 1s", "retention.ms: 5s", "retention.bytes: 128KiB",
         "message.timestamp.type: LogAppendTime", "message.timestamp.type: CreateTime", "max.message.bytes: 32KiB",
         "max.message.bytes: 1MiB", "unclean.leader.election.enable: true", "unclean.leader.election.enable: false",
         "index.interval.bytes: 0", "segment.jitter.ms: 1s"});
    extras->admin.push_back(Cat({"{ at: ", Millis(draw.Between(1'000, sizes.duration_millis - 5'000)),
                                 ", alter_config: { topic: orders, set: { ", set, " } } }"}));
  }
}

// Controllers that die, sleep and wake up deposed, or hear only one way.
void DrawControllerFaults(uint64_t seed, const ScheduleSizes& sizes, ScheduleExtras* extras) {
  ScheduleDraw draw(seed, "schedule.controllers");
  if (!draw.OneIn(3)) return;
  for (int64_t i = draw.Between(1, 3); i > 0; --i) {
    const std::string node = draw.OneIn(2)
                                 ? std::string("active controller")
                                 : "controller " + std::to_string(draw.Between(3'001, 3'000 + sizes.controllers));
    const std::string others = draw.Pick({"all controllers", "all brokers", "broker 1", "leader of orders/0"});
    const std::string direction = draw.Pick({"to", "from"});
    std::string action;
    switch (draw.Below(4)) {
      case 0:
        action = "kill: " + node;
        break;
      case 1:
        action = "pause: " + node;
        break;
      default:
        action = Cat({"cut: { from: ", node, ", to: ", others, ", direction: ", direction, " }"});
    }
    const int64_t at = draw.Between(1'000, sizes.duration_millis - 3'000);
    const int64_t most = std::min<int64_t>(sizes.duration_millis - at, 15'000);
    extras->faults.push_back(
        Cat({"{ at: ", Millis(at), ", ", action, ", for: ", Millis(draw.Between(100, most)), " }"}));
  }
}

}  // namespace

ScheduleExtras DrawScheduleExtras(uint64_t seed, const ScheduleSizes& sizes) {
  ScheduleExtras extras;
  DrawVersion(seed, &extras);
  DrawRetention(seed, &extras);
  DrawTimestamps(seed, &extras);
  DrawSecondTopic(seed, sizes, &extras);
  DrawReassignments(seed, sizes, &extras);
  DrawDeletions(seed, sizes, &extras);
  DrawConfigChanges(seed, sizes, &extras);
  DrawControllerFaults(seed, sizes, &extras);
  return extras;
}

}  // namespace ktrial::scenarios
