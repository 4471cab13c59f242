#include "scenarios/fault.h"

#include <array>
#include <type_traits>
#include <vector>

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
        using T = std::remove_cvref_t<decltype(fault)>;
        if constexpr (std::is_same_v<T, CutFault> || std::is_same_v<T, DelayFault>) {
          Append(fault.from, &selectors);
          Append(fault.to, &selectors);
        } else {
          Append(fault.targets, &selectors);
        }
      },
      action);
  return selectors;
}

}  // namespace

std::string_view ActionName(const Fault::Action& action) {
  constexpr std::array<std::string_view, std::variant_size_v<Fault::Action>> kNames = {
      "kill", "stop", "power_loss", "pause", "isolate", "cut", "slow_disk", "delay", "slow_cpu", "clock_skew", "start"};
  return kNames[action.index()];
}

std::vector<const Selector*> SelectorsOf(const Fault::Action& action) { return Gather<const Selector*>(action); }
std::vector<Selector*> SelectorsOf(Fault::Action& action) { return Gather<Selector*>(action); }

}  // namespace ktrial::scenarios
