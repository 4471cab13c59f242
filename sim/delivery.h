// What is handed to a process: one handler call, as data, so that it can wait.
#ifndef KTRIAL_SIM_DELIVERY_H_
#define KTRIAL_SIM_DELIVERY_H_

#include <variant>

#include "sim/event_queue.h"
#include "sim/ids.h"
#include "sim/message.h"
#include "sim/process.h"

namespace ktrial::sim {

struct StartDelivery {};
struct StopDelivery {};
struct TimerDelivery {
  Timer timer;
  // Lets a timer be cancelled while it waits for a thread.
  EventHandle handle;
};
struct MessageDelivery {
  // The receiver's end.
  ConnectionId connection;
  Message message;
  // The message filter that acts once it is handled, if any.
  FaultId after = {};
};
struct ConnectionDelivery {
  ConnectionId connection;
  ProcessId peer;
  ConnectionEvent event = ConnectionEvent::kAccepted;
};

// monostate: a timer that was cancelled while it waited. The index enters the trace hash.
using Delivery = std::variant<std::monostate, StartDelivery, StopDelivery, TimerDelivery, MessageDelivery,
                              ConnectionDelivery, DiskDone>;

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DELIVERY_H_
