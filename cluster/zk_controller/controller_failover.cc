#include <string>

#include "cluster/zk_controller/broker_request_batch.h"
#include "cluster/zk_controller/controller_events.h"
#include "cluster/zk_controller/partition_state_machine.h"
#include "cluster/zk_controller/replica_state_machine.h"

namespace ktrial::cluster {
namespace {

constexpr sim::Duration kFirstRebalanceDelay = sim::Seconds(5);

// What the old controller had not read yet is read anyway.
bool DeleteIsrChangeNotifications(ControllerEnv& env) {
  std::vector<std::string> nodes;
  return env.zk.GetIsrChangeNotifications(nodes) &&
         env.zk.DeleteIsrChangeNotifications(nodes, env.context.epoch_zk_version);
}

bool InitializeControllerContext(ControllerEnv& env) {
  ControllerContext& context = env.context;
  if (!env.zk.GetAllBrokersAndEpochs(context.live_or_shutting_down)) return false;
  std::vector<std::string> names;
  KafkaZkClient::Topics topics;
  std::vector<TopicConfigs> configs;
  if (!env.zk.GetAllTopics(names) || !env.zk.GetAssignments(names, topics)) return false;
  for (const auto& [name, topic] : topics) context.AddTopic(name, topic);
  if (!env.zk.GetTopicConfigs(names, configs)) return false;
  for (size_t i = 0; i < names.size(); ++i) {
    const auto id = context.topic_ids.find(names[i]);
    if (id != context.topic_ids.end()) context.topics[id->second].configs = configs[i];
  }
  std::vector<TopicPartition> partitions;
  for (const auto& [tp, assignment] : context.assignments) partitions.push_back(tp);
  if (!UpdateLeaderAndIsrCache(env, partitions)) return false;
  env.effects.Add(CloseBrokerChannels{});
  for (const auto& [broker, live] : context.live_or_shutting_down) {
    env.effects.Add(AddBrokerChannel{broker});
    env.effects.Add(BrokerSeen{.broker = broker, .epoch = live.epoch, .live = true});
  }
  return true;
}

}  // namespace

bool OnControllerFailover(ControllerEnv& env) {
  if (!DeleteIsrChangeNotifications(env) || !InitializeControllerContext(env)) return false;
  // Before anything else the brokers learn who is alive: they follow no leader of whom they do not know that
  // (KAFKA-4443).
  SendUpdateMetadata(env, env.context.LiveOrShuttingDownBrokers(), {});
  if (!StartReplicaStateMachine(env) || !StartPartitionStateMachine(env)) return false;
  if (!ResumeReassignments(env, nullptr)) return false;
  if (env.config.auto_leader_rebalance) env.effects.Add(ScheduleLeaderRebalance{kFirstRebalanceDelay});
  return true;
}

}  // namespace ktrial::cluster
