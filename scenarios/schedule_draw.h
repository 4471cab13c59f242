// Draws for random schedules, from a stream of a purpose of its own, so that a further kind of draw changes nothing of
// what others come to.
//
//   ScheduleDraw draw(seed, "schedule.admin");
//   if (draw.OneIn(4)) text += draw.Pick({"1s", "5s"});
#ifndef KTRIAL_SCENARIOS_SCHEDULE_DRAW_H_
#define KTRIAL_SCENARIOS_SCHEDULE_DRAW_H_

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "sim/random.h"

namespace ktrial::scenarios {

class ScheduleDraw {
 public:
  ScheduleDraw(uint64_t seed, std::string_view purpose) : stream_(sim::RandomStream::Derive(seed, purpose, 0, 0)) {}

  int64_t Below(int64_t bound) { return static_cast<int64_t>(stream_.Below(static_cast<uint64_t>(bound))); }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  std::string Pick(std::initializer_list<std::string_view> choices) {
    return std::string(*(choices.begin() + Below(static_cast<int64_t>(choices.size()))));
  }

 private:
  sim::RandomStream stream_;
};

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_SCHEDULE_DRAW_H_
