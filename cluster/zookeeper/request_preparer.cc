#include "cluster/zookeeper/request_preparer.h"

#include <iterator>
#include <type_traits>
#include <variant>

#include "absl/container/btree_set.h"
#include "absl/strings/str_format.h"
#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

bool VersionFits(int32_t actual, int32_t expected) { return expected == kAnyVersion || expected == actual; }

SingleTxn Refuse(KeeperError error) { return ErrorTxn{error}; }

}  // namespace

std::optional<RequestPreparer::Change> RequestPreparer::Find(const Attempt& attempt, const std::string& path) const {
  for (const Changes* changes : {&attempt.changes, &outstanding_}) {
    const auto it = changes->find(path);
    if (it == changes->end()) continue;
    return it->second.exists ? std::optional(it->second) : std::nullopt;
  }
  const ZNode* node = attempt.database.tree.Find(path);
  if (node == nullptr) return std::nullopt;
  return Change{.zxid = {},
                .exists = true,
                .version = node->stat.version,
                .cversion = node->stat.cversion,
                .ephemeral_owner = node->stat.ephemeral_owner,
                .child_count = static_cast<int32_t>(node->children.size())};
}

SingleTxn RequestPreparer::PrepareCreate(Attempt& attempt, const CreateOp& op) const {
  // A sequential node may be all number: "/queue/".
  if (!IsValidPath(IsSequential(op.mode) ? op.path + "0" : op.path) || op.path == "/") {
    return Refuse(op.path == "/" ? KeeperError::kNodeExists : KeeperError::kBadArguments);
  }
  const std::string parent_path(ParentOf(op.path));
  std::optional<Change> parent = Find(attempt, parent_path);
  if (!parent) return Refuse(KeeperError::kNoNode);
  std::string path = op.path;
  if (IsSequential(op.mode)) path += absl::StrFormat("%010d", parent->cversion);
  if (Find(attempt, path)) return Refuse(KeeperError::kNodeExists);
  if (parent->ephemeral_owner.valid()) return Refuse(KeeperError::kNoChildrenForEphemerals);
  ++parent->cversion;
  ++parent->child_count;
  parent->zxid = attempt.zxid;
  attempt.changes.insert_or_assign(parent_path, *parent);
  Change created{.zxid = attempt.zxid};
  if (IsEphemeral(op.mode)) created.ephemeral_owner = attempt.session;
  attempt.changes.insert_or_assign(path, created);
  return CreateTxn{
      .path = std::move(path), .data = op.data, .ephemeral = IsEphemeral(op.mode), .parent_cversion = parent->cversion};
}

SingleTxn RequestPreparer::PrepareDelete(Attempt& attempt, const DeleteOp& op) const {
  if (!IsValidPath(op.path) || op.path == "/") return Refuse(KeeperError::kBadArguments);
  const std::string parent_path(ParentOf(op.path));
  std::optional<Change> parent = Find(attempt, parent_path);
  std::optional<Change> node = Find(attempt, op.path);
  if (!parent || !node) return Refuse(KeeperError::kNoNode);
  if (!VersionFits(node->version, op.version)) return Refuse(KeeperError::kBadVersion);
  if (node->child_count > 0) return Refuse(KeeperError::kNotEmpty);
  --parent->child_count;
  parent->zxid = attempt.zxid;
  attempt.changes.insert_or_assign(parent_path, *parent);
  attempt.changes.insert_or_assign(op.path, Change{.zxid = attempt.zxid, .exists = false});
  return DeleteTxn{op.path};
}

SingleTxn RequestPreparer::PrepareSetData(Attempt& attempt, const SetDataOp& op) const {
  if (!IsValidPath(op.path)) return Refuse(KeeperError::kBadArguments);
  std::optional<Change> node = Find(attempt, op.path);
  if (!node) return Refuse(KeeperError::kNoNode);
  if (!VersionFits(node->version, op.version)) return Refuse(KeeperError::kBadVersion);
  ++node->version;
  node->zxid = attempt.zxid;
  attempt.changes.insert_or_assign(op.path, *node);
  return SetDataTxn{.path = op.path, .data = op.data, .version = node->version};
}

SingleTxn RequestPreparer::PrepareCheck(const Attempt& attempt, const CheckOp& op) const {
  if (!IsValidPath(op.path)) return Refuse(KeeperError::kBadArguments);
  const std::optional<Change> node = Find(attempt, op.path);
  if (!node) return Refuse(KeeperError::kNoNode);
  if (!VersionFits(node->version, op.version)) return Refuse(KeeperError::kBadVersion);
  return CheckTxn{op.path};
}

