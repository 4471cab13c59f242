// What travels on a connection. The world sees a message's kind, size and tag, and hands the body on unread.
#ifndef KTRIAL_SIM_MESSAGE_H_
#define KTRIAL_SIM_MESSAGE_H_

#include <cstdint>

#include "sim/ref.h"

namespace ktrial::sim {

// An immutable body: a protocol message on a connection, or the content of a chunk on a disk.
class Payload : public RefCounted {};

struct Message {
  // The sender's own numbering, below 1024; message filters select by it.
  uint16_t kind = 0;
  // Size on the wire.
  int32_t bytes = 0;
  // Distinguishes messages of one kind in the trace hash, such as a correlation id.
  uint64_t tag = 0;
  Ref<const Payload> body = {};
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_MESSAGE_H_
