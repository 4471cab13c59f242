#include "cluster/zk_controller/kafka_controller.h"

#include <string>
#include <utility>
#include <variant>

#include "cluster/zk_controller/controller_events.h"

namespace ktrial::cluster {
namespace {

// For who asks a broker that is not the controller, or not any more.
ControllerResponse NotController(const ControllerRequest& request) {
  constexpr ErrorCode kError = ErrorCode::kNotController;
  struct Visitor {
    ControllerResponse operator()(const ControlledShutdownRequest&) const {
      return ControlledShutdownResponse{.error = kError, .remaining = {}};
    }
    ControllerResponse operator()(const AlterPartitionRequest&) const {
      return AlterPartitionResponse{.error = kError, .partitions = {}};
    }
    ControllerResponse operator()(const CreateTopicsRequest&) const {
      return CreateTopicsResponse{.error = kError, .results = {}};
    }
    ControllerResponse operator()(const AlterPartitionReassignmentsRequest&) const {
      return AlterPartitionReassignmentsResponse{.error = kError, .partitions = {}};
    }
    ControllerResponse operator()(const AllocateProducerIdsRequest&) const {
      return AllocateProducerIdsResponse{.error = kError, .first = {}, .count = 0};
    }
  };
  return std::visit(Visitor(), request);
}

bool RegisterBroker(ControllerEnv& env, const std::string& rack, int64_t session) {
  BrokerEpoch epoch;
  if (!env.zk.RegisterBroker(env.self, rack, env.context.registered_session, epoch)) return false;
  if (!epoch.valid()) {
    // Kafka's broker ends its start-up here; one that runs does not want to be the controller either.
    env.effects.Add(BrokerNotRegistered{});
    return env.zk.Fail(KafkaZkClient::Stop::kFailed);
  }
  env.context.broker_epoch = epoch;
  env.context.registered_session = session;
  env.effects.Add(BrokerRegistered{epoch});
  return true;
}

bool RegisterAndElect(ControllerEnv& env, const std::string& rack, int64_t session) {
  return RegisterBroker(env, rack, session) && MaybeResign(env) && Elect(env);
}

// One event after the other; overloads for what they are.
struct Processor {
  ControllerEnv& env;
  const std::string& rack;
  int64_t session;

  bool operator()(const StartupEvent&) const {
    return env.zk.MakeSurePersistentPathsExist() && RegisterAndElect(env, rack, session);
  }
  bool operator()(const RegisterBrokerAndReelectEvent&) const { return RegisterAndElect(env, rack, session); }
  bool operator()(const ExpireEvent&) const {
    env.context.active_controller = BrokerId();
    OnControllerResignation(env);
    return true;
  }
  bool operator()(const ControllerChangeEvent&) const { return MaybeResign(env); }
  bool operator()(const ReelectEvent&) const { return MaybeResign(env) && Elect(env); }
  bool operator()(const BrokerChangeEvent&) const { return ProcessBrokerChange(env); }
  bool operator()(const TopicChangeEvent&) const { return ProcessTopicChange(env); }
  bool operator()(const IsrChangeNotificationEvent&) const { return ProcessIsrChangeNotification(env); }
  bool operator()(const AutoPreferredReplicaLeaderElectionEvent&) const {
    return ProcessAutoPreferredReplicaLeaderElection(env);
  }
  bool operator()(const RequestEvent& event) const {
    if (std::holds_alternative<ControlledShutdownRequest>(event.request)) return ProcessControlledShutdown(env, event);
    if (std::holds_alternative<AlterPartitionRequest>(event.request)) return ProcessAlterPartition(env, event);
    if (std::holds_alternative<CreateTopicsRequest>(event.request)) return ProcessCreateTopics(env, event);
    if (std::holds_alternative<AllocateProducerIdsRequest>(event.request))
      return ProcessAllocateProducerIds(env, event);
    return ProcessPartitionReassignments(env, event);
  }
};

// Who asked is told that nothing came of it.
void AnswerFailure(ControllerEnv& env, const ControllerEvent& event) {
  if (const auto* request = std::get_if<RequestEvent>(&event)) {
    env.effects.Add(RespondTo{request->handle, NotController(request->request)});
  }
}

}  // namespace

void KafkaController::OnWatch(const ZkWatchEvent& event) {
  if (event.path == kControllerPath) {
    if (event.type == ZkEventType::kDeleted) {
      Put(ReelectEvent{});
    } else {
      Put(ControllerChangeEvent{});
    }
  } else if (event.path == kBrokerIdsPath) {
    Put(BrokerChangeEvent{});
  } else if (event.path == kTopicsPath && event.type == ZkEventType::kChildrenChanged) {
    Put(TopicChangeEvent{});
  } else if (event.path == kIsrChangesPath) {
    Put(IsrChangeNotificationEvent{});
  }
}

void KafkaController::OnSessionExpired() {
  for (const ControllerEvent& event : std::exchange(queue_, {})) {
    if (const auto* request = std::get_if<RequestEvent>(&event)) {
      // An effect of no event: it is not repeated.
      effects_.AddOnce(RespondTo{request->handle, NotController(request->request)});
    }
  }
  Put(ExpireEvent{});
}

void KafkaController::Run(int64_t session) {
  while (!thread_.waiting()) {
    if (running_) {
      context_ = before_;
      thread_.Rewind();
      effects_.Rewind();
    } else {
      if (queue_.empty()) return;
      running_ = std::move(queue_.front());
      queue_.pop_front();
      before_ = context_;
      session_ = session;
      effects_.Clear();
    }
    KafkaZkClient zk(thread_, session_);
    ControllerEnv env{
        .self = options_.self, .config = options_.config, .context = context_, .zk = zk, .effects = effects_};
    if (!std::visit(Processor{env, options_.rack, session_}, *running_)) {
      if (zk.stop() == KafkaZkClient::Stop::kWaiting) return;
      // Kafka's thread logs what was thrown and goes on to the next event; deposed, it first looks who deposed it.
      const bool moved = zk.stop() == KafkaZkClient::Stop::kControllerMoved;
      zk.Resume();
      AnswerFailure(env, *running_);
      if (moved && !MaybeResign(env) && zk.stop() == KafkaZkClient::Stop::kWaiting) return;
    }
    running_.reset();
    thread_.Clear();
  }
}

}  // namespace ktrial::cluster
