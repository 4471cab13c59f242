#include "cluster/zookeeper/zookeeper_database.h"

#include <utility>
#include <vector>

#include "cluster/zookeeper/txn_log.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {

Applied ZooKeeperDatabase::Apply(const TransactionRef& transaction, int32_t keep) {
  KT_CHECK(transaction->zxid > last_processed);
  if (const auto* create = std::get_if<CreateSessionTxn>(&transaction->body)) {
    sessions.insert_or_assign(transaction->session, create->timeout);
  } else if (std::holds_alternative<CloseSessionTxn>(transaction->body)) {
    sessions.erase(transaction->session);
  }
  Applied applied = tree.Apply(*transaction);
  last_processed = transaction->zxid;
  digest = transaction->digest;
  committed_log.push_back(transaction);
  while (committed_log.size() > static_cast<size_t>(keep)) committed_log.pop_front();
  return applied;
}

ZooKeeperDatabase DatabaseOf(const Snapshot& snapshot) {
  return {.tree = TreeOf(snapshot),
          .sessions = snapshot.sessions,
          .last_processed = snapshot.zxid,
          .digest = snapshot.digest,
          .committed_log = {}};
}

std::optional<ZooKeeperDatabase> LoadDatabase(sim::Context& ctx, Zxid limit, int32_t keep) {
  ZooKeeperDatabase database;
  if (const std::optional<SnapshotRef> snapshot = ReadLastSnapshot(ctx, limit)) database = DatabaseOf(**snapshot);
  const std::optional<std::vector<TransactionRef>> log = TxnLog::ReadAfter(ctx, database.last_processed);
  if (!log) return std::nullopt;
  for (const TransactionRef& transaction : *log) {
    if (transaction->zxid > limit) break;
    // Something is missing in between.
    if (DigestAfter(database.digest, *transaction) != transaction->digest) return std::nullopt;
    database.Apply(transaction, keep);
  }
  return database;
}

bool FastForward(sim::Context& ctx, ZooKeeperDatabase& database, int32_t keep) {
  const std::optional<std::vector<TransactionRef>> log = TxnLog::ReadAfter(ctx, database.last_processed);
  if (!log) return false;
  for (const TransactionRef& transaction : *log) database.Apply(transaction, keep);
  return true;
}

}  // namespace ktrial::cluster::zookeeper
