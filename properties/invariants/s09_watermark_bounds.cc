// S9: on every replica, log start <= high watermark <= log end.
//
// UnifiedLog's own bounds; DR19 (KAFKA-9491) and DR20 (KAFKA-5634) broke them.
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class WatermarkBounds : public CheckerBase<WatermarkBounds> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) {
    Exercise();
    if (fact.to > fact.log_end) {
      Report(moment, absl::StrCat("broker ", fact.broker.value(), " set the high watermark of ", moment.Name(fact.tp),
                                  " to ", fact.to.value(), ", above its log end ", fact.log_end.value()));
    }
    if (fact.to < Offset(0)) {
      Report(moment, absl::StrCat("broker ", fact.broker.value(), " set the high watermark of ", moment.Name(fact.tp),
                                  " to ", fact.to.value()));
    }
  }
  void On(const Moment& moment, const cluster::LogStartMoved& fact) {
    Exercise();
    if (fact.to <= fact.high_watermark) return;
    Report(moment, absl::StrCat("broker ", fact.broker.value(), " moved the log start of ", moment.Name(fact.tp),
                                " to ", fact.to.value(), ", above its high watermark ", fact.high_watermark.value()));
  }
  void On(const Moment& moment, const cluster::LogLoaded& fact) {
    Exercise();
    if (fact.log_start <= fact.high_watermark && fact.high_watermark <= fact.log_end) return;
    Report(moment, absl::StrCat("broker ", fact.broker.value(), " loaded ", moment.Name(fact.tp), " with log start ",
                                fact.log_start.value(), ", high watermark ", fact.high_watermark.value(),
                                " and log end ", fact.log_end.value()));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeWatermarkBounds() { return std::make_unique<WatermarkBounds>(); }

}  // namespace ktrial::properties
