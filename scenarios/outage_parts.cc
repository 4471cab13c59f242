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
  const ControlEvent* isr_changed = nullptr;
};

// The last election of the outage is the one that ended it, or, without one, the last change of the in-sync replicas;
// the rest is what led up to that and followed from it.
Turns FindTurns(const WriteOutage& outage, const std::vector<ControlEvent>& events) {
  Turns turns;
  for (const ControlEvent& event : events) {
    if (event.at < outage.begin || event.at > outage.end || event.tp != outage.tp) continue;
    if (event.kind == Kind::kElected) {
      turns.elected = &event;
      turns.leads = turns.learned = nullptr;
    } else if (event.kind == Kind::kIsrChanged) {
      turns.isr_changed = &event;
    } else if (turns.elected != nullptr && event.epoch >= turns.elected->epoch) {
      if (event.kind == Kind::kBecameLeader && turns.leads == nullptr) turns.leads = &event;
      if (event.kind == Kind::kLeaderLearned && event.client == outage.client && turns.learned == nullptr)
        turns.learned = &event;
    }
  }
  const ControlEvent* decision = turns.elected != nullptr ? turns.elected : turns.isr_changed;
  for (const ControlEvent& event : events) {
    if (event.kind != Kind::kFenced || event.at < outage.begin || event.at > outage.end) continue;
    // The same batch of records fences a broker and moves what it led.
    if (decision != nullptr && event.at <= decision->at) turns.fenced = &event;
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
  if (turns.fenced != nullptr) cutter.Cut("detection", turns.fenced->at, names.Node(turns.fenced->node) + " fenced");
  if (turns.elected != nullptr) {
    const ControlEvent& led = turns.leads != nullptr ? *turns.leads : *turns.elected;
    cutter.Cut(std::string(kElectionPart), led.at, names.Node(led.node) + " leads " + partition);
    if (turns.learned != nullptr) {
      cutter.Cut("client metadata", turns.learned->at,
                 names.Client(outage.client) + " learned of " + names.Node(turns.learned->node));
    }
  }
  // A new leader, too, may have to wait for replicas, if it has fewer than min.insync.replicas.
  const bool grew = turns.isr_changed != nullptr && turns.isr_changed->size > turns.isr_changed->previous;
  if (turns.isr_changed != nullptr && (turns.elected == nullptr || grew)) {
    cutter.Cut("in-sync replicas", turns.isr_changed->at,
               std::to_string(turns.isr_changed->size) + " of " + std::to_string(turns.isr_changed->replicas) +
                   " in sync: " + partition);
  }
  cutter.Cut("first acknowledgement", outage.end, "acknowledged to " + names.Client(outage.client));
  return cutter.Take();
}

}  // namespace ktrial::scenarios
