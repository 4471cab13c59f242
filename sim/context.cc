#include "sim/context.h"

#include <utility>

#include "sim/check.h"
#include "sim/world.h"

namespace ktrial::sim {

Context::Context(World& world, ProcessId process, Duration spent)
    : world_(world),
      process_(process),
      host_(world.slot(process).host),
      incarnation_(world.slot(process).incarnation),
      now_(world.now_),
      spent_(spent) {}

WallTime Context::wall_clock() const { return world_.wall_clock(host_); }

TimerHandle Context::SetTimer(Duration delay, Timer timer) {
  KT_CHECK(delay >= Duration());
  return world_.queue_.Push(here() + delay, {.kind = EventKind::kTimer,
                                             .code = timer.kind,
                                             .target = process_.value(),
                                             .incarnation = incarnation_.value(),
                                             .key = timer.key});
}

void Context::CancelTimer(TimerHandle& handle) {
  if (!handle.empty()) world_.CancelTimer(process_, handle);
  handle = TimerHandle();
}

ConnectionId Context::Connect(ProcessId peer) { return world_.Connect(process_, peer, here()); }

void Context::Send(ConnectionId connection, Message message) {
  world_.Send(process_, connection, std::move(message), here());
}

void Context::Close(ConnectionId connection) { world_.Close(process_, connection, here()); }

void Context::PauseReading(ConnectionId connection) { world_.SetReadingPaused(process_, connection, true); }

void Context::ResumeReading(ConnectionId connection) { world_.SetReadingPaused(process_, connection, false); }

DiskPort Context::disk(int index) { return DiskPort(*this, world_.disk_of(host_, index)); }

int Context::disk_count() const { return static_cast<int>(world_.host(host_).disks.size()); }

void Context::Spend(Duration cost) {
  KT_CHECK(cost >= Duration());
  spent_ += world_.host(host_).Scaled(cost);
}

RandomStream Context::NewRandomStream(std::string_view name) const {
  return RandomStream::Derive(world_.options_.seed, name, process_.value(), incarnation_.value());
}

void Context::Exit() { world_.slot(process_).exiting = true; }

void Context::EmitFact(FactKind kind, uint64_t fact_hash, const void* fact) {
  world_.AddFactHash(fact_hash, host_);
  world_.TellSink({.at = now_, .kind = kind, .process = process_, .host = host_, .incarnation = incarnation_}, fact);
}

}  // namespace ktrial::sim
