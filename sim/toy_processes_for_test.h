// Small processes that tests of the world run: a recorder of everything it hears, a counter that lives on its disk, and
// a gossip that talks at random.
#ifndef KTRIAL_SIM_TOY_PROCESSES_FOR_TEST_H_
#define KTRIAL_SIM_TOY_PROCESSES_FOR_TEST_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/context.h"
#include "sim/fact.h"
#include "sim/process.h"

namespace ktrial::sim {

// Remembers the kinds of the facts it hears.
class FactLog : public FactSink {
 public:
  void OnFact(const FactHeader& header, const void*) override { kinds_.push_back(header.kind); }
  const std::vector<FactKind>& kinds() const { return kinds_; }

 private:
  std::vector<FactKind> kinds_;
};

struct RecorderOptions {
  // Threads that handle timers and messages; 0: no pool.
  int threads = 0;
  Duration timer_cost = {};
  Duration message_cost = {};
};

// Writes down "<millisecond> <what>" for each handler call.
class Recorder : public Cloneable<Recorder, Process> {
 public:
  explicit Recorder(const RecorderOptions& options) : options_(options) {}

  std::vector<int> ThreadPools() const override {
    return options_.threads > 0 ? std::vector<int>{options_.threads} : std::vector<int>{};
  }
  Work WorkFor(const Timer&) const override { return {.pool = pool(), .cost = options_.timer_cost}; }
  Work WorkFor(const Message&) const override { return {.pool = pool(), .cost = options_.message_cost}; }

  void OnStart(Context& ctx) override { Hear(ctx, "start"); }
  void OnCrash() override { heard_.clear(); }
  void OnTimer(Context& ctx, const Timer& timer) override { Hear(ctx, "timer " + std::to_string(timer.key)); }
  void OnMessage(Context& ctx, ConnectionId, const Message& message) override {
    Hear(ctx, "message " + std::to_string(message.tag));
  }
  void OnConnection(Context& ctx, ConnectionId connection, ProcessId, ConnectionEvent event) override {
    static constexpr const char* kNames[] = {"accepted", "connected", "refused", "timed out", "closed", "reset"};
    Hear(ctx, kNames[static_cast<size_t>(event)]);
    if (event == ConnectionEvent::kAccepted) accepted_.push_back(connection);
  }
  void OnDiskDone(Context& ctx, const DiskDone& done) override { Hear(ctx, "disk " + std::to_string(done.key)); }

  const std::vector<std::string>& heard() const { return heard_; }
  void Forget() { heard_.clear(); }
  const std::vector<ConnectionId>& accepted() const { return accepted_; }

 private:
  ThreadPool pool() const { return options_.threads > 0 ? ThreadPool(0) : kFreePool; }
  void Hear(Context& ctx, const std::string& what) {
    heard_.push_back(std::to_string(ctx.now().millis()) + " " + what);
  }

  RecorderOptions options_;
  std::vector<std::string> heard_;
  std::vector<ConnectionId> accepted_;
};

// Counts up every 10 ms, each step flushed before the next.
class DurableCounter : public Cloneable<DurableCounter, Process> {
 public:
  void OnStart(Context& ctx) override {
    file_ = ctx.disk().CreateOrOpen("count");
    count_ = ctx.disk().files().chunk_count(file_);
    ctx.disk().Flush(file_);
    ctx.SetTimer(Milliseconds(10), {.kind = 1});
  }
  void OnTimer(Context& ctx, const Timer&) override {
    ctx.disk().Append(file_, {.tag = static_cast<uint64_t>(count_), .bytes = 8, .payload = {}});
    ctx.disk().Flush(file_);
    ++count_;
    ctx.SetTimer(Milliseconds(10), {.kind = 1});
  }
  void OnCrash() override { count_ = 0; }

  int64_t count() const { return count_; }

 private:
  FileId file_;
  int64_t count_ = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_TOY_PROCESSES_FOR_TEST_H_
