// Faults that single out messages: by who sends, who receives, the kind, and how many came before. With them a test
// puts a request, or just its answer, in the way of a fault.
//
//   MessageFilter filter{.to = {broker}, .kinds = {kProduceRequest}, .nth = 3,
//                        .point = FilterPoint::kAfterProcessing, .action = FilterAction::kDrop};
//   FaultId fault = world.Begin(filter);    // the third produce request is handled, and its answer never comes
#ifndef KTRIAL_SIM_MESSAGE_FILTER_H_
#define KTRIAL_SIM_MESSAGE_FILTER_H_

#include <cstdint>
#include <vector>

#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::sim {

// Where the action strikes.
enum class FilterPoint : uint8_t {
  // The message itself, when its receiver would read it.
  kBeforeProcessing,
  // The receiver handles the message. kDrop, kDelay and kHold strike its answer: the next message with the same tag the
  // other way on the connection, when that would be read. kReset and kKill strike when the handler returns; what it
  // sent before doing any work is then on its way already in case of kKill, and lost in case of kReset.
  kAfterProcessing,
};

enum class FilterAction : uint8_t {
  // The message never arrives and the connection goes on: what a faulty proxy does, or a receiver that loses a request
  // it has read. No network does it to TCP.
  kDrop,
  // It, and what is behind it, comes later by `delay`.
  kDelay,
  // It, and what is behind it, waits until the fault is healed.
  kHold,
  // Both ends of the connection hear kReset now; what is on its way is lost.
  kReset,
  // Kills the process that receives the message.
  kKill,
  // Nothing. The message is read right after, in an event of its own: whoever drives the world hears of it before, and
  // may begin a filter that strikes this very message.
  kWatch,
};

struct MessageFilter {
  // Empty: any.
  std::vector<ProcessId> from = {};
  std::vector<ProcessId> to = {};
  std::vector<uint16_t> kinds = {};
  // Acts on the n-th match only, counted from 1 since the fault began; 0: on every match.
  int64_t nth = 0;
  FilterPoint point = FilterPoint::kBeforeProcessing;
  FilterAction action = FilterAction::kDrop;
  Duration delay = {};
};

// A filter at work.
class ActiveMessageFilter {
 public:
  ActiveMessageFilter(FaultId fault, MessageFilter filter) : fault_(fault), filter_(std::move(filter)) {}

  FaultId fault() const { return fault_; }
  const MessageFilter& filter() const { return filter_; }

  // Counts the message if it matches; true if the filter is to act on it.
  bool Select(ProcessId from, ProcessId to, uint16_t kind);
  // The action is to strike the message with this tag that comes to `end`.
  void ExpectAnswer(ConnectionId end, uint64_t tag) { answers_.push_back({end, tag}); }
  // True, once, for such a message.
  bool TakeAnswer(ConnectionId end, uint64_t tag);

 private:
  struct Answer {
    ConnectionId end;
    uint64_t tag;
  };

  FaultId fault_;
  MessageFilter filter_;
  int64_t matches_ = 0;
  std::vector<Answer> answers_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_MESSAGE_FILTER_H_
