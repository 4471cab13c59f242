// Identifiers of the things in a World. All are dense from 0 in the order of creation, so they index vectors.
#ifndef KTRIAL_SIM_IDS_H_
#define KTRIAL_SIM_IDS_H_

#include <cstdint>

#include "sim/strong_id.h"

namespace ktrial::sim {

// A machine: it has a clock, a power domain, disks and a network interface. Processes run on it.
using HostId = StrongId<struct HostIdTag, int32_t>;
// A program on a host, through all its restarts.
using ProcessId = StrongId<struct ProcessIdTag, int32_t>;
// Counts the starts of one process; events of an earlier incarnation are dropped when they are due.
using Incarnation = StrongId<struct IncarnationTag, int32_t>;
// A disk of a host.
using DiskId = StrongId<struct DiskIdTag, int32_t>;
// A file on one disk; never reused on that disk.
using FileId = StrongId<struct FileIdTag, int32_t>;
// A place in the topology: a host's port, a switch, a rack or a site.
using NodeId = StrongId<struct NodeIdTag, int32_t>;
// One direction of a link between two places.
using LinkId = StrongId<struct LinkIdTag, int32_t>;
// Machines that lose power together.
using PowerDomainId = StrongId<struct PowerDomainIdTag, int32_t>;
// One end of a connection between two processes; never reused in a run. The two ends have ids that differ in the lowest
// bit. Not dense.
using ConnectionId = StrongId<struct ConnectionIdTag, int64_t>;
// A fault that was begun and may be healed.
using FaultId = StrongId<struct FaultIdTag, int32_t>;

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_IDS_H_
