// Kafka's ExponentialBackoff: initial * 2^attempts, at most `max`, with 20 % jitter.
#ifndef KTRIAL_CLUSTER_CLIENT_EXPONENTIAL_BACKOFF_H_
#define KTRIAL_CLUSTER_CLIENT_EXPONENTIAL_BACKOFF_H_

#include <algorithm>
#include <cstdint>

#include "sim/random.h"
#include "sim/time.h"

namespace ktrial::cluster {

struct ExponentialBackoff {
  sim::Duration initial;
  sim::Duration max;

  // Of any backoff: Kafka takes zero and would spin; in the simulation no time would pass.
  static constexpr sim::Duration kLeast = sim::Milliseconds(1);

  // `attempts` >= 0 failures so far beyond the first. The jitter keeps the result within 80 % and 120 % of the term,
  // and never above `max` where Kafka's does not.
  sim::Duration Draw(int attempts, sim::RandomStream& stream) const {
    int64_t term = initial.nanos();
    for (int i = 0; i < attempts && term < max.nanos(); ++i) term *= 2;
    term = std::min(term, max.nanos());
    if (initial >= max) return std::max(sim::Duration(term), kLeast);
    const int64_t jitter = term / 5;
    return std::max(sim::Duration(std::min(term + stream.Between(-jitter, jitter), max.nanos())), kLeast);
  }
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_EXPONENTIAL_BACKOFF_H_
