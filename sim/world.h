// A whole simulated world as one value: machines, their processes, disks and clocks, the network, the pending events,
// the random streams and the trace hash. Nothing outside it matters to a run, so a copy goes on exactly as the original
// does.
//
//   World world({.seed = 7});
//   HostId host = world.AddHost({.name = "broker-1", .disks = {DiskOptions{}}});
//   ProcessId broker = world.AddProcess(host, "broker-1", std::make_unique<Broker>(...));
//   world.Start(broker);
//   world.RunUntil(SimTime() + Seconds(10), &sink);
//   World fork = world;                               // both go on alike
//   world.Kill(broker, &sink);
//
// Calls that can make things happen take the FactSink that hears of them, or none: it is no part of the value. They
// must not be made from within a handler, which has its Context, nor from a FactSink. Ids must be of this World:
// anything else is a programmer error.
#ifndef KTRIAL_SIM_WORLD_H_
#define KTRIAL_SIM_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "sim/check.h"
#include "sim/connection.h"
#include "sim/context.h"
#include "sim/delivery.h"
#include "sim/disk.h"
#include "sim/event_queue.h"
#include "sim/fact.h"
#include "sim/fault.h"
#include "sim/host.h"
#include "sim/ids.h"
#include "sim/message_filter.h"
#include "sim/network.h"
#include "sim/process.h"
#include "sim/thread_pool.h"
#include "sim/time.h"
#include "sim/trace_hash.h"

namespace ktrial::sim {

struct WorldOptions {
  uint64_t seed = 0;
  // What every clock shows at the start, in milliseconds since the Unix epoch.
  int64_t start_unix_millis = kRunStart.unix_millis();
  // Order events at equal times by the seed instead of by insertion, to search more schedules.
  bool shuffle_ties = false;
};

// The trace hash at some moment; two runs are compared by these to find where they part.
struct Checkpoint {
  uint64_t events = 0;
  SimTime at;
  uint64_t hash = 0;

  friend bool operator==(const Checkpoint&, const Checkpoint&) = default;
};

class World {
 public:
  static constexpr uint64_t kEventsPerCheckpoint = 10'000;

  explicit World(const WorldOptions& options);

  // Building. The topology may be built up and changed at any time; its links' ups and downs, latencies and losses too.
  Topology& topology() { return network_.topology(); }
  const Topology& topology() const { return network_.topology(); }
  // Not while a network fault is active.
  HostId AddHost(const HostOptions& options);
  // The process is there but does not run yet.
  ProcessId AddProcess(HostId host, std::string name, std::unique_ptr<Process> program);

  // Lives of processes. Each does nothing if the process is already so; Start also if its machine has no power.
  void Start(ProcessId process, FactSink* sink = nullptr);
  // Asks for an orderly end, as SIGTERM: calls OnStop.
  void Stop(ProcessId process, FactSink* sink = nullptr);
  // As SIGKILL: what its threads had not sent yet is lost; the kernel closes its connections, so that peers hear
  // kClosedByPeer; page caches stay.
  void Kill(ProcessId process, FactSink* sink = nullptr);
  // As SIGSTOP: events wait, and are handled in order after Resume. The kernel still accepts connections and data.
  void Pause(ProcessId process, FactSink* sink = nullptr);
  void Resume(ProcessId process, FactSink* sink = nullptr);

  // Power. A host without power answers nothing; when it is back, nothing runs until started.
  void PowerLoss(HostId host, PowerLossMode mode, FactSink* sink = nullptr);
  void PowerOn(HostId host, FactSink* sink = nullptr);
  // Work on this host takes `factor` (>= 1) times as long.
  void SetCpuSlowdown(HostId host, int64_t factor);

  // Faults (sim/fault.h). A fault that is over at once still counts as active until healed.
  FaultId Begin(Fault fault, FactSink* sink = nullptr);
  // False if it is not active.
  bool Heal(FaultId fault, FactSink* sink = nullptr);
  // In the order in which they began.
  void HealAll(FactSink* sink = nullptr);
  bool IsActive(FaultId fault) const;
  const std::vector<ActiveFault>& active_faults() const { return faults_; }

