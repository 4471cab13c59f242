// L8: when faults have healed and time was given, the controller counts on every running broker: it is registered and
// not fenced. Brokers that are shutting down are let go.
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"
#include "properties/invariants/quiet_time.h"

namespace ktrial::properties {
namespace {

class LiveBrokersUnfenced : public QuietTime<LiveBrokersUnfenced> {
 public:
  using QuietTime::On;
  void On(const Moment&, const cluster::ControllerActivated& fact) { has_controller_ = has_controller_ || fact.active; }

  void OnEnd(const Moment& moment) override {
    // Histories without a controller fence nobody.
    if (!has_controller_ || !IsQuietSince(moment, kTimeToSettle)) return;
    for (const auto& [id, broker] : moment.ghost.brokers()) {
      if (!broker.running || broker.in_controlled_shutdown) continue;
      Exercise();
      if (!broker.registered_since_start) {
        Report(moment, absl::StrCat("broker ", id.value(),
                                    " runs, but the controller has not registered it since it "
                                    "started"));
      } else if (broker.fenced) {
        Report(moment, absl::StrCat("broker ", id.value(), " runs, but the controller has fenced it"));
      }
    }
  }

 private:
  bool has_controller_ = false;
};

}  // namespace

std::unique_ptr<Checker> MakeLiveBrokersUnfenced() { return std::make_unique<LiveBrokersUnfenced>(); }

}  // namespace ktrial::properties
