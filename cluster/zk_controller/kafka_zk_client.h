// The controller's calls to ZooKeeper (kafka.zk.KafkaZkClient), as they look to code that runs on a ZkThread. A call
// that returns false stops the caller, and its callers, up to the event: its answer is out, the controller finds that
// it has been deposed, or the session has expired (stop() says which). Kafka throws where this returns false.
//
//   std::vector<LeaderIsrAndControllerEpoch> states;
//   if (!zk.GetTopicPartitionStates(context, partitions, states)) return false;
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_ZK_CLIENT_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_ZK_CLIENT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/protocol/ids.h"
#include "cluster/zk_controller/controller_context.h"
#include "cluster/zk_controller/leader_and_isr.h"
#include "cluster/zk_controller/zk_data.h"
#include "cluster/zk_controller/zk_request.h"
#include "cluster/zk_controller/zk_thread.h"

namespace ktrial::cluster {

class KafkaZkClient {
 public:
  enum class Stop : uint8_t { kNone, kWaiting, kControllerMoved, kFailed };

  // `session` is the client's present session.
  KafkaZkClient(ZkThread& thread, int64_t session) : thread_(thread), session_(session) {}

  Stop stop() const { return stop_; }
  // Goes on after what stopped it, except for an answer that is out.
  void Resume() { stop_ = Stop::kNone; }
  // For callers that find a contradiction.
  bool Fail(Stop stop) {
    stop_ = stop;
    return false;
  }

  // ---- Brokers.

  [[nodiscard]] bool MakeSurePersistentPathsExist();
  // None if the id belongs to another session that lives. `previous` is the session that registered it before, of which
  // a stale node may be left (KAFKA-7165).
  [[nodiscard]] bool RegisterBroker(BrokerId broker, const std::string& rack, int64_t previous, BrokerEpoch& epoch);
  // Watches for brokers that come and go.
  [[nodiscard]] bool GetAllBrokersAndEpochs(absl::btree_map<BrokerId, LiveBroker>& brokers);

  // ---- Election.

  // Watches /controller.
  [[nodiscard]] bool GetControllerId(BrokerId& controller);
  struct ControllerReign {
    ControllerEpoch epoch;
    int32_t zk_version = -1;
  };
  // Becomes the controller, or stops with kControllerMoved if somebody else does.
  [[nodiscard]] bool RegisterControllerAndIncrementEpoch(BrokerId self, ControllerReign& reign);
  [[nodiscard]] bool DeleteController(int32_t epoch_zk_version);

  // ---- Topics.

  using Topics = std::vector<std::pair<std::string, TopicZnode>>;
  // Watches for topics that come and go.
  [[nodiscard]] bool GetAllTopics(std::vector<std::string>& topics);
  // Of those that are there.
  [[nodiscard]] bool GetAssignments(const std::vector<std::string>& topics, Topics& assignments);
  // In the order of `topics`; empty without any.
  [[nodiscard]] bool GetTopicConfigs(const std::vector<std::string>& topics, std::vector<TopicConfigs>& configs);
  [[nodiscard]] bool SetAssignment(const std::string& name, const TopicZnode& topic, int32_t epoch_zk_version);
  enum class CreatedTopic : uint8_t { kYes, kExists };
  // Gives the topic the next id.
  [[nodiscard]] bool CreateTopic(const std::string& name, const std::vector<std::vector<BrokerId>>& assignment,
                                 const TopicConfigs& configs, TopicId& id, CreatedTopic& outcome);

  // ---- Partition states.

  using States = absl::btree_map<TopicPartition, LeaderIsrAndControllerEpoch>;
  // Of those that have one.
  [[nodiscard]] bool GetTopicPartitionStates(const ControllerContext& context,
                                             const std::vector<TopicPartition>& partitions, States& states);
  // Those that were created.
  [[nodiscard]] bool CreateTopicPartitionStates(const ControllerContext& context, const States& states,
                                                std::vector<TopicPartition>& created);
  struct UpdatedStates {
    // With their new partition epochs.
    absl::btree_map<TopicPartition, LeaderAndIsr> updated;
    // Somebody else has written meanwhile.
    std::vector<TopicPartition> bad_version;
    // Their nodes are gone.
    std::vector<TopicPartition> failed;
  };
  [[nodiscard]] bool UpdateLeaderAndIsr(const ControllerContext& context,
                                        const absl::btree_map<TopicPartition, LeaderAndIsr>& states,
                                        UpdatedStates& result);

  // ---- ISR changes that leaders tell of (before 2.7).

  // Watches for more of them.
  [[nodiscard]] bool GetIsrChangeNotifications(std::vector<std::string>& nodes);
  [[nodiscard]] bool GetPartitionsFromIsrChanges(const std::vector<std::string>& nodes,
                                                 std::vector<TopicPartition>& partitions);
  [[nodiscard]] bool DeleteIsrChangeNotifications(const std::vector<std::string>& nodes, int32_t epoch_zk_version);

  // ---- Producer ids.

  // The first id of a block of 1,000.
  [[nodiscard]] bool NextProducerIdBlock(ProducerId& first);

 private:
  [[nodiscard]] bool Call(std::vector<ZkRequest> requests, std::vector<ZkResponse>& responses);
  [[nodiscard]] bool CallOne(ZkRequest request, ZkResponse& response);
  // Each goes in a multi with a check of the controller's epoch (KAFKA-6082). Answers are those to the operations.
  [[nodiscard]] bool CallAsController(std::vector<ZkOp> ops, int32_t epoch_zk_version,
                                      std::vector<ZkOpResult>& results);
  [[nodiscard]] bool GetControllerEpoch(std::optional<ControllerReign>& reign);
  [[nodiscard]] bool CheckWhetherElected(BrokerId self, ControllerEpoch epoch, ControllerReign& reign);

  ZkThread& thread_;
  int64_t session_;
  Stop stop_ = Stop::kNone;
};

// What a leader's notification of ISR changes holds.
std::string EncodeIsrChanges(const std::vector<TopicPartition>& partitions);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_KAFKA_ZK_CLIENT_H_
