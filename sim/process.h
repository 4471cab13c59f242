// A program in the world: event handlers over plain, copyable state. A handler is atomic: nothing else happens while it
// runs. It reaches outward through its Context alone, and hears back through another handler.
//
//   class Pinger : public Cloneable<Pinger, Process> {
//    public:
//     void OnStart(Context& ctx) override { ctx.SetTimer(Seconds(1), {.kind = kPing}); }
//     void OnTimer(Context& ctx, const Timer& timer) override { ... }
//     void OnCrash() override { volatile_ = {}; }
//   };
//
// Durable state lives on a Disk only. A crash calls OnCrash, which must drop everything else; the next OnStart reads
// the disk. Configuration given to the constructor survives.
#ifndef KTRIAL_SIM_PROCESS_H_
#define KTRIAL_SIM_PROCESS_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/ids.h"
#include "sim/message.h"
#include "sim/time.h"

namespace ktrial::sim {

class Context;

// What a timer was set for: the process's own numbering, and an argument.
struct Timer {
  uint16_t kind = 0;
  uint64_t key = 0;
};

enum class ConnectionEvent : uint8_t {
  kAccepted,      // a peer connected to this process
  kConnected,     // a connection made by this process is ready
  kRefused,       // the peer's machine is up, but the process does not run
  kTimedOut,      // no answer to the connection attempt, or retransmissions were given up
  kClosedByPeer,  // the peer closed, or its process ended
  kReset,         // a segment met a machine or process that no longer knows the connection
};

// An asynchronous disk operation that has ended.
struct DiskDone {
  DiskId disk;
  FileId file;
  // The argument given when it was started.
  uint64_t key = 0;
  bool ok = true;
};

// A pool of threads of a process, by index into Process::ThreadPools(). kFreePool is never busy and costs nothing.
using ThreadPool = StrongId<struct ThreadPoolTag, int16_t>;
inline constexpr ThreadPool kFreePool{};

// What it takes to handle an event: which threads, and how long on a CPU of normal speed before any Context::Spend.
struct Work {
  ThreadPool pool = kFreePool;
  Duration cost;
};

class Process {
 public:
  virtual ~Process() = default;
  virtual std::unique_ptr<Process> Clone() const = 0;

  // The number of threads in each pool; fixed for the life of the process.
  virtual std::vector<int> ThreadPools() const { return {}; }
  // Where an event is handled. An event waits, in order of arrival, until a thread of its pool is free.
  virtual Work WorkFor(const Message&) const { return {}; }
  virtual Work WorkFor(const Timer&) const { return {}; }

  virtual void OnStart(Context& ctx) = 0;
  // Asked to end in good order, as by SIGTERM. The process calls Context::Exit when it is done.
  virtual void OnStop(Context& ctx);
  // The process is gone, killed or after Context::Exit: drop all volatile state. No Context: a dead process does
  // nothing.
  virtual void OnCrash() = 0;

  virtual void OnTimer(Context& ctx, const Timer& timer);
  // May come after OnConnection has told the end of the connection, when the message waited for a thread meanwhile.
  virtual void OnMessage(Context& ctx, ConnectionId connection, const Message& message);
  // `peer` is the process at the other end.
  virtual void OnConnection(Context& ctx, ConnectionId connection, ProcessId peer, ConnectionEvent event);
  virtual void OnDiskDone(Context& ctx, const DiskDone& done);
};

// Gives Derived a Clone by its copy constructor.
template <typename Derived, typename Base>
class Cloneable : public Base {
 public:
  using Base::Base;
  std::unique_ptr<Process> Clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_PROCESS_H_
