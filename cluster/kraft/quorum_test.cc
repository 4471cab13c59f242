#include "cluster/kraft/quorum_test.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace ktrial::cluster {

using sim::Context;

QuorumNode::QuorumNode(BrokerId id, BrokerConfig config, AddressBookRef addresses)
    : id_(id), config_(std::move(config)), addresses_(std::move(addresses)) {}

void QuorumNode::OnStart(Context& ctx) {
  state_.emplace(Volatile{.network = NetworkClient({.self = id_}, addresses_),
                          .server = {},
                          .raft = RaftClient(id_, config_, addresses_),
                          .committed = {},
                          .leader_changes = {}});
  state_->raft.Start(EnvFor(ctx));
  Finish(ctx);
}

void QuorumNode::OnStop(Context& ctx) {
  state_->raft.Shutdown(EnvFor(ctx), sim::Seconds(5));
  Finish(ctx);
}

void QuorumNode::OnCrash() { state_.reset(); }

void QuorumNode::OnTimer(Context& ctx, const sim::Timer& timer) {
  if (ComponentOf(timer) == Component::kNetworkClient) {
    state_->network.OnTimer(ctx, timer);
  } else {
    state_->raft.OnTimer(EnvFor(ctx), timer);
  }
  Finish(ctx);
}

void QuorumNode::OnMessage(Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  if (IsResponse(message)) {
    if (const auto completion = state_->network.OnMessage(ctx, connection, message)) {
      state_->raft.OnCompletion(EnvFor(ctx), *completion);
    }
  } else if (const auto handle = state_->server.OnMessage(ctx, connection, message)) {
    Handle(ctx, *handle, RequestOf(message).body);
  }
  Finish(ctx);
}

void QuorumNode::Handle(Context& ctx, const RequestHandle& handle, const RequestBody& body) {
  if (const auto* vote = std::get_if<VoteRequest>(&body)) {
    state_->raft.HandleVote(EnvFor(ctx), handle, *vote);
  } else if (const auto* begin = std::get_if<BeginQuorumEpochRequest>(&body)) {
    state_->raft.HandleBeginQuorumEpoch(EnvFor(ctx), handle, *begin);
  } else if (const auto* end = std::get_if<EndQuorumEpochRequest>(&body)) {
    state_->raft.HandleEndQuorumEpoch(EnvFor(ctx), handle, *end);
  } else {
    state_->raft.HandleFetch(EnvFor(ctx), handle, std::get<FetchRequest>(body));
  }
}

void QuorumNode::OnConnection(Context& ctx, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) state_->server.OnConnection(connection, event);
  Finish(ctx);
}

std::optional<Offset> QuorumNode::Append(Context& ctx, int64_t value) {
  const auto offset =
      state_->raft.Append(EnvFor(ctx), state_->raft.epoch(), {ToRecord(NoOpRecord{}, sim::WallTime(value))});
  Finish(ctx);
  return offset;
}

void QuorumNode::Finish(Context& ctx) {
  while (const auto next = state_->server.TakeDeferred(ctx)) {
    Handle(ctx, next->handle, RequestOf(next->message).body);
  }
  for (std::vector<Completion> done = state_->network.TakeCompletions(); !done.empty();
       done = state_->network.TakeCompletions()) {
    for (const Completion& completion : done) state_->raft.OnCompletion(EnvFor(ctx), completion);
  }
  for (RaftEvent& event : state_->raft.TakeEvents()) {
    if (auto* committed = std::get_if<RaftCommitted>(&event)) {
      for (LogBatchRef& batch : committed->batches) state_->committed.push_back(std::move(batch));
    } else if (auto* change = std::get_if<RaftLeaderChanged>(&event)) {
      state_->leader_changes.push_back(*change);
    } else {
      if (std::holds_alternative<RaftFailed>(event)) ++failures_;
      ctx.Exit();
    }
  }
}

