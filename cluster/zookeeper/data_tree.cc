#include "cluster/zookeeper/data_tree.h"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

absl::string_view View(std::string_view text) { return absl::string_view(text.data(), text.size()); }

}  // namespace

DataTree::DataTree() { nodes_.try_emplace("/", sim::MakeRef<ZNode>()); }

const ZNode* DataTree::Find(std::string_view path) const {
  const auto it = nodes_.find(View(path));
  return it == nodes_.end() ? nullptr : it->second.get();
}

ZNode* DataTree::Mutable(std::string_view path) {
  const auto it = nodes_.find(View(path));
  if (it == nodes_.end()) return nullptr;
  if (!it->second.unique()) it->second = sim::MakeRef<ZNode>(*it->second);
  return it->second.get();
}

Stat DataTree::StatOf(const ZNode& node) {
  Stat stat = node.stat;
  stat.num_children = static_cast<int32_t>(node.children.size());
  stat.cversion = stat.cversion * 2 - stat.num_children;
  return stat;
}

std::vector<std::string> DataTree::EphemeralsOf(SessionId session) const {
  const auto it = ephemerals_.find(session);
  if (it == ephemerals_.end()) return {};
  return {it->second.begin(), it->second.end()};
}

std::optional<std::pair<std::string, ZNodeRef>> DataTree::NextNode(std::string_view path) const {
  const auto it = nodes_.lower_bound(View(path));
  if (it == nodes_.end()) return std::nullopt;
  return std::pair(it->first, it->second);
}

void DataTree::Restore(const std::string& path, const ZNode& node) {
  ZNodeRef copy = sim::MakeRef<ZNode>(node);
  // Children are found by their own paths: the parent may have been written before them.
  copy->children.clear();
  if (path != "/") {
    ZNode* parent = Mutable(ParentOf(path));
    KT_CHECK(parent != nullptr);
    parent->children.insert(std::string(NameOf(path)));
  }
  if (copy->stat.ephemeral_owner.valid()) ephemerals_[copy->stat.ephemeral_owner].insert(path);
  nodes_.insert_or_assign(path, std::move(copy));
}

KeeperError DataTree::Create(Zxid zxid, SessionId session, const CreateTxn& txn, OpResult& result,
                             std::vector<WatchedEvent>& events) {
  ZNode* parent = Mutable(ParentOf(txn.path));
  if (parent == nullptr) return KeeperError::kNoNode;
  const bool exists = parent->children.contains(std::string(NameOf(txn.path)));
  if (txn.parent_cversion > parent->stat.cversion) parent->stat.cversion = txn.parent_cversion;
  parent->stat.pzxid = std::max(parent->stat.pzxid, zxid);
  // Only in a fuzzy snapshot.
  if (exists) return KeeperError::kNodeExists;
  ZNodeRef node = sim::MakeRef<ZNode>();
  node->data = txn.data;
  node->stat = {.czxid = zxid, .mzxid = zxid, .pzxid = zxid};
  if (txn.ephemeral) {
    node->stat.ephemeral_owner = session;
    ephemerals_[session].insert(txn.path);
  }
  parent->children.insert(std::string(NameOf(txn.path)));
  result.path = txn.path;
  result.stat = StatOf(*node);
  nodes_.insert_or_assign(txn.path, std::move(node));
  events.push_back({EventType::kNodeCreated, txn.path});
  events.push_back({EventType::kNodeChildrenChanged, std::string(ParentOf(txn.path))});
  return KeeperError::kOk;
}

KeeperError DataTree::Delete(Zxid zxid, const std::string& path, std::vector<WatchedEvent>& events) {
  ZNode* parent = Mutable(ParentOf(path));
  const auto it = nodes_.find(path);
  if (parent != nullptr) {
    parent->children.erase(std::string(NameOf(path)));
    parent->stat.pzxid = std::max(parent->stat.pzxid, zxid);
  }
  if (it == nodes_.end()) return KeeperError::kNoNode;
  if (const SessionId owner = it->second->stat.ephemeral_owner; owner.valid()) {
    const auto owned = ephemerals_.find(owner);
    owned->second.erase(path);
    if (owned->second.empty()) ephemerals_.erase(owned);
  }
  nodes_.erase(it);
  events.push_back({EventType::kNodeDeleted, path});
  events.push_back({EventType::kNodeChildrenChanged, std::string(ParentOf(path))});
  return KeeperError::kOk;
}

KeeperError DataTree::SetData(Zxid zxid, const SetDataTxn& txn, OpResult& result, std::vector<WatchedEvent>& events) {
  ZNode* node = Mutable(txn.path);
  if (node == nullptr) return KeeperError::kNoNode;
  node->data = txn.data;
  node->stat.version = txn.version;
  node->stat.mzxid = zxid;
  result.stat = StatOf(*node);
  events.push_back({EventType::kNodeDataChanged, txn.path});
  return KeeperError::kOk;
}

OpResult DataTree::ApplySingle(const Transaction& transaction, const SingleTxn& txn,
                               std::vector<WatchedEvent>& events) {
  OpResult result;
  if (const auto* create = std::get_if<CreateTxn>(&txn)) {
    result.error = Create(transaction.zxid, transaction.session, *create, result, events);
  } else if (const auto* remove = std::get_if<DeleteTxn>(&txn)) {
    result.error = Delete(transaction.zxid, remove->path, events);
  } else if (const auto* set = std::get_if<SetDataTxn>(&txn)) {
    result.error = SetData(transaction.zxid, *set, result, events);
  } else if (const auto* error = std::get_if<ErrorTxn>(&txn)) {
    result.error = error->error;
  }
  return result;
}

Applied DataTree::Apply(const Transaction& transaction) {
  Applied applied;
  if (const auto* multi = std::get_if<MultiTxn>(&transaction.body)) {
    for (const SingleTxn& part : multi->parts) {
      applied.result.results.push_back(ApplySingle(transaction, part, applied.events));
      const KeeperError error = applied.result.results.back().error;
      if (applied.result.error == KeeperError::kOk) applied.result.error = error;
    }
  } else if (const auto* close = std::get_if<CloseSessionTxn>(&transaction.body)) {
    for (const std::string& path : close->paths) Delete(transaction.zxid, path, applied.events);
  } else if (!std::holds_alternative<CreateSessionTxn>(transaction.body)) {
    const SingleTxn single = std::visit(
        [](const auto& body) -> SingleTxn {
          if constexpr (std::is_constructible_v<SingleTxn, decltype(body)>) {
            return body;
          } else {
            KT_UNREACHABLE();
          }
        },
        transaction.body);
    applied.result = ApplySingle(transaction, single, applied.events);
  }
  return applied;
}

bool operator==(const DataTree& a, const DataTree& b) {
  return a.ephemerals_ == b.ephemerals_ && std::equal(a.nodes_.begin(), a.nodes_.end(), b.nodes_.begin(),
                                                      b.nodes_.end(), [](const auto& x, const auto& y) {
                                                        return x.first == y.first && x.second->data == y.second->data &&
                                                               x.second->children == y.second->children &&
                                                               x.second->stat == y.second->stat;
                                                      });
}

}  // namespace ktrial::cluster::zookeeper
