// L5: when faults have healed and time was given, the leader's high watermark has reached its log end, and the
// followers' high watermarks have reached the leader's.
#include "properties/evidence.h"
#include "properties/invariants/end_of_run.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class WatermarkCatchesUp : public CheckerBase<WatermarkCatchesUp> {
 public:
  void OnEnd(const Moment& moment) override {
    for (const auto& [tp, partition] : moment.ghost.partitions()) {
      if (!HasWorkingLeader(moment, partition)) continue;
      const GhostReplica& leader = *partition.replicas.Find(partition.leader);
      const auto topic = static_cast<size_t>(tp.topic.value());
      const std::vector<int32_t>& min_isr = moment.facts.effective_min_isr;
      // Too few brokers left to commit anything: the configuration wants it so.
      if (topic < min_isr.size() && static_cast<int32_t>(partition.isr.size()) < min_isr[topic]) continue;
      Exercise();
      const Offset settled = SettledEnd(moment, leader.log);
      if (leader.high_watermark < settled) {
        Report(moment, absl::StrCat("the high watermark of ", moment.Name(tp), " at its leader, broker ",
                                    partition.leader.value(), ", stays at ", leader.high_watermark.value(),
                                    ", its log ends at ", leader.log.end().value(), "; ISR ",
                                    BrokersText(partition.isr), ": ", LogEnds(partition)));
      }
      CheckFollowers(moment, tp, partition, std::min(settled, leader.high_watermark));
    }
  }

 private:
  static std::string LogEnds(const GhostPartition& partition) {
    std::string text;
    for (BrokerId member : partition.isr) {
      const GhostReplica* replica = partition.replicas.Find(member);
      absl::StrAppend(&text, text.empty() ? "" : ", ", "broker ", member.value(), " reaches ",
                      replica == nullptr ? 0 : replica->log.end().value());
    }
    return text;
  }

  void CheckFollowers(const Moment& moment, TopicPartition tp, const GhostPartition& partition, Offset expected) {
    for (BrokerId member : partition.isr) {
      const GhostReplica* replica = partition.replicas.Find(member);
      if (member == partition.leader || replica == nullptr || !moment.ghost.IsServing(partition, member)) continue;
      if (replica->high_watermark >= expected) continue;
      Report(moment, absl::StrCat("the high watermark of ", moment.Name(tp), " at follower ", member.value(),
                                  " stays at ", replica->high_watermark.value(), ", below ", expected.value(),
                                  " of its leader, broker ", partition.leader.value()));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeWatermarkCatchesUp() { return std::make_unique<WatermarkCatchesUp>(); }

}  // namespace ktrial::properties
