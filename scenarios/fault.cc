#include "scenarios/fault.h"

#include <array>
#include <type_traits>
#include <vector>

#include "scenarios/text.h"
#include "scenarios/units.h"

namespace ktrial::scenarios {
namespace {

template <typename Pointer, typename List>
void Append(List& list, std::vector<Pointer>* out) {
  for (auto& selector : list) out->push_back(&selector);
}

template <typename Pointer, typename Action>
std::vector<Pointer> Gather(Action& action) {
  std::vector<Pointer> selectors;
  std::visit(
      [&](auto& fault) {
        if constexpr (requires { fault.from; }) {
          Append(fault.from, &selectors);
          Append(fault.to, &selectors);
        } else if constexpr (requires { fault.groups; }) {
          for (auto& group : fault.groups) Append(group, &selectors);
          Append(fault.halves, &selectors);
        } else {
          Append(fault.targets, &selectors);
        }
      },
      action);
  return selectors;
}

std::string_view NameOf(MessageFault::Action action) {
  switch (action) {
    case MessageFault::Action::kDelay:
      return "delay";
    case MessageFault::Action::kDrop:
      return "drop";
    case MessageFault::Action::kHold:
      return "hold";
    case MessageFault::Action::kReset:
      return "reset";
    case MessageFault::Action::kKill:
      break;
  }
  return "kill_on";
}

std::string Ordinal(int64_t n) {
  const int64_t tens = n % 100;
  const bool teen = tens >= 11 && tens <= 13;
  const std::string_view ending = teen || n % 10 == 0 || n % 10 > 3 ? "th"
                                  : n % 10 == 1                     ? "st"
                                  : n % 10 == 2                     ? "nd"
                                                                    : "rd";
  return Cat({std::to_string(n), ending});
}

// " the answer to the 3rd Fetch or Produce from broker 1 to broker 2".
std::string Messages(const MessageFault& fault) {
  std::vector<std::string> names;
  for (const Located<std::string>& request : fault.requests) names.push_back(request.value);
  std::string text = fault.answer ? " the answer to" : "";
  if (fault.nth > 0) text += " the " + Ordinal(fault.nth);
  text += " " + JoinChoices(names);
  if (!fault.from.empty()) text += " from " + FormatSelectors(fault.from);
  if (!fault.to.empty()) text += " to " + FormatSelectors(fault.to);
  return text;
}

// " leader of orders/0 on /disk2".
template <typename DiskFault>
std::string OnDisk(const DiskFault& fault) {
  std::string text = " " + FormatSelectors(fault.targets);
  if (fault.dir) text += " on " + fault.dir->value;
  return text;
}

// What the action's own name does not say.
struct Details {
  template <typename T>
  std::string operator()(const T& fault) const {
    return " " + FormatSelectors(fault.targets);
  }
  std::string operator()(const CutFault& fault) const {
    std::string text = Between(fault);
    if (fault.direction == CutFault::Direction::kTo) text += " (one way)";
    if (fault.direction == CutFault::Direction::kFrom) text += " (one way, back)";
    return text;
  }
  std::string operator()(const PartitionFault& fault) const {
    if (!fault.halves.empty()) return " halves of " + FormatSelectors(fault.halves);
    std::string text;
    for (const SelectorList& group : fault.groups) text += (text.empty() ? " " : " | ") + FormatSelectors(group);
    return text;
  }
  std::string operator()(const LossFault& fault) const { return Between(fault) + " of " + FormatPart(fault.loss); }
  std::string operator()(const ThrottleFault& fault) const {
    return Between(fault) + " to " + FormatBandwidth(fault.bytes_per_second);
  }
  std::string operator()(const SlowDiskFault& fault) const {
    std::string text = OnDisk(fault);
    if (fault.append) text += " append " + FormatFactor(*fault.append);
    if (fault.flush) text += " flush " + FormatFactor(*fault.flush);
    if (fault.read) text += " read " + FormatFactor(*fault.read);
    return text;
  }
  std::string operator()(const DiskErrorFault& fault) const {
    std::vector<std::string> failing;
    if (fault.reads) failing.emplace_back("reads");
    if (fault.writes) failing.emplace_back("writes");
    if (fault.flushes) failing.emplace_back("flushes");
    return OnDisk(fault) + " in " + Join(failing, ", ");
  }
  std::string operator()(const DiskFullFault& fault) const { return OnDisk(fault); }
  std::string operator()(const LyingDiskFault& fault) const { return OnDisk(fault); }
  std::string operator()(const WipeDiskFault& fault) const { return OnDisk(fault); }
  std::string operator()(const BitRotFault& fault) const {
    std::string text = OnDisk(fault);
    if (fault.partition) text += " in " + fault.partition->topic + "/" + std::to_string(fault.partition->partition);
    return text;
  }
  std::string operator()(const DelayFault& fault) const { return Between(fault) + " by " + FormatDuration(fault.by); }
  std::string operator()(const MessageFault& fault) const {
    const bool delay = fault.action == MessageFault::Action::kDelay;
    return Messages(fault) + (delay ? " by " + FormatDuration(fault.by) : "");
  }
  std::string operator()(const ResetFault& fault) const { return Between(fault); }
  std::string operator()(const SlowCpuFault& fault) const {
    return " " + FormatSelectors(fault.targets) + " " + FormatFactor(fault.factor);
  }
  std::string operator()(const ClockSkewFault& fault) const { return ByDuration(fault); }
  std::string operator()(const ClockJumpFault& fault) const { return ByDuration(fault); }
  std::string operator()(const ClockDriftFault& fault) const {
    return " " + FormatSelectors(fault.targets) + " by " + FormatPart(fault.by);
  }

