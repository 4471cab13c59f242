// Clients that do what they like, well or badly timed, against one group, with a coordinator that fails over and a log
// that may lose what was not committed: no partition has two owners in one generation, what was assigned or committed
// stays so, and the group's state is never at odds with itself.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/group/group_host_for_test.h"

namespace ktrial::cluster {
namespace {

constexpr int kClients = 4;
constexpr int32_t kPartitions = 6;
using Step = std::tuple<int, int, uint32_t>;

class Trial {
 public:
  explicit Trial(uint64_t seed) : host_(seed) {}

  void Take(int op, int client_index, uint32_t argument) {
    Client& client = clients_[static_cast<size_t>(client_index)];
    switch (op) {
      case 0:
        return Join(client, client_index);
      case 1:
        return Sync(client);
      case 2:
        return Beat(client);
      case 3:
        return Commit(client, argument);
      case 4:
        return host_.Run(sim::Milliseconds(argument % 4000));
      case 5:
        return Leave(client);
      case 6:
        return host_.CommitAtOnce(argument % 3 != 0);
      case 7:
        return host_.Commit();
      case 8:
        return FailOver(argument);
      default:
        return Forget(client, argument);
    }
  }

  void Check() {
    for (Client& client : clients_) Hear(client);
    CheckLog();
    const ClassicGroup* group = host_.group();
    if (group == nullptr) return;
    CheckGroup(*group);
    // Without a failover the generation only grows.
    if (group->serial() == serial_) RC_ASSERT(group->generation() >= generation_);
    serial_ = group->serial();
    generation_ = group->generation();
  }

 private:
  struct Client {
    std::string member_id;
    GenerationId generation;
    std::vector<JoinGroupResponse::Member> members;
    std::optional<int> join;
    std::optional<int> sync;
  };

  static TopicPartition Orders(int32_t partition) { return {TopicId(1), partition}; }

  void Join(Client& client, int index) {
    if (client.join || client.sync) return;
    client.join =
        host_.Send(JoinGroupRequest{.group = "payments",
                                    .session_timeout = sim::Milliseconds(6000 + 1000 * index),
                                    .rebalance_timeout = sim::Milliseconds(9000),
                                    .member_id = client.member_id,
                                    .group_instance_id = index == 0 ? "box-0" : "",
                                    .client_id = "app",
                                    .protocols = {{"range", {.topics = {"orders"}, .owned_partitions = {}}}}});
  }

  // A leader that asks again gives the same assignment again.
  void Sync(Client& client) {
    if (client.join || client.sync || client.member_id.empty()) return;
    std::vector<SyncGroupRequest::MemberAssignment> assignments;
    for (const JoinGroupResponse::Member& member : client.members) assignments.push_back({member.member_id, {}});
    for (int32_t p = 0; p < kPartitions && !assignments.empty(); ++p) {
      const size_t to = static_cast<size_t>(p + client.generation.value()) % assignments.size();
      assignments[to].assignment.partitions.push_back(Orders(p));
    }
    client.sync = host_.Send(SyncGroupRequest{.group = "payments",
                                              .generation = client.generation,
                                              .member_id = client.member_id,
                                              .group_instance_id = {},
                                              .assignments = std::move(assignments)});
  }

  void Beat(const Client& client) {
    if (client.member_id.empty()) return;
    host_.Send(HeartbeatRequest{
        .group = "payments", .generation = client.generation, .member_id = client.member_id, .group_instance_id = {}});
  }

  void Commit(const Client& client, uint32_t argument) {
    const TopicPartition tp = Orders(static_cast<int32_t>(argument % kPartitions));
    const Offset offset(next_offset_++);
    const int request = host_.Send(OffsetCommitRequest{.group = "payments",
                                                       .generation = client.generation,
                                                       .member_id = client.member_id,
                                                       .group_instance_id = {},
                                                       .partitions = {{tp, offset, LeaderEpoch(0)}}});
    commits_.push_back({request, tp, offset});
  }

  void Leave(Client& client) {
    if (client.member_id.empty()) return;
    host_.Send(LeaveGroupRequest{"payments", client.member_id});
    client = {};
  }

  // The client starts anew, or goes on with an old generation.
  void Forget(Client& client, uint32_t argument) {
    if (argument % 2 == 0) client.member_id.clear();
    client.join.reset();
    client.sync.reset();
  }

  // The next leader has all that was committed, and perhaps more.
  void FailOver(uint32_t argument) {
    host_.Do([&](GroupProcess& process, sim::Context&) {
      FakeGroupLog& log = process.log;
      while (log.End() > log.high_watermark && argument % 2 == 0) log.batches.pop_back();
    });
    host_.FailOver();
  }

