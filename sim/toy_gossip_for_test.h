// Processes that keep talking, crashing work and disks included: the load under which the world's properties are tested
// and its speed is measured.
#ifndef KTRIAL_SIM_TOY_GOSSIP_FOR_TEST_H_
#define KTRIAL_SIM_TOY_GOSSIP_FOR_TEST_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/check.h"
#include "sim/context.h"
#include "sim/process.h"
#include "sim/world.h"

namespace ktrial::sim {

// Calls every peer, asks one of them at random every `interval`, and answers what it is asked. Every message carries a
// number that counts up by connection and direction, so that the receiver sees loss, duplication and disorder.
class Gossip : public Cloneable<Gossip, Process> {
 public:
  struct Options {
    int32_t process_count = 0;
    Duration interval = Milliseconds(5);
    Duration cost = Microseconds(100);
    int32_t message_bytes = 1000;
    bool writes = true;
  };
  static constexpr uint16_t kQuestion = 1;
  static constexpr uint16_t kAnswer = 2;

  explicit Gossip(const Options& options) : options_(options) {}

  std::vector<int> ThreadPools() const override { return {2}; }
  Work WorkFor(const Message&) const override { return {.pool = ThreadPool(0), .cost = options_.cost}; }

  void OnStart(Context& ctx) override {
    stream_ = ctx.NewRandomStream("gossip");
    if (options_.writes) file_ = ctx.disk().CreateOrOpen("gossip");
    ctx.SetTimer(options_.interval, {.kind = 1});
  }
  void OnCrash() override { links_.clear(); }
  void OnTimer(Context& ctx, const Timer&) override {
    ctx.SetTimer(options_.interval, {.kind = 1});
    const ProcessId peer(static_cast<int32_t>(stream_->Below(static_cast<uint64_t>(options_.process_count))));
    Link* link = nullptr;
    for (Link& candidate : links_) {
      if (candidate.peer == peer && candidate.calling) link = &candidate;
    }
    if (link == nullptr) {
      links_.push_back({.connection = ctx.Connect(peer), .peer = peer, .calling = true});
      link = &links_.back();
    }
    Say(ctx, *link, kQuestion);
  }
  void OnMessage(Context& ctx, ConnectionId connection, const Message& message) override {
    ++heard_;
    Link* link = Find(connection);
    // Its closing may have come while the message waited for a thread.
    if (link == nullptr) return;
    // The handlers of one connection may run on two threads, but begin in order.
    if (message.tag != link->next_in) ++disorder_;
    link->next_in = message.tag + 1;
    if (message.kind != kQuestion) return;
    if (options_.writes && heard_ % 8 == 0) {
      ctx.disk().Append(file_, {.tag = static_cast<uint64_t>(heard_), .bytes = message.bytes + 1, .payload = {}});
      ctx.disk().FlushAsync(file_, static_cast<uint64_t>(heard_));
    }
    Say(ctx, *link, kAnswer);
  }
  void OnConnection(Context&, ConnectionId connection, ProcessId peer, ConnectionEvent event) override {
    if (event == ConnectionEvent::kAccepted) links_.push_back({.connection = connection, .peer = peer});
    if (event == ConnectionEvent::kAccepted || event == ConnectionEvent::kConnected) return;
    std::erase_if(links_, [&](const Link& link) { return link.connection == connection; });
  }
  void OnDiskDone(Context&, const DiskDone&) override { ++flushed_; }

  // Over all lives.
  int64_t heard() const { return heard_; }
  int64_t flushed() const { return flushed_; }
  // Messages that did not follow the one before them on their connection.
  int64_t disorder() const { return disorder_; }

 private:
  struct Link {
    ConnectionId connection;
    ProcessId peer;
    bool calling = false;
    uint64_t next_out = 0;
    uint64_t next_in = 0;
  };

  Link* Find(ConnectionId connection) {
    const auto found =
        std::find_if(links_.begin(), links_.end(), [&](const Link& link) { return link.connection == connection; });
    return found == links_.end() ? nullptr : &*found;
  }
  void Say(Context& ctx, Link& link, uint16_t kind) {
    ctx.Send(link.connection, {.kind = kind, .bytes = options_.message_bytes, .tag = link.next_out++});
  }

  Options options_;
  std::optional<RandomStream> stream_;
  FileId file_;
  std::vector<Link> links_;
  int64_t heard_ = 0;
  int64_t flushed_ = 0;
  int64_t disorder_ = 0;
};

// `count` hosts in racks of `rack_size` under one site, a Gossip on each, all started.
inline World MakeGossipWorld(uint64_t seed, Gossip::Options options, int32_t rack_size = 4) {
  World world({.seed = seed});
  const NodeId site = world.topology().AddSite("site");
  NodeId rack;
  for (int32_t i = 0; i < options.process_count; ++i) {
    if (i % rack_size == 0) {
      rack = world.topology().AddRack(site, "rack-" + std::to_string(i / rack_size));
      world.topology().Connect(rack, site,
                               {.latency = LatencyTable::FromP50P99(Microseconds(100), Microseconds(400)),
                                .bytes_per_second = 5'000'000'000});
    }
    const HostId host = world.AddHost({.name = "host-" + std::to_string(i),
                                       .rack = rack,
                                       .power_domain = PowerDomainId(i / rack_size),
                                       .disks = {DiskOptions{}}});
    world.AddProcess(host, "gossip-" + std::to_string(i), std::make_unique<Gossip>(options));
  }
  for (int32_t i = 0; i < options.process_count; ++i) world.Start(ProcessId(i));
  return world;
}

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_TOY_GOSSIP_FOR_TEST_H_
