#include "cluster/controller/replica_placer.h"

#include <string>
#include <utility>

#include "absl/container/btree_map.h"
#include "sim/check.h"

namespace ktrial::cluster {
namespace {

// Gives each broker once per round, each round beginning one broker further on.
class BrokerRing {
 public:
  void Add(BrokerId broker) { brokers_.push_back(broker); }
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

class Rack {
 public:
  void Add(BrokerId broker, bool fenced) { (fenced ? fenced_ : unfenced_).Add(broker); }
  void StartAtRandom(sim::RandomStream& random) {
    fenced_.StartAtRandom(random);
    unfenced_.StartAtRandom(random);
  }
  void Shuffle(sim::RandomStream& random) {
    fenced_.Shuffle(random);
    unfenced_.Shuffle(random);
  }
  BrokerId NextUnfenced(int round) { return unfenced_.Next(round); }
  // Fenced ones only when the others are used up.
  BrokerId Next(int round) {
    const BrokerId next = unfenced_.Next(round);
    return next.valid() ? next : fenced_.Next(round);
  }

 private:
  BrokerRing fenced_;
  BrokerRing unfenced_;
};

// StripedReplicaPlacer.RackList: replicas go round the racks, each partition beginning one rack further on.
class RackList {
 public:
  RackList(const MetadataImage& image, sim::RandomStream& random) : random_(random) {
    // By name, those without one first.
    absl::btree_map<std::string, Rack> by_name;
    for (const auto& [id, broker] : image.brokers()) {
      // A broker that is shutting down gets no new replicas (UsableBrokerIterator).
      if (!broker.fenced && broker.in_controlled_shutdown) continue;
      by_name[broker.rack].Add(id, broker.fenced);
      ++total_;
      if (!broker.fenced) ++unfenced_;
    }
    for (auto& [name, rack] : by_name) {
      rack.StartAtRandom(random_);
      racks_.push_back(std::move(rack));
    }
    // One rack leaves nothing to draw.
    if (racks_.size() > 1) first_rack_ = random_.Below(racks_.size());
  }

  size_t total() const { return total_; }
  size_t unfenced() const { return unfenced_; }

  // At most total() replicas, and not without an unfenced broker.
  std::vector<BrokerId> Place(int16_t replication_factor) {
    // After as many assignments as there are unfenced brokers they would repeat.
    if (round_ == static_cast<int>(unfenced_) && unfenced_ > 1) {
      for (size_t i = racks_.size(); i > 1; --i) std::swap(racks_[i - 1], racks_[random_.Below(i)]);
      for (Rack& rack : racks_) rack.Shuffle(random_);
      round_ = 0;
    }
    if (first_rack_ == racks_.size()) first_rack_ = 0;
    // The leader's rack has given one; the others come first, from the same place on.
    size_t leader_rack = first_rack_;
    std::vector<BrokerId> replicas = {PlaceLeader(&leader_rack)};
    bool passed_leader_rack = false;
    size_t rack = first_rack_;
    while (replicas.size() < static_cast<size_t>(replication_factor)) {
      BrokerId next;
      if (rack == leader_rack && !passed_leader_rack) {
        passed_leader_rack = true;
      } else {
        next = racks_[rack].Next(round_);
      }
      rack = (rack + 1) % racks_.size();
      if (next.valid()) replicas.push_back(next);
    }
    ++round_;
    ++first_rack_;
    return replicas;
  }

 private:
  // From the first rack that has an unfenced broker.
  BrokerId PlaceLeader(size_t* rack) {
    while (true) {
      const BrokerId leader = racks_[*rack].NextUnfenced(round_);
      if (leader.valid()) return leader;
      *rack = (*rack + 1) % racks_.size();
    }
  }

  sim::RandomStream& random_;
  std::vector<Rack> racks_;
  size_t total_ = 0;
  size_t unfenced_ = 0;
  // Where the next partition begins.
  size_t first_rack_ = 0;
  int round_ = 0;
};

}  // namespace

std::optional<std::vector<std::vector<BrokerId>>> PlaceReplicas(const MetadataImage& image, int32_t partitions,
                                                                int16_t replication_factor, sim::RandomStream& random) {
  KT_CHECK(partitions >= 1 && replication_factor >= 1);
  RackList racks(image, random);
  if (racks.unfenced() == 0 || racks.total() < static_cast<size_t>(replication_factor)) return std::nullopt;
  std::vector<std::vector<BrokerId>> assignment;
  for (int32_t partition = 0; partition < partitions; ++partition)
    assignment.push_back(racks.Place(replication_factor));
  return assignment;
}

}  // namespace ktrial::cluster