SingleTxn RequestPreparer::PrepareSingle(Attempt& attempt, const SingleOp& op) const {
  if (const auto* create = std::get_if<CreateOp>(&op)) return PrepareCreate(attempt, *create);
  if (const auto* remove = std::get_if<DeleteOp>(&op)) return PrepareDelete(attempt, *remove);
  if (const auto* set = std::get_if<SetDataOp>(&op)) return PrepareSetData(attempt, *set);
  return PrepareCheck(attempt, std::get<CheckOp>(op));
}

// Before the operation that fails, each is told kOk, behind it kRuntimeInconsistency; none has an effect.
TxnBody RequestPreparer::PrepareMulti(Attempt& attempt, const MultiOp& op) const {
  MultiTxn multi;
  for (size_t i = 0; i < op.ops.size(); ++i) {
    multi.parts.push_back(PrepareSingle(attempt, op.ops[i]));
    if (!std::holds_alternative<ErrorTxn>(multi.parts.back())) continue;
    for (size_t before = 0; before < i; ++before) multi.parts[before] = ErrorTxn{KeeperError::kOk};
    multi.parts.resize(op.ops.size(), ErrorTxn{KeeperError::kRuntimeInconsistency});
    attempt.changes.clear();
    break;
  }
  return multi;
}

CloseSessionTxn RequestPreparer::PrepareClose(Attempt& attempt) const {
  absl::btree_set<std::string> paths;
  for (std::string& path : attempt.database.tree.EphemeralsOf(attempt.session)) paths.insert(std::move(path));
  for (const auto& [path, change] : outstanding_) {
    if (!change.exists) {
      paths.erase(path);
    } else if (change.ephemeral_owner == attempt.session) {
      paths.insert(path);
    }
  }
  if (ephemerals_survive_) {
    // Those that were created under another leader are not thought of.
    for (auto it = paths.begin(); it != paths.end();) {
      const ZNode* node = attempt.database.tree.Find(*it);
      it = node != nullptr && node->stat.czxid < begin_ ? paths.erase(it) : std::next(it);
    }
  }
  for (const std::string& path : paths) {
    const std::string parent_path(ParentOf(path));
    std::optional<Change> parent = Find(attempt, parent_path);
    KT_CHECK(parent.has_value());
    --parent->child_count;
    parent->zxid = attempt.zxid;
    attempt.changes.insert_or_assign(parent_path, *parent);
    attempt.changes.insert_or_assign(path, Change{.zxid = attempt.zxid, .exists = false});
  }
  return {.paths = {paths.begin(), paths.end()}};
}

TransactionRef RequestPreparer::Prepare(const Submission& submission, const ZooKeeperDatabase& database,
                                        SessionTracker& sessions) {
  zxid_ = Next(zxid_);
  Attempt attempt{.database = database, .session = submission.session, .zxid = zxid_, .changes = {}};
  TxnBody body = ErrorTxn{};
  const bool is_request = submission.kind == Submission::Kind::kRequest;
  const KeeperError session_error =
      is_request ? sessions.Check(submission.session, submission.owner) : KeeperError::kOk;
  if (session_error != KeeperError::kOk) {
    body = ErrorTxn{session_error};
  } else if (submission.kind == Submission::Kind::kCreateSession) {
    body = CreateSessionTxn{submission.timeout};
  } else if (!is_request || std::holds_alternative<CloseSessionOp>(submission.op)) {
    body = PrepareClose(attempt);
    sessions.SetClosing(submission.session);
  } else if (const auto* multi = std::get_if<MultiOp>(&submission.op)) {
    body = PrepareMulti(attempt, *multi);
  } else {
    const SingleTxn single = std::visit(
        [&](const auto& op) -> SingleTxn {
          if constexpr (std::is_constructible_v<SingleOp, decltype(op)>) {
            return PrepareSingle(attempt, op);
          } else {
            KT_UNREACHABLE();
          }
        },
        submission.op);
    std::visit([&](const auto& txn) { body = txn; }, single);
  }
  for (auto& [path, change] : attempt.changes) {
    order_.emplace_back(zxid_, path);
    outstanding_.insert_or_assign(path, change);
  }
  const TransactionRef transaction =
      sim::MakeRef<const Transaction>(zxid_, submission.session, submission.xid, std::move(body), digest_);
  digest_ = transaction->digest;
  return transaction;
}

void RequestPreparer::OnApplied(Zxid zxid) {
  while (!order_.empty() && order_.front().first <= zxid) {
    const auto it = outstanding_.find(order_.front().second);
    if (it != outstanding_.end() && it->second.zxid == order_.front().first) outstanding_.erase(it);
    order_.pop_front();
  }
}

}  // namespace ktrial::cluster::zookeeper
