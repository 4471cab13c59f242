// An ensemble with clients in a World, for tests.
//
//   TestEnsemble zk({.servers = 3, .clients = 1, .seed = 7});
//   zk.RunFor(sim::Seconds(5));
//   zk.Send(0, CreateOp{.path = "/a"});
//   zk.RunFor(sim::Seconds(1));
//   EXPECT_EQ(zk.client(0).completions().back().result.error, KeeperError::kOk);
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_ENSEMBLE_FOR_TEST_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_ENSEMBLE_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cluster/network/component.h"
#include "cluster/zookeeper/zookeeper_client.h"
#include "cluster/zookeeper/zookeeper_server.h"
#include "sim/world.h"

namespace ktrial::cluster::zookeeper {

// A process with nothing but a client. What it is told is kept; with `busy`, it does random operations on a few nodes
// all the time, and begins a new session when the old one is over.
class TestClient : public sim::Cloneable<TestClient, sim::Process> {
 public:
  TestClient(ZooKeeperClientOptions options, bool busy) : options_(std::move(options)), busy_(busy) {}

  void OnStart(sim::Context& ctx) override {
    state_.emplace(Volatile{.client = ZooKeeperClient(options_), .random = ctx.NewRandomStream("test.client")});
    state_->client.Start(ctx);
    if (busy_) ctx.SetTimer(sim::Milliseconds(100), {.kind = kWorkTimer});
  }
  void OnCrash() override { state_.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override {
    if (ComponentOf(timer) == kZooKeeperComponent) {
      state_->client.OnTimer(ctx, timer);
    } else if (timer.kind == kWorkTimer && busy_) {
      if (state_->client.IsExpired()) {
        state_->client.Reinitialize(ctx);
      } else if (state_->client.pending() < 20) {
        state_->client.Send(ctx, RandomOperation(), {});
      }
      ctx.SetTimer(sim::Milliseconds(state_->random.Between(1, 200)), {.kind = kWorkTimer});
    }
    Take();
  }
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    state_->client.OnMessage(ctx, connection, message);
    Take();
  }
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                    sim::ConnectionEvent event) override {
    state_->client.OnConnection(ctx, connection, event);
    Take();
  }

  void Send(sim::Context& ctx, Operation op) {
    state_->client.Send(ctx, std::move(op), {});
    Take();
  }
  void Close(sim::Context& ctx) {
    state_->client.Close(ctx, {});
    Take();
  }
  void Reinitialize(sim::Context& ctx) {
    state_->client.Reinitialize(ctx);
    Take();
  }
  void set_busy(bool busy) { busy_ = busy; }

  const ZooKeeperClient& client() const { return state_->client; }
  const std::vector<ZooKeeperCompletion>& completions() const { return state_->completions; }
  const std::vector<WatchedEvent>& watched() const { return state_->watched; }
  const std::vector<SessionState>& states() const { return state_->states; }

 private:
  static constexpr uint16_t kWorkTimer = 1;
  struct Volatile {
    ZooKeeperClient client;
    sim::RandomStream random;
    std::vector<ZooKeeperCompletion> completions = {};
    std::vector<WatchedEvent> watched = {};
    std::vector<SessionState> states = {};
  };

  void Take() {
    for (ZooKeeperEvent& event : state_->client.TakeEvents()) {
      if (auto* completion = std::get_if<ZooKeeperCompletion>(&event)) {
        state_->completions.push_back(std::move(*completion));
      } else if (const auto* watched = std::get_if<WatchedEvent>(&event)) {
        state_->watched.push_back(*watched);
      } else {
        state_->states.push_back(std::get<SessionStateChanged>(event).state);
      }
    }
  }

