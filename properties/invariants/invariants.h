// The makers of all checkers, one a property; each property is stated in its own file in this folder. catalogue.cc
// lists them for users.
//
//   std::unique_ptr<Checker> checker = MakeLeaderUniqueness();
#ifndef KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_
#define KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_

#include <memory>

#include "properties/checker.h"

namespace ktrial::properties {

// Replication.
std::unique_ptr<Checker> MakeLeaderUniqueness();
std::unique_ptr<Checker> MakeWatermarkBounds();
std::unique_ptr<Checker> MakeIsrShape();

// The metadata quorum.
std::unique_ptr<Checker> MakeElectionSafety();

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_INVARIANTS_H_