  // Running. Step handles the next event; false if there is none.
  bool Step(FactSink* sink = nullptr);
  // Handles every event up to and including time `until` (>= now()), which is now() afterwards.
  void RunUntil(SimTime until, FactSink* sink = nullptr);
  // Runs `code` as a handler of the process, now. False, and nothing done, if it does not run or is paused.
  bool Invoke(ProcessId process, absl::FunctionRef<void(Process&, Context&)> code, FactSink* sink = nullptr);

  SimTime now() const { return now_; }
  WallTime wall_clock(HostId id) const;
  uint64_t events_processed() const { return events_processed_; }
  size_t pending_events() const { return queue_.size(); }
  // When Step would handle an event; Max() if there is none.
  SimTime next_event_at() const { return queue_.empty() ? SimTime::Max() : queue_.NextTime(); }
  // Of everything that was handled and every fact; of what concerned one host.
  uint64_t trace_hash() const { return trace_hash_.value(); }
  uint64_t host_trace_hash(HostId host) const { return this->host(host).trace_hash.value(); }
  const std::vector<Checkpoint>& checkpoints() const { return checkpoints_; }

  const WorldOptions& options() const { return options_; }
  int host_count() const { return static_cast<int>(hosts_.size()); }
  int process_count() const { return static_cast<int>(processes_.size()); }
  const Host& host(HostId id) const {
    // A negative id is out of range, too.
    KT_CHECK(static_cast<size_t>(id.value()) < hosts_.size());
    return hosts_[static_cast<size_t>(id.value())];
  }
  HostId host_of(ProcessId process) const { return slot(process).host; }
  std::string_view name_of(ProcessId process) const { return slot(process).name; }
  bool running(ProcessId process) const { return slot(process).running; }
  bool paused(ProcessId process) const { return slot(process).paused; }
  bool powered(HostId id) const { return host(id).powered; }
  Incarnation incarnation(ProcessId process) const { return slot(process).incarnation; }
  // Its place in the topology.
  NodeId port(HostId id) const { return network_.port(id); }
  // No network fault is active.
  bool network_undisturbed() const { return network_.undisturbed(); }
  size_t live_connections() const { return connections_.live_count(); }

  Process& process(ProcessId id) { return *slot(id).program.get(); }
  const Process& process(ProcessId id) const { return *slot(id).program.get(); }
  // The process as what it is; T must be its type or a base.
  template <typename T>
  const T& process_as(ProcessId id) const {
    const T* typed = dynamic_cast<const T*>(&process(id));
    KT_CHECK(typed != nullptr);
    return *typed;
  }
  template <typename T>
  T& process_as(ProcessId id) {
    T* typed = dynamic_cast<T*>(&process(id));
    KT_CHECK(typed != nullptr);
    return *typed;
  }

  Disk& disk(DiskId id);
  const Disk& disk(DiskId id) const;
  DiskId disk_of(HostId host, int index = 0) const;

 private:
  friend class Context;
  friend class DiskPort;

  // Owns a program and clones it when copied.
  class Program {
   public:
    explicit Program(std::unique_ptr<Process> program) : program_(std::move(program)) {}
    Program(const Program& other) : program_(other.program_->Clone()) {}
    Program(Program&&) noexcept = default;
    Program& operator=(const Program& other) {
      program_ = other.program_->Clone();
      return *this;
    }
    Program& operator=(Program&&) noexcept = default;
    Process* get() const { return program_.get(); }

   private:
    std::unique_ptr<Process> program_;
  };

