#include "cluster/controller/replica_placer.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Gives each broker once per round, each round beginning one broker further on.
class BrokerRing {
 public:
  void Add(BrokerId broker) { brokers_.push_back(broker); }
  size_t size() const { return brokers_.size(); }
  void StartAtRandom(sim::RandomStream& random) {
    if (!brokers_.empty()) offset_ = random.Below(brokers_.size());
  }
  void Shuffle(sim::RandomStream& random) {
    for (size_t i = brokers_.size(); i > 1; --i) std::swap(brokers_[i - 1], brokers_[random.Below(i)]);
  }
  // None once the round has given all.
  BrokerId Next(int round) {
    if (brokers_.empty()) return {};
    if (round_ != round) {
      round_ = round;
      index_ = 0;
      offset_ = (offset_ + 1) % brokers_.size();
    }
    if (index_ >= brokers_.size()) return {};
    return brokers_[(index_++ + offset_) % brokers_.size()];
  }

 private:
  std::vector<BrokerId> brokers_;
  size_t index_ = 0;
  size_t offset_ = 0;
  int round_ = 0;
};

}  // namespace

std::optional<std::vector<std::vector<BrokerId>>> PlaceReplicas(const MetadataImage& image, int32_t partitions,
                                                                int16_t replication_factor, sim::RandomStream& random) {
  KT_CHECK(partitions >= 1 && replication_factor >= 1);
  BrokerRing fenced;
  BrokerRing unfenced;
  for (const auto& [id, broker] : image.brokers()) {
    // A broker that is shutting down gets no new replicas (UsableBrokerIterator).
    if (!broker.fenced && broker.in_controlled_shutdown) continue;
    (broker.fenced ? fenced : unfenced).Add(id);
  }
  const size_t total = fenced.size() + unfenced.size();
  if (unfenced.size() == 0 || total < static_cast<size_t>(replication_factor)) return std::nullopt;
  fenced.StartAtRandom(random);
  unfenced.StartAtRandom(random);

  std::vector<std::vector<BrokerId>> assignment;
  int round = 0;
  for (int32_t partition = 0; partition < partitions; ++partition) {
    // After as many assignments as there are brokers they would repeat.
    if (round == static_cast<int>(unfenced.size()) && unfenced.size() > 1) {
      fenced.Shuffle(random);
      unfenced.Shuffle(random);
      round = 0;
    }
    std::vector<BrokerId> replicas;
    for (int16_t i = 0; i < replication_factor; ++i) {
      const BrokerId next = unfenced.Next(round);
      replicas.push_back(next.valid() ? next : fenced.Next(round));
      KT_CHECK(replicas.back().valid());
    }
    assignment.push_back(std::move(replicas));
    ++round;
  }
  return assignment;
}

}  // namespace ktrial::cluster
