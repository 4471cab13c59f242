// Faults of disks.
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/parse_fault.h"
#include "scenarios/text.h"

namespace ktrial::scenarios {
namespace {

LogDirName ReadDir(const SchemaReader& reader, MappingReader& map) {
  const auto text = map.Text("dir");
  if (!text) return std::nullopt;
  if (text->value.empty()) {
    reader.sink().Error(Code::kBadValue, text->position, "dir is empty",
                        "one of the directories in log.dirs, for example: dir: /disk2");
    return std::nullopt;
  }
  return Located<std::string>{text->value, text->position};
}

// A selector, or a mapping of `target` and `dir`.
template <typename T>
Fault::Action ReadDiskTargets(const SchemaReader& reader, YamlId id, std::string_view what) {
  T fault;
  if (reader.node(id).kind != YamlNode::Kind::kMapping) {
    fault.targets = ReadSelectors(reader, id, "target");
    return fault;
  }
  MappingReader map(&reader, id, what);
  fault.targets = ReadTarget(reader, map, "target");
  fault.dir = ReadDir(reader, map);
  map.Finish();
  return fault;
}

void ReadFailing(const SchemaReader& reader, YamlId id, DiskErrorFault* fault) {
  const auto text = reader.Text(id, "fail");
  if (!text) return;
  if (text->value == "reads") {
    fault->reads = true;
  } else if (text->value == "writes") {
    fault->writes = true;
  } else if (text->value == "flushes") {
    fault->flushes = true;
  } else {
    reader.sink().Error(Code::kBadValue, text->position,
                        Cat({"fail must be reads, writes or flushes, not ", Quoted(text->value)}));
  }
}

}  // namespace

Fault::Action ReadDiskFull(const SchemaReader& reader, YamlId id) {
  return ReadDiskTargets<DiskFullFault>(reader, id, "disk_full");
}

Fault::Action ReadLyingDisk(const SchemaReader& reader, YamlId id) {
  return ReadDiskTargets<LyingDiskFault>(reader, id, "lying_disk");
}

Fault::Action ReadWipeDisk(const SchemaReader& reader, YamlId id) {
  return ReadDiskTargets<WipeDiskFault>(reader, id, "wipe_disk");
}

Fault::Action ReadSlowDisk(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "slow_disk");
  SlowDiskFault fault;
  fault.targets = ReadTarget(reader, map, "target");
  fault.dir = ReadDir(reader, map);
  // Each is looked up, whatever came of the one before: what is never looked up counts as unknown.
  const bool append = map.Has("append");
  const bool flush = map.Has("flush");
  const bool read = map.Has("read");
  const bool given = append || flush || read;
  if (map.ok() && !given) {
    reader.sink().Error(Code::kMissingKey, map.position(), "slow_disk needs 'append', 'flush' or 'read'",
                        "how many times as long, for example: append: x50");
  }
  if (const auto factor = map.FactorOf("append")) fault.append = factor->value;
  if (const auto factor = map.FactorOf("flush")) fault.flush = factor->value;
  if (const auto factor = map.FactorOf("read")) fault.read = factor->value;
  map.Finish();
  return fault;
}

Fault::Action ReadDiskError(const SchemaReader& reader, YamlId id) {
  MappingReader map(&reader, id, "disk_error");
  DiskErrorFault fault;
  fault.targets = ReadTarget(reader, map, "target");
  fault.dir = ReadDir(reader, map);
  if (const auto fail = map.Require("fail", "what fails: reads, writes or flushes, or a list of these")) {
    const YamlNode& node = reader.node(*fail);
    if (node.kind != YamlNode::Kind::kSequence) {
      ReadFailing(reader, *fail, &fault);
    } else {
      if (node.items.empty()) reader.sink().Error(Code::kBadValue, node.position, "fail is an empty list");
      for (const YamlId item : node.items) ReadFailing(reader, item, &fault);
    }
  }
  map.Finish();
  return fault;
}

Fault::Action ReadBitRot(const SchemaReader& reader, YamlId id) {
  BitRotFault fault;
  if (reader.node(id).kind != YamlNode::Kind::kMapping) {
    fault.targets = ReadSelectors(reader, id, "bit_rot");
    return fault;
  }
  MappingReader map(&reader, id, "bit_rot");
  fault.targets = ReadTarget(reader, map, "target");
  fault.dir = ReadDir(reader, map);
  if (const auto text = map.Text("partition")) {
    PartitionName name;
    name.position = text->position;
    if (ParsePartitionName(text->value, &name.topic, &name.partition)) {
      fault.partition = std::move(name);
    } else {
      reader.sink().Error(Code::kBadValue, text->position,
                          Cat({"partition must be topic/number, not ", Quoted(text->value)}), "for example: orders/0");
    }
  }
  map.Finish();
  return fault;
}

}  // namespace ktrial::scenarios