 private:
  template <typename T>
  static std::string Between(const T& fault) {
    return " " + FormatSelectors(fault.from) + " - " + FormatSelectors(fault.to);
  }
  template <typename T>
  static std::string ByDuration(const T& fault) {
    return " " + FormatSelectors(fault.targets) + " by " + FormatDuration(fault.by);
  }
};

}  // namespace

std::string_view ActionName(const Fault::Action& action) {
  if (const auto* message = std::get_if<MessageFault>(&action)) return NameOf(message->action);
  constexpr std::array<std::string_view, std::variant_size_v<Fault::Action>> kNames = {
      "kill",  "stop",     "power_loss", "pause",      "isolate",    "cut",        "partition",   "ring",
      "loss",  "throttle", "slow_disk",  "disk_error", "disk_full",  "lying_disk", "bit_rot",     "wipe_disk",
      "delay", "message",  "reset",      "slow_cpu",   "clock_skew", "clock_jump", "clock_drift", "start"};
  return kNames[action.index()];
}

std::string DescribeFault(const Fault& fault) {
  return std::string(ActionName(fault.action)) + std::visit(Details{}, fault.action);
}

bool TakesDown(const Fault::Action& action) {
  return std::holds_alternative<KillFault>(action) || std::holds_alternative<StopFault>(action) ||
         std::holds_alternative<PowerLossFault>(action);
}

bool IsAtOnce(const Fault::Action& action) {
  return std::holds_alternative<BitRotFault>(action) || std::holds_alternative<WipeDiskFault>(action) ||
         std::holds_alternative<ResetFault>(action) || std::holds_alternative<ClockJumpFault>(action) ||
         std::holds_alternative<StartAction>(action);
}

const Located<std::string>* LogDirOf(const Fault::Action& action) {
  return std::visit(
      [](const auto& fault) -> const Located<std::string>* {
        if constexpr (requires { fault.dir->position; }) {
          return fault.dir ? &*fault.dir : nullptr;
        } else {
          return nullptr;
        }
      },
      action);
}

std::vector<const Selector*> SelectorsOf(const Fault::Action& action) { return Gather<const Selector*>(action); }
std::vector<Selector*> SelectorsOf(Fault::Action& action) { return Gather<Selector*>(action); }

}  // namespace ktrial::scenarios
