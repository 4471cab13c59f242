#include "cluster/zk_controller/controller_events.h"

namespace ktrial::cluster {
namespace {

// Something went wrong on the way: somebody else is to try, or this broker again.
bool TriggerControllerMove(ControllerEnv& env) {
  BrokerId controller;
  if (!env.zk.GetControllerId(controller)) return false;
  env.context.active_controller = controller;
  if (!env.is_active()) return true;
  const int32_t epoch_zk_version = env.context.epoch_zk_version;
  env.context.active_controller = BrokerId();
  OnControllerResignation(env);
  if (env.zk.DeleteController(epoch_zk_version)) return true;
  if (env.zk.stop() != KafkaZkClient::Stop::kControllerMoved) return false;
  env.zk.Resume();
  return true;
}

bool BecomeController(ControllerEnv& env) {
  KafkaZkClient::ControllerReign reign;
  if (!env.zk.RegisterControllerAndIncrementEpoch(env.self, reign)) return false;
  env.context.epoch = reign.epoch;
  env.context.epoch_zk_version = reign.zk_version;
  env.context.active_controller = env.self;
  env.effects.Add(ReignChanged{.epoch = reign.epoch, .active = true});
  return OnControllerFailover(env);
}

}  // namespace

void OnControllerResignation(ControllerEnv& env) {
  if (env.context.epoch.valid()) env.effects.Add(ReignChanged{.epoch = env.context.epoch, .active = false});
  env.effects.Add(CloseBrokerChannels{});
  env.context.Reset();
}

bool MaybeResign(ControllerEnv& env) {
  const bool was_active = env.is_active();
  BrokerId controller;
  if (!env.zk.GetControllerId(controller)) return false;
  env.context.active_controller = controller;
  if (was_active && !env.is_active()) OnControllerResignation(env);
  return true;
}

bool Elect(ControllerEnv& env) {
  BrokerId controller;
  if (!env.zk.GetControllerId(controller)) return false;
  env.context.active_controller = controller;
  // It may be this broker, of an election whose answer was lost (KafkaController.elect).
  if (controller.valid()) return true;
  if (BecomeController(env)) return true;
  switch (env.zk.stop()) {
    case KafkaZkClient::Stop::kControllerMoved:
      env.zk.Resume();
      return MaybeResign(env);
    case KafkaZkClient::Stop::kFailed:
      env.zk.Resume();
      return TriggerControllerMove(env);
    default:
      return false;
  }
}

}  // namespace ktrial::cluster
