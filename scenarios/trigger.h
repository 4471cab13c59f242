// When a fault begins that has no fixed time: after another fault, or when something has come about in the cluster.
//
//   { after: { begin: first-kill, by: 5s }, kill: broker 2 }
//   { when: first AlterPartition from broker 1 after 5m, drop: { requests: [AlterPartition], nth: 1 } }
//   { when: isr of orders/0 has 1, power_loss: leader of orders/0 }
#ifndef KTRIAL_SCENARIOS_TRIGGER_H_
#define KTRIAL_SCENARIOS_TRIGGER_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "scenarios/selector.h"
#include "scenarios/source.h"
#include "sim/time.h"

namespace ktrial::scenarios {

// So much later than another fault has begun, or healed.
struct AfterFault {
  enum class Moment : uint8_t { kBegin, kHeal };
  Located<std::string> fault;  // Its id.
  Moment moment = Moment::kHeal;
  sim::Duration by;
};

// The n-th such request is about to be read by its receiver. A fault that begins then strikes this very request.
struct RequestArrives {
  int64_t nth = 1;
  std::string request;  // Kafka's name.
  SelectorList from;    // Empty: anyone. Resolved when the wait begins, as `to` is.
  SelectorList to;
};

// Both selectors match the same, and something: leader of orders/0 is broker 2.
struct SelectorsAgree {
  Selector what;
  Selector is;
};

// The selector matches so many: isr of orders/0 has 1.
struct SelectorCounts {
  Selector what;
  int64_t least = 0;
  int64_t most = 0;
};

// All that the selector matches, and it matches something, are so: broker 2 is fenced.
struct NodesAre {
  enum class State : uint8_t { kFenced, kUnfenced, kDown, kUp };
  Selector what;
  State state = State::kFenced;
};

struct Condition {
  std::variant<RequestArrives, SelectorsAgree, SelectorCounts, NodesAre> what;
  sim::Duration after;  // It is looked at from then on, since the start of the run.
  SourcePosition position;
};

// Reads the text of a `when:`. Returns false and fills `error` if it is none; `condition` is then unspecified. Random
// selectors are refused: they would differ each time.
bool ParseCondition(std::string_view text, Condition* condition, SelectorError* error);

// All selectors of a condition.
std::vector<Selector*> SelectorsOf(Condition& condition);

}  // namespace ktrial::scenarios

#endif  // KTRIAL_SCENARIOS_TRIGGER_H_
