#include "reports/result_json.h"

#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "nlohmann/json.hpp"
#include "sim/check.h"

namespace ktrial::reports {
namespace {

using Json = nlohmann::ordered_json;
using scenarios::Verdict;
using sim::Duration;

constexpr int64_t kNanosPerMilli = 1'000'000;

Json Millis(Duration duration) {
  if (duration.nanos() % kNanosPerMilli == 0) return duration.millis();
  return static_cast<double>(duration.nanos()) / static_cast<double>(kNanosPerMilli);
}

Duration FromMillis(const Json& json) {
  if (json.is_number_integer()) return sim::Milliseconds(json.get<int64_t>());
  // Whole milliseconds apart from the rest, so that no digit is lost by multiplying: exact below 2^33 ms, some 99 days.
  const double millis = json.get<double>();
  const double whole = std::floor(millis);
  return sim::Milliseconds(static_cast<int64_t>(whole)) +
         Duration(std::llround((millis - whole) * static_cast<double>(kNanosPerMilli)));
}

Verdict FromVerdictName(std::string_view name) {
  for (const Verdict verdict : {Verdict::kPass, Verdict::kFail, Verdict::kUnknown}) {
    if (scenarios::VerdictName(verdict) == name) return verdict;
  }
  KT_UNREACHABLE();
}

uint64_t FromHashText(const std::string& text) {
  uint64_t hash = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), hash, 16);
  KT_CHECK(error == std::errc() && end == text.data() + text.size());
  return hash;
}

Json ViolationsToJson(const std::vector<scenarios::ViolationResult>& violations) {
  Json list = Json::array();
  for (const scenarios::ViolationResult& v : violations) {
    Json item = {{"property", v.property}, {"at_ms", Millis(v.at)}, {"summary", v.summary}, {"evidence", v.evidence}};
    if (!v.licence.empty()) item["licence"] = v.licence;
    list.push_back(std::move(item));
  }
  return list;
}

std::vector<scenarios::ViolationResult> ViolationsFromJson(const Json& json) {
  std::vector<scenarios::ViolationResult> list;
  for (const Json& item : json) {
    list.push_back({.property = item.at("property").get<std::string>(),
                    .at = FromMillis(item.at("at_ms")),
                    .summary = item.at("summary").get<std::string>(),
                    .evidence = item.at("evidence").get<std::vector<std::string>>(),
                    .licence = item.value("licence", "")});
  }
  return list;
}

// Both ways by one list, so that they cannot differ.
template <typename Counts, typename Visitor>
void VisitCounts(Counts& counts, Visitor visit) {
  visit("sent", counts.sent);
  visit("acked", counts.acked);
  visit("refused", counts.refused);
  visit("unknown", counts.unknown);
  visit("outstanding", counts.outstanding);
  visit("consumed", counts.consumed);
  visit("redelivered", counts.redelivered);
  visit("lost", counts.lost);
  visit("duplicates", counts.duplicates);
  visit("elections", counts.elections);
  visit("rebalances", counts.rebalances);
  visit("truncated", counts.truncated);
}

Json OutageToJson(const scenarios::OutageResult& outage) {
  Json json = {{"topic", outage.topic},
               {"kind", outage.kind == scenarios::OutageKind::kWrite ? "write" : "read"},
               {"exercised", outage.exercised}};
  if (!outage.exercised) return json;
  json["partition"] = outage.partition;
  json["begin_ms"] = Millis(outage.begin);
  json["length_ms"] = Millis(outage.length);
  json["ended"] = outage.ended;
  if (outage.through_election) json["through_election"] = true;
  json["parts"] = Json::array();
  for (const scenarios::OutagePart& part : outage.parts) {
    json["parts"].push_back({{"name", part.name}, {"length_ms", Millis(part.length)}, {"until", part.until}});
  }
  return json;
}

scenarios::OutageResult OutageFromJson(const Json& json) {
  scenarios::OutageResult outage;
  outage.topic = json.at("topic").get<std::string>();
  outage.kind = json.at("kind") == "write" ? scenarios::OutageKind::kWrite : scenarios::OutageKind::kRead;
  outage.exercised = json.at("exercised").get<bool>();
  if (!outage.exercised) return outage;
  outage.partition = json.at("partition").get<int32_t>();
  outage.begin = FromMillis(json.at("begin_ms"));
  outage.length = FromMillis(json.at("length_ms"));
  outage.ended = json.at("ended").get<bool>();
  outage.through_election = json.value("through_election", false);
  for (const Json& part : json.at("parts")) {
    outage.parts.push_back({.name = part.at("name").get<std::string>(),
                            .length = FromMillis(part.at("length_ms")),
                            .until = part.at("until").get<std::string>()});
  }
  return outage;
}

