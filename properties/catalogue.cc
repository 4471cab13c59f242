// The table of all properties.
#include "absl/strings/match.h"
#include "properties/checker_set.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {

const std::vector<PropertyInfo>& AllProperties() {
  static const auto* const properties = new std::vector<PropertyInfo>{
      {"S1", "leader-uniqueness", "At most one broker leads a partition in a leader epoch.", &MakeLeaderUniqueness},
      {"S9", "watermark-bounds", "On every replica, log start <= high watermark <= log end.", &MakeWatermarkBounds},
      {"S12", "isr-shape", "The in-sync replicas are a non-empty subset of the replicas and hold the leader.",
       &MakeIsrShape},
      {"S28", "election-safety", "The metadata quorum has one leader an epoch, and voters vote once an epoch.",
       &MakeElectionSafety},
  };
  return *properties;
}

const PropertyInfo* FindProperty(std::string_view id_or_name) {
  const absl::string_view wanted(id_or_name.data(), id_or_name.size());
  for (const PropertyInfo& property : AllProperties()) {
    for (std::string_view known : {property.id, property.name}) {
      if (absl::EqualsIgnoreCase(absl::string_view(known.data(), known.size()), wanted)) return &property;
    }
  }
  return nullptr;
}

}  // namespace ktrial::properties
