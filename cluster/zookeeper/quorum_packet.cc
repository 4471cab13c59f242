#include "cluster/zookeeper/quorum_packet.h"

#include "cluster/zookeeper/client_protocol.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

constexpr int32_t kPacketBytes = 40;
constexpr int32_t kTouchedBytes = 12;

}  // namespace

std::string_view ServerStateName(ServerState state) {
  switch (state) {
    case ServerState::kLooking:
      return "LOOKING";
    case ServerState::kFollowing:
      return "FOLLOWING";
    case ServerState::kLeading:
      return "LEADING";
    case ServerState::kStandalone:
      return "STANDALONE";
  }
  KT_UNREACHABLE();
}

sim::Message ToMessage(sim::Ref<const QuorumPacket> packet) {
  int32_t bytes = kPacketBytes + kTouchedBytes * static_cast<int32_t>(packet->touched.size());
  if (packet->transaction) bytes += packet->transaction->encoded_bytes;
  if (packet->snapshot) bytes += EncodedBytes(*packet->snapshot);
  if (packet->type == PacketType::kRequest) bytes += EncodedBytes(packet->request.op);
  return {.kind = static_cast<uint16_t>(kQuorumPacketKinds + static_cast<uint16_t>(packet->type)),
          .bytes = bytes,
          .tag = static_cast<uint64_t>(packet->zxid.value()),
          .body = packet};
}

}  // namespace ktrial::cluster::zookeeper
