// Histories drawn from a naive but correct model of Kafka's replication never alarm, whatever happens in them: leaders
// die, come back, do not know that they were replaced, followers lag and diverge. The model knows no network and no
// time: it takes one legal step after the other.
#include <algorithm>
#include <map>
#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "properties/history_for_test.h"
#include "rapidcheck/gtest.h"

namespace ktrial::properties {
namespace {

using ::testing::IsEmpty;

// One partition on brokers 1 to 3 with min.insync.replicas=2.
class NaiveReplication {
 public:
  // Known ways to get it wrong.
  enum class Flaw { kNone, kTruncatesToHighWatermark, kElectsAnybody, kCountsNobody };

  static constexpr int kChoices = 100;

  explicit NaiveReplication(Flaw flaw = Flaw::kNone) : flaw_(flaw) {
    for (int32_t id = 1; id <= 3; ++id) brokers_[id] = {};
    isr_ = {1, 2, 3};
    leader_ = 1;
    Announce(cluster::PartitionChangeReason::kCreated);
    Learn(1);
  }

  void Step(int choice, int32_t broker) {
    if (choice < 30) return Produce(broker);
    if (choice < 70) return Fetch(broker);
    if (choice < 90) return Learn(broker);
    if (choice < 92) return Kill(broker);
    if (choice < 93) return Shrink();
    if (choice < 97) return Restart(broker);
    return Deliver(broker);
  }

  void Kill(int32_t id) {
    Broker& b = brokers_[id];
    if (!b.up) return;
    b.up = false;
    b.leads = false;
    b.waiting.clear();
    h_.Kill(id);
    if (isr_.size() > 1) isr_.erase(id);
    if (leader_ == id || leader_ < 0) return ElectFromIsr();
    Announce(cluster::PartitionChangeReason::kIsrChange);
  }

  void Restart(int32_t id) {
    Broker& b = brokers_[id];
    if (b.up) return;
    b.up = true;
    b.epoch = -1;
    b.high_watermark /= 2;
    b.fetched.clear();
    h_.Start(id);
    h_.Load(id, b.end(), b.high_watermark);
    if (leader_ < 0 && isr_.count(id) > 0) ElectFromIsr();
  }

  // Everybody is up, learns of the leader and catches up.
  void Settle() {
    for (int32_t id = 1; id <= 3; ++id) Restart(id);
    if (leader_ < 0) ElectFromIsr();
    for (int32_t id = 1; id <= 3; ++id) Learn(id);
    // A fetch brings a batch at least; one more finds a divergence, and two more bring the high watermark.
    const int64_t rounds = brokers_[leader_].end() + 4;
    for (int64_t round = 0; round < rounds; ++round) {
      for (int32_t id = 1; id <= 3; ++id) Fetch(id);
    }
    h_.Wait(sim::Seconds(10));
    h_.Finish();
  }
  const History& history() const { return h_; }

 private:
  struct Broker {
    bool up = true;
    bool leads = false;
    // Of the metadata that it has applied.
    int32_t epoch = -1;
    int32_t leader = -1;
    std::vector<cluster::LogBatchRef> log;
    int64_t high_watermark = 0;
    // As leader: what followers have fetched in this epoch, and its own view of the ISR.
    std::map<int32_t, int64_t> fetched;
    std::set<int32_t> isr;
    // To be acknowledged when the high watermark gets there.
    std::map<int64_t, int64_t> waiting;

    int64_t end() const { return log.empty() ? 0 : log.back()->next_offset().value(); }
  };

  void Announce(cluster::PartitionChangeReason reason) {
    h_.Decide(leader_, epoch_, {isr_.begin(), isr_.end()}, reason);
  }

  void ElectFromIsr() {
    leader_ = -1;
    for (int32_t member : isr_) {
      if (brokers_[member].up) leader_ = member;
    }
    if (flaw_ == Flaw::kElectsAnybody) {
      for (const auto& [id, broker] : brokers_) {
        if (broker.up) leader_ = id;
      }
      if (leader_ >= 0) isr_.insert(leader_);
    }
    ++epoch_;
    Announce(leader_ < 0 ? cluster::PartitionChangeReason::kOffline : cluster::PartitionChangeReason::kElection);
  }

