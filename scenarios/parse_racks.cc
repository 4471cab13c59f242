// Where machines stand, and how far racks are apart.
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "scenarios/parse_parts.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

constexpr Range kNodesOfRack = {0, kMostBrokers};

// One word of a selector.
bool IsRackName(std::string_view name) {
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
         std::string_view::npos;
}

void ReadRack(const SchemaReader& reader, const YamlEntry& entry, Cluster* cluster) {
  if (!IsRackName(entry.key.value)) {
    reader.sink().Error(Code::kBadValue, entry.key.position,
                        Cat({"'", Printable(entry.key.value), "' is not a rack name"}),
                        "ktrial takes letters, digits, '.', '_' and '-'");
    return;
  }
  Rack rack;
  rack.name = entry.key;
  MappingReader map(&reader, entry.value, Cat({"rack '", entry.key.value, "'"}));
  if (const auto brokers = map.Integer("brokers", kNodesOfRack)) rack.brokers = *brokers;
  if (const auto controllers = map.Integer("controllers", kNodesOfRack)) rack.controllers = *controllers;
  map.Finish();
  cluster->racks.push_back(std::move(rack));
}

// How many brokers, or controllers, there are is the sum of the racks'.
void AddUp(const SchemaReader& reader, std::string_view what, Located<int32_t> Rack::*count, Range range,
           SourcePosition position, const std::vector<Rack>& racks, Located<int32_t>* total) {
  int64_t sum = 0;
  for (const Rack& rack : racks) sum += (rack.*count).value;
  if (sum == 0) {
    reader.sink().Error(Code::kMissingKey, position, Cat({"no rack has a ", what}),
                        Cat({"for example: racks: { az1: { ", what, "s: 1 } }"}));
  } else if (sum > range.max) {
    reader.sink().Error(Code::kOutOfRange, position, Cat({std::to_string(sum), " ", what, "s are too many"}),
                        Cat({"ktrial takes at most ", std::to_string(range.max)}));
  } else {
    *total = {static_cast<int32_t>(sum), position};
  }
}

// `latency: 1ms`, or `latency: { p50: 900us, p99: 3ms }`.
std::optional<LatencySpread> ReadLatency(const SchemaReader& reader, YamlId id) {
  LatencySpread latency;
  if (reader.node(id).kind != YamlNode::Kind::kMapping) {
    const auto fixed = reader.DurationOf(id, "latency");
    if (!fixed) return std::nullopt;
    latency = {fixed->value, fixed->value};
  } else {
    MappingReader map(&reader, id, "latency");
    map.Require("p50", "the median, for example: p50: 900us");
    map.Require("p99", "what 99 of 100 do not exceed, for example: p99: 3ms");
    const auto p50 = map.DurationOf("p50");
    const auto p99 = map.DurationOf("p99");
    map.Finish();
    if (!p50 || !p99) return std::nullopt;
    latency = {p50->value, p99->value};
  }
  constexpr sim::Duration kLongest = sim::Seconds(60);
  if (latency.p50 > sim::Duration() && latency.p50 <= latency.p99 && latency.p99 <= kLongest) return latency;
  reader.sink().Error(Code::kOutOfRange, reader.node(id).position, "this latency is out of range",
                      "it is above zero, at most 60s, and its p50 is at most its p99");
  return std::nullopt;
}

WayOptions ReadWay(const SchemaReader& reader, YamlId id, std::string_view what) {
  WayOptions way;
  MappingReader map(&reader, id, what);
  if (const auto latency = map.Get("latency")) way.latency = ReadLatency(reader, *latency);
  if (const auto bandwidth = map.BandwidthOf("bandwidth")) way.bytes_per_second = bandwidth->value;
  map.Finish();
  return way;
}

}  // namespace

void ReadRacks(const SchemaReader& reader, YamlId id, Range brokers, Range controllers, Cluster* cluster) {
  if (!reader.Expect(id, YamlNode::Kind::kMapping, "racks")) return;
  constexpr size_t kMostRacks = 100;
  const std::vector<YamlEntry>& entries = reader.node(id).entries;
  const SourcePosition position = reader.node(id).position;
  if (entries.size() > kMostRacks) {
    reader.sink().Error(Code::kTooLarge, position, Cat({"more than ", std::to_string(kMostRacks), " racks"}));
    return;
  }
  for (const YamlEntry& entry : entries) ReadRack(reader, entry, cluster);
  AddUp(reader, "broker", &Rack::brokers, brokers, position, cluster->racks, &cluster->brokers);
  AddUp(reader, "controller", &Rack::controllers, controllers, position, cluster->racks, &cluster->controllers);
}

std::vector<Located<std::string>> ReadClientRacks(const SchemaReader& reader, MappingReader& map) {
  std::vector<Located<std::string>> racks;
  const auto id = map.Get("rack");
  if (!id) return racks;
  const auto add = [&](YamlId item) {
    if (const auto name = reader.Text(item, "rack")) racks.push_back(*name);
  };
  if (reader.node(*id).kind != YamlNode::Kind::kSequence) {
    add(*id);
  } else {
    for (const YamlId item : reader.node(*id).items) add(item);
  }
  return racks;
}

void ReadNetwork(const SchemaReader& reader, YamlId id, Scenario* scenario) {
  MappingReader map(&reader, id, "network");
  if (const auto within = map.Get("within_rack")) {
    scenario->network.within_rack = ReadWay(reader, *within, "within_rack");
  }
  if (const YamlEntry* between = map.Entry("between_racks")) {
    scenario->network.between_racks = ReadWay(reader, between->value, "between_racks");
    if (scenario->cluster.racks.empty()) {
      reader.sink().Error(Code::kMissingKey, between->key.position, "the cluster has no racks",
                          "for example: cluster: { racks: { az1: { brokers: 1, controllers: 1 }, az2: ... } }");
    }
  }
  map.Finish();
}

}  // namespace ktrial::scenarios