  struct ProcessSlot {
    HostId host;
    std::string name;
    Program program;
    Incarnation incarnation = {};
    bool running = false;
    bool paused = false;
    // By Pause, apart from faults.
    bool pause_asked = false;
    // Context::Exit was called by the handler that runs.
    bool exiting = false;
    std::vector<ThreadPoolState> pools = {};
    // What came while the process was paused.
    Ring<Delivery> inbox = {};
    // Ends that this process has open.
    std::vector<ConnectionId> connections = {};
  };

  // Empty in every copy: a listener hears one World.
  class SinkSlot {
   public:
    SinkSlot() = default;
    SinkSlot(const SinkSlot&) {}
    SinkSlot& operator=(const SinkSlot&) { return *this; }
    FactSink* sink = nullptr;
  };

  // Lets `sink` hear the facts of one public call.
  class Listening {
   public:
    Listening(World& world, FactSink* sink) : world_(world) { world_.sink_.sink = sink; }
    ~Listening() { world_.sink_.sink = nullptr; }
    Listening(const Listening&) = delete;
    Listening& operator=(const Listening&) = delete;

   private:
    World& world_;
  };

  // How the connections of a process end with it: by its own closing, by its kernel, or in silence.
  enum class Farewell : uint8_t { kOrderly, kKilled, kSilent };

  const ProcessSlot& slot(ProcessId id) const {
    KT_CHECK(static_cast<size_t>(id.value()) < processes_.size());
    return processes_[static_cast<size_t>(id.value())];
  }
  ProcessSlot& slot(ProcessId id) { return const_cast<ProcessSlot&>(std::as_const(*this).slot(id)); }
  Host& mutable_host(HostId id) { return const_cast<Host&>(host(id)); }

  // Lives (world.cc).
  void StartNow(ProcessId process);
  void KillNow(ProcessId process, Farewell farewell);
  void EndProcess(ProcessId process);
  void SetPaused(ProcessId process, bool paused);
  void PowerLossNow(HostId host, PowerLossMode mode);
  void PowerOnNow(HostId host);
  void StepNow();

  // Facts (world.cc).
  template <typename F>
  void EmitOwn(const F& fact, HostId host) {
    TraceHash hash;
    HashFact(hash, F::kKind.value(), fact.Fields());
    AddFactHash(hash.value(), host);
    TellSink({.at = now_, .kind = F::kKind, .process = {}, .host = host, .incarnation = {}}, &fact);
  }
  // A fact or delivery that is no host's concern has no `host`.
  void AddFactHash(uint64_t fact_hash, HostId host) {
    trace_hash_.Add(fact_hash);
    if (host.valid()) mutable_host(host).trace_hash.Add(fact_hash);
  }
  void TellSink(const FactHeader& header, const void* fact) {
    if (sink_.sink != nullptr) sink_.sink->OnFact(header, fact);
  }

  // Events and handlers (world_dispatch.cc).
  void HandleEvent(const DueEvent& due);
  void OnTimerDue(const DueEvent& due);
  // A disk event's `incarnation` holds the file as well.
  static int64_t PackDiskEvent(Incarnation incarnation, FileId file);
  void OnDiskDue(const Event& event);
  void OnThreadFree(const Event& event);
  // Hands `delivery` to the process now, or keeps it while the process is paused; drops it if the process does not run.
  void Deliver(ProcessId process, Delivery delivery);
  // To a thread of the right pool, or to its queue.
  void Route(ProcessId process, Delivery delivery);
  void RunOnThread(ProcessId process, const Work& work, int thread, const Delivery& delivery);
  // Lets free threads take what waits, and arranges the next wake-up.
  void PumpPool(ProcessId process, ThreadPool pool);
  void ScheduleWake(ProcessId process, ThreadPool pool);
  // Calls the handler; returns how long its thread is busy, `cost` (already scaled) included.
  Duration Handle(ProcessId process, const Delivery& delivery, Duration cost);
  void CallHandler(Process& program, Context& context, const Delivery& delivery);
  void HashDelivery(ProcessId process, const Delivery& delivery);
  // After a handler: ends the process if the handler asked for it.
  void EndIfExiting(ProcessId process);
  bool CancelTimer(ProcessId process, EventHandle handle);

