#include "sim/message_filter.h"

#include <algorithm>

namespace ktrial::sim {
namespace {

template <typename T>
bool AnyOrAmong(const std::vector<T>& list, T value) {
  return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

}  // namespace

bool ActiveMessageFilter::Select(ProcessId from, ProcessId to, uint16_t kind) {
  if (!AnyOrAmong(filter_.from, from) || !AnyOrAmong(filter_.to, to) || !AnyOrAmong(filter_.kinds, kind)) return false;
  ++matches_;
  return filter_.nth == 0 || filter_.nth == matches_;
}

bool ActiveMessageFilter::TakeAnswer(ConnectionId end, uint64_t tag) {
  const auto found =
      std::find_if(answers_.begin(), answers_.end(), [&](const Answer& a) { return a.end == end && a.tag == tag; });
  if (found == answers_.end()) return false;
  answers_.erase(found);
  return true;
}

}  // namespace ktrial::sim
