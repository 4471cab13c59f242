// The connections of a World as data: what each end knows and what is on its way to it. The rules of TCP that move this
// data are in world_connections.cc.
//
//   ConnectionId caller = table.Open(client, broker);   // the caller's name for its end
//   ConnectionId acceptor = ConnectionTable::Peer(caller);
//   Direction& toward_broker = table.Find(acceptor)->toward(acceptor);
#ifndef KTRIAL_SIM_CONNECTION_H_
#define KTRIAL_SIM_CONNECTION_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/event_queue.h"
#include "sim/ids.h"
#include "sim/message.h"
#include "sim/ring.h"
#include "sim/time.h"

namespace ktrial::sim {

enum class SegmentKind : uint8_t { kSyn, kSynAck, kData, kFin, kReset };

// One thing on its way along a connection: a message, or a step of opening and closing.
struct Segment {
  SegmentKind kind = SegmentKind::kData;
  // The receiver's kernel has it; it only waits for its process to read.
  bool received = false;
  // Made by a fault in the middle of the path: nothing can stop it.
  bool forced = false;
  // The network loses it, this time.
  bool lost = false;
  // When the sender's thread hands it to its kernel; until then it dies with the process.
  SimTime departs_at = {};
  SimTime arrives_at = {};
  // The message filters up to this one have seen it.
  FaultId seen_by = {};
  Message message = {};
};

// What flows to one end, in order. Only the head has an event in the World's queue.
struct Direction {
  Ring<Segment> in_flight;
  EventHandle due;
  // What is sent next arrives no earlier.
  SimTime last_arrival;
  // Retransmissions of the head so far.
  int16_t retries = 0;
  // The sending machine lost power: what is lost from here on is not sent again.
  bool orphaned = false;
  // The message filter that holds the head back, if any.
  FaultId held_by;
};

struct ConnectionEnd {
  ProcessId process;
  // The process has this end. An end that is not open answers with a reset.
  bool open = false;
  bool reading_paused = false;
  // Where the process keeps this end in its list of connections.
  int32_t position = -1;
};

struct Connection {
  // 0 connected, 1 accepted.
  std::array<ConnectionEnd, 2> ends;
  // inbound[i] flows to ends[i].
  std::array<Direction, 2> inbound;
  // The caller has its answer; what it sends before waits behind the handshake.
  bool established = false;
  uint32_t generation = 0;
};

// A slab of connections. A ConnectionId names one end: slot, side and the slot's generation, so an id is never reused
// and the two ends have ids that differ in the lowest bit.
class ConnectionTable {
 public:
  // A new connection; the id is that of the caller's end, which is open at once.
  ConnectionId Open(ProcessId caller, ProcessId acceptor);
  // Nothing once both ends are closed. The pointer is good until the next Open.
  Connection* Find(ConnectionId id);
  const Connection* Find(ConnectionId id) const;
  // Frees the slot; both ends must be closed and nothing may be pending.
  void Release(ConnectionId id);

  static int Side(ConnectionId id) { return static_cast<int>(id.value() & 1); }
  static ConnectionId Peer(ConnectionId id) { return ConnectionId(id.value() ^ 1); }

  size_t live_count() const { return slots_.size() - free_.size(); }
  // The ids of all live connections' calling ends, by slot.
  std::vector<ConnectionId> LiveConnections() const;

 private:
  static size_t Index(ConnectionId id) { return static_cast<size_t>(static_cast<uint32_t>(id.value()) >> 1); }
  static ConnectionId IdOf(size_t index, uint32_t generation);

  std::vector<Connection> slots_;
  std::vector<uint32_t> free_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_CONNECTION_H_
