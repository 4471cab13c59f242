#include "scenarios/judge_expectation.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "scenarios/run_text.h"
#include "scenarios/trial.h"
#include "sim/check.h"

namespace ktrial::scenarios {
namespace {

using cluster::TopicPartition;

// Checks one alternative of Expectation::Check each. What was not exercised is unknown, never passed.
class Judge {
 public:
  Judge(const Trial& trial, const Measured& measured) : trial_(trial), measured_(measured) {}

  ExpectationResult operator()(const NoAckedRecordLost&) {
    int64_t acked = 0;
    int64_t lost = 0;
    for (const auto& [topic, account] : measured_.accounts) {
      acked += account.acked;
      lost += account.lost();
    }
    ExpectationResult result{.text = {}, .verdict = Verdict::kPass, .measured = {}, .bound = "0"};
    result.measured = CountText(lost, "record") + " of " + std::to_string(acked) + " acknowledged";
    const int64_t broken = PropertyCounts({"S6", "S8", "S16"}).violated;
    if (acked == 0) return Unknown("no record was acknowledged", "0");
    if (lost > 0) result.verdict = Verdict::kFail;
    if (lost == 0 && broken > 0) {
      result.verdict = Verdict::kFail;
      result.measured += ", but " + CountText(broken, "violation") + " of S6, S8 or S16";
    }
    return result;
  }

  ExpectationResult operator()(const OrderPerPartition&) {
    return FromCounts(PropertyCounts({"I1", "C1"}), "out of order", "no record was committed or read");
  }
  ExpectationResult operator()(const OffsetsDurable& e) {
    properties::CheckerSet::Count count = PropertyCounts({"G6"});
    if (e.group) {
      const auto group = trial_.directory().groups.find(*e.group);
      KT_CHECK(group != trial_.directory().groups.end());
      count = trial_.checkers().CountFor("G6", group->second);
    }
    return FromCounts(count, "lost commits", "no committed offset was read back");
  }

  ExpectationResult operator()(const Unavailable& e) {
    const bool write = e.access == AccessKind::kWrite;
    const OutageResult* outage = measured_.FindOutage(e.topic, write ? OutageKind::kWrite : OutageKind::kRead);
    const std::string bound = FormatBound(e.bound);
    if (outage == nullptr || !outage->exercised) {
      return Unknown(write ? "nothing was written" : "nothing was read", bound);
    }
    return {.text = {},
            .verdict = e.bound.Holds(outage->length) ? Verdict::kPass : Verdict::kFail,
            .measured = SecondsText(outage->length) + (outage->ended ? "" : " and not over"),
            .bound = bound};
  }

  ExpectationResult operator()(const LostRecords& e) {
    const properties::TopicAccount& account = measured_.accounts.at(e.topic);
    if (account.acked == 0) return Unknown("no record was acknowledged", FormatBound(e.bound));
    return Compare(account.lost(), e.bound);
  }
  ExpectationResult operator()(const DuplicateRecords& e) {
    const properties::TopicAccount& account = measured_.accounts.at(e.topic);
    if (account.acked == 0) return Unknown("no record was acknowledged", FormatBound(e.bound));
    return Compare(account.duplicates, e.bound);
  }
  ExpectationResult operator()(const Elections& e) { return Compare(measured_.counts.elections, e.bound); }
  ExpectationResult operator()(const AckedRecords& e) { return Compare(measured_.accounts.at(e.topic).acked, e.bound); }

  ExpectationResult operator()(const EveryPartitionHasLeader&) {
    int64_t all = 0;
    int64_t led = 0;
    for (const Topic& topic : trial_.scenario().topics) {
      CountPartitions(
          topic,
          [](const properties::GhostPartition& p, const properties::Ghost& ghost) {
            return p.leader.valid() && ghost.IsUp(p.leader);
          },
          &all, &led);
    }
    return AllOf(led, all, "partitions");
  }

  ExpectationResult operator()(const IsrFull& e) {
    int64_t all = 0;
    int64_t full = 0;
    CountPartitions(
        *trial_.scenario().FindTopic(e.topic),
        [](const properties::GhostPartition& p, const properties::Ghost&) { return p.isr.size() == p.assigned.size(); },
        &all, &full);
    return AllOf(full, all, "partitions");
  }