  void Hear(Client& client) {
    if (client.join) {
      if (const auto* answer = host_.Answer<JoinGroupResponse>(*client.join)) {
        client.join.reset();
        if (answer->error == ErrorCode::kNone || answer->error == ErrorCode::kMemberIdRequired) {
          client.member_id = answer->member_id;
        }
        if (answer->error == ErrorCode::kNone) {
          client.generation = answer->generation;
          client.members = answer->members;
        }
        if (answer->error == ErrorCode::kUnknownMemberId || answer->error == ErrorCode::kFencedInstanceId) client = {};
      }
    }
    if (client.sync) {
      if (const auto* answer = host_.Answer<SyncGroupResponse>(*client.sync)) {
        client.sync.reset();
        if (answer->error == ErrorCode::kNone) NoteOwner(client, answer->assignment);
      }
    }
  }

  void NoteOwner(const Client& client, const Assignment& assignment) {
    for (const TopicPartition& tp : assignment.partitions) {
      // A static member may hold its partitions under several ids, one after the other.
      const std::string owner = client.member_id.substr(0, 4) == "box-" ? "box-0" : client.member_id;
      const auto [it, first] = owners_.try_emplace({client.generation, tp}, owner);
      RC_ASSERT(it->second == owner);
    }
  }

  static void CheckGroup(const ClassicGroup& group) {
    RC_ASSERT(group.state() != GroupState::kDead);
    RC_ASSERT(group.members().empty() == group.leader().empty());
    if (!group.leader().empty()) RC_ASSERT(group.FindMember(group.leader()) != nullptr);
    if (group.state() == GroupState::kEmpty) RC_ASSERT(group.members().empty());
    if (group.state() == GroupState::kStable) RC_ASSERT(!group.members().empty());
    for (const auto& [id, member] : group.members()) {
      RC_ASSERT(member.id == id);
      RC_ASSERT(!group.IsPendingMember(id));
      const bool may_join = group.state() == GroupState::kPreparingRebalance ||
                            (group.state() == GroupState::kStable && member.is_static());
      RC_ASSERT(!member.awaiting_join || may_join);
      RC_ASSERT(!member.awaiting_sync || group.state() == GroupState::kCompletingRebalance);
    }
  }

  // What the log says of a generation is said once, and acknowledged commits are in it.
  void CheckLog() {
    absl::btree_map<TopicPartition, Offset> last;
    const FakeGroupLog& log = host_.process().log;
    for (const LogBatchRef& batch : log.batches) {
      if (batch->next_offset() > log.high_watermark) break;
      for (const Record& record : batch->batch().records()) {
        if (const auto* commit = std::get_if<OffsetCommitRecord>(&GroupBodyOf(record)))
          last[commit->tp] = commit->offset;
      }
    }
    if (host_.group() != nullptr) {
      for (const auto& [tp, offset] : last) {
        const auto visible = host_.process().groups->FindOffset("payments", tp);
        RC_ASSERT(visible.has_value());
        RC_ASSERT(visible->offset == offset);
      }
    }
    for (const auto& [request, tp, offset] : commits_) {
      const auto* answer = host_.Answer<OffsetCommitResponse>(request);
      if (answer == nullptr || answer->partitions.at(0).error != ErrorCode::kNone) continue;
      RC_ASSERT(last.contains(tp));
      RC_ASSERT(last.at(tp) >= offset);
    }
  }

  struct SentCommit {
    int request;
    TopicPartition tp;
    Offset offset;
  };

  GroupHost host_;
  std::vector<Client> clients_ = std::vector<Client>(kClients);
  absl::btree_map<std::pair<GenerationId, TopicPartition>, std::string> owners_;
  std::vector<SentCommit> commits_;
  int64_t next_offset_ = 0;
  uint32_t serial_ = UINT32_MAX;
  GenerationId generation_{0};
};

RC_GTEST_PROP(GroupCoordinatorProperty, HoldsUnderAnyRequests, (uint64_t seed)) {
  Trial trial(seed);
  const auto steps =
      *rc::gen::scale(3, rc::gen::container<std::vector<Step>>(rc::gen::tuple(
                             rc::gen::weightedElement<int>(
                                 {{6, 0}, {6, 1}, {3, 2}, {3, 3}, {6, 4}, {1, 5}, {1, 6}, {2, 7}, {1, 8}, {1, 9}}),
                             rc::gen::inRange(0, kClients), rc::gen::arbitrary<uint32_t>())));
  for (const auto& [op, client, argument] : steps) {
    trial.Take(op, client, argument);
    trial.Check();
  }
}

}  // namespace
}  // namespace ktrial::cluster
