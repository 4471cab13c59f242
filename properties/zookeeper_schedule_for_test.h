// Random schedules of an ensemble in trouble, for tests: a small ensemble with busy clients, half a minute of kills,
// losses of power, cuts, pauses and resets, then peace. All is drawn from the seed.
//
//   const ScheduleOutcome outcome = RunZooKeeperSchedule(7);
//   EXPECT_THAT(outcome.alarms, IsEmpty());
#ifndef KTRIAL_PROPERTIES_ZOOKEEPER_SCHEDULE_FOR_TEST_H_
#define KTRIAL_PROPERTIES_ZOOKEEPER_SCHEDULE_FOR_TEST_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cluster/zookeeper/ensemble_for_test.h"
#include "properties/zookeeper_checker.h"
#include "sim/fault.h"
#include "sim/random.h"

namespace ktrial::properties {

struct ScheduleOutcome {
  // Properties that were violated, and what was wrong when peace had come.
  std::vector<std::string> alarms;
  uint64_t events = 0;
  size_t committed = 0;
  int64_t elections = 0;
  int64_t expiries = 0;
  int64_t watches = 0;
  // How servers came by their databases.
  int64_t truncations = 0;
  int64_t snapshots = 0;
};

class ZooKeeperSchedule {
 public:
  explicit ZooKeeperSchedule(uint64_t seed, bool ephemerals_survive = false)
      : random_(sim::RandomStream::Derive(seed, "zookeeper.schedule", 0, 0)),
        zk_(DrawOptions(seed, ephemerals_survive), &listener_) {}

  ScheduleOutcome Run() {
    const sim::SimTime end = zk_.world().now() + sim::Seconds(30);
    std::vector<std::pair<sim::SimTime, sim::FaultId>> active;
    while (zk_.world().now() < end) {
      zk_.RunFor(sim::Milliseconds(random_.Between(50, 2500)));
      const sim::SimTime now = zk_.world().now();
      for (auto it = active.begin(); it != active.end();) {
        if (it->first > now) {
          ++it;
          continue;
        }
        zk_.world().Heal(it->second, &listener_);
        it = active.erase(it);
      }
      if (active.size() >= 4) continue;
      active.emplace_back(now + sim::Milliseconds(random_.Between(20, 9000)),
                          zk_.world().Begin(DrawFault(), &listener_));
    }
    zk_.world().HealAll(&listener_);
    Settle();
    return Judge();
  }

 private:
  struct Listener : sim::FactSink {
    void OnFact(const sim::FactHeader& header, const void* fact) override {
      checkers.OnFact(header, fact);
      if (header.kind == cluster::ZkLeaderElected::kKind) ++outcome.elections;
      if (header.kind == cluster::ZkSessionExpired::kKind) ++outcome.expiries;
      if (header.kind == cluster::ZkWatchReceived::kKind) ++outcome.watches;
      if (header.kind == cluster::ZkDatabaseLoaded::kKind) {
        const auto source = static_cast<const cluster::ZkDatabaseLoaded*>(fact)->source;
        if (source == cluster::ZkDatabaseSource::kTruncate) ++outcome.truncations;
        if (source == cluster::ZkDatabaseSource::kSnapshot) ++outcome.snapshots;
      }
    }
    ZooKeeperCheckers checkers;
    ScheduleOutcome outcome;
  };

  cluster::zookeeper::TestEnsembleOptions DrawOptions(uint64_t seed, bool ephemerals_survive) {
    cluster::zookeeper::ZooKeeperConfig config;
    config.tick_time = sim::Milliseconds(random_.Between(200, 1000));
    config.init_limit = static_cast<int32_t>(random_.Between(4, 10));
    config.sync_limit = static_cast<int32_t>(random_.Between(2, 5));
    config.snap_count = static_cast<int32_t>(random_.Between(10, 100));
    config.commit_log_count = static_cast<int32_t>(random_.Between(2, 60));
    config.snapshot_nodes_per_milli = static_cast<int32_t>(random_.Between(1, 3));
    config.ephemerals_survive_leader_change = ephemerals_survive;
    return {.servers = static_cast<int>(1 + 2 * random_.Below(3)),
            .clients = static_cast<int>(random_.Between(1, 4)),
            .seed = seed,
            .busy = true,
            .config = config,
            .session_timeout = sim::Milliseconds(random_.Between(1000, 8000))};
  }