  std::string RandomPath() {
    std::string path = absl::StrCat("/n", state_->random.Below(4));
    if (state_->random.Below(2) == 0) absl::StrAppend(&path, "/c", state_->random.Below(3));
    return path;
  }
  int32_t RandomVersion() {
    return state_->random.Below(2) == 0 ? kAnyVersion : static_cast<int32_t>(state_->random.Below(4));
  }
  SingleOp RandomWrite() {
    switch (state_->random.Below(4)) {
      case 0:
        return SetDataOp{RandomPath(), absl::StrCat(state_->random.Below(1000)), RandomVersion()};
      case 1:
        return DeleteOp{RandomPath(), RandomVersion()};
      default:
        return CreateOp{RandomPath(), absl::StrCat(state_->random.Below(1000)),
                        static_cast<CreateMode>(state_->random.Below(4))};
    }
  }
  Operation RandomOperation() {
    const bool watch = state_->random.Below(2) == 0;
    switch (state_->random.Below(10)) {
      case 0:
        return GetDataOp{RandomPath(), watch};
      case 1:
        return ExistsOp{RandomPath(), watch};
      case 2:
        return GetChildrenOp{RandomPath(), watch};
      case 3:
        return SyncOp{"/"};
      case 4:
        return MultiOp{{CheckOp{RandomPath(), RandomVersion()}, RandomWrite()}};
      case 5:
        return MultiOp{{RandomWrite(), RandomWrite()}};
      default:
        return std::visit([](auto&& op) -> Operation { return std::move(op); }, RandomWrite());
    }
  }

  ZooKeeperClientOptions options_;
  bool busy_;
  std::optional<Volatile> state_;
};

struct TestEnsembleOptions {
  int servers = 3;
  int clients = 1;
  uint64_t seed = 1;
  bool busy = false;
  ZooKeeperConfig config = {};
  sim::Duration session_timeout = sim::Milliseconds(6000);
};

class TestEnsemble {
 public:
  explicit TestEnsemble(const TestEnsembleOptions& options, sim::FactSink* sink = nullptr)
      : servers_(options.servers), clients_(options.clients), world_({.seed = options.seed}), sink_(sink) {
    const auto ensemble = sim::MakeRef<Ensemble>();
    for (int i = 0; i < servers_; ++i) ensemble->servers.push_back(sim::ProcessId(i));
    for (int i = 0; i < servers_; ++i) {
      AddProcess(absl::StrCat("zookeeper-", i + 1),
                 std::make_unique<ZooKeeperServer>(
                     ZooKeeperServerOptions{.myid = ServerId(i + 1), .ensemble = ensemble, .config = options.config}));
    }
    for (int i = 0; i < clients_; ++i) {
      AddProcess(
          absl::StrCat("client-", i),
          std::make_unique<TestClient>(
              ZooKeeperClientOptions{.ensemble = ensemble, .session_timeout = options.session_timeout}, options.busy));
    }
    for (int i = 0; i < world_.process_count(); ++i) world_.Start(sim::ProcessId(i), sink_);
  }

  sim::World& world() { return world_; }
  int servers() const { return servers_; }
  int clients() const { return clients_; }
  sim::ProcessId server_process(int index) const { return sim::ProcessId(index); }
  sim::ProcessId client_process(int index) const { return sim::ProcessId(servers_ + index); }
  sim::HostId server_host(int index) const { return world_.host_of(server_process(index)); }
  sim::HostId client_host(int index) const { return world_.host_of(client_process(index)); }
  const ZooKeeperServer& server(int index) { return world_.process_as<ZooKeeperServer>(server_process(index)); }
  TestClient& client(int index) { return world_.process_as<TestClient>(client_process(index)); }

  void RunFor(sim::Duration duration) { world_.RunUntil(world_.now() + duration, sink_); }
  // The server that leads with a quorum.
  std::optional<int> Leader() {
    for (int i = 0; i < servers_; ++i) {
      if (world_.running(server_process(i)) && server(i).is_established_leader()) return i;
    }
    return std::nullopt;
  }
  void Send(int client_index, Operation op) {
    world_.Invoke(
        client_process(client_index),
        [&](sim::Process& process, sim::Context& ctx) { static_cast<TestClient&>(process).Send(ctx, std::move(op)); },
        sink_);
  }
  // Sends, waits up to five seconds, and returns what came.
  std::optional<ZooKeeperCompletion> Ask(int client_index, Operation op) {
    const size_t before = client(client_index).completions().size();
    Send(client_index, std::move(op));
    for (int i = 0; i < 500 && client(client_index).completions().size() == before; ++i) {
      RunFor(sim::Milliseconds(10));
    }
    const auto& completions = client(client_index).completions();
    return completions.size() > before ? std::optional(completions.back()) : std::nullopt;
  }

 private:
  void AddProcess(std::string name, std::unique_ptr<sim::Process> program) {
    const sim::HostId host = world_.AddHost({.name = name, .disks = {sim::DiskOptions{}}});
    world_.AddProcess(host, std::move(name), std::move(program));
  }

  int servers_;
  int clients_;
  sim::World world_;
  sim::FactSink* sink_;
};

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_ENSEMBLE_FOR_TEST_H_
