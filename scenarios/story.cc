#include "scenarios/story.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

#include "scenarios/control_history.h"
#include "scenarios/run_text.h"
#include "scenarios/trial.h"

namespace ktrial::scenarios {
namespace {

using Kind = ControlEventKind;

// Events of one moment that one line tells have equal keys: the same thing happened to partitions of one topic.
auto KeyOf(const ControlEvent& event) {
  // What concerns a node or a group is told one by one; so are the partitions that different nodes cut.
  const bool by_partition = event.tp.topic.valid() && event.kind != Kind::kTruncated;
  return std::tuple(event.kind, event.tp.topic, event.size < event.previous,
                    by_partition ? cluster::BrokerId() : event.node, event.group);
}

std::string Why(cluster::PartitionChangeReason reason) {
  if (reason == cluster::PartitionChangeReason::kLastKnownLeader) return " (last known leader)";
  return reason == cluster::PartitionChangeReason::kUncleanElection ? " (unclean)" : "";
}

class Teller {
 public:
  explicit Teller(const Trial& trial) : trial_(trial), names_(trial.names()) {}

  void TellFaults(const std::vector<FaultResult>& faults) {
    for (const FaultResult& fault : faults) {
      Say(fault.begun, fault.what + ": " + fault.resolved + Outcome(fault));
      if (fault.healed && fault.hit) Say(*fault.healed, "over: " + fault.what + ": " + fault.resolved);
    }
  }

  void TellOutages(const std::vector<OutageResult>& outages) {
    for (const OutageResult& outage : outages) {
      // Shorter ones are the rhythm of batches and fetches.
      if (!outage.exercised || outage.length < sim::Seconds(1)) continue;
      const std::string what = outage.topic + "/" + std::to_string(outage.partition) +
                               (outage.kind == OutageKind::kWrite ? " could not be written" : " could not be read");
      if (outage.ended) {
        Say(outage.begin + outage.length, "first " + std::string(outage.kind == OutageKind::kWrite ? "write" : "read") +
                                              " of " + outage.topic + "/" + std::to_string(outage.partition) +
                                              " after " + SecondsText(outage.length));
      } else {
        Say(outage.begin, what + " from here on");
      }
    }
  }

  void TellControlEvents(std::vector<ControlEvent> events) {
    std::stable_sort(events.begin(), events.end(), [](const ControlEvent& a, const ControlEvent& b) {
      return a.at != b.at ? a.at < b.at : KeyOf(a) < KeyOf(b);
    });
    for (size_t i = 0; i < events.size();) {
      size_t end = i + 1;
      int64_t size = events[i].size;
      while (end < events.size() && events[end].at == events[i].at && KeyOf(events[end]) == KeyOf(events[i])) {
        size += events[end++].size;
      }
      const sim::Duration at = trial_.ToScenarioTime(events[i].at);
      if (at >= sim::Duration()) Tell(at, events[i], static_cast<int64_t>(end - i), size);
      i = end;
    }
  }

  std::vector<StoryLine> Take() {
    std::stable_sort(lines_.begin(), lines_.end(), [](const StoryLine& a, const StoryLine& b) { return a.at < b.at; });
    if (lines_.size() > kMaxStoryLines) {
      const size_t left_out = lines_.size() - kMaxStoryLines + 1;
      lines_.resize(kMaxStoryLines - 1);
      lines_.push_back({lines_.back().at, CountText(static_cast<int64_t>(left_out), "event") + " more"});
    }
    return std::move(lines_);
  }

 private:
  static std::string Outcome(const FaultResult& fault) {
    if (!fault.hit) return fault.miss.empty() ? ", where nothing is left to hit" : ", but " + fault.miss;
    return fault.struck ? "; it struck " + CountText(*fault.struck, "message") : "";
  }

  void Say(sim::Duration at, std::string text) { lines_.push_back({at, std::move(text)}); }

  // "orders/0" for one partition, "4 partitions of orders" for several.
  std::string Of(const ControlEvent& event, int64_t count) const {
    if (count == 1) return names_.Partition(event.tp);
    return CountText(count, "partition") + " of " + names_.Topic(event.tp.topic);
  }

  void Tell(sim::Duration at, const ControlEvent& event, int64_t count, int64_t size) {
    const std::string node = names_.Node(event.node);
    switch (event.kind) {
      case Kind::kFenced:
        return Say(at, node + " fenced");
      case Kind::kUnfenced:
        return Say(at, node + " unfenced");
      case Kind::kElected:
        if (event.reason == cluster::PartitionChangeReason::kCreated) return;
        return Say(at, "new " + std::string(count == 1 ? "leader" : "leaders") + " elected for " + Of(event, count) +
                           (count == 1 ? ": " + node : "") + Why(event.reason));
      case Kind::kOffline:
        return Say(at, Of(event, count) + " offline: no leader");
      case Kind::kIsrChanged:
        return Say(at, "in-sync replicas of " + Of(event, count) + (event.size < event.previous ? " shrink" : " grow") +
                           (count == 1 ? " to " + std::to_string(event.size) : ""));
      case Kind::kControllerActive:
        return Say(at, node + " is the active controller");
      case Kind::kControllerResigned:
        return Say(at, node + " resigned as controller");
      case Kind::kGroupRebalances:
        return Say(at, "group " + names_.Group(event.group) + " rebalances");
      case Kind::kGroupStable:
        return Say(at, "group " + names_.Group(event.group) + " is stable with " + CountText(event.size, "member"));
      case Kind::kTruncated:
        return Say(at, node + " truncated " + CountText(size, "record") + " of " + Of(event, count));
      case Kind::kBecameLeader:
      case Kind::kLeaderLearned:
        return;
    }
  }

  const Trial& trial_;
  const RunNames& names_;
  std::vector<StoryLine> lines_;
};

}  // namespace

std::vector<StoryLine> TellStory(const Trial& trial, const RunResult& result) {
  Teller teller(trial);
  teller.TellFaults(result.faults);
  teller.TellControlEvents(trial.history().events());
  teller.TellOutages(result.outages);
  return teller.Take();
}

}  // namespace ktrial::scenarios
