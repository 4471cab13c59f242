#include "sim/connection.h"

#include "sim/check.h"

namespace ktrial::sim {
namespace {

// Odd while the slot is in use, so that a free slot matches no id.
bool InUse(uint32_t generation) { return (generation & 1) == 1; }

}  // namespace

ConnectionId ConnectionTable::IdOf(size_t index, uint32_t generation) {
  return ConnectionId(static_cast<int64_t>(generation) << 32 | static_cast<int64_t>(index << 1));
}

ConnectionId ConnectionTable::Open(ProcessId caller, ProcessId acceptor) {
  size_t index = slots_.size();
  if (free_.empty()) {
    KT_CHECK(index < (size_t{1} << 31));
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  Connection& connection = slots_[index];
  // Ids stay positive: a slot serves 2^30 connections.
  KT_CHECK(connection.generation < (uint32_t{1} << 31) - 2);
  ++connection.generation;
  connection.established = false;
  connection.ends[0] = {.process = caller, .open = true};
  connection.ends[1] = {.process = acceptor};
  return IdOf(index, connection.generation);
}

Connection* ConnectionTable::Find(ConnectionId id) {
  const size_t index = Index(id);
  if (!id.valid() || index >= slots_.size()) return nullptr;
  Connection& connection = slots_[index];
  return connection.generation == static_cast<uint32_t>(id.value() >> 32) ? &connection : nullptr;
}

const Connection* ConnectionTable::Find(ConnectionId id) const { return const_cast<ConnectionTable*>(this)->Find(id); }

void ConnectionTable::Release(ConnectionId id) {
  Connection* connection = Find(id);
  KT_CHECK(connection != nullptr && InUse(connection->generation));
  KT_CHECK(!connection->ends[0].open && !connection->ends[1].open);
  for (Direction& direction : connection->inbound) {
    KT_CHECK(direction.in_flight.empty() && direction.due.empty());
    direction.last_arrival = SimTime();
    direction.retries = 0;
    direction.orphaned = false;
    direction.held_by = FaultId();
  }
  ++connection->generation;
  free_.push_back(static_cast<uint32_t>(Index(id)));
}

std::vector<ConnectionId> ConnectionTable::LiveConnections() const {
  std::vector<ConnectionId> live;
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (InUse(slots_[i].generation)) live.push_back(IdOf(i, slots_[i].generation));
  }
  return live;
}

}  // namespace ktrial::sim
