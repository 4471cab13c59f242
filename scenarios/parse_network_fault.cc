// Faults of the network between nodes and clients.
#include <string>
#include <string_view>

#include "scenarios/parse_fault.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {

Fault::Action ReadCut(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "cut");
  CutFault fault;
  fault.from = ReadTarget(reader, map, "from");
  fault.to = ReadTarget(reader, map, "to");
  if (const auto text = map.Text("direction")) {
    if (text->value == "to") {
      fault.direction = CutFault::Direction::kTo;
    } else if (text->value == "from") {
      fault.direction = CutFault::Direction::kFrom;
    } else if (text->value != "both") {
      reader.sink().Error(Code::kBadValue, text->position,
                          Cat({"direction must be to, from or both, not '", Printable(text->value), "'"}));
    }
  }
  map.Finish();
  return fault;
}

Fault::Action ReadPartition(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "partition");
  PartitionFault fault;
  const auto groups = map.Get("groups");
  const auto halves = map.Get("halves");
  map.Finish();
  if (groups && halves) {
    reader.sink().Error(Code::kFaultKind, reader.node(*halves).position, "a partition has either groups or halves");
  } else if (halves) {
    fault.halves = ReadSelectors(reader, *halves, "halves");
  } else if (groups && reader.Expect(*groups, YamlNode::Kind::kSequence, "groups")) {
    if (reader.node(*groups).items.size() < 2) {
      reader.sink().Error(Code::kBadValue, reader.node(*groups).position, "a partition needs two groups or more",
                          "for example: groups: [[broker 1, broker 2], [broker 3]]");
    }
    for (const YamlId group : reader.node(*groups).items) fault.groups.push_back(ReadSelectors(reader, group, "group"));
  } else if (map.ok() && !groups) {
    reader.sink().Error(Code::kMissingKey, map.position(), "partition needs 'groups' or 'halves'",
                        "for example: groups: [[broker 1, broker 2], [broker 3]], or halves: all brokers");
  }
  return fault;
}

Fault::Action ReadLoss(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "loss");
  LossFault fault;
  fault.from = ReadTarget(reader, map, "from");
  fault.to = ReadTarget(reader, map, "to");
  map.Require("part", "how much is lost, for example: part: 5%");
  if (const auto part = map.PartOf("part")) fault.loss = part->value;
  map.Finish();
  return fault;
}

Fault::Action ReadThrottle(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "throttle");
  ThrottleFault fault;
  fault.from = ReadTarget(reader, map, "from");
  fault.to = ReadTarget(reader, map, "to");
  map.Require("bandwidth", "what still passes, for example: bandwidth: 1MB/s");
  if (const auto bandwidth = map.BandwidthOf("bandwidth")) fault.bytes_per_second = bandwidth->value;
  map.Finish();
  return fault;
}

}  // namespace ktrial::scenarios