  ExpectationResult operator()(const ConsumerLag& e) {
    const std::string bound = FormatBound(e.bound);
    const auto group = trial_.directory().groups.find(e.group);
    if (group == trial_.directory().groups.end()) return Unknown("no such group", bound);
    std::optional<int64_t> lag;
    for (const ConsumerGroup& consumers : trial_.scenario().workload.consumers) {
      if (consumers.group.value != e.group) continue;
      const auto topic = trial_.directory().topics.find(consumers.topic.value);
      if (topic == trial_.directory().topics.end()) continue;
      if (const auto of_topic = LagOf(group->second, topic->second)) lag = lag.value_or(0) + *of_topic;
      break;
    }
    if (!lag) return Unknown("the group read nothing", bound);
    return Compare(*lag, e.bound);
  }

 private:
  static ExpectationResult Unknown(std::string why, std::string bound) {
    return {.text = {}, .verdict = Verdict::kUnknown, .measured = std::move(why), .bound = std::move(bound)};
  }
  static ExpectationResult Compare(int64_t measured, const CountBound& bound) {
    return {.text = {},
            .verdict = bound.Holds(measured) ? Verdict::kPass : Verdict::kFail,
            .measured = std::to_string(measured),
            .bound = FormatBound(bound)};
  }
  static ExpectationResult AllOf(int64_t some, int64_t all, std::string_view what) {
    if (all == 0) return Unknown("there are none", "all");
    return {.text = {},
            .verdict = some == all ? Verdict::kPass : Verdict::kFail,
            .measured = std::to_string(some) + " of " + std::to_string(all) + " " + std::string(what),
            .bound = "all"};
  }

  properties::CheckerSet::Count PropertyCounts(std::initializer_list<std::string_view> ids) const {
    properties::CheckerSet::Count sum;
    for (const properties::CheckerSet::Count& count : trial_.checkers().Counts()) {
      if (std::find(ids.begin(), ids.end(), count.id) == ids.end()) continue;
      sum.exercised += count.exercised;
      sum.violated += count.violated;
      sum.allowed += count.allowed;
    }
    return sum;
  }
  // What the configuration allows counts as well: the scenario forbids it.
  static ExpectationResult FromCounts(const properties::CheckerSet::Count& count, const std::string& what,
                                      std::string never) {
    const int64_t broken = count.violated + count.allowed;
    if (count.exercised == 0 && broken == 0) return Unknown(std::move(never), "0");
    return {.text = {},
            .verdict = broken == 0 ? Verdict::kPass : Verdict::kFail,
            .measured = std::to_string(broken) + " " + what,
            .bound = "0"};
  }

  template <typename Predicate>
  void CountPartitions(const Topic& topic, Predicate holds, int64_t* all, int64_t* some) const {
    const properties::Ghost& ghost = trial_.checkers().ghost();
    const auto id = trial_.directory().topics.find(topic.name.value);
    for (int32_t partition = 0; partition < topic.partitions.value; ++partition) {
      ++*all;
      const auto* found = id == trial_.directory().topics.end() ? nullptr : ghost.Find({id->second, partition});
      if (found != nullptr && holds(*found, ghost)) ++*some;
    }
  }

  // As Kafka's tools show it: high watermarks less positions. Nothing if the group has no position anywhere.
  std::optional<int64_t> LagOf(cluster::GroupIndex group, cluster::TopicId topic) const {
    const properties::Ghost& ghost = trial_.checkers().ghost();
    std::optional<int64_t> lag;
    for (auto it = ghost.partitions().lower_bound(TopicPartition{topic, 0});
         it != ghost.partitions().end() && it->first.topic == topic; ++it) {
      const auto* leader = ghost.FindReplica(it->first, it->second.leader);
      const cluster::Offset position = trial_.reads().PositionOf(group, it->first);
      const cluster::Offset end = leader != nullptr ? leader->high_watermark : it->second.true_high_watermark;
      if (position.valid()) lag = lag.value_or(0);
      // A partition that the group never read counts whole.
      const int64_t behind = std::max<int64_t>(end - std::max(position, cluster::Offset(0)), 0);
      if (lag) {
        *lag += behind;
      } else if (behind > 0) {
        lag = behind;
      }
    }
    return lag;
  }

  const Trial& trial_;
  const Measured& measured_;
};

}  // namespace

const OutageResult* Measured::FindOutage(const std::string& topic, OutageKind kind) const {
  for (const OutageResult& outage : outages) {
    if (outage.topic == topic && outage.kind == kind) return &outage;
  }
  return nullptr;
}

ExpectationResult JudgeExpectation(const Expectation& expectation, const Trial& trial, const Measured& measured) {
  ExpectationResult result = std::visit(Judge(trial, measured), expectation.check);
  result.text = expectation.text;
  return result;
}

}  // namespace ktrial::scenarios