  void Learn(int32_t id) {
    Broker& b = brokers_[id];
    if (!b.up || (b.epoch == epoch_ && !b.leads)) return;
    if (b.epoch == epoch_) {
      b.isr = isr_;
      h_.LeaderIsr(id, epoch_, {isr_.begin(), isr_.end()});
      return Advance(id);
    }
    b.epoch = epoch_;
    b.leader = leader_;
    b.leads = leader_ == id;
    b.waiting.clear();
    if (!b.leads) {
      h_.Follow(id, epoch_, leader_);
      if (flaw_ == Flaw::kTruncatesToHighWatermark && b.end() > b.high_watermark) {
        b.log.resize(static_cast<size_t>(b.high_watermark));
        h_.Truncate(id, b.high_watermark, cluster::TruncationReason::kHighWatermark);
      }
      return;
    }
    b.fetched.clear();
    h_.Lead(id, epoch_);
    b.isr = isr_;
    h_.LeaderIsr(id, epoch_, {isr_.begin(), isr_.end()});
    Advance(id);
  }

  void Produce(int32_t id) {
    Broker& b = brokers_[id];
    if (!b.up || !b.leads || b.isr.size() < 2) return;
    const int64_t value = h_.Send();
    b.waiting[value] = b.end();
    b.log.push_back(h_.ProduceAs(id, b.epoch, {value}, 900));
    Advance(id);
  }

  // The follower fetches from the leader it knows of, and is fenced if they do not agree on the epoch.
  void Fetch(int32_t id) {
    Broker& b = brokers_[id];
    if (!b.up || b.leads || b.leader < 0 || b.leader == id) return;
    Broker& l = brokers_[b.leader];
    if (!l.up || !l.leads || l.epoch != b.epoch) return;
    size_t common = 0;
    while (common < b.log.size() && common < l.log.size() && b.log[common] == l.log[common]) ++common;
    if (common < b.log.size()) {
      const int64_t to = common == 0 ? 0 : b.log[common - 1]->next_offset().value();
      b.log.resize(common);
      h_.Truncate(id, to);
      if (b.high_watermark > to) {
        b.high_watermark = to;
        h_.MoveHighWatermark(id, to, false);
      }
      return;
    }
    l.fetched[id] = b.end();
    h_.Fetched(b.leader, id, b.end());
    const int64_t leader_hw = l.high_watermark;
    Advance(b.leader);
    for (int batches = 0; batches < 4 && b.log.size() < l.log.size(); ++batches) {
      b.log.push_back(l.log[b.log.size()]);
      h_.Copy(id, b.log.back());
    }
    const int64_t hw = std::min(leader_hw, b.end());
    if (hw != b.high_watermark) {
      b.high_watermark = hw;
      h_.MoveHighWatermark(id, hw, false);
    }
    // The leader asks to take it in again, and has its answer at once.
    const bool caught_up = l.fetched[id] >= l.high_watermark && l.fetched[id] >= EpochStart(l);
    if (caught_up && b.leader == leader_ && l.epoch == epoch_ && isr_.insert(id).second) {
      l.isr = isr_;
      h_.LeaderIsr(b.leader, l.epoch, {isr_.begin(), isr_.end()});
      Announce(cluster::PartitionChangeReason::kIsrChange);
    }
  }

  static int64_t EpochStart(const Broker& l) {
    for (const auto& batch : l.log) {
      if (batch->leader_epoch().value() == l.epoch) return batch->base_offset().value();
    }
    return l.end();
  }

  void Advance(int32_t id) {
    Broker& l = brokers_[id];
    if (l.isr.size() < 2) return;
    int64_t hw = l.end();
    for (int32_t member : l.isr) {
      if (flaw_ == Flaw::kCountsNobody) break;
      if (member != id) hw = std::min(hw, l.fetched.count(member) > 0 ? l.fetched[member] : 0);
    }
    if (hw <= l.high_watermark) return;
    l.high_watermark = hw;
    h_.MoveHighWatermark(id, hw, true);
    for (auto it = l.waiting.begin(); it != l.waiting.end();) {
      if (it->second >= hw) {
        ++it;
        continue;
      }
      h_.BrokerAcked(id, l.epoch, it->second, it->second);
      h_.Acked(it->first, it->second);
      it = l.waiting.erase(it);
    }
  }

