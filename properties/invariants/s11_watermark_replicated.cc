// S11: a leader's high watermark is never above what a member of its maximal ISR has fetched, and does not move while
// the committed ISR is smaller than min.insync.replicas.
//
// KIP-497's maximal ISR; the bound by min.insync.replicas is KAFKA-15583's.
#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class WatermarkReplicated : public CheckerBase<WatermarkReplicated> {
 public:
  void On(const Moment&, const cluster::BecameLeader& fact) {
    View& view = views_[fact.tp][fact.broker];
    // A leader that is elected again keeps what it knew of its followers.
    if (!view.leads) view.fetched.clear();
    view.leads = true;
    view.maximal_isr.clear();
  }
  void On(const Moment&, const cluster::BecameFollower& fact) { views_[fact.tp][fact.broker].leads = false; }
  void On(const Moment&, const cluster::LogLoaded& fact) { views_[fact.tp][fact.broker].leads = false; }
  void On(const Moment&, const cluster::LeaderIsrChanged& fact) {
    View& view = views_[fact.tp][fact.broker];
    view.maximal_isr = *fact.maximal_isr.ids;
    view.committed_isr = *fact.committed_isr.ids;
  }
  void On(const Moment&, const cluster::FollowerFetched& fact) {
    views_[fact.tp][fact.leader].fetched[fact.follower] = fact.log_end;
  }

  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) {
    if (!fact.as_leader) return;
    const View& view = views_[fact.tp][fact.broker];
    if (!view.leads || view.maximal_isr.empty()) return;
    Exercise();
    for (BrokerId member : view.maximal_isr) {
      if (member == fact.broker) continue;
      const Offset* fetched = view.fetched.Find(member);
      if (fetched != nullptr && *fetched >= fact.to) continue;
      Report(moment, absl::StrCat("broker ", fact.broker.value(), " raised the high watermark of ",
                                  moment.Name(fact.tp), " to ", fact.to.value(), " though broker ", member.value(),
                                  " of its ISR ", BrokersText(view.maximal_isr), " had fetched up to ",
                                  fetched == nullptr ? "nothing" : absl::StrCat(fetched->value())));
    }
    const auto topic = static_cast<size_t>(fact.tp.topic.value());
    const std::vector<int32_t>& min_isr = moment.facts.effective_min_isr;
    const int32_t needed = topic < min_isr.size() ? min_isr[topic] : 1;
    if (static_cast<int32_t>(view.committed_isr.size()) >= needed) return;
    Report(moment, absl::StrCat("broker ", fact.broker.value(), " raised the high watermark of ", moment.Name(fact.tp),
                                " to ", fact.to.value(), " with the ISR ", BrokersText(view.committed_isr),
                                ", fewer than min.insync.replicas=", needed));
  }

 private:
  // What a leader knows.
  struct View {
    bool leads = false;
    std::vector<BrokerId> maximal_isr;
    std::vector<BrokerId> committed_isr;
    SmallMap<BrokerId, Offset> fetched;
  };

  PartitionMap<SmallMap<BrokerId, View>> views_;
};

}  // namespace

std::unique_ptr<Checker> MakeWatermarkReplicated() { return std::make_unique<WatermarkReplicated>(); }

}  // namespace ktrial::properties
