// A metadata quorum in a World, for tests: voters that append numbered records while they lead, and a listener that
// holds every run to Raft's promises.
//
//   Quorum quorum({.voters = 3, .seed = 7});
//   quorum.RunFor(Seconds(5));
//   EXPECT_TRUE(quorum.Leader());
//   EXPECT_EQ(quorum.sink().violation(), "");
#ifndef KTRIAL_CLUSTER_KRAFT_QUORUM_TEST_H_
#define KTRIAL_CLUSTER_KRAFT_QUORUM_TEST_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/config.h"
#include "cluster/facts.h"
#include "cluster/kraft/raft_client.h"
#include "cluster/network/address_book.h"
#include "cluster/network/network_client.h"
#include "cluster/network/socket_server.h"
#include "sim/world.h"

namespace ktrial::cluster {

// A process with nothing but a member of the quorum.
class QuorumNode : public sim::Cloneable<QuorumNode, sim::Process> {
 public:
  QuorumNode(BrokerId id, BrokerConfig config, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  // Appends a record whose timestamp is `value`, if this node leads; its offset.
  std::optional<Offset> Append(sim::Context& ctx, int64_t value);

  const RaftClient& raft() const { return state_->raft; }
  RaftClient& raft() { return state_->raft; }
  bool up() const { return state_.has_value(); }
  // What was committed since the start, in order.
  const std::vector<LogBatchRef>& committed() const { return state_->committed; }
  const std::vector<RaftLeaderChanged>& leader_changes() const { return state_->leader_changes; }
  // How often the member met what only lost data explains; kept over restarts.
  int failures() const { return failures_; }

 private:
  struct Volatile {
    NetworkClient network;
    SocketServer server;
    RaftClient raft;
    std::vector<LogBatchRef> committed;
    std::vector<RaftLeaderChanged> leader_changes;
  };

  Env EnvFor(sim::Context& ctx) { return {ctx, state_->network, state_->server}; }
  void Handle(sim::Context& ctx, const RequestHandle& handle, const RequestBody& body);
  void Finish(sim::Context& ctx);

  BrokerId id_;
  BrokerConfig config_;
  AddressBookRef addresses_;
  std::optional<Volatile> state_;
  int failures_ = 0;
};

// Election safety (S28), equal committed prefixes and high watermarks that only rise within a life (S29).
class RaftSafetySink : public sim::FactSink {
 public:
  void OnFact(const sim::FactHeader& header, const void* fact) override;

  // The first broken promise, or empty.
  const std::string& violation() const { return violation_; }
  const absl::btree_map<LeaderEpoch, BrokerId>& leaders() const { return leaders_; }
  int truncations() const { return truncations_; }
  void Violate(std::string what) {
    if (violation_.empty()) violation_ = std::move(what);
  }

 private:
  absl::btree_map<LeaderEpoch, BrokerId> leaders_;
  absl::btree_map<std::pair<BrokerId, LeaderEpoch>, BrokerId> votes_;
  absl::btree_map<BrokerId, LeaderEpoch> epochs_;
  absl::btree_map<std::pair<BrokerId, sim::Incarnation>, Offset> high_watermarks_;
  int truncations_ = 0;
  std::string violation_;
};

struct QuorumOptions {
  int voters = 3;
  int observers = 0;
  uint64_t seed = 1;
  bool pre_vote = true;
  bool prompt_high_watermark = true;
};

class Quorum {
 public:
  explicit Quorum(const QuorumOptions& options);

  sim::World& world() { return world_; }
  RaftSafetySink& sink() { return sink_; }
  // Voters come first.
  int size() const { return static_cast<int>(processes_.size()); }
  sim::ProcessId process(int index) const { return processes_[static_cast<size_t>(index)]; }
  sim::HostId host(int index) const { return hosts_[static_cast<size_t>(index)]; }
  const QuorumNode& node(int index) { return world_.process_as<QuorumNode>(process(index)); }
  // A process that was started while paused runs, but has not begun.
  bool running(int index) { return world_.running(process(index)) && node(index).up(); }
  static BrokerId IdOf(int index) { return BrokerId(3000 + index); }

  // Runs, and compares what the nodes have committed.
  void RunFor(sim::Duration duration);
  // The running voter that leads the highest epoch.
  std::optional<int> Leader();
  // Appends the next number at `index`, if it leads.
  std::optional<Offset> Append(int index);
  // Everything that any node has ever handed over as committed.
  const std::vector<LogBatchRef>& committed() const { return committed_; }

 private:
  void CompareCommitted();

  sim::World world_;
  RaftSafetySink sink_;
  std::vector<sim::HostId> hosts_;
  std::vector<sim::ProcessId> processes_;
  std::vector<LogBatchRef> committed_;
  // How much of each node's committed batches was compared, in which incarnation.
  std::vector<std::pair<sim::Incarnation, size_t>> compared_;
  int64_t next_value_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_KRAFT_QUORUM_TEST_H_
