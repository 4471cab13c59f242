// The ways from host to host through a Topology: the least latency as wired, then the fewest links, then the lowest
// link ids. Dijkstra runs over the switches only, once for each rack that sends and each version of the topology, never
// for a message; between two hosts a way is their racks' way and their own two links.
//
//   Routes routes;
//   if (std::optional<Route> route = routes.Find(topology, from, to)) {
//     for (LinkId link : route->links) ...
//   }                                         // else: unreachable
//
// A Routes belongs to one Topology, its copy to that one's copy. Copies share what was computed. Finding costs some
// tens of nanoseconds; after a change between switches the first Find from each rack costs O(links log switches).
#ifndef KTRIAL_SIM_ROUTES_H_
#define KTRIAL_SIM_ROUTES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "sim/ids.h"
#include "sim/ref.h"
#include "sim/time.h"
#include "sim/topology.h"

namespace ktrial::sim {

// Between processes of one host: through the kernel, over no link.
inline constexpr Duration kLoopbackLatency = Microseconds(10);

struct Route {
  // In the order of travel; empty within one host. Ten are enough for rack, two tiers and site at both ends.
  absl::InlinedVector<LinkId, 10> links;
  // The sum of the links' metrics, or kLoopbackLatency within one host: no segment is faster, faults aside.
  Duration min_latency;
};

class Routes {
 public:
  // The way between two host ports, or none while links that are down leave no way.
  std::optional<Route> Find(const Topology& topology, NodeId from_host, NodeId to_host);
  // The same without the links.
  bool Reachable(const Topology& topology, NodeId from_host, NodeId to_host);

 private:
  // The ways from one switch to all.
  struct Table : RefCounted {
    // The way to switch i is links[begin[i] .. begin[i + 1]).
    std::vector<LinkId> links;
    std::vector<uint32_t> begin;
    // By switch; -1 when there is no way.
    std::vector<int64_t> latency_nanos;
  };

  static Ref<const Table> Compute(const Topology& topology, int32_t source_switch);
  const Table& TableFrom(const Topology& topology, int32_t source_switch);

  uint64_t version_ = 0;
  // By source switch; none until it is asked for.
  std::vector<Ref<const Table>> tables_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_ROUTES_H_
