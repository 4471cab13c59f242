// S10: while a broker leads in one epoch, its high watermark does not fall.
//
// A new leader may start below the old one's high watermark, a follower may adopt a smaller one, and a restart goes
// back to the checkpoint: those are Kafka's design.
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class WatermarkMonotonic : public CheckerBase<WatermarkMonotonic> {
 public:
  void On(const Moment& moment, const cluster::BecameLeader& fact) {
    Reign& reign = reigns_[fact.tp][fact.broker];
    // A broker whose disk was wiped has no log to load, and begins anew nonetheless.
    if (reign.leads && reign.epoch == fact.leader_epoch && reign.incarnation == moment.incarnation) {
      CheckNotBelow(moment, fact.tp, fact.broker, reign, fact.high_watermark);
    }
    reign = {.epoch = fact.leader_epoch,
             .high_watermark = fact.high_watermark,
             .incarnation = moment.incarnation,
             .leads = true};
  }
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) {
    Reign* reign = reigns_[fact.tp].Find(fact.broker);
    if (reign == nullptr || !reign->leads || reign->incarnation != moment.incarnation) return;
    CheckNotBelow(moment, fact.tp, fact.broker, *reign, fact.to);
    reign->high_watermark = fact.to;
  }
  void On(const Moment&, const cluster::BecameFollower& fact) { EndReign(fact.tp, fact.broker); }
  void On(const Moment&, const cluster::LogLoaded& fact) { EndReign(fact.tp, fact.broker); }

 private:
  struct Reign {
    LeaderEpoch epoch;
    Offset high_watermark;
    sim::Incarnation incarnation = {};
    bool leads = false;
  };

  void EndReign(TopicPartition tp, BrokerId broker) {
    if (Reign* reign = reigns_[tp].Find(broker)) reign->leads = false;
  }

  void CheckNotBelow(const Moment& moment, TopicPartition tp, BrokerId broker, const Reign& reign, Offset to) {
    Exercise();
    if (to >= reign.high_watermark) return;
    Report(moment,
           absl::StrCat("the high watermark of ", moment.Name(tp), " fell from ", reign.high_watermark.value(), " to ",
                        to.value(), " while broker ", broker.value(), " led in epoch ", reign.epoch.value()));
  }

  PartitionMap<SmallMap<BrokerId, Reign>> reigns_;
};

}  // namespace

std::unique_ptr<Checker> MakeWatermarkMonotonic() { return std::make_unique<WatermarkMonotonic>(); }

}  // namespace ktrial::properties
