#include "sim/thread_pool.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::sim {

ThreadPoolState::ThreadPoolState(int threads) : busy_until_(static_cast<size_t>(threads)) { KT_CHECK(threads > 0); }

std::optional<int> ThreadPoolState::FreeThreadForArrival(SimTime now) const {
  if (has_waiting()) return std::nullopt;
  return FreeThread(now);
}

std::optional<int> ThreadPoolState::FreeThread(SimTime now) const {
  for (size_t i = 0; i < busy_until_.size(); ++i) {
    if (busy_until_[i] <= now) return static_cast<int>(i);
  }
  return std::nullopt;
}

SimTime ThreadPoolState::NextFree() const { return *std::min_element(busy_until_.begin(), busy_until_.end()); }

void ThreadPoolState::Occupy(int thread, SimTime until) { busy_until_[static_cast<size_t>(thread)] = until; }

bool ThreadPoolState::CancelWaitingTimer(EventHandle handle) { return CancelTimerIn(waiting_, handle); }

bool CancelTimerIn(Ring<Delivery>& waiting, EventHandle handle) {
  for (size_t i = 0; i < waiting.size(); ++i) {
    const auto* timer = std::get_if<TimerDelivery>(&waiting[i]);
    if (timer == nullptr || !(timer->handle == handle)) continue;
    waiting[i] = std::monostate();
    return true;
  }
  return false;
}

}  // namespace ktrial::sim