  // Connections (world_connections.cc). Times are when the caller's thread gets there, not before now().
  ConnectionId Connect(ProcessId caller, ProcessId acceptor, SimTime at);
  void Send(ProcessId sender, ConnectionId connection, Message message, SimTime at);
  void Close(ProcessId closer, ConnectionId connection, SimTime at);
  void SetReadingPaused(ProcessId reader, ConnectionId connection, bool paused);
  // `from` names the sending end.
  void SendSegment(ConnectionId from, Connection& connection, Segment segment);
  void TimeSegment(ConnectionId from, Connection& connection, Direction& direction, Segment& segment);
  // Arranges the event of the first segment, unless it has one or waits for the handshake.
  void ScheduleHead(ConnectionId to, Direction& direction);
  void OnSegmentDue(ConnectionId to);
  void Arrive(ConnectionId to, Connection& connection);
  void ArriveSyn(ConnectionId to, Connection& connection);
  void ArriveSynAck(ConnectionId to, Connection& connection);
  void AnswerWithReset(ConnectionId to, Connection& connection);
  void Retransmit(ConnectionId to, Connection& connection);
  void GiveUp(ConnectionId to, Connection& connection);
  Segment PopHead(ConnectionId to, Direction& direction);
  void OpenEnd(ConnectionId end, Connection& connection);
  // The process no longer has this end; the slot is freed when neither has.
  void CloseEnd(ConnectionId end);
  void CloseEndAndTell(ConnectionId end, ConnectionEvent event);
  void SayFarewell(ConnectionId end, Connection& connection, Farewell farewell, SimTime at);
  void DropConnections(ProcessId process, Farewell farewell);
  // What the sender's threads have not got to yet; what nobody will hear.
  void DropUndeparted(Direction& direction);
  void ClearDirection(Direction& direction);

  // Message filters (world_filters.cc).
  // Lets the filters see the head, a message that `to` is about to read; true if one of them acted, so that it is not
  // read now. Sets `after` to the fault that will act when the message has been handled.
  bool FilterHead(ConnectionId to, Connection& connection, FaultId& after);
  void ActOnHead(ConnectionId to, Connection& connection, const ActiveMessageFilter& filter);
  void ActAfterProcessing(const MessageDelivery& handled, ProcessId receiver);
  void EmitFiltered(const ActiveMessageFilter& filter, ProcessId from, ProcessId to, const Message& message);
  void ReleaseHeld(FaultId fault);
  void ResetConnection(ConnectionId connection);
  void ResetConnections(const ResetConnectionsFault& fault);

  // Faults (world_faults.cc).
  void Recompute(const Fault& fault);
  void RecomputeNetwork();
  void RecomputeCpus(const std::vector<HostId>& hosts);
  void RecomputeDisks(const std::vector<DiskId>& disks);
  void RecomputeClocks(const std::vector<HostId>& hosts);
  void RecomputePause(ProcessId process);
  void Strike(ActiveFault& active);
  void StrikePower(ActiveFault& active, const PowerLossFault& power);
  void StrikeBitRot(FaultId id, const BitRotFault& rot);
  void Recover(const ActiveFault& healed);
  bool HeldWithoutPower(HostId id) const;
  // The fault that keeps the process down, if any.
  ActiveFault* HolderOf(ProcessId process);

  WorldOptions options_;
  SimTime now_;
  EventQueue queue_;
  std::vector<Host> hosts_;
  std::vector<ProcessSlot> processes_;
  std::vector<Disk> disks_;
  ConnectionTable connections_;
  Network network_;
  // In the order in which they began.
  std::vector<ActiveFault> faults_;
  int32_t next_fault_ = 0;
  std::vector<ActiveMessageFilter> filters_;
  TraceHash trace_hash_;
  uint64_t events_processed_ = 0;
  std::vector<Checkpoint> checkpoints_;
  SinkSlot sink_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_WORLD_H_
