// The rules of TCP, as far as a program can tell: a handshake, order, loss that shows as delay, a reset from whoever
// does not know the connection, silence from who does not answer. The receive window is not modelled: a sender is never
// held back by a reader who pauses.
#include <algorithm>
#include <utility>

#include "sim/world.h"

namespace ktrial::sim {
namespace {

// Headers of a segment without data, and of one with.
constexpr int64_t kHeaderBytes = 66;

// Linux: TCP_RTO_MIN and TCP_RTO_MAX, tcp_retries2, the first timeout of a SYN (RFC 6298) and tcp_syn_retries.
constexpr Duration kFirstTimeout = Milliseconds(200);
constexpr Duration kLongestTimeout = Seconds(120);
constexpr int kMostRetries = 15;
constexpr Duration kFirstSynTimeout = Seconds(1);
constexpr int kMostSynRetries = 6;

bool IsHandshake(SegmentKind kind) { return kind == SegmentKind::kSyn || kind == SegmentKind::kSynAck; }

Duration TimeoutAfter(SegmentKind kind, int retries) {
  const Duration first = IsHandshake(kind) ? kFirstSynTimeout : kFirstTimeout;
  return std::min(kLongestTimeout, first * (int64_t{1} << std::min(retries, 20)));
}

int MostRetries(SegmentKind kind) { return IsHandshake(kind) ? kMostSynRetries : kMostRetries; }

Direction& Inbound(Connection& connection, ConnectionId end) {
  return connection.inbound[static_cast<size_t>(ConnectionTable::Side(end))];
}

ConnectionEnd& EndOf(Connection& connection, ConnectionId end) {
  return connection.ends[static_cast<size_t>(ConnectionTable::Side(end))];
}

}  // namespace

ConnectionId World::Connect(ProcessId caller, ProcessId acceptor, SimTime at) {
  slot(acceptor);
  const ConnectionId end = connections_.Open(caller, acceptor);
  Connection& connection = *connections_.Find(end);
  OpenEnd(end, connection);
  SendSegment(end, connection, {.kind = SegmentKind::kSyn, .departs_at = at});
  return end;
}

void World::Send(ProcessId sender, ConnectionId end, Message message, SimTime at) {
  Connection* connection = connections_.Find(end);
  if (connection == nullptr || !EndOf(*connection, end).open) return;
  KT_CHECK(EndOf(*connection, end).process == sender);
  KT_CHECK(message.bytes >= 0);
  SendSegment(end, *connection, {.departs_at = at, .message = std::move(message)});
}

void World::Close(ProcessId closer, ConnectionId end, SimTime at) {
  Connection* connection = connections_.Find(end);
  if (connection == nullptr || !EndOf(*connection, end).open) return;
  KT_CHECK(EndOf(*connection, end).process == closer);
  SayFarewell(end, *connection, Farewell::kOrderly, at);
  CloseEnd(end);
}

void World::SetReadingPaused(ProcessId reader, ConnectionId end, bool paused) {
  Connection* connection = connections_.Find(end);
  if (connection == nullptr || !EndOf(*connection, end).open) return;
  ConnectionEnd& here = EndOf(*connection, end);
  KT_CHECK(here.process == reader);
  if (here.reading_paused == paused) return;
  here.reading_paused = paused;
  if (!paused) ScheduleHead(end, Inbound(*connection, end));
}

void World::OpenEnd(ConnectionId end, Connection& connection) {
  ConnectionEnd& here = EndOf(connection, end);
  std::vector<ConnectionId>& list = slot(here.process).connections;
  here.open = true;
  here.reading_paused = false;
  here.position = static_cast<int32_t>(list.size());
  list.push_back(end);
}

void World::CloseEnd(ConnectionId end) {
  Connection& connection = *connections_.Find(end);
  ConnectionEnd& here = EndOf(connection, end);
  if (!here.open) return;
  here.open = false;
  here.reading_paused = false;
  std::vector<ConnectionId>& list = slot(here.process).connections;
  const ConnectionId moved = list.back();
  list[static_cast<size_t>(here.position)] = moved;
  EndOf(*connections_.Find(moved), moved).position = here.position;
  list.pop_back();
  here.position = -1;
  // With nobody left to hear it, what is on its way does not matter.
  if (!EndOf(connection, ConnectionTable::Peer(end)).open) {
    for (Direction& direction : connection.inbound) ClearDirection(direction);
    connections_.Release(end);
    return;
  }
  // What the reader left unread, or a filter held back, now meets a closed end.
  Inbound(connection, end).held_by = FaultId();
  ScheduleHead(end, Inbound(connection, end));
}

void World::CloseEndAndTell(ConnectionId end, ConnectionEvent event) {
  Connection* connection = connections_.Find(end);
  if (connection == nullptr) return;
  const ConnectionEnd here = EndOf(*connection, end);
  const ProcessId peer = EndOf(*connection, ConnectionTable::Peer(end)).process;
  if (!here.open) return;
  CloseEnd(end);
  Deliver(here.process, ConnectionDelivery{.connection = end, .peer = peer, .event = event});
}

void World::SayFarewell(ConnectionId end, Connection& connection, Farewell farewell, SimTime at) {
  const ConnectionId peer_end = ConnectionTable::Peer(end);
  Direction& outbound = Inbound(connection, peer_end);
  // A caller that gives up before the handshake is over says nothing more; a late answer meets a closed end.
  const bool unanswered = !connection.established && ConnectionTable::Side(end) == 0;
  if (unanswered) {
    while (outbound.in_flight.size() > 1) outbound.in_flight.pop_back();
  }
  if (farewell != Farewell::kOrderly || unanswered) DropUndeparted(outbound);
  if (farewell == Farewell::kSilent) {
    outbound.orphaned = true;
  } else if (!unanswered) {
    SendSegment(end, connection, {.kind = SegmentKind::kFin, .departs_at = at});
  }
}

void World::DropConnections(ProcessId process, Farewell farewell) {
  while (!slot(process).connections.empty()) {
    const ConnectionId end = slot(process).connections.back();
    SayFarewell(end, *connections_.Find(end), farewell, now_);
    CloseEnd(end);
  }
}

void World::DropUndeparted(Direction& direction) {
  while (!direction.in_flight.empty() && direction.in_flight.back().departs_at > now_) direction.in_flight.pop_back();
  if (direction.in_flight.empty()) {
    ClearDirection(direction);
    direction.last_arrival = now_;
  } else {
    direction.last_arrival = direction.in_flight.back().arrives_at;
  }
}

void World::ClearDirection(Direction& direction) {
  if (!direction.due.empty()) queue_.Cancel(direction.due);
  direction.due = EventHandle();
  direction.in_flight.clear();
  direction.retries = 0;
  direction.held_by = FaultId();
}

void World::SendSegment(ConnectionId from, Connection& connection, Segment segment) {
  const ConnectionId to = ConnectionTable::Peer(from);
  Direction& direction = Inbound(connection, to);
  if (!direction.in_flight.empty()) {
    segment.departs_at = std::max(segment.departs_at, direction.in_flight.back().departs_at);
  }
  // Until the handshake is over, what the caller sends waits behind its SYN and is timed when the answer comes.
  const bool waits = !connection.established && ConnectionTable::Side(from) == 0 && segment.kind == SegmentKind::kData;
  if (waits) {
    segment.arrives_at = SimTime::Max();
  } else {
    TimeSegment(from, connection, direction, segment);
  }
  direction.in_flight.push_back(std::move(segment));
  if (direction.in_flight.size() == 1) ScheduleHead(to, direction);
}

void World::TimeSegment(ConnectionId from, Connection& connection, Direction& direction, Segment& segment) {
  const HostId here = slot(EndOf(connection, from).process).host;
  const HostId there = slot(EndOf(connection, ConnectionTable::Peer(from)).process).host;
  const Transit transit = network_.Send(here, there, segment.message.bytes + kHeaderBytes, now_, segment.departs_at);
  segment.lost = transit.lost;
  direction.last_arrival = std::max(direction.last_arrival, transit.arrives_at);
  segment.arrives_at = direction.last_arrival;
}

void World::ScheduleHead(ConnectionId to, Direction& direction) {
  if (!direction.due.empty() || direction.in_flight.empty() || direction.held_by.valid()) return;
  const SimTime at = direction.in_flight.front().arrives_at;
  if (at == SimTime::Max()) return;
  direction.due =
      queue_.Push(std::max(now_, at), {.kind = EventKind::kSegment, .key = static_cast<uint64_t>(to.value())});
}

void World::OnSegmentDue(ConnectionId to) {
  Connection* found = connections_.Find(to);
  KT_CHECK(found != nullptr);
  Connection& connection = *found;
  Direction& direction = Inbound(connection, to);
  direction.due = EventHandle();
  Segment& head = direction.in_flight.front();
  // The last retry went unanswered for its timeout too.
  if (direction.retries > MostRetries(head.kind)) return GiveUp(to, connection);
  if (!head.received && !head.forced) {
    const HostId from_host = slot(EndOf(connection, ConnectionTable::Peer(to)).process).host;
    const HostId to_host = slot(EndOf(connection, to).process).host;
    // An answer to a SYN is sent again because the SYN is: both machines must be there. Everything else is sent again
    // by a machine that remembers it.
    const bool sender_missing =
        head.kind == SegmentKind::kSynAck ? !host(from_host).powered : direction.orphaned && direction.retries > 0;
    if (head.lost || sender_missing || !host(to_host).powered || !network_.Passes(from_host, to_host)) {
      return Retransmit(to, connection);
    }
  }
  head.received = true;
  Arrive(to, connection);
}

void World::Arrive(ConnectionId to, Connection& connection) {
  Direction& direction = Inbound(connection, to);
  ConnectionEnd& end = EndOf(connection, to);
  const SegmentKind kind = direction.in_flight.front().kind;
  if (kind == SegmentKind::kSyn) return ArriveSyn(to, connection);
  if (!end.open) return AnswerWithReset(to, connection);
  if (kind == SegmentKind::kReset) {
    const bool refused = !connection.established && ConnectionTable::Side(to) == 0;
    const ConnectionEvent event = refused ? ConnectionEvent::kRefused : ConnectionEvent::kReset;
    ClearDirection(direction);
    return CloseEndAndTell(to, event);
  }
  if (kind == SegmentKind::kSynAck) return ArriveSynAck(to, connection);
  if (end.reading_paused) return;
  FaultId after;
  if (kind == SegmentKind::kData && FilterHead(to, connection, after)) return;
  Segment segment = PopHead(to, direction);
  if (kind == SegmentKind::kFin) return CloseEndAndTell(to, ConnectionEvent::kClosedByPeer);
  Deliver(end.process, MessageDelivery{.connection = to, .message = std::move(segment.message), .after = after});
}

void World::ArriveSyn(ConnectionId to, Connection& connection) {
  ConnectionEnd& end = EndOf(connection, to);
  const ProcessId caller = EndOf(connection, ConnectionTable::Peer(to)).process;
  if (!slot(end.process).running) return AnswerWithReset(to, connection);
  PopHead(to, Inbound(connection, to));
  OpenEnd(to, connection);
  SendSegment(to, connection, {.kind = SegmentKind::kSynAck, .departs_at = now_});
  Deliver(end.process, ConnectionDelivery{.connection = to, .peer = caller, .event = ConnectionEvent::kAccepted});
}

void World::ArriveSynAck(ConnectionId to, Connection& connection) {
  const ConnectionId acceptor = ConnectionTable::Peer(to);
  const ConnectionEnd caller_end = EndOf(connection, to);
  if (Inbound(connection, to).orphaned) {
    // The machine that answered has lost power since; up again, it knows nothing of the connection.
    ClearDirection(Inbound(connection, to));
    return CloseEndAndTell(to, ConnectionEvent::kRefused);
  }
  PopHead(to, Inbound(connection, to));
  connection.established = true;
  Direction& outbound = Inbound(connection, acceptor);
  for (size_t i = 0; i < outbound.in_flight.size(); ++i) {
    Segment& segment = outbound.in_flight[i];
    segment.departs_at = std::max(segment.departs_at, now_);
    TimeSegment(to, connection, outbound, segment);
  }
  ScheduleHead(acceptor, outbound);
  Deliver(caller_end.process,
          ConnectionDelivery{
              .connection = to, .peer = EndOf(connection, acceptor).process, .event = ConnectionEvent::kConnected});
}

void World::AnswerWithReset(ConnectionId to, Connection& connection) {
  const bool answer = Inbound(connection, to).in_flight.front().kind != SegmentKind::kReset;
  ClearDirection(Inbound(connection, to));
  if (!answer) return;
  // The machine is up, perhaps again: from here on it does send anew what is lost.
  Inbound(connection, ConnectionTable::Peer(to)).orphaned = false;
  SendSegment(to, connection, {.kind = SegmentKind::kReset, .departs_at = now_});
}

void World::Retransmit(ConnectionId to, Connection& connection) {
  Direction& direction = Inbound(connection, to);
  // The order holds: what cannot be sent again keeps back all that is behind it.
  Segment& head = direction.in_flight.front();
  if (direction.orphaned && head.kind != SegmentKind::kSynAck) return ClearDirection(direction);
  head.arrives_at = now_ + TimeoutAfter(head.kind, direction.retries);
  ++direction.retries;
  head.lost = network_.DrawLoss(slot(EndOf(connection, ConnectionTable::Peer(to)).process).host,
                                slot(EndOf(connection, to).process).host);
  direction.last_arrival = std::max(direction.last_arrival, head.arrives_at);
  ScheduleHead(to, direction);
}

void World::GiveUp(ConnectionId to, Connection& connection) {
  const ConnectionId from = ConnectionTable::Peer(to);
  // A reset that never arrives stands for the retransmissions that provoke it again and again: those give up.
  // Nor does a caller whose SYN is never answered hear anything.
  const SegmentKind kind = Inbound(connection, to).in_flight.front().kind;
  ClearDirection(Inbound(connection, to));
  if (kind != SegmentKind::kReset) CloseEndAndTell(from, ConnectionEvent::kTimedOut);
  if (kind == SegmentKind::kReset || kind == SegmentKind::kSynAck) CloseEndAndTell(to, ConnectionEvent::kTimedOut);
}

Segment World::PopHead(ConnectionId to, Direction& direction) {
  Segment head = direction.in_flight.pop_front();
  direction.retries = 0;
  ScheduleHead(to, direction);
  return head;
}

}  // namespace ktrial::sim
