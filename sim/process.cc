#include "sim/process.h"

#include "sim/check.h"
#include "sim/context.h"

namespace ktrial::sim {

// A process without an orderly end of its own ends at once, as under the default action of SIGTERM.
void Process::OnStop(Context& ctx) { ctx.Exit(); }

// A process that sets timers, takes messages or starts disk operations must say what becomes of them.
void Process::OnTimer(Context&, const Timer&) { KT_UNREACHABLE(); }
void Process::OnMessage(Context&, ConnectionId, const Message&) { KT_UNREACHABLE(); }
void Process::OnDiskDone(Context&, const DiskDone&) { KT_UNREACHABLE(); }

// A server need not care who comes and goes.
void Process::OnConnection(Context&, ConnectionId, ProcessId, ConnectionEvent) {}

}  // namespace ktrial::sim
