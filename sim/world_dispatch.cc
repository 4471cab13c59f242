// Events and handlers: how what is due finds a process, a thread and a handler.
#include <algorithm>
#include <utility>

#include "sim/world.h"
#include "sim/world_facts.h"

namespace ktrial::sim {
namespace {

constexpr int64_t kLow32Bits = 0xffff'ffff;

Work WorkOf(const Process& program, const Delivery& delivery) {
  if (const auto* message = std::get_if<MessageDelivery>(&delivery)) return program.WorkFor(message->message);
  if (const auto* timer = std::get_if<TimerDelivery>(&delivery)) return program.WorkFor(timer->timer);
  return {};
}

uint64_t Join(uint64_t high, uint64_t low) { return high << 32 | (low & 0xffff'ffff); }

}  // namespace

void World::HandleEvent(const DueEvent& due) {
  switch (due.event.kind) {
    case EventKind::kTimer:
      return OnTimerDue(due);
    case EventKind::kSegment:
      return OnSegmentDue(ConnectionId(static_cast<int64_t>(due.event.key)));
    case EventKind::kThread:
      return OnThreadFree(due.event);
    case EventKind::kDisk:
      return OnDiskDue(due.event);
    case EventKind::kControl:
      break;
  }
  KT_UNREACHABLE();
}

void World::OnTimerDue(const DueEvent& due) {
  const ProcessId process(due.event.target);
  if (slot(process).incarnation.value() != due.event.incarnation) return;
  Deliver(process, TimerDelivery{.timer = {.kind = due.event.code, .key = due.event.key}, .handle = due.handle});
}

int64_t World::PackDiskEvent(Incarnation incarnation, FileId file) {
  return static_cast<int64_t>(incarnation.value()) << 32 | (static_cast<int64_t>(file.value()) & kLow32Bits);
}

void World::OnDiskDue(const Event& event) {
  const ProcessId process(event.target);
  const ProcessSlot& s = slot(process);
  const DiskId disk_id(event.code);
  const FileId file(static_cast<int32_t>(event.incarnation & kLow32Bits));
  // The kernel goes on with a flush when the process is gone, but not without power.
  const bool begun = event.flags == 1 && host(s.host).powered;
  const bool ok = begun && disk(disk_id).EndFlush(now_, file) == DiskStatus::kOk;
  if (s.incarnation.value() != event.incarnation >> 32) return;
  Deliver(process, DiskDone{.disk = disk_id, .file = file, .key = event.key, .ok = ok});
}

void World::OnThreadFree(const Event& event) {
  const ProcessId process(event.target);
  ProcessSlot& s = slot(process);
  if (!s.running || s.incarnation.value() != event.incarnation) return;
  const ThreadPool pool(static_cast<int16_t>(event.code));
  s.pools[event.code].wake_pending = false;
  if (!s.paused) PumpPool(process, pool);
}

void World::Deliver(ProcessId process, Delivery delivery) {
  ProcessSlot& s = slot(process);
  if (!s.running) return;
  if (s.paused) {
    s.inbox.push_back(std::move(delivery));
  } else {
    Route(process, std::move(delivery));
  }
}

void World::Route(ProcessId process, Delivery delivery) {
  ProcessSlot& s = slot(process);
  const Work work = WorkOf(*s.program.get(), delivery);
  if (!work.pool.valid()) {
    Handle(process, delivery, host(s.host).Scaled(work.cost));
    return;
  }
  KT_CHECK(static_cast<size_t>(work.pool.value()) < s.pools.size());
  ThreadPoolState& pool = s.pools[static_cast<size_t>(work.pool.value())];
  if (std::optional<int> thread = pool.FreeThreadForArrival(now_)) {
    RunOnThread(process, work, *thread, delivery);
    return;
  }
  pool.Wait(std::move(delivery));
  ScheduleWake(process, work.pool);
}

void World::RunOnThread(ProcessId process, const Work& work, int thread, const Delivery& delivery) {
  const Duration spent = Handle(process, delivery, host(slot(process).host).Scaled(work.cost));
  ProcessSlot& s = slot(process);
  if (s.running) s.pools[static_cast<size_t>(work.pool.value())].Occupy(thread, now_ + spent);
}

void World::PumpPool(ProcessId process, ThreadPool pool_id) {
  const size_t index = static_cast<size_t>(pool_id.value());
  while (slot(process).running) {
    ProcessSlot& s = slot(process);
    ThreadPoolState& pool = s.pools[index];
    if (!pool.has_waiting()) return;
    const std::optional<int> thread = pool.FreeThread(now_);
    if (!thread.has_value()) return ScheduleWake(process, pool_id);
    const Delivery delivery = pool.TakeWaiting();
    if (std::holds_alternative<std::monostate>(delivery)) continue;
    // A process may change its mind about the cost while something waits, but not about the pool.
    Work work = WorkOf(*s.program.get(), delivery);
    work.pool = pool_id;
    RunOnThread(process, work, *thread, delivery);
  }
}

void World::ScheduleWake(ProcessId process, ThreadPool pool_id) {
  ProcessSlot& s = slot(process);
  ThreadPoolState& pool = s.pools[static_cast<size_t>(pool_id.value())];
  if (pool.wake_pending) return;
  pool.wake_pending = true;
  queue_.Push(std::max(now_, pool.NextFree()), {.kind = EventKind::kThread,
                                                .code = static_cast<uint16_t>(pool_id.value()),
                                                .target = process.value(),
                                                .incarnation = s.incarnation.value()});
}

Duration World::Handle(ProcessId process, const Delivery& delivery, Duration cost) {
  HashDelivery(process, delivery);
  Context context(*this, process, cost);
  CallHandler(*slot(process).program.get(), context, delivery);
  EndIfExiting(process);
  const auto* message = std::get_if<MessageDelivery>(&delivery);
  if (message != nullptr && message->after.valid()) ActAfterProcessing(*message, process);
  return context.spent_;
}

void World::CallHandler(Process& program, Context& context, const Delivery& delivery) {
  struct Caller {
    Process& program;
    Context& context;
    void operator()(std::monostate) const {}
    void operator()(const StartDelivery&) const { program.OnStart(context); }
    void operator()(const StopDelivery&) const { program.OnStop(context); }
    void operator()(const TimerDelivery& d) const { program.OnTimer(context, d.timer); }
    void operator()(const MessageDelivery& d) const { program.OnMessage(context, d.connection, d.message); }
    void operator()(const ConnectionDelivery& d) const { program.OnConnection(context, d.connection, d.peer, d.event); }
    void operator()(const DiskDone& d) const { program.OnDiskDone(context, d); }
  };
  std::visit(Caller{program, context}, delivery);
}

void World::HashDelivery(ProcessId process, const Delivery& delivery) {
  struct Hasher {
    TraceHash& hash;
    void operator()(std::monostate) const {}
    void operator()(const StartDelivery&) const {}
    void operator()(const StopDelivery&) const {}
    void operator()(const TimerDelivery& d) const {
      hash.Add(d.timer.kind);
      hash.Add(d.timer.key);
    }
    void operator()(const MessageDelivery& d) const {
      hash.Add(static_cast<uint64_t>(d.connection.value()));
      hash.Add(Join(d.message.kind, static_cast<uint64_t>(d.message.bytes)));
      hash.Add(d.message.tag);
    }
    void operator()(const ConnectionDelivery& d) const {
      hash.Add(static_cast<uint64_t>(d.connection.value()));
      hash.Add(Join(static_cast<uint64_t>(d.event), static_cast<uint64_t>(d.peer.value())));
    }
    void operator()(const DiskDone& d) const {
      hash.Add(Join(static_cast<uint64_t>(d.disk.value()), static_cast<uint64_t>(d.file.value())));
      hash.Add(d.key << 1 | (d.ok ? 1 : 0));
    }
  };
  TraceHash hash;
  hash.Add(static_cast<uint64_t>(now_.nanos()));
  hash.Add(Join(delivery.index(), static_cast<uint64_t>(process.value())));
  std::visit(Hasher{hash}, delivery);
  AddFactHash(hash.value(), slot(process).host);
}

void World::EndIfExiting(ProcessId process) {
  ProcessSlot& s = slot(process);
  if (!s.exiting) return;
  EmitOwn(ProcessExited{process, s.host, s.incarnation}, s.host);
  DropConnections(process, Farewell::kOrderly);
  EndProcess(process);
}

bool World::CancelTimer(ProcessId process, EventHandle handle) {
  if (queue_.Cancel(handle)) return true;
  ProcessSlot& s = slot(process);
  for (ThreadPoolState& pool : s.pools) {
    if (pool.CancelWaitingTimer(handle)) return true;
  }
  return CancelTimerIn(s.inbox, handle);
}

}  // namespace ktrial::sim