Json FaultToJson(const scenarios::FaultResult& fault) {
  return {{"what", fault.what},
          {"resolved", fault.resolved},
          {"begun_ms", Millis(fault.begun)},
          {"healed_ms", fault.healed ? Millis(*fault.healed) : Json(nullptr)},
          {"hit", fault.hit},
          {"miss", fault.miss},
          {"struck", fault.struck ? Json(*fault.struck) : Json(nullptr)}};
}

scenarios::FaultResult FaultFromJson(const Json& json) {
  scenarios::FaultResult fault;
  fault.what = json.at("what").get<std::string>();
  fault.resolved = json.at("resolved").get<std::string>();
  fault.begun = FromMillis(json.at("begun_ms"));
  if (!json.at("healed_ms").is_null()) fault.healed = FromMillis(json.at("healed_ms"));
  fault.hit = json.at("hit").get<bool>();
  fault.miss = json.at("miss").get<std::string>();
  if (!json.at("struck").is_null()) fault.struck = json.at("struck").get<int64_t>();
  return fault;
}

}  // namespace

std::string HashText(uint64_t hash) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (size_t i = 0; i < 16; ++i) text[15 - i] = kDigits[(hash >> (4 * i)) & 0xf];
  return text;
}

Json ToJson(const FinishedRun& run) {
  const scenarios::RunResult& result = run.result;
  Json json;
  json["seed"] = result.seed;
  json["design"] = nullptr;
  json["verdict"] = scenarios::VerdictName(result.verdict);
  if (!result.not_started.empty()) json["not_started"] = result.not_started;
  json["trace_hash"] = HashText(result.trace_hash);
  json["virtual_ms"] = Millis(result.virtual_time);
  json["start_up_ms"] = Millis(result.start_up);
  json["events"] = result.events;
  json["wall_ms"] = Millis(sim::Microseconds(run.wall_micros));
  json["expectations"] = Json::array();
  for (const scenarios::ExpectationResult& e : result.expectations) {
    json["expectations"].push_back({{"text", e.text},
                                    {"verdict", scenarios::VerdictName(e.verdict)},
                                    {"measured", e.measured},
                                    {"bound", e.bound}});
  }
  json["violations"] = ViolationsToJson(result.violations);
  json["allowed"] = ViolationsToJson(result.allowed);
  json["counts"] = Json::object();
  VisitCounts(result.counts, [&](const char* name, int64_t count) { json["counts"][name] = count; });
  json["outages"] = Json::array();
  for (const scenarios::OutageResult& outage : result.outages) json["outages"].push_back(OutageToJson(outage));
  json["faults"] = Json::array();
  for (const scenarios::FaultResult& fault : result.faults) json["faults"].push_back(FaultToJson(fault));
  json["story"] = Json::array();
  for (const scenarios::StoryLine& line : result.story) {
    json["story"].push_back({{"at_ms", Millis(line.at)}, {"text", line.text}});
  }
  return json;
}

FinishedRun FromJson(const Json& json) {
  FinishedRun run;
  scenarios::RunResult& result = run.result;
  result.seed = json.at("seed").get<uint64_t>();
  result.verdict = FromVerdictName(json.at("verdict").get<std::string>());
  result.not_started = json.value("not_started", "");
  result.trace_hash = FromHashText(json.at("trace_hash").get<std::string>());
  result.virtual_time = FromMillis(json.at("virtual_ms"));
  result.start_up = FromMillis(json.at("start_up_ms"));
  result.events = json.at("events").get<uint64_t>();
  run.wall_micros = FromMillis(json.at("wall_ms")).micros();
  for (const Json& e : json.at("expectations")) {
    result.expectations.push_back({.text = e.at("text").get<std::string>(),
                                   .verdict = FromVerdictName(e.at("verdict").get<std::string>()),
                                   .measured = e.at("measured").get<std::string>(),
                                   .bound = e.at("bound").get<std::string>()});
  }
  result.violations = ViolationsFromJson(json.at("violations"));
  result.allowed = ViolationsFromJson(json.at("allowed"));
  VisitCounts(result.counts, [&](const char* name, int64_t& count) { count = json.at("counts").at(name); });
  for (const Json& outage : json.at("outages")) result.outages.push_back(OutageFromJson(outage));
  for (const Json& fault : json.at("faults")) result.faults.push_back(FaultFromJson(fault));
  for (const Json& line : json.at("story")) {
    result.story.push_back({.at = FromMillis(line.at("at_ms")), .text = line.at("text").get<std::string>()});
  }
  return run;
}

}  // namespace ktrial::reports
