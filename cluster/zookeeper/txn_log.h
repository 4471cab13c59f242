// The log of transactions on a server's disk (org.apache.zookeeper.server.persistence.FileTxnLog): files
// version-2/log.ZXID, each named for its first transaction.
//
//   if (!log.Append(ctx, transaction)) ...
//   log.StartFlush(ctx, kFlushKey);     // DiskDone with the key: all that was appended before is durable
//
// A server begins a new file at its first append, so that what is torn at the end of an old one does no harm.
#ifndef KTRIAL_CLUSTER_ZOOKEEPER_TXN_LOG_H_
#define KTRIAL_CLUSTER_ZOOKEEPER_TXN_LOG_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/zookeeper/transaction.h"
#include "sim/context.h"

namespace ktrial::cluster::zookeeper {

// The folder of logs, snapshots and epoch files.
inline constexpr char kDataFolder[] = "version-2/";

class TxnLog {
 public:
  // False if the disk refused.
  bool Append(sim::Context& ctx, const TransactionRef& transaction);
  // Makes all that was appended durable: now, or when OnDiskDone comes. The first is false if the disk refused.
  bool Flush(sim::Context& ctx);
  void StartFlush(sim::Context& ctx, uint64_t key);
  // What is appended next goes to a new file. What was appended before must be durable.
  void Roll() { file_.reset(); }

  // All transactions above `after`, ascending. Nothing if the log is damaged, or cannot be read.
  static std::optional<std::vector<TransactionRef>> ReadAfter(sim::Context& ctx, Zxid after);
  // Drops everything above `to`, durably. False if the disk refused.
  bool TruncateTo(sim::Context& ctx, Zxid to);
  // Drops everything; durable with the next flush of any file.
  bool Clear(sim::Context& ctx);
  // Makes what is there durable, whoever wrote it. False if the disk refused.
  static bool FlushAll(sim::Context& ctx);

 private:
  std::optional<sim::FileId> file_;
};

// "version-2/log.0000000100000001": sixteen digits, so that names are ordered as zxids are.
std::string PathWithZxid(std::string_view prefix, Zxid zxid);
// The zxid in a path that PathWithZxid made.
Zxid ZxidOfPath(std::string_view path);

}  // namespace ktrial::cluster::zookeeper

#endif  // KTRIAL_CLUSTER_ZOOKEEPER_TXN_LOG_H_
