// How long what is sent takes from one host to another, and whether it gets there.
#ifndef KTRIAL_SIM_NETWORK_H_
#define KTRIAL_SIM_NETWORK_H_

#include <cstdint>

#include "sim/host.h"
#include "sim/latency.h"
#include "sim/time.h"

namespace ktrial::sim {

struct NetworkOptions {
  // One way between two processes of one host.
  Duration loopback_latency = Microseconds(15);
  // One way between two hosts whose place in the topology was not told.
  LatencyTable default_latency = LatencyTable::FromP50P99(Microseconds(150), Microseconds(600));
};

class Network {
 public:
  explicit Network(const NetworkOptions& options) : options_(options) {}

  // When the last of `bytes` that leave `from` at `departs_at` (>= now) is at `to`, if nothing is lost. Takes up room
  // on both network interfaces.
  SimTime Arrival(Host& from, Host& to, bool same_host, int64_t bytes, SimTime now, SimTime departs_at);

 private:
  NetworkOptions options_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_NETWORK_H_
