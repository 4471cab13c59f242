#include "cluster/replication_protocol.h"

#include <algorithm>

#include "cluster/defects.h"

namespace ktrial::cluster {
namespace {

ReplicationProtocolTraits TraitsOf(ReplicationProtocol protocol) {
  using enum ReplicationProtocolTraits::SameLeader;
  using enum ReplicationProtocol;
  return {.truncates_on_fetch = protocol == kTruncationOnFetch,
          .asks_for_epoch_end = protocol >= kKip101 && protocol <= kKip320,
          .epoch_end_has_epoch = protocol >= kKip279,
          .notes_epoch_on_election = protocol >= kKip320,
          .sends_current_epoch = protocol >= kKip320,
          .truncates_for_same_leader = protocol >= kKip320   ? kAlways
                                       : protocol >= kKip279 ? kMissedEpochs
                                                             : kNever};
}

// The last generation that had the flaw, where the flaw is one of a generation as a whole.
ReplicationProtocol NewestWith(const DefectSet& defects) {
  constexpr struct {
    Defect defect;
    ReplicationProtocol generation;
  } kOfAGeneration[] = {
      {Defect::kTruncateToHighWatermark, ReplicationProtocol::kHighWatermark},
      {Defect::kDivergenceBelowHighWatermark, ReplicationProtocol::kHighWatermark},
      {Defect::kOutOfRangeMismatch, ReplicationProtocol::kHighWatermark},
      {Defect::kEpochEndWithoutEpoch, ReplicationProtocol::kKip101},
      {Defect::kSameLeaderNotTruncated, ReplicationProtocol::kKip279},
      {Defect::kUnfencedFetch, ReplicationProtocol::kKip279},
  };
  auto newest = ReplicationProtocol::kTruncationOnFetch;
  for (const auto& [defect, generation] : kOfAGeneration) {
    if (defects.Has(defect)) newest = std::min(newest, generation);
  }
  return newest;
}

}  // namespace

ReplicationProtocolTraits ReplicationTraits(ReplicationProtocol configured, const DefectSet& defects) {
  if (defects.empty()) return TraitsOf(configured);
  ReplicationProtocolTraits traits = TraitsOf(std::min(configured, NewestWith(defects)));
  if (defects.Has(Defect::kNoEpochOnElection)) traits.notes_epoch_on_election = false;
  if (defects.Has(Defect::kSameLeaderNotTruncated)) {
    traits.truncates_for_same_leader = ReplicationProtocolTraits::SameLeader::kNever;
  }
  if (defects.Has(Defect::kLastFetchedEpochOnly)) traits.sends_current_epoch = false;
  return traits;
}

}  // namespace ktrial::cluster
