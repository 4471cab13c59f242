// Context is a process's only door outward, valid during one handler call.
#ifndef KTRIAL_SIM_CONTEXT_H_
#define KTRIAL_SIM_CONTEXT_H_

#include <cstdint>
#include <string_view>

#include "sim/disk.h"
#include "sim/event_queue.h"
#include "sim/fact.h"
#include "sim/ids.h"
#include "sim/message.h"
#include "sim/process.h"
#include "sim/random.h"
#include "sim/time.h"
#include "sim/trace_hash.h"

namespace ktrial::sim {

class World;

// Handle of a pending timer; the default is none. A handle of a timer that has fired or was cancelled is stale and
// harmless.
using TimerHandle = EventHandle;

class Context {
 public:
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  ProcessId self() const { return process_; }
  HostId host() const { return host_; }
  Incarnation incarnation() const { return incarnation_; }

  // The monotonic clock. Where Kafka asks Time.milliseconds(), ask wall_clock() instead.
  SimTime now() const { return now_; }
  // What this host's clock shows; it may be off, drift and jump.
  WallTime wall_clock() const;

  // Fires OnTimer after `delay` (>= 0), unless cancelled or the process ends first.
  TimerHandle SetTimer(Duration delay, Timer timer);
  // Cancels and clears; a stale or empty handle is no error.
  void CancelTimer(TimerHandle& handle);

  // Starts to connect; OnConnection tells the outcome. Messages may be sent at once: they wait for the handshake.
  ConnectionId Connect(ProcessId peer);
  // Queues a message behind those sent before on this connection. A closed connection swallows it.
  void Send(ConnectionId connection, Message message);
  // Ends the connection; the peer hears kClosedByPeer after what was sent before. This side hears nothing.
  void Close(ConnectionId connection);
  // Stops and resumes delivery to this side: what the peer sent waits in order, as in a socket's receive buffer.
  void PauseReading(ConnectionId connection);
  void ResumeReading(ConnectionId connection);

  // The host's disks; index 0 is the first. Costs of disk operations are spent as if by Spend.
  DiskPort disk(int index = 0);
  int disk_count() const;

  // The handler's thread works for `cost` more (longer on a slow CPU): what is sent or timed after this call leaves
  // later, and the thread stays busy.
  void Spend(Duration cost);

  // A random stream of its own for this purpose, derived from the run's seed, the name, the process and its
  // incarnation: equal arguments give equal streams. Keep it in volatile state.
  RandomStream NewRandomStream(std::string_view name) const;

  // Ends this process in good order: its connections are closed, its page cache stays.
  void Exit();

  // Emits a fact (see sim/fact.h).
  template <typename F>
  void Emit(const F& fact) {
    TraceHash hash;
    HashFact(hash, F::kKind.value(), fact.Fields());
    EmitFact(F::kKind, hash.value(), &fact);
  }

 private:
  friend class World;
  friend class DiskPort;
  // `spent` is what the handler's thread has worked before the handler's code begins.
  Context(World& world, ProcessId process, Duration spent);

  // When the handler's thread has got this far.
  SimTime here() const { return now_ + spent_; }
  void EmitFact(FactKind kind, uint64_t fact_hash, const void* fact);

  World& world_;
  ProcessId process_;
  HostId host_;
  Incarnation incarnation_;
  SimTime now_;
  // Time spent by this handler so far, already scaled by the CPU's speed.
  Duration spent_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_CONTEXT_H_
