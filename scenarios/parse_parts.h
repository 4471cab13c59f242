// The parts of the parser, one for each part of a scenario. Internal to scenarios/; use parse.h.
#ifndef KTRIAL_SCENARIOS_PARSE_PARTS_H_
#define KTRIAL_SCENARIOS_PARSE_PARTS_H_

#include <string>
#include <vector>

#include "scenarios/scenario.h"
#include "scenarios/schema_reader.h"

namespace ktrial::scenarios {

// Each reads one value of the top-level mapping into the scenario. What does not fit is reported and left out.
void ReadCluster(const SchemaReader& reader, YamlId id, Scenario* scenario);
// `cluster: racks:`. The ranges are of all brokers and all controllers.
void ReadRacks(const SchemaReader& reader, YamlId id, Range brokers, Range controllers, Cluster* cluster);
// `rack:` of a workload: one, or a list that its members take in turn.
std::vector<Located<std::string>> ReadClientRacks(const SchemaReader& reader, MappingReader& map);
void ReadNetwork(const SchemaReader& reader, YamlId id, Scenario* scenario);  // After the cluster.
void ReadTopics(const SchemaReader& reader, YamlId id,
                Scenario* scenario);  // After the cluster, whose defaults it uses.
void ReadWorkload(const SchemaReader& reader, YamlId id, Scenario* scenario);
void ReadAdmin(const SchemaReader& reader, YamlId id, Scenario* scenario);
void ReadFaults(const SchemaReader& reader, YamlId id, Scenario* scenario);
void ReadExpectations(const SchemaReader& reader, YamlId id, Scenario* scenario);

// Reads a selector or a list of them.
SelectorList ReadSelectors(const SchemaReader& reader, YamlId id, std::string_view what);

// What no single value shows: names that must exist, numbers that must agree, designs that do not work. Settles the
// members of client selectors. Parts that could not be read are empty or 0, and draw no second error.
struct KnownParts {
  bool topics = true;   // Whether the scenario's topics could be read, so that a name not among them is wrong.
  bool clients = true;  // The same of its workload.
};
void ValidateReferences(KnownParts known, DiagnosticSink& sink, Scenario* scenario);
void ValidateFaults(const Scenario& scenario, DiagnosticSink& sink);
void ValidateDesign(const Scenario& scenario, DiagnosticSink& sink);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_PARSE_PARTS_H_