  int AnyServer() { return static_cast<int>(random_.Below(static_cast<uint64_t>(zk_.servers()))); }
  sim::HostId AnyHost() {
    return sim::HostId(static_cast<int32_t>(random_.Below(static_cast<uint64_t>(zk_.world().host_count()))));
  }
  // The leader more often than not.
  int Victim() { return random_.Below(2) == 0 ? zk_.Leader().value_or(AnyServer()) : AnyServer(); }
  sim::ProcessId AnyProcess() {
    return sim::ProcessId(static_cast<int32_t>(random_.Below(static_cast<uint64_t>(zk_.world().process_count()))));
  }

  sim::Fault DrawFault() {
    switch (random_.Below(9)) {
      case 0:
        return sim::KillFault{zk_.server_process(Victim())};
      case 1:
        return sim::PowerLossFault{.hosts = {zk_.server_host(Victim())}};
      case 2: {
        // Several at once, perhaps all.
        std::vector<sim::HostId> hosts;
        for (int i = 0; i < zk_.servers(); ++i) {
          if (random_.Below(3) > 0) hosts.push_back(zk_.server_host(i));
        }
        return sim::PowerLossFault{.hosts = std::move(hosts)};
      }
      case 3:
        return sim::CutFault{
            {.from = {AnyHost()}, .to = {zk_.server_host(Victim())}, .one_way = random_.Below(2) == 0}};
      case 4:
        return sim::IsolateFault{{zk_.server_host(Victim())}};
      case 5:
        return sim::PauseFault{zk_.server_process(Victim())};
      case 6:
        return sim::PauseFault{AnyProcess()};
      case 7:
        return sim::ResetConnectionsFault{{AnyHost()}, {zk_.server_host(Victim())}};
      default:
        return sim::KillFault{AnyProcess()};
    }
  }

  // Clients rest, and the ensemble has time to come together again.
  void Settle() {
    zk_.RunFor(sim::Seconds(5));
    for (int i = 0; i < zk_.clients(); ++i) zk_.client(i).set_busy(false);
    zk_.RunFor(sim::Seconds(90));
  }

  ScheduleOutcome Judge() {
    ScheduleOutcome& outcome = listener_.outcome;
    outcome.alarms = listener_.checkers.Alarms();
    outcome.events = zk_.world().events_processed();
    outcome.committed = listener_.checkers.ghost().committed().size();
    const std::optional<int> leader = zk_.Leader();
    if (!leader) {
      outcome.alarms.push_back("no server leads");
      return outcome;
    }
    for (int i = 0; i < zk_.servers(); ++i) {
      if (!zk_.world().running(zk_.server_process(i)) || !zk_.server(i).is_serving()) {
        outcome.alarms.push_back(absl::StrCat("server ", i + 1, " does not serve"));
      } else if (!(zk_.server(i).database().tree == zk_.server(*leader).database().tree) ||
                 zk_.server(i).database().sessions != zk_.server(*leader).database().sessions) {
        outcome.alarms.push_back(absl::StrCat("server ", i + 1, " has another tree than the leader"));
      }
    }
    for (int i = 0; i < zk_.clients(); ++i) {
      const cluster::zookeeper::ZooKeeperClient& client = zk_.client(i).client();
      if (!client.IsConnected() && !client.IsExpired()) {
        outcome.alarms.push_back(absl::StrCat("client ", i, " is not connected"));
      }
      if (client.pending() > 0) outcome.alarms.push_back(absl::StrCat("client ", i, " waits for answers"));
    }
    return outcome;
  }

  sim::RandomStream random_;
  Listener listener_;
  cluster::zookeeper::TestEnsemble zk_;
};

inline ScheduleOutcome RunZooKeeperSchedule(uint64_t seed) { return ZooKeeperSchedule(seed).Run(); }

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_ZOOKEEPER_SCHEDULE_FOR_TEST_H_
