#include "scenarios/fault_catalogue.h"

namespace ktrial::scenarios {

const std::vector<FaultEntry>& FaultCatalogue() {
  static const auto& entries = *new std::vector<FaultEntry>{
      {"kill", "The process dies at once (SIGKILL); its machine and page cache live. Healing starts it.",
       "{ at: 10s, kill: leader of orders/0, for: 50s }"},
      {"stop", "The process shuts down in order (SIGTERM): a broker moves its leaders away first. Healing starts it.",
       "{ at: 10s, stop: broker 2, for: 30s }"},
      {"power_loss", "The machine loses power: what was not flushed may be gone. Healing restores power and starts it.",
       "{ at: 10s, power_loss: all brokers, for: 20s }"},
      {"pause", "The process stands still, its connections stay open (SIGSTOP, a long GC). Healing lets it go on.",
       "{ at: 10s, pause: active controller, for: 12s }"},
      {"isolate", "The targets are cut from every other node and client, both ways; among themselves they still talk.",
       "{ at: 20s, isolate: leader of orders/0, for: 60s }"},
      {"cut", "Nothing passes between `from` and `to`; `direction` to, from or both.",
       "{ at: 20s, cut: { from: broker 1, to: broker 2, direction: to }, for: 60s }"},
      {"partition",
       "Nodes and clients of different `groups` are cut from each other; who is in no group reaches all. With "
       "`halves`, "
       "those named fall into two halves, drawn when it begins.",
       "{ at: 20s, partition: { groups: [[broker 1, controller 3001], [broker 2, broker 3, controller 3002, controller "
       "3003]] }, for: 30s }"},
      {"ring",
       "Each target reaches the nearest others on a circle, a majority with itself; no two see the same majority. "
       "Needs "
       "four targets.",
       "{ at: 20s, ring: all, for: 30s }"},
      {"loss", "The network loses this `part` of the segments between `from` and `to`; TCP sends them again.",
       "{ at: 10s, loss: { from: broker 1, to: all, part: 5% }, for: 1m }"},
      {"throttle", "The ways between `from` and `to` carry no more than `bandwidth` each.",
       "{ at: 10s, throttle: { from: leader of orders/0, to: followers of orders/0, bandwidth: 1MB/s }, for: 1m }"},
      {"slow_disk",
       "Operations of the targets' disks take so many times as long: `append` (writes, and flushes unless `flush` is "
       "given), `flush`, `read`. With `dir`, as for all faults of disks: only of the disk with this one of log.dirs.",
       "{ at: 10s, slow_disk: { target: broker 1, append: x50 }, for: 5m }"},
      {"disk_error",
       "Reads, writes or flushes of the targets' disks, or of the one with the log directory `dir`, fail (EIO).",
       "{ at: 10s, disk_error: { target: broker 1, fail: [writes, flushes] }, for: 1m }"},
      {"disk_full", "No space is left on the targets' disks (ENOSPC).", "{ at: 10s, disk_full: broker 1, for: 1m }"},
      {"lying_disk", "Flushes of the targets' disks succeed and make nothing durable. Shows when the power goes.",
       "{ at: 10s, lying_disk: broker 1, for: 1m }"},
      {"bit_rot", "A bit flips on the targets' disks, in the log of `partition` or anywhere. Nothing to heal.",
       "{ at: 10s, bit_rot: { target: broker 1, partition: orders/0 } }"},
      {"wipe_disk", "The targets' disks are empty at once, as after a replacement. Nothing to heal.",
       "{ at: 10s, wipe_disk: broker 1 }"},
      {"delay",
       "Messages between `from` and `to` take so much longer. With `requests`: only such requests that `from` sends to "
       "`to` (`answer: true`: their answers), and what is behind them on their connections; `nth` singles one out.",
       "{ at: 10s, delay: { requests: [AlterPartition], from: broker 1, to: all controllers, by: 40s } }"},
      {"drop",
       "Such requests never arrive, or with `answer: true` are handled and their answers never arrive; the connection "
       "goes on. `nth` singles one out. Without `from` or `to`: of anyone, to anyone.",
       "{ at: 10s, drop: { requests: [Produce], to: leader of orders/0, answer: true, nth: 3 } }"},
      {"hold",
       "Such requests, or with `answer: true` their answers, and what is behind them on their connections, wait until "
       "the fault heals.",
       "{ at: 10s, hold: { requests: [Fetch], from: followers of orders/0, to: leader of orders/0 }, for: 5s }"},
      {"reset",
       "The connections between `from` and `to` are reset at once. With `requests`: the connection of each such "
       "request "
       "is reset when it arrives, or with `answer: true` when it has been handled.",
       "{ at: 10s, reset: { from: broker 1, to: all controllers } }"},
      {"kill_on",
       "The process that receives the `nth` such request (default: the first) dies when it has handled it. Healing "
       "starts it.",
       "{ at: 10s, kill_on: { requests: [Produce], to: leader of orders/0, nth: 10 }, for: 20s }"},
      {"slow_cpu", "Work of the targets' processors takes so many times as long.",
       "{ at: 10s, slow_cpu: { target: broker 1, by: x10 }, for: 1m }"},
      {"clock_skew", "The targets' wall clocks are wrong by so much, until healed; timers do not notice.",
       "{ at: 10s, clock_skew: { target: broker 1, by: 1h } }"},
      {"clock_jump", "The targets' wall clocks jump by so much and stay so. Nothing to heal.",
       "{ at: 10s, clock_jump: { target: broker 1, by: -30s } }"},
      {"clock_drift", "The targets' wall clocks run fast or slow by so much, until healed.",
       "{ at: 10s, clock_drift: { target: broker 1, by: 200ppm }, for: 5m }"},
      {"start", "Starts what an earlier fault has killed, stopped or cut from power.", "{ at: 60s, start: broker 2 }"},
  };
  return entries;
}

}  // namespace ktrial::scenarios
