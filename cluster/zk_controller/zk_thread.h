// Lets code that waits for ZooKeeper be written in the order in which Kafka's threads run it, one blocking call after
// the other, while its state stays plain and copyable. A call whose answer is still out stops the code, all the way up;
// when the answer has come the code runs again from its beginning, on the state that it began with, and is given the
// answers it got before. So nothing of it may depend on anything but that state and the answers.
//
//   const std::vector<ZkResponse>* read = thread.Call({ZkGetData{.path = "/controller"}});
//   if (read == nullptr) return;  // to be run again
//   ...
//   while (std::optional<std::vector<ZkRequest>> requests = thread.TakeRequests()) Send(...);
//   thread.OnResponses(responses);
//   thread.Rewind();
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_THREAD_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_THREAD_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "cluster/zk_controller/zk_request.h"
#include "sim/check.h"

namespace ktrial::cluster {

class ZkThread {
 public:
  // The requests go out together, and their answers come together, in order (ZooKeeperClient.handleRequests). Null
  // while they are out. The pointer holds until the next call.
  const std::vector<ZkResponse>* Call(std::vector<ZkRequest> requests) {
    if (next_ < answered_.size()) return &answered_[next_++];
    KT_CHECK(!waiting_);
    waiting_ = true;
    unsent_ = std::move(requests);
    return nullptr;
  }

  // What is to be sent, once.
  std::optional<std::vector<ZkRequest>> TakeRequests() { return std::exchange(unsent_, std::nullopt); }
  void OnResponses(std::vector<ZkResponse> responses) {
    KT_CHECK(waiting_);
    waiting_ = false;
    answered_.push_back(std::move(responses));
  }
  bool waiting() const { return waiting_; }

  // The code runs again.
  void Rewind() { next_ = 0; }
  // The code is done.
  void Clear() {
    KT_CHECK(!waiting_);
    answered_.clear();
    next_ = 0;
  }

 private:
  std::vector<std::vector<ZkResponse>> answered_;
  size_t next_ = 0;
  bool waiting_ = false;
  std::optional<std::vector<ZkRequest>> unsent_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_ZK_THREAD_H_
