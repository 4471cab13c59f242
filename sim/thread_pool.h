// The threads of one pool of one process, such as a broker's num.io.threads request handlers: each is busy until some
// time, and what finds all of them busy waits in order of arrival. Without it a slow broker could not be told from a
// fast one.
//
//   if (std::optional<int> thread = pool.FreeThread(now)) pool.Occupy(*thread, now + cost);
//   else pool.Wait(std::move(delivery));
#ifndef KTRIAL_SIM_THREAD_POOL_H_
#define KTRIAL_SIM_THREAD_POOL_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "sim/delivery.h"
#include "sim/ring.h"
#include "sim/time.h"

namespace ktrial::sim {

class ThreadPoolState {
 public:
  // `threads` > 0, all free.
  explicit ThreadPoolState(int threads);

  // A thread that is free at `now`, unless something already waits for one. O(threads).
  std::optional<int> FreeThreadForArrival(SimTime now) const;
  // A thread that is free at `now`.
  std::optional<int> FreeThread(SimTime now) const;
  // When the first thread comes free.
  SimTime NextFree() const;
  void Occupy(int thread, SimTime until);

  void Wait(Delivery delivery) { waiting_.push_back(std::move(delivery)); }
  Delivery TakeWaiting() { return waiting_.pop_front(); }
  bool has_waiting() const { return !waiting_.empty(); }
  size_t waiting_count() const { return waiting_.size(); }
  // Forgets a waiting timer; false if it is not here.
  bool CancelWaitingTimer(EventHandle handle);

  // An event will come when a thread is free; the World keeps at most one pending.
  bool wake_pending = false;

 private:
  std::vector<SimTime> busy_until_;
  Ring<Delivery> waiting_;
};

// Turns the timer `handle` among `waiting` into nothing; false if it is not there. O(size).
bool CancelTimerIn(Ring<Delivery>& waiting, EventHandle handle);

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_THREAD_POOL_H_