void RaftSafetySink::OnFact(const sim::FactHeader& header, const void* fact) {
  if (header.kind == RaftVoted::kKind) {
    const auto& voted = *static_cast<const RaftVoted*>(fact);
    const auto [it, first] = votes_.try_emplace({voted.node, voted.epoch}, voted.candidate);
    if (!first && it->second != voted.candidate) {
      Violate(absl::StrCat("node ", voted.node.value(), " voted twice in epoch ", voted.epoch.value()));
    }
  } else if (header.kind == RaftRoleChanged::kKind) {
    const auto& changed = *static_cast<const RaftRoleChanged*>(fact);
    LeaderEpoch& epoch = epochs_[changed.node];
    if (changed.epoch < epoch) Violate(absl::StrCat("the epoch of node ", changed.node.value(), " fell"));
    epoch = changed.epoch;
    if (changed.role != RaftRole::kLeader) return;
    if (!leaders_.try_emplace(changed.epoch, changed.node).second) {
      Violate(absl::StrCat("epoch ", changed.epoch.value(), " was led twice"));
    }
  } else if (header.kind == RaftHighWatermarkMoved::kKind) {
    const auto& moved = *static_cast<const RaftHighWatermarkMoved*>(fact);
    Offset& known = high_watermarks_[{moved.node, header.incarnation}];
    if (moved.to <= known) Violate(absl::StrCat("the high watermark of node ", moved.node.value(), " fell"));
    known = moved.to;
  } else if (header.kind == RaftLogTruncated::kKind) {
    ++truncations_;
  }
}

Quorum::Quorum(const QuorumOptions& options) : world_({.seed = options.seed}) {
  AddressBook book;
  const int count = options.voters + options.observers;
  for (int i = 0; i < count; ++i) {
    book.nodes[IdOf(i)] = sim::ProcessId(i);
    if (i < options.voters) book.voters.push_back(IdOf(i));
  }
  const auto addresses = sim::MakeRef<const AddressBook>(std::move(book));
  BrokerConfig config;
  config.controller_quorum_pre_vote = options.pre_vote;
  config.controller_quorum_prompt_high_watermark = options.prompt_high_watermark;
  for (int i = 0; i < count; ++i) {
    const std::string name = absl::StrCat("node-", i);
    hosts_.push_back(world_.AddHost({.name = name, .disks = {sim::DiskOptions{}}}));
    processes_.push_back(
        world_.AddProcess(hosts_.back(), name, std::make_unique<QuorumNode>(IdOf(i), config, addresses)));
    KT_CHECK(processes_.back() == sim::ProcessId(i));
    compared_.emplace_back(sim::Incarnation(), 0);
  }
  for (sim::ProcessId process : processes_) world_.Start(process, &sink_);
}

void Quorum::RunFor(sim::Duration duration) {
  constexpr sim::Duration kSlice = sim::Milliseconds(100);
  const sim::SimTime end = world_.now() + duration;
  while (world_.now() < end) {
    world_.RunUntil(std::min(end, world_.now() + kSlice), &sink_);
    CompareCommitted();
  }
}

std::optional<int> Quorum::Leader() {
  std::optional<int> leader;
  for (int i = 0; i < size(); ++i) {
    if (!running(i) || !node(i).raft().is_leader()) continue;
    if (!leader || node(i).raft().epoch() > node(*leader).raft().epoch()) leader = i;
  }
  return leader;
}

std::optional<Offset> Quorum::Append(int index) {
  std::optional<Offset> offset;
  world_.Invoke(
      process(index),
      [&](sim::Process& process, Context& ctx) {
        offset = static_cast<QuorumNode&>(process).Append(ctx, next_value_);
        if (offset) ++next_value_;
      },
      &sink_);
  return offset;
}

void Quorum::CompareCommitted() {
  for (int i = 0; i < size(); ++i) {
    if (!running(i)) continue;
    auto& [incarnation, count] = compared_[static_cast<size_t>(i)];
    if (incarnation != world_.incarnation(process(i))) {
      incarnation = world_.incarnation(process(i));
      count = 0;
    }
    const std::vector<LogBatchRef>& mine = node(i).committed();
    for (; count < mine.size(); ++count) {
      if (count == committed_.size()) {
        committed_.push_back(mine[count]);
      } else if (mine[count]->base_offset() != committed_[count]->base_offset() ||
                 mine[count]->leader_epoch() != committed_[count]->leader_epoch() ||
                 mine[count]->batch_ref() != committed_[count]->batch_ref()) {
        sink_.Violate(absl::StrCat("node ", IdOf(i).value(), " committed another batch at offset ",
                                   mine[count]->base_offset().value()));
        return;
      }
    }
  }
}

}  // namespace ktrial::cluster
