// The readers of the actions that a fault can be, and what they share. Internal to scenarios/; use parse.h.
#ifndef KTRIAL_SCENARIOS_PARSE_FAULT_H_
#define KTRIAL_SCENARIOS_PARSE_FAULT_H_

#include <string_view>

#include "scenarios/fault.h"
#include "scenarios/parse_parts.h"
#include "scenarios/schema_reader.h"

namespace ktrial::scenarios {

// Reads the key of a mapping that takes selectors; reports it if it is missing.
SelectorList ReadTarget(const SchemaReader& reader, MappingReader& map, std::string_view key);

// Reads when the fault begins.
void ReadBeginning(const SchemaReader& reader, MappingReader& map, Fault* fault);

// Each reads the value of the key it is named for. What does not fit is reported and left out.
Fault::Action ReadCut(const SchemaReader& reader, YamlId id);
Fault::Action ReadPartition(const SchemaReader& reader, YamlId id);
Fault::Action ReadLoss(const SchemaReader& reader, YamlId id);
Fault::Action ReadThrottle(const SchemaReader& reader, YamlId id);
Fault::Action ReadSlowDisk(const SchemaReader& reader, YamlId id);
Fault::Action ReadDiskError(const SchemaReader& reader, YamlId id);
Fault::Action ReadBitRot(const SchemaReader& reader, YamlId id);
Fault::Action ReadDiskFull(const SchemaReader& reader, YamlId id);
Fault::Action ReadLyingDisk(const SchemaReader& reader, YamlId id);
Fault::Action ReadWipeDisk(const SchemaReader& reader, YamlId id);
Fault::Action ReadDelay(const SchemaReader& reader, YamlId id);
Fault::Action ReadDrop(const SchemaReader& reader, YamlId id);
Fault::Action ReadHold(const SchemaReader& reader, YamlId id);
Fault::Action ReadReset(const SchemaReader& reader, YamlId id);
Fault::Action ReadKillOn(const SchemaReader& reader, YamlId id);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_PARSE_FAULT_H_
