#include "cluster/zookeeper/txn_log.h"

#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

using sim::DiskStatus;

constexpr char kLogPrefix[] = "version-2/log.";

// The transactions of one file. A torn one at its end was being written when the power went; any other that is not
// intact makes the log unreadable.
bool ReadFile(sim::Context& ctx, sim::FileId file, Zxid after, std::vector<TransactionRef>& out) {
  sim::DiskPort disk = ctx.disk();
  if (disk.Read(file, 0, disk.files().size_bytes(file)) != DiskStatus::kOk) return false;
  const int64_t count = disk.files().chunk_count(file);
  for (int64_t i = 0; i < count; ++i) {
    const sim::ChunkView chunk = disk.files().chunk(file, i);
    if (!chunk.intact) return i == count - 1;
    TransactionRef transaction(static_cast<const Transaction*>(chunk.payload));
    if (transaction->zxid > after) out.push_back(std::move(transaction));
  }
  return true;
}

}  // namespace

std::string PathWithZxid(std::string_view prefix, Zxid zxid) {
  return absl::StrCat(absl::string_view(prefix.data(), prefix.size()),
                      absl::Hex(static_cast<uint64_t>(zxid.value()), absl::kZeroPad16));
}

Zxid ZxidOfPath(std::string_view path) {
  const std::string_view digits = path.substr(path.rfind('.') + 1);
  int64_t value = 0;
  KT_CHECK(absl::SimpleHexAtoi(absl::string_view(digits.data(), digits.size()), &value));
  return Zxid(value);
}

bool TxnLog::Append(sim::Context& ctx, const TransactionRef& transaction) {
  sim::DiskPort disk = ctx.disk();
  if (!file_) {
    const std::string path = PathWithZxid(kLogPrefix, transaction->zxid);
    // A file of this name holds nothing but what was torn or cut off.
    if (disk.Find(path) && disk.Delete(path) != DiskStatus::kOk) return false;
    const sim::FileId file = disk.CreateOrOpen(path);
    if (!file.valid()) return false;
    file_ = file;
  }
  return disk.Append(*file_, {.tag = static_cast<uint64_t>(transaction->zxid.value()),
                              .bytes = transaction->encoded_bytes,
                              .payload = transaction}) == DiskStatus::kOk;
}

bool TxnLog::Flush(sim::Context& ctx) { return !file_ || ctx.disk().Flush(*file_) == DiskStatus::kOk; }

void TxnLog::StartFlush(sim::Context& ctx, uint64_t key) {
  KT_CHECK(file_.has_value());
  ctx.disk().FlushAsync(*file_, key);
}

std::optional<std::vector<TransactionRef>> TxnLog::ReadAfter(sim::Context& ctx, Zxid after) {
  std::vector<TransactionRef> transactions;
  const std::vector<std::string> paths = ctx.disk().List(kLogPrefix);
  for (size_t i = 0; i < paths.size(); ++i) {
    // Nothing in this file is above what the next one begins with.
    if (i + 1 < paths.size() && ZxidOfPath(paths[i + 1]) <= after) continue;
    if (!ReadFile(ctx, *ctx.disk().Find(paths[i]), after, transactions)) return std::nullopt;
  }
  return transactions;
}

bool TxnLog::TruncateTo(sim::Context& ctx, Zxid to) {
  sim::DiskPort disk = ctx.disk();
  Roll();
  for (const std::string& path : disk.List(kLogPrefix)) {
    const sim::FileId file = *disk.Find(path);
    if (ZxidOfPath(path) > to) {
      if (disk.Delete(path) != DiskStatus::kOk) return false;
      continue;
    }
    const int64_t kept = disk.files().FindLastAtOrBelow(file, static_cast<uint64_t>(to.value())) + 1;
    if (kept < disk.files().chunk_count(file) &&
        disk.Truncate(file, disk.files().chunk(file, kept).position) != DiskStatus::kOk) {
      return false;
    }
    if (disk.Flush(file) != DiskStatus::kOk) return false;
  }
  return true;
}

bool TxnLog::Clear(sim::Context& ctx) {
  Roll();
  for (const std::string& path : ctx.disk().List(kLogPrefix)) {
    if (ctx.disk().Delete(path) != DiskStatus::kOk) return false;
  }
  return true;
}

bool TxnLog::FlushAll(sim::Context& ctx) {
  for (const std::string& path : ctx.disk().List(kLogPrefix)) {
    if (ctx.disk().Flush(*ctx.disk().Find(path)) != DiskStatus::kOk) return false;
  }
  return true;
}

}  // namespace ktrial::cluster::zookeeper
