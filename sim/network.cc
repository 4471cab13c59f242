#include "sim/network.h"

#include <algorithm>

namespace ktrial::sim {
namespace {

Duration SerialisationTime(int64_t bytes, int64_t bytes_per_second) {
  return Duration(bytes * 1'000'000'000 / bytes_per_second);
}

// When an interface that is busy until `free` has carried work that is ready at `ready`. Work for later adds to what
// the interface has to do but does not reserve the time until then: what is ready earlier may go first.
SimTime Carry(SimTime& free, SimTime now, SimTime ready, Duration work) {
  const SimTime done = std::max(free, ready) + work;
  free = std::max(free, now) + work;
  return done;
}

}  // namespace

SimTime Network::Arrival(Host& from, Host& to, bool same_host, int64_t bytes, SimTime now, SimTime departs_at) {
  if (same_host) return departs_at + options_.loopback_latency;
  const Duration sending = SerialisationTime(bytes, from.options.nic_bytes_per_second);
  const Duration receiving = SerialisationTime(bytes, to.options.nic_bytes_per_second);
  const SimTime sent = Carry(from.transmit_free, now, departs_at, sending);
  const SimTime first_bit_there =
      sent - std::min(sending, receiving) + options_.default_latency.Draw(from.latency_stream);
  return Carry(to.receive_free, now, first_bit_there, receiving);
}

}  // namespace ktrial::sim
