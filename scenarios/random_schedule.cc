#include "scenarios/random_schedule.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "scenarios/random_racks.h"
#include "scenarios/random_schedule_extras.h"
#include "scenarios/schedule_draw.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

// A pause that a rare fault leaves, so that a broker is surely down when its disk goes.
constexpr int64_t kBeforeWipeMillis = 1'000;

class ScheduleWriter {
 public:
  explicit ScheduleWriter(uint64_t seed)
      : seed_(seed),
        draw_(seed, "schedule"),
        control_(seed, "schedule.control"),
        dir_draw_(seed, "schedule.log_dirs") {}

  std::string Write() {
    DrawSizes();
    racks_ = DrawRacks(seed_, {.brokers = brokers_, .controllers = controllers_, .duration_millis = duration_});
    extras_ = DrawScheduleExtras(seed_, {.brokers = brokers_,
                                         .controllers = controllers_,
                                         .replicas = replicas_,
                                         .partitions = partitions_,
                                         .duration_millis = duration_});
    Line({"name: swarm-", std::to_string(seed_)});
    Line({"description: Drawn from seed ", std::to_string(seed_)});
    const std::string kafka = Pick({"4.0", "4.1", "4.1"});
    Line({"kafka: \"", extras_.kafka.empty() ? kafka : extras_.kafka, "\""});
    Line({"seed: ", std::to_string(seed_)});
    Line({"duration: ", std::to_string(duration_ / 1'000), "s"});
    // Longer than any delivery.timeout.ms that is drawn: every send is settled at the end.
    Line({"quiesce: 120s"});
    Line({"allow: [KS012, KS015, KS020, KS027, KS028, KS048]"});
    text_ += racks_.network;
    WriteCluster();
    WriteTopic();
    WriteWorkload();
    WriteFaults();
    return std::move(text_);
  }

 private:
  int64_t Below(int64_t bound) { return draw_.Below(bound); }
  int64_t Between(int64_t low, int64_t high) { return draw_.Between(low, high); }
  bool OneIn(int64_t n) { return draw_.OneIn(n); }
  std::string Pick(std::initializer_list<std::string_view> choices) { return draw_.Pick(choices); }
  void Line(std::initializer_list<std::string_view> pieces) { text_ += Cat(pieces) + "\n"; }
  void Lines(std::string_view indent, const std::vector<std::string>& lines) {
    for (const std::string& line : lines) Line({indent, line});
  }
  static std::string Millis(int64_t millis) { return std::to_string(millis) + "ms"; }

  void DrawSizes() {
    brokers_ = Between(1, 5);
    controllers_ = OneIn(3) ? 1 : 3;
    replicas_ = Between(1, std::min<int64_t>(brokers_, 3));
    min_isr_ = Between(1, replicas_);
    partitions_ = Between(1, 4);
    duration_ = Between(15, 45) * 1'000;
    log_dirs_ = DirOneIn(2) ? 1 : DirBetween(2, 3);
  }

  void WriteCluster() {
    Line({"cluster:"});
    if (racks_.cluster.empty()) {
      Line({"  brokers: ", std::to_string(brokers_)});
      Line({"  controllers: ", std::to_string(controllers_)});
    }
    text_ += racks_.cluster;
    Line({"  config:"});
    text_ += racks_.cluster_config;
    Line({"    offsets.topic.num.partitions: ", std::to_string(Between(1, 3))});
    Line({"    offsets.topic.replication.factor: ", std::to_string(std::min<int64_t>(brokers_, 3))});
    Line({"    broker.session.timeout.ms: ", Pick({"3s", "6s", "9s"})});
    Line({"    broker.heartbeat.interval.ms: ", Pick({"500", "2s"})});
    Line({"    replica.lag.time.max.ms: ", Pick({"2s", "10s", "30s"})});
    Line({"    replica.fetch.wait.max.ms: ", Pick({"50", "500"})});
    Line({"    controller.quorum.fetch.timeout.ms: ", Pick({"1s", "2s"})});
    Line({"    controller.quorum.election.timeout.ms: ", Pick({"500", "1s"})});
    if (OneIn(3)) Line({"    log.flush.interval.messages: ", Pick({"1", "10", "100"})});
    if (OneIn(3)) Line({"    num.replica.fetchers: ", Pick({"1", "2"})});
    if (OneIn(5)) Line({"    unclean.leader.election.enable: true"});
    if (control_.OneIn(4)) Line({"    leader.imbalance.check.interval.seconds: 5"});
    if (control_.OneIn(5)) Line({"    unclean.leader.election.interval.ms: 5s"});
    Lines("    ", extras_.cluster_config);
    WriteLogDirs();
    const bool sets_level = control_.OneIn(3);
    const std::string level = control_.Pick({"0", "1"});
    if (sets_level && extras_.kafka.empty()) Line({"  features: { eligible.leader.replicas.version: ", level, " }"});
  }

  void WriteLogDirs() {
    if (log_dirs_ == 1) return;
    Line({"    log.dirs: ", log_dirs_ == 2 ? "\"/disk1,/disk2\"" : "\"/disk1,/disk2,/disk3\""});
    if (DirOneIn(2)) Line({"    log.dir.failure.timeout.ms: 3s"});
  }

  void WriteTopic() {
    Line({"topics:"});
    Line({"  orders:"});
    Line({"    partitions: ", std::to_string(partitions_)});
    Line({"    replication.factor: ", std::to_string(replicas_)});
    Line({"    config:"});
    Line({"      min.insync.replicas: ", std::to_string(min_isr_)});
    if (OneIn(2) && !extras_.sets_segment_bytes) Line({"      segment.bytes: 1MiB"});
    Lines("      ", extras_.topic_config);
    if (extras_.second_topic.empty()) return;
    Line({"  prices:"});
    Lines("    ", extras_.second_topic);
  }

  void WriteWorkload() {
    const bool all = !OneIn(3);
    Line({"workload:"});
    Line({"  producers:"});
    Line({"  - name: shop"});
    Line({"    count: ", std::to_string(Between(1, 2))});
    Line({"    topic: orders"});
    Line({"    rate: ", Pick({"20", "100", "300"}), "/s"});
    Line({"    record_size: ", Pick({"100B", "1KiB", "4KiB"})});
    Line({"    config:"});
    Line({"      acks: ", all ? "all" : Pick({"1", "1", "0"})});
    Line({"      enable.idempotence: ", all && !OneIn(3) ? "true" : "false"});
    Line({"      max.in.flight.requests.per.connection: ", Pick({"1", "5"})});
    Line({"      linger.ms: ", Pick({"0", "5", "50"})});
    Line({"      request.timeout.ms: ", Pick({"2s", "10s", "30s"})});
    Line({"      delivery.timeout.ms: ", Pick({"35s", "60s", "90s"})});
    Lines("  - ", extras_.producers);
    WriteConsumers();
    WriteAdmin();
  }

  void WriteConsumers() {
    const bool reads = !OneIn(4);
    if (reads || !extras_.consumers.empty()) Line({"  consumers:"});
    if (reads) {
      Line({"  - name: app"});
      Line({"    count: ", std::to_string(Between(1, 2))});
      Line({"    topic: orders"});
      Line({"    group: billing"});
      Line({"    config: { auto.offset.reset: earliest, session.timeout.ms: ", Pick({"6s", "10s", "45s"}),
            ", heartbeat.interval.ms: 1s", racks_.consumer_config, " }"});
    }
    Lines("  - ", extras_.consumers);
  }

  void WriteAdmin() {
    const bool alters = OneIn(4);
    const bool elects = control_.OneIn(4);
    if (alters || elects || !extras_.admin.empty()) Line({"  admin:"});
    if (alters) {
      Line({"    - { at: ", Millis(Between(1'000, duration_ - 5'000)),
            ", alter_config: { topic: orders, set: { min.insync.replicas: ", std::to_string(Between(1, replicas_)),
            " } } }"});
    }
    if (elects) {
      Line({"    - { at: ", Millis(control_.Between(1'000, duration_ - 5'000)),
            ", elect: { topic: orders, type: ", control_.Pick({"unclean", "preferred", "preferred"}), " } }"});
    }
    Lines("    - ", extras_.admin);
  }

  std::string Broker() { return "broker " + std::to_string(Between(1, brokers_)); }
  std::string Controller() { return "controller " + std::to_string(Between(3'001, 3'000 + controllers_)); }
  std::string Partition() { return "orders/" + std::to_string(Below(partitions_)); }
  std::string Node() {
    switch (Below(6)) {
      case 0:
        return Controller();
      case 1:
        return "active controller";
      case 2:
      case 3:
        return "leader of " + Partition();
      default:
        return Broker();
    }
  }
  std::string Party() { return OneIn(4) ? Pick({"all brokers", "all controllers", "all clients", "all"}) : Node(); }
  std::string BrokerTarget() { return OneIn(2) ? Broker() : "leader of " + Partition(); }

  // A fault that lasts, or its beginning and how long. A few last to the end.
  void Fault(std::initializer_list<std::string_view> action) {
    const int64_t at = Between(1'000, duration_ - 3'000);
    std::string entry = Cat({"  - { at: ", Millis(at), ", ", Cat(action)});
    if (!OneIn(8)) entry += ", for: " + Millis(Between(100, std::min<int64_t>(duration_ - at, 20'000)));
    text_ += entry + " }\n";
  }
  void AtOnce(std::initializer_list<std::string_view> action) {
    Line({"  - { at: ", Millis(Between(1'000, duration_ - 3'000)), ", ", Cat(action), " }"});
  }

  void WriteFaults() {
    const int64_t count = Between(1, 6);
    Line({"faults:"});
    for (int64_t i = 0; i < count; ++i) {
      switch (Below(5)) {
        case 0:
        case 1:
          WriteEndOfProcess();
          break;
        case 2:
          WriteNetwork();
          break;
        case 3:
          WriteMessages();
          break;
        default:
          WriteMachine();
      }
    }
    text_ += racks_.faults;
    Lines("  - ", extras_.faults);
    WriteDirectoryFaults();
  }

  // Of brokers with several log directories, in draws of their own: schedules without them are as they were.
  int64_t DirBetween(int64_t low, int64_t high) { return dir_draw_.Between(low, high); }
  bool DirOneIn(int64_t n) { return DirBetween(1, n) == 1; }

  void WriteDirectoryFaults() {
    if (log_dirs_ == 1) return;
    for (int64_t left = DirBetween(0, 3); left > 0; --left) WriteDirectoryFault();
  }

  // Mostly not on the first directory, with which the broker ends.
  void WriteDirectoryFault() {
    const std::string broker = "broker " + std::to_string(DirBetween(1, brokers_));
    const std::string dir = "/disk" + std::to_string(DirOneIn(6) ? 1 : DirBetween(2, log_dirs_));
    const std::string target = Cat({"{ target: ", broker, ", dir: ", dir});
    const int64_t at = DirBetween(1'000, duration_ - 10'000);
    const std::string lasts =
        Cat({", for: ", Millis(DirBetween(100, std::min<int64_t>(duration_ - at, 15'000))), " }"});
    const std::string begin = Cat({"  - { at: ", Millis(at), ", "});
    switch (DirBetween(0, 5)) {
      case 0:
        return Line({begin, "disk_full: ", target, " }", lasts});
      case 1:
        return Line({begin, "slow_disk: ", target, ", append: x100 }", lasts});
      case 2:
        return Line({begin, "disk_error: ", target, ", fail: ", DirOneIn(2) ? "reads" : "flushes", " }", lasts});
      case 3:
        // The broker starts again while the directory fails.
        Line({begin, "disk_error: ", target, ", fail: [reads, writes] }", lasts});
        return Line({"  - { at: ", Millis(at + DirBetween(0, 3'000)), DirOneIn(2) ? ", stop: " : ", kill: ", broker,
                     ", for: ", Millis(DirBetween(500, 4'000)), " }"});
      case 4:
        // The disk is replaced.
        Line({begin, "kill: ", broker, ", for: ", Millis(DirBetween(2'000, 9'000)), " }"});
        return Line({"  - { at: ", Millis(at + kBeforeWipeMillis), ", wipe_disk: ", target, " } }"});
      default:
        return Line({begin, "disk_error: ", target, ", fail: writes }", lasts});
    }
  }

  void WriteEndOfProcess() {
    switch (Below(8)) {
      case 0:
      case 1:
      case 2:
        return Fault({"kill: ", Node()});
      case 3:
        return Fault({"stop: ", BrokerTarget()});
      case 4:
      case 5:
        return Fault({"power_loss: { target: ", OneIn(4) ? std::string("all") : Node(),
                      ", lose: ", Pick({"random", "all", "nothing"}), " }"});
      case 6:
        return Fault({"pause: ", Node()});
      default:
        return WriteWipe();
    }
  }

  // A machine dies and comes back with an empty disk.
  void WriteWipe() {
    const std::string broker = Broker();
    const int64_t at = Between(1'000, duration_ - 10'000);
    Line({"  - { at: ", Millis(at), ", kill: ", broker, ", for: ", Millis(Between(2'000, 9'000)), " }"});
    Line({"  - { at: ", Millis(at + kBeforeWipeMillis), ", wipe_disk: ", broker, " }"});
  }

  void WriteNetwork() {
    switch (Below(7)) {
      case 0:
        return Fault({"isolate: ", Node()});
      case 1:
      case 2:
        return Fault({"cut: { from: ", Node(), ", to: ", Party(), ", direction: ", Pick({"to", "from", "both"}), " }"});
      case 3:
        return Fault({"partition: { halves: ", Pick({"all", "all brokers", "all controllers"}), " }"});
      case 4:
        return Fault({"loss: { from: ", Node(), ", to: ", Party(), ", part: ", Pick({"1%", "10%", "50%"}), " }"});
      case 5:
        return Fault({"delay: { from: ", Node(), ", to: ", Party(), ", by: ", Pick({"5ms", "100ms", "2s"}), " }"});
      default:
        return AtOnce({"reset: { from: ", Node(), ", to: ", Party(), " }"});
    }
  }

  void WriteMessages() {
    const std::string request =
        Pick({"Fetch", "Fetch", "Produce", "Produce", "AlterPartition", "BrokerHeartbeat", "BrokerRegistration",
              "Metadata", "OffsetCommit", "Vote", "BeginQuorumEpoch", "InitProducerId", "ListOffsets"});
    const std::string requests = Cat({"{ requests: [", request, "], answer: ", Pick({"true", "false"}),
                                      OneIn(2) ? "" : Cat({", nth: ", std::to_string(Between(1, 5))})});
    switch (Below(5)) {
      case 0:
      case 1:
        return Fault({"drop: ", requests, " }"});
      case 2:
        return Fault({"delay: ", requests, ", by: ", Pick({"10ms", "500ms", "5s"}), " }"});
      case 3:
        return Fault({"hold: ", requests, " }"});
      default:
        return Fault({"kill_on: { requests: [", request, "], nth: ", std::to_string(Between(1, 20)), " }"});
    }
  }

  void WriteMachine() {
    switch (Below(8)) {
      case 0:
        return Fault({"slow_disk: { target: ", Node(), ", append: ", Pick({"x10", "x100", "x1000"}), " }"});
      case 1:
        return Fault({"slow_cpu: { target: ", Node(), ", by: ", Pick({"x5", "x50"}), " }"});
      case 2:
        return Fault({"disk_full: ", BrokerTarget()});
      case 3:
        return Fault({"disk_error: { target: ", BrokerTarget(),
                      ", fail: ", Pick({"reads", "writes", "flushes", "[reads, writes, flushes]"}), " }"});
      case 4:
        return Fault({"clock_skew: { target: ", Node(), ", by: ", Pick({"-1h", "-1s", "1s", "1h"}), " }"});
      case 5:
        return AtOnce({"clock_jump: { target: ", Node(), ", by: ", Pick({"-1m", "-100ms", "100ms", "1m"}), " }"});
      case 6:
        return Fault({"clock_drift: { target: ", Node(), ", by: ", Pick({"-5%", "-500ppm", "500ppm", "5%"}), " }"});
      default:
        return Fault(
            {"throttle: { from: ", Node(), ", to: ", Party(), ", bandwidth: ", Pick({"20KB/s", "1MB/s"}), " }"});
    }
  }

  uint64_t seed_;
  ScheduleDraw draw_;
  // Of elections and eligible leader replicas.
  ScheduleDraw control_;
  ScheduleExtras extras_;
  ScheduleDraw dir_draw_;
  std::string text_;
  RackDraw racks_;
  int64_t brokers_ = 1;
  int64_t controllers_ = 1;
  int64_t replicas_ = 1;
  int64_t min_isr_ = 1;
  int64_t partitions_ = 1;
  int64_t log_dirs_ = 1;
  // Milliseconds.
  int64_t duration_ = 0;
};

}  // namespace

std::string RandomSchedule(uint64_t seed) { return ScheduleWriter(seed).Write(); }

}  // namespace ktrial::scenarios
