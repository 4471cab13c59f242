// What a scenario's faults can be, for people: the key, what it does and how it is healed, and an example.
#ifndef KTRIAL_SCENARIOS_FAULT_CATALOGUE_H_
#define KTRIAL_SCENARIOS_FAULT_CATALOGUE_H_

#include <string_view>
#include <vector>

namespace ktrial::scenarios {

struct FaultEntry {
  std::string_view key;
  std::string_view summary;
  // An entry under `faults:` of a cluster of three brokers with topic orders.
  std::string_view example;
};

// In the order in which the parser names them.
const std::vector<FaultEntry>& FaultCatalogue();

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_FAULT_CATALOGUE_H_
