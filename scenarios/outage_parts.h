// Takes a write outage apart into what Kafka did in it:
//
//   detection              until the controller has committed that the old leader is fenced
//                          (broker.session.timeout.ms after its last heartbeat)
//   election               until the new leader has begun to lead
//   client metadata        until the producer has learned of it
//   first acknowledgement  until a record of the partition was acknowledged
//
// The parts add up to the outage. What did not happen in it has no part: a planned stop has no detection. Where the
// leader stayed, or the new one had too few replicas in sync, acknowledgements with acks=all waited for them, and there
// is, before the last part,
//
//   in-sync replicas       until the controller has committed the in-sync replicas with which it could go on: a dead
//   one
//                          less, or enough that are back
#ifndef KTRIAL_SCENARIOS_OUTAGE_PARTS_H_
#define KTRIAL_SCENARIOS_OUTAGE_PARTS_H_

#include <string_view>
#include <vector>

#include "scenarios/control_history.h"
#include "scenarios/measure_write.h"
#include "scenarios/run_names.h"
#include "scenarios/run_result.h"

namespace ktrial::scenarios {

// The part that only an outage in which the leader changed has.
inline constexpr std::string_view kElectionPart = "election";

// Empty for an outage that has not ended.
std::vector<OutagePart> PartsOf(const WriteOutage& outage, const ControlHistory& history, const RunNames& names);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_OUTAGE_PARTS_H_
