#include "scenarios/random_racks.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "scenarios/text.h"
#include "sim/random.h"

namespace ktrial::scenarios {
namespace {

class RackWriter {
 public:
  RackWriter(uint64_t seed, const ClusterSizes& sizes)
      : sizes_(sizes), draw_(sim::RandomStream::Derive(seed, "schedule.racks", 0, 0)) {}

  RackDraw Write() {
    RackDraw drawn;
    if (sizes_.brokers < 2 || !OneIn(3)) return drawn;
    const int64_t racks = Between(2, 3);
    std::vector<int64_t> brokers(static_cast<size_t>(racks));
    std::vector<int64_t> controllers(static_cast<size_t>(racks));
    for (int64_t i = 0; i < sizes_.brokers; ++i) ++brokers[static_cast<size_t>(Below(racks))];
    for (int64_t i = 0; i < sizes_.controllers; ++i) ++controllers[static_cast<size_t>(Below(racks))];
    drawn.cluster = "  racks:\n";
    for (size_t i = 0; i < brokers.size(); ++i) {
      names_.push_back("az" + std::to_string(i + 1));
      drawn.cluster += Cat({"    ", names_.back(), ": { brokers: ", std::to_string(brokers[i]),
                            ", controllers: ", std::to_string(controllers[i]), " }\n"});
    }
    if (OneIn(4)) drawn.cluster += "  rack_aware: false\n";
    if (OneIn(2)) {
      drawn.network = Cat({"network: { between_racks: { latency: { p50: ", Pick({"900us", "10ms"}),
                           ", p99: ", Pick({"10ms", "50ms"}), " } } }\n"});
    }
    if (OneIn(2)) {
      drawn.cluster_config = "    replica.selector.class: org.apache.kafka.common.replica.RackAwareReplicaSelector\n";
      drawn.consumer_config = ", client.rack: " + Name();
    }
    for (int64_t faults = Between(0, 2); faults > 0; --faults) drawn.faults += Fault();
    return drawn;
  }

 private:
  int64_t Below(int64_t bound) { return static_cast<int64_t>(draw_.Below(static_cast<uint64_t>(bound))); }
  int64_t Between(int64_t low, int64_t high) { return low + Below(high - low + 1); }
  bool OneIn(int64_t n) { return Below(n) == 0; }
  std::string Pick(std::initializer_list<std::string_view> choices) {
    return std::string(*(choices.begin() + Below(static_cast<int64_t>(choices.size()))));
  }
  std::string Name() { return names_[static_cast<size_t>(Below(static_cast<int64_t>(names_.size())))]; }
  std::string Rack() { return OneIn(4) ? "random rack" : "rack " + Name(); }

  std::string Action() {
    switch (Below(6)) {
      case 0:
      case 1:
        return Cat({"power_loss: { target: ", Rack(), ", lose: ", Pick({"random", "all", "nothing"}), " }"});
      case 2:
        return "isolate: " + Rack();
      case 3:
        return Cat({"cut: { from: rack ", names_[0], ", to: rack ", names_[1],
                    ", direction: ", Pick({"to", "from", "both"}), " }"});
      case 4:
        return Cat({"partition: { groups: [[rack ", names_[0], "], [rack ", names_[1], "]] }"});
      default:
        return Cat({"kill: ", Pick({"brokers in rack ", "controllers in rack ", "random broker in rack "}), Name()});
    }
  }

  std::string Fault() {
    const int64_t at = Between(1'000, sizes_.duration_millis - 3'000);
    std::string entry = Cat({"  - { at: ", std::to_string(at), "ms, ", Action()});
    if (!OneIn(8)) {
      const int64_t most = std::min<int64_t>(sizes_.duration_millis - at, 20'000);
      entry += Cat({", for: ", std::to_string(Between(100, most)), "ms"});
    }
    return entry + " }\n";
  }

  ClusterSizes sizes_;
  sim::RandomStream draw_;
  std::vector<std::string> names_;
};

}  // namespace

RackDraw DrawRacks(uint64_t seed, const ClusterSizes& sizes) { return RackWriter(seed, sizes).Write(); }

}  // namespace ktrial::scenarios
