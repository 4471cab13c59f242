// Takes a write outage apart into what Kafka did in it:
//
//   detection              until the controller has committed that the old leader is fenced
//                          (broker.session.timeout.ms after its last heartbeat)
//   election               until the new leader has begun to lead
//   client metadata        until the producer has learned of it
//   first acknowledgement  until a record of the partition was acknowledged
//
// The parts add up to the outage. What did not happen in it has no part: a planned stop has no detection. Where no
// leader was elected at all, the replicas that were in sync decided, and the parts are
//
//   waiting for replicas   until enough replicas were in sync again
//   first acknowledgement
#ifndef KTRIAL_SCENARIOS_OUTAGE_PARTS_H_
#define KTRIAL_SCENARIOS_OUTAGE_PARTS_H_

#include <vector>

#include "scenarios/control_history.h"
#include "scenarios/measure_write.h"
#include "scenarios/run_names.h"
#include "scenarios/run_result.h"

namespace ktrial::scenarios {

// Empty for an outage that has not ended.
std::vector<OutagePart> PartsOf(const WriteOutage& outage, const ControlHistory& history, const RunNames& names);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_OUTAGE_PARTS_H_
