#include "scenarios/outage_parts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

namespace ktrial::scenarios {
namespace {

using Kind = ControlEventKind;

// The events of an outage that its parts end with; null where there is none.
struct Turns {
  const ControlEvent* fenced = nullptr;
  const ControlEvent* elected = nullptr;
  const ControlEvent* leads = nullptr;
  const ControlEvent* learned = nullptr;
  const ControlEvent* isr_grew = nullptr;
};

// The last election of the outage is the one that ended it; the rest is what led up to it and followed from it.
Turns FindTurns(const WriteOutage& outage, const std::vector<ControlEvent>& events) {
  Turns turns;
  for (const ControlEvent& event : events) {
    if (event.at < outage.begin || event.at > outage.end) continue;
    if (event.kind == Kind::kFenced && turns.elected == nullptr) turns.fenced = &event;
    if (event.tp != outage.tp) continue;
    if (event.kind == Kind::kElected) {
      turns.elected = &event;
      turns.leads = turns.learned = nullptr;
    } else if (event.kind == Kind::kIsrChanged && event.size > event.previous) {
      turns.isr_grew = &event;
    } else if (turns.elected != nullptr && event.epoch >= turns.elected->epoch) {
      if (event.kind == Kind::kBecameLeader && turns.leads == nullptr) turns.leads = &event;
      if (event.kind == Kind::kLeaderLearned && event.client == outage.client && turns.learned == nullptr)
        turns.learned = &event;
    }
  }
  return turns;
}

// Cuts an outage into consecutive parts; a turn that does not lie ahead makes none.
class Cutter {
 public:
  explicit Cutter(const WriteOutage& outage) : at_(outage.begin) {}

  void Cut(std::string name, sim::SimTime until, std::string what) {
    if (until < at_) return;
    parts_.push_back({std::move(name), until - at_, std::move(what)});
    at_ = until;
  }
  std::vector<OutagePart> Take() { return std::move(parts_); }

 private:
  sim::SimTime at_;
  std::vector<OutagePart> parts_;
};

}  // namespace

std::vector<OutagePart> PartsOf(const WriteOutage& outage, const ControlHistory& history, const RunNames& names) {
  if (!outage.ended) return {};
  const Turns turns = FindTurns(outage, history.events());
  const std::string partition = names.Partition(outage.tp);
  Cutter cutter(outage);
  if (turns.elected != nullptr) {
    if (turns.fenced != nullptr) cutter.Cut("detection", turns.fenced->at, names.Node(turns.fenced->node) + " fenced");
    const ControlEvent& led = turns.leads != nullptr ? *turns.leads : *turns.elected;
    cutter.Cut("election", led.at, names.Node(led.node) + " leads " + partition);
    if (turns.learned != nullptr) {
      cutter.Cut("client metadata", turns.learned->at,
                 names.Client(outage.client) + " learned of " + names.Node(turns.learned->node));
    }
  } else if (turns.isr_grew != nullptr) {
    cutter.Cut("waiting for replicas", turns.isr_grew->at,
               std::to_string(turns.isr_grew->size) + " of " + std::to_string(turns.isr_grew->replicas) +
                   " replicas in sync");
  }
  cutter.Cut("first acknowledgement", outage.end, "acknowledged to " + names.Client(outage.client));
  return cutter.Take();
}

}  // namespace ktrial::scenarios
