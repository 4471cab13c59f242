#include "cluster/defects.h"

#include <array>
#include <string>

#include "absl/strings/match.h"

namespace ktrial::cluster {
namespace {

constexpr std::array<DefectInfo, kDefectCount> kDefects = {{
    {Defect::kTruncateToHighWatermark, "DR01", "truncate-to-high-watermark",
     "a follower truncates to its own high watermark, which lags one fetch behind, instead of to the end of its last "
     "leader "
     "epoch: a record that was acknowledged is cut and, if this follower is elected at once, gone",
     "I2 S6 S8 S14 S17", "KIP-101 scenario 1, KAFKA-1211"},
    {Defect::kNoHighWatermarkAfterIsrChange, "DR30", "no-high-watermark-after-isr-change",
     "a leader does not compute its high watermark anew when the controller has confirmed a smaller ISR: what waited "
     "for "
     "the follower that left is acknowledged only when something else moves",
     "L2 L5", "KAFKA-13091"},
    {Defect::kIsrChangeClearedInFlight, "DR31", "isr-change-cleared-in-flight",
     "new leadership clears the ISR change that is on its way, so that another may be queued; the answer to the first "
     "then takes the second out of the queue, and its partition waits for ever",
     "L4 L7", "KAFKA-12686"},
    {Defect::kAlterPartitionRetryWithoutIsr, "DR33", "alter-partition-retry-without-isr",
     "an AlterPartition request that is sent a second time carries an empty ISR, for its builder has moved the fields "
     "out: the controller refuses it for good, or takes it",
     "L4 L7 S12", "KAFKA-15353"},
    {Defect::kNoIsrEligibility, "DR34", "no-isr-eligibility",
     "a follower that is fenced or shutting down is added to the ISR again, by a leader that has not heard of it",
     "L1 S13", "KIP-841, KAFKA-13916"},
    {Defect::kNoIsrBrokerEpochCheck, "DR35", "no-isr-broker-epoch-check",
     "the controller adds a follower to the ISR though it has restarted since it caught up, and may have lost its log",
     "S5 S6 S8", "KIP-903, KAFKA-14617"},
    {Defect::kIsrEpochOfLaterFetch, "DR36", "isr-epoch-of-later-fetch",
     "a leader finds a follower caught up by one fetch and asks to add it with the broker epoch of a later one, which "
     "another thread took meanwhile: a follower that lost its log in between joins",
     "S5 S6 S8", "KAFKA-15221"},
    {Defect::kHighWatermarkBelowMinIsr, "DR38", "high-watermark-below-min-isr",
     "the high watermark rises while fewer than min.insync.replicas are in sync", "S11", "KAFKA-15583"},
    {Defect::kFenceAllAtOnce, "DR40", "fence-all-at-once",
     "brokers whose sessions have run out together are fenced in one event; each change of an ISR is made from the "
     "state "
     "before the others, and the last one wins",
     "L1 S12 S13", "KAFKA-13173"},
    {Defect::kHighWatermarkWaitsForIneligible, "DR41", "high-watermark-waits-for-ineligible",
     "the high watermark waits for a follower that is caught up and may not join the ISR, since it is shutting down, "
     "until it has lagged for replica.lag.time.max.ms",
     "L2", "KAFKA-15021"},
    {Defect::kShutdownOffsetBumped, "DR43", "shutdown-offset-bumped",
     "each heartbeat of a broker in controlled shutdown raises the metadata offset that the others must reach before "
     "it "
     "may end: on a busy cluster it never does",
     "L4 L9", "KAFKA-14292"},
    {Defect::kTombstoneHorizonByTimestamp, "DR72", "tombstone-horizon-by-timestamp",
     "a cleaner counts delete.retention.ms from a tombstone's timestamp instead of from its first cleaning: a "
     "tombstone "
     "that is old when the cleaner comes goes at once, and a reader or replica that lags never hears of the deletion",
     "S24", "KAFKA-4529"},
    {Defect::kNewIncarnationStaysInIsr, "DR79", "new-incarnation-stays-in-isr",
     "a broker that restarts after its session ran out and registers before it was fenced stays in its ISRs, whatever "
     "it has lost",
     "S5 S6 S8 S13", "KAFKA-18106"},
}};

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

std::span<const DefectInfo> AllDefects() { return kDefects; }

const DefectInfo& InfoOf(Defect defect) { return kDefects[static_cast<size_t>(defect)]; }

std::optional<Defect> FindDefect(std::string_view id_or_name) {
  for (const DefectInfo& info : kDefects) {
    if (absl::EqualsIgnoreCase(View(id_or_name), View(info.id)) ||
        absl::EqualsIgnoreCase(View(id_or_name), View(info.name))) {
      return info.defect;
    }
  }
  return std::nullopt;
}

}  // namespace ktrial::cluster
