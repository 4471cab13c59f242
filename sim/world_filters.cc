// Message filters and forced resets: faults that strike single messages and connections.
#include <algorithm>
#include <array>
#include <utility>

#include "sim/world.h"
#include "sim/world_facts.h"

namespace ktrial::sim {
namespace {

size_t SideOf(ConnectionId end) { return static_cast<size_t>(ConnectionTable::Side(end)); }

bool Contains(const std::vector<HostId>& hosts, HostId host) {
  return std::find(hosts.begin(), hosts.end(), host) != hosts.end();
}

}  // namespace

bool World::FilterHead(ConnectionId to, Connection& connection, FaultId& after) {
  Segment& head = connection.inbound[SideOf(to)].in_flight.front();
  if (filters_.empty() || filters_.back().fault() <= head.seen_by) return false;
  const FaultId seen_by = std::exchange(head.seen_by, filters_.back().fault());
  const ConnectionId from = ConnectionTable::Peer(to);
  const ProcessId sender = connection.ends[SideOf(from)].process;
  const ProcessId receiver = connection.ends[SideOf(to)].process;
  ActiveMessageFilter* acting = nullptr;
  bool watched = false;
  // Every filter counts, also when another one acts.
  for (ActiveMessageFilter& filter : filters_) {
    if (filter.fault() <= seen_by) continue;
    bool acts = filter.TakeAnswer(to, head.message.tag);
    if (filter.Select(sender, receiver, head.message.kind)) {
      const FilterAction action = filter.filter().action;
      if (filter.filter().point == FilterPoint::kBeforeProcessing) {
        acts = true;
      } else if (action == FilterAction::kReset || action == FilterAction::kKill) {
        if (!after.valid()) after = filter.fault();
      } else {
        filter.ExpectAnswer(from, head.message.tag);
      }
    }
    if (acts && filter.filter().action == FilterAction::kWatch) {
      watched = true;
      EmitFiltered(filter, sender, receiver, head.message);
    } else if (acts && acting == nullptr) {
      acting = &filter;
    }
  }
  if (acting == nullptr && watched) ScheduleHead(to, connection.inbound[SideOf(to)]);
  if (acting == nullptr) return watched;
  EmitFiltered(*acting, sender, receiver, head.message);
  ActOnHead(to, connection, *acting);
  return true;
}

void World::EmitFiltered(const ActiveMessageFilter& filter, ProcessId from, ProcessId to, const Message& message) {
  EmitOwn(MessageFiltered{.fault = filter.fault(),
                          .from = from,
                          .to = to,
                          .message_kind = message.kind,
                          .tag = message.tag,
                          .action = static_cast<int32_t>(filter.filter().action)},
          host_of(to));
}

void World::ActOnHead(ConnectionId to, Connection& connection, const ActiveMessageFilter& filter) {
  Direction& direction = connection.inbound[SideOf(to)];
  switch (filter.filter().action) {
    case FilterAction::kDrop:
      PopHead(to, direction);
      return;
    case FilterAction::kDelay:
      direction.in_flight.front().arrives_at = now_ + filter.filter().delay;
      direction.last_arrival = std::max(direction.last_arrival, direction.in_flight.front().arrives_at);
      return ScheduleHead(to, direction);
    case FilterAction::kHold:
      direction.held_by = filter.fault();
      return;
    case FilterAction::kReset:
      return ResetConnection(to);
    case FilterAction::kKill:
      return KillNow(connection.ends[SideOf(to)].process, Farewell::kKilled);
    case FilterAction::kWatch:
      break;
  }
  KT_UNREACHABLE();
}

void World::ActAfterProcessing(const MessageDelivery& handled, ProcessId receiver) {
  const auto filter = std::find_if(filters_.begin(), filters_.end(),
                                   [&](const ActiveMessageFilter& f) { return f.fault() == handled.after; });
  if (filter == filters_.end()) return;
  const Connection* connection = connections_.Find(handled.connection);
  const size_t sender_side = SideOf(ConnectionTable::Peer(handled.connection));
  const ProcessId sender = connection == nullptr ? ProcessId() : connection->ends[sender_side].process;
  EmitFiltered(*filter, sender, receiver, handled.message);
  if (filter->filter().action == FilterAction::kKill) return KillNow(receiver, Farewell::kKilled);
  ResetConnection(handled.connection);
}

void World::ReleaseHeld(FaultId fault) {
  for (ConnectionId id : connections_.LiveConnections()) {
    for (ConnectionId end : {id, ConnectionTable::Peer(id)}) {
      Direction& direction = connections_.Find(end)->inbound[SideOf(end)];
      if (direction.held_by != fault) continue;
      direction.held_by = FaultId();
      ScheduleHead(end, direction);
    }
  }
}

void World::ResetConnection(ConnectionId id) {
  Connection* connection = connections_.Find(id);
  if (connection == nullptr) return;
  for (ConnectionId end : {id, ConnectionTable::Peer(id)}) {
    Direction& direction = connection->inbound[SideOf(end)];
    ClearDirection(direction);
    if (!connection->ends[SideOf(end)].open) continue;
    direction.in_flight.push_back(
        {.kind = SegmentKind::kReset, .forced = true, .departs_at = now_, .arrives_at = now_});
    ScheduleHead(end, direction);
  }
}

void World::ResetConnections(const ResetConnectionsFault& fault) {
  for (ConnectionId id : connections_.LiveConnections()) {
    const std::array<ConnectionEnd, 2>& ends = connections_.Find(id)->ends;
    const HostId caller = host_of(ends[0].process);
    const HostId acceptor = host_of(ends[1].process);
    const bool forth = Contains(fault.from, caller) && Contains(fault.to, acceptor);
    const bool back = Contains(fault.from, acceptor) && Contains(fault.to, caller);
    if (forth || back) ResetConnection(id);
  }
}

}  // namespace ktrial::sim
