// IncrementalAlterConfigs: how administrators change the configs of topics and brokers while the cluster runs.
#ifndef KTRIAL_CLUSTER_PROTOCOL_CONFIG_API_H_
#define KTRIAL_CLUSTER_PROTOCOL_CONFIG_API_H_

#include <cstdint>
#include <string>
#include <vector>

#include "cluster/protocol/error_code.h"
#include "cluster/protocol/ids.h"

namespace ktrial::cluster {

// AlterConfigOp.OpType, as far as single values take it.
enum class AlterConfigOp : int8_t { kSet = 0, kDelete = 1 };

struct IncrementalAlterConfigsRequest {
  struct Entry {
    std::string name;
    AlterConfigOp op = AlterConfigOp::kSet;
    // Of kSet.
    std::string value;
  };
  // A resource of type TOPIC.
  struct Topic {
    std::string name;
    std::vector<Entry> entries;
  };
  std::vector<Topic> topics;
  // A resource of type BROKER, as its own broker passes it on.
  struct Broker {
    BrokerId id;
    std::vector<Entry> entries;
  };
  std::vector<Broker> brokers = {};
};

struct IncrementalAlterConfigsResponse {
  // Of the topics, and then of the brokers, in their order.
  struct Result {
    // A broker's is its id.
    std::string name;
    ErrorCode error = ErrorCode::kNone;
  };
  // Set if nothing was tried, such as NOT_CONTROLLER.
  ErrorCode error = ErrorCode::kNone;
  std::vector<Result> results;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_PROTOCOL_CONFIG_API_H_
