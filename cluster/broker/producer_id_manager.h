// Hands out producer ids from blocks that the controller allots (RPCProducerIdManager, KIP-730). The next block is
// asked for when the present one is nearly used up; with none at hand the caller is told to come back.
#ifndef KTRIAL_CLUSTER_BROKER_PRODUCER_ID_MANAGER_H_
#define KTRIAL_CLUSTER_BROKER_PRODUCER_ID_MANAGER_H_

#include <cstdint>
#include <optional>

#include "cluster/protocol/ids.h"
#include "cluster/protocol/produce_api.h"

namespace ktrial::cluster {

class ProducerIdManager {
 public:
  // The next id; empty if there is none at hand.
  std::optional<ProducerId> GenerateProducerId();
  // Whether a block is to be asked for now; if so, one counts as on its way.
  bool TakeBlockRequest();
  // The controller's answer, or that there was none.
  void OnBlock(const AllocateProducerIdsResponse& response);
  void OnNoAnswer() { requested_ = false; }

 private:
  struct Block {
    int64_t next = 0;
    // Exclusive.
    int64_t end = 0;
    int64_t size = 0;
  };

  Block current_;
  std::optional<Block> next_;
  bool requested_ = false;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_BROKER_PRODUCER_ID_MANAGER_H_