  // The leader that the controller knows has the slowest follower taken out.
  void Shrink() {
    if (leader_ < 0 || !brokers_[leader_].up || brokers_[leader_].epoch != epoch_) return;
    for (int32_t member : isr_) {
      if (member == leader_) continue;
      isr_.erase(member);
      Announce(cluster::PartitionChangeReason::kIsrChange);
      return Learn(leader_);
    }
  }

  // A consumer reads the next record from a leader, be it replaced or not.
  void Deliver(int32_t id) {
    Broker& l = brokers_[id];
    if (!l.up || !l.leads) return;
    for (const auto& batch : l.log) {
      if (batch->base_offset().value() != position_) continue;
      if (position_ >= l.high_watermark) return;
      h_.Deliver(7, position_, batch->batch().records().front().value);
      ++position_;
      return;
    }
  }

  const Flaw flaw_;
  History h_;
  std::map<int32_t, Broker> brokers_;
  std::set<int32_t> isr_;
  int32_t leader_ = -1;
  int32_t epoch_ = 0;
  int64_t position_ = 0;
};

RC_GTEST_PROP(RandomHistoryTest, LegalReplicationNeverAlarms, ()) {
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, NaiveReplication::kChoices), rc::gen::inRange(1, 4)));
  NaiveReplication model;
  for (const auto& [choice, broker] : steps) model.Step(choice, broker);
  model.Settle();
  const std::vector<std::string> alarms = model.history().Alarms();
  RC_LOG() << ::testing::PrintToString(alarms);
  RC_ASSERT(alarms.empty());
}

// `deaths` of 100 steps, beyond those that chance brings, kill a broker or start one.
void TakeSteps(uint64_t seed, int count, NaiveReplication* model, uint64_t deaths = 0) {
  uint64_t x = seed * 0x9e3779b97f4a7c15u;
  for (int i = 0; i < count; ++i) {
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    const auto broker = static_cast<int32_t>((x >> 40) % 3) + 1;
    if ((x >> 50) % 100 < deaths) {
      (x >> 10) % 2 == 0 ? model->Kill(broker) : model->Restart(broker);
    } else {
      model->Step(static_cast<int>((x >> 20) % NaiveReplication::kChoices), broker);
    }
  }
}

TEST(RandomHistoryTest, FlawedReplicationAlarms) {
  using Flaw = NaiveReplication::Flaw;
  for (const Flaw flaw : {Flaw::kTruncatesToHighWatermark, Flaw::kElectsAnybody, Flaw::kCountsNobody}) {
    std::set<std::string> alarmed;
    for (uint64_t seed = 1; seed <= 300 && alarmed.count("S6") + alarmed.count("S8") < 2; ++seed) {
      NaiveReplication model(flaw);
      TakeSteps(seed, 2000, &model);
      for (const std::string& alarm : model.history().Alarms()) alarmed.insert(alarm.substr(0, alarm.find(':')));
    }
    EXPECT_THAT(alarmed, testing::IsSupersetOf({"S6", "S8"})) << "flaw " << static_cast<int>(flaw);
  }
}

TEST(RandomHistoryTest, LongHistoriesDoNotAlarm) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    NaiveReplication model;
    TakeSteps(seed, 2000, &model);
    model.Settle();
    EXPECT_THAT(model.history().Alarms(), IsEmpty()) << "seed " << seed;
    EXPECT_GT(model.history().ghost().Find(kOrders)->true_high_watermark, Offset(20)) << "seed " << seed;
  }
}

// Little is committed when brokers die all the time, but what is must stay.
TEST(RandomHistoryTest, HistoriesOfManyDeathsDoNotAlarm) {
  int64_t committed = 0;
  for (const uint64_t deaths : {5u, 15u, 30u}) {
    for (uint64_t seed = 1; seed <= 20; ++seed) {
      NaiveReplication model;
      TakeSteps(seed, 2000, &model, deaths);
      model.Settle();
      EXPECT_THAT(model.history().Alarms(), IsEmpty()) << "seed " << seed << ", deaths " << deaths;
      committed += model.history().ghost().Find(kOrders)->true_high_watermark.value();
    }
  }
  EXPECT_GT(committed, 500);
}

}  // namespace
}  // namespace ktrial::properties
