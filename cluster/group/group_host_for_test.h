// A broker reduced to its group coordinator, for tests: one partition of __consumer_offsets, whose high watermark
// follows the log's end or stands still, and answers that can be looked up by the request's number.
//
//   GroupHost host;
//   const int join = host.Send(JoinGroupRequest{...});
//   host.Run(sim::Seconds(3));
//   const JoinGroupResponse* answer = host.Answer<JoinGroupResponse>(join);   // null while there is none
#ifndef KTRIAL_CLUSTER_GROUP_GROUP_HOST_FOR_TEST_H_
#define KTRIAL_CLUSTER_GROUP_GROUP_HOST_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "cluster/group/group_coordinator.h"
#include "sim/check.h"
#include "sim/world.h"

namespace ktrial::cluster {

inline constexpr TopicPartition kOffsetsPartition{TopicId(0), 0};

// The log of the one partition, as plain state.
class FakeGroupLog : public GroupLog {
 public:
  Appended Append(TopicPartition tp, sim::Ref<const RecordBatch> batch) override {
    KT_CHECK(tp == kOffsetsPartition);
    if (append_error != ErrorCode::kNone) return {.error = append_error};
    batches.push_back(sim::MakeRef<const LogBatch>(End(), LeaderEpoch(epoch), std::move(batch)));
    if (commit_at_once) high_watermark = End();
    return {.end = End()};
  }
  std::optional<Offset> HighWatermark(TopicPartition) const override { return high_watermark; }
  std::optional<Offset> LogStart(TopicPartition) const override { return Offset(0); }
  std::optional<Offset> LogEnd(TopicPartition) const override { return End(); }
  FetchedData Read(TopicPartition, Offset from) override {
    FetchedData data;
    for (const LogBatchRef& batch : batches) {
      if (batch->last_offset() >= from) data.batches.push_back(batch);
    }
    return data;
  }
  Offset End() const { return batches.empty() ? Offset(0) : batches.back()->next_offset(); }

  std::vector<LogBatchRef> batches;
  Offset high_watermark{0};
  int32_t epoch = 1;
  bool commit_at_once = true;
  ErrorCode append_error = ErrorCode::kNone;
};

class GroupProcess : public sim::Cloneable<GroupProcess, sim::Process> {
 public:
  explicit GroupProcess(GroupCoordinator::Options options) : options_(std::move(options)) {}

  void OnStart(sim::Context& ctx) override {
    groups.emplace(options_);
    Elect(ctx);
  }
  void OnCrash() override { groups.reset(); }
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override {
    groups->OnTimer({ctx, log}, timer);
    Drain(ctx);
  }
  void Elect(sim::Context& ctx) { groups->OnElection({ctx, log}, kOffsetsPartition, LeaderEpoch(log.epoch)); }
  void Drain(sim::Context& ctx) {
    groups->OnHighWatermarks({ctx, log});
    for (GroupResponse& response : groups->TakeResponses()) {
      const bool first = answers.try_emplace(response.handle.correlation.value(), std::move(response.body)).second;
      KT_CHECK(first);
    }
  }

  std::optional<GroupCoordinator> groups;
  FakeGroupLog log;
  absl::btree_map<int32_t, ResponseBody> answers;

 private:
  GroupCoordinator::Options options_;
};

class GroupHost {
 public:
  explicit GroupHost(uint64_t seed = 1, sim::FactSink* facts = nullptr)
      : sink(facts), world_(sim::WorldOptions{.seed = seed}) {
    AddressBook addresses;
    addresses.groups = {"payments"};
    GroupCoordinator::Options options{
        .self = BrokerId(1), .config = {}, .addresses = sim::MakeRef<const AddressBook>(std::move(addresses))};
    options.config.offsets_topic_num_partitions = 1;
    const sim::HostId host = world_.AddHost({.name = "broker-1", .disks = {}});
    process_ = world_.AddProcess(host, "broker-1", std::make_unique<GroupProcess>(std::move(options)));
    world_.Start(process_, sink);
    Run(sim::Milliseconds(1));
  }

  int Send(RequestBody request) {
    const int number = next_request_++;
    Do([&](GroupProcess& process, sim::Context& ctx) {
      const RequestHandle handle{sim::ConnectionId(number), CorrelationId(number), BrokerId()};
      process.groups->Handle({ctx, process.log}, handle, request);
    });
    return number;
  }
  template <typename Code>
  void Do(Code code) {
    world_.Invoke(
        process_,
        [&](sim::Process& base, sim::Context& ctx) {
          auto& process = static_cast<GroupProcess&>(base);
          code(process, ctx);
          process.Drain(ctx);
        },
        sink);
  }
  template <typename Response>
  const Response* Answer(int request) {
    const auto it = process().answers.find(request);
    return it == process().answers.end() ? nullptr : &std::get<Response>(it->second);
  }
  // The answer to a request that is answered at once.
  template <typename Response>
  Response Ask(RequestBody request) {
    const Response* answer = Answer<Response>(Send(std::move(request)));
    KT_CHECK(answer != nullptr);
    return *answer;
  }

  void Run(sim::Duration duration) { world_.RunUntil(world_.now() + duration, sink); }
  // Everything written so far is committed; what is written from now on at once, or not.
  void Commit() {
    Do([](GroupProcess& process, sim::Context&) { process.log.high_watermark = process.log.End(); });
  }
  void CommitAtOnce(bool at_once) { process().log.commit_at_once = at_once; }
  // Another broker leads for a moment, and then this one again, from what is in the log.
  void FailOver() {
    Do([](GroupProcess& process, sim::Context& ctx) {
      process.log.epoch += 2;
      process.groups->OnResignation({ctx, process.log}, kOffsetsPartition, LeaderEpoch(process.log.epoch - 1));
      process.Elect(ctx);
    });
    Run(sim::Milliseconds(10));
  }
  const ClassicGroup* group() { return process().groups->FindGroup("payments"); }
  GroupState state() { return group()->state(); }
  GroupProcess& process() { return world_.process_as<GroupProcess>(process_); }

  sim::FactSink* sink = nullptr;

 private:
  sim::World world_;
  sim::ProcessId process_;
  int next_request_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_GROUP_GROUP_HOST_FOR_TEST_H_
