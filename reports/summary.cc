#include "reports/summary.h"

#include "nlohmann/json.hpp"
#include "scenarios/run_text.h"

namespace ktrial::reports {

using scenarios::Verdict;

int64_t Spread::median() const {
  int64_t below = 0;
  for (const auto& [value, count] : counts_) {
    below += count;
    if (2 * below >= total_) return value;
  }
  return 0;
}

void Summary::Add(const FinishedRun& run) {
  const scenarios::RunResult& result = run.result;
  if (result.verdict == Verdict::kPass) ++passed_;
  if (result.verdict == Verdict::kUnknown) ++unknown_;
  if (result.verdict == Verdict::kFail) {
    ++failed_;
    if (first_failing_.size() < kMaxFirstFailing) first_failing_.push_back(result.seed);
  }
  expectations_.resize(result.expectations.size());
  for (size_t i = 0; i < result.expectations.size(); ++i) {
    expectations_[i].first = result.expectations[i].text;
    if (result.expectations[i].verdict == Verdict::kFail) ++expectations_[i].second;
  }
  for (const scenarios::OutageResult& outage : result.outages) {
    if (!outage.exercised || outage.through_election) continue;
    const std::string kind = outage.kind == scenarios::OutageKind::kWrite ? "write" : "read";
    millis_[kind + " outage of " + outage.topic].Add(outage.length.millis());
  }
  counts_["acked"].Add(result.counts.acked);
  counts_["duplicates"].Add(result.counts.duplicates);
  counts_["elections"].Add(result.counts.elections);
  counts_["lost"].Add(result.counts.lost);
  counts_["truncated"].Add(result.counts.truncated);
}

std::string Summary::Text() const {
  std::string text = std::to_string(failed_) + " of " + scenarios::CountText(runs(), "run") + " failed";
  if (unknown_ > 0) text += ", " + std::to_string(unknown_) + " unknown";
  text += "\n";
  if (!first_failing_.empty()) {
    text += "  first failing seeds:";
    for (const uint64_t seed : first_failing_) text += " " + std::to_string(seed);
    text += "\n";
  }
  for (const auto& [expectation, failures] : expectations_) {
    if (failures > 0) text += "  failed in " + scenarios::CountText(failures, "run") + ": " + expectation + "\n";
  }
  const auto line = [&](const std::string& name, const std::string& min, const std::string& median,
                        const std::string& max) {
    text += "  " + name + ": least " + min + ", median " + median + ", most " + max + "\n";
  };
  for (const auto& [name, spread] : millis_) {
    const auto seconds = [](int64_t millis) { return scenarios::SecondsText(sim::Milliseconds(millis)); };
    line(name, seconds(spread.min()), seconds(spread.median()), seconds(spread.max()));
  }
  for (const auto& [name, spread] : counts_) {
    line(name, std::to_string(spread.min()), std::to_string(spread.median()), std::to_string(spread.max()));
  }
  return text;
}

nlohmann::ordered_json Summary::Json() const {
  nlohmann::ordered_json json = {{"runs", runs()}, {"passed", passed_}, {"failed", failed_}, {"unknown", unknown_}};
  json["first_failing_seeds"] = first_failing_;
  json["expectations"] = nlohmann::ordered_json::array();
  for (const auto& [expectation, failures] : expectations_) {
    json["expectations"].push_back({{"text", expectation}, {"failed", failures}});
  }
  json["measures"] = nlohmann::ordered_json::object();
  const auto add = [&](const std::string& name, const Spread& spread) {
    json["measures"][name] = {{"min", spread.min()}, {"median", spread.median()}, {"max", spread.max()}};
  };
  for (const auto& [name, spread] : millis_) add(name + " (ms)", spread);
  for (const auto& [name, spread] : counts_) add(name, spread);
  return json;
}

}  // namespace ktrial::reports
