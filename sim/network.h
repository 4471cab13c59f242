// How long what is sent takes from one host to another, and whether it gets there: the topology's routes, the queues on
// their links, and what faults add to a path.
//
//   Network network(seed);
//   HostId a = network.AddHost(rack, LinkOptions{...});
//   Transit transit = network.Send(a, b, bytes, now, departs_at);
#ifndef KTRIAL_SIM_NETWORK_H_
#define KTRIAL_SIM_NETWORK_H_

#include <cstdint>
#include <vector>

#include "sim/ids.h"
#include "sim/latency.h"
#include "sim/random.h"
#include "sim/routes.h"
#include "sim/time.h"
#include "sim/topology.h"

namespace ktrial::sim {

// What faults do to one directed path between hosts.
struct PathCondition {
  bool cut = false;
  // Each adds a draw.
  std::vector<LatencyTable> delays = {};
  // Each may lose a segment.
  std::vector<Ratio> losses = {};
  // 0: unlimited.
  int64_t bytes_per_second = 0;
  // When the path has carried all that it has taken on, under bytes_per_second.
  SimTime free = {};
};

struct Transit {
  // When the last byte is there, if it is not lost.
  SimTime arrives_at;
  bool lost = false;
};

class Network {
 public:
  explicit Network(uint64_t seed) : seed_(seed) {}

  Topology& topology() { return topology_; }
  const Topology& topology() const { return topology_; }

  // Hosts are numbered from 0. None as `rack`: all such hosts share one rack of their own.
  void AddHost(NodeId rack, const LinkOptions& access);
  NodeId port(HostId host) const { return ports_[static_cast<size_t>(host.value())]; }
  // Lets go of what a host that lost power had still to send and to receive.
  void ClearQueues(HostId host, SimTime now);

  // `bytes` leave `from` at `departs_at` (>= now). Takes up room on every link of the way.
  Transit Send(HostId from, HostId to, int64_t bytes, SimTime now, SimTime departs_at);
  // Draws whether a segment that will be sent again is lost then. Whether there is a way, Passes tells when it is due.
  bool DrawLoss(HostId from, HostId to);
  // Whether anything can get from one to the other at present.
  bool Passes(HostId from, HostId to);

  // Faults: all conditions are taken away and laid on anew whenever the set of faults changes. What throttled paths
  // still have to carry is kept.
  void ClearConditions();
  PathCondition& Condition(HostId from, HostId to);
  // True when no path has a condition.
  bool undisturbed() const { return condition_of_.empty(); }

 private:
  static constexpr int32_t kNoCondition = -1;

  size_t PairIndex(HostId from, HostId to) const {
    return static_cast<size_t>(from.value()) * ports_.size() + static_cast<size_t>(to.value());
  }
  PathCondition* FindCondition(HostId from, HostId to);
  // When a link that is busy until `free` has begun to carry work that is ready at `ready`.
  static SimTime Queue(SimTime& free, SimTime now, SimTime ready, Duration work);
  SimTime& LinkFree(LinkId link);
  bool LostOn(const Route& route, const PathCondition* condition, RandomStream& stream);

  uint64_t seed_;
  Topology topology_;
  Routes routes_;
  NodeId common_rack_;
  std::vector<NodeId> ports_;
  // By sending host.
  std::vector<RandomStream> latency_streams_;
  std::vector<RandomStream> loss_streams_;
  // By link: when it has carried all that it has taken on. Grows as links are used.
  std::vector<SimTime> link_free_;
  // By pair of hosts, an index into conditions_; empty while nothing is disturbed.
  std::vector<int32_t> condition_of_;
  std::vector<PathCondition> conditions_;
  // Of the throttled paths before the last ClearConditions.
  struct ThrottleQueue {
    size_t pair;
    SimTime free;
  };
  std::vector<ThrottleQueue> throttle_queues_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_NETWORK_H_
