// Applies --set arguments to a YAML tree before the schema reads it, so that an overridden value is checked as if it
// had stood in the file, and diagnostics point into the argument.
//
//   --set topics/orders/config/min.insync.replicas=1
#ifndef KTRIAL_SCENARIOS_OVERRIDE_H_
#define KTRIAL_SCENARIOS_OVERRIDE_H_

#include <cstdint>

#include "scenarios/diagnostic.h"
#include "scenarios/source.h"
#include "scenarios/yaml_document.h"

namespace ktrial::scenarios {

// `source` is the argument's text. Nodes on the path are copied before they change, so that an alias elsewhere keeps
// its value. False, with an error in the sink, if the argument has no '=', or its path leads through a value that has
// no parts.
bool ApplyOverride(const SourceSet& sources, int32_t source, DiagnosticSink& sink, YamlDocument* document);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_OVERRIDE_H_
