// What a checker says when a property does not hold.
#ifndef KTRIAL_PROPERTIES_VIOLATION_H_
#define KTRIAL_PROPERTIES_VIOLATION_H_

#include <string>
#include <vector>

#include "sim/time.h"

namespace ktrial::properties {

struct Violation {
  // The property's id, such as "S6".
  std::string property;
  sim::SimTime at;
  // One sentence that names what, where and when.
  std::string summary;
  // The life of the thing concerned, one event a line, in order of time.
  std::vector<std::string> evidence;
  // Why the configuration allows it, such as "unclean leader election"; empty if nothing does.
  std::string licence;

  bool allowed() const { return !licence.empty(); }
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_VIOLATION_H_
