// ZooKeeper as one tree in memory, for tests of the controller: it answers at once, and loses nothing.
//
//   ZnodeTreeForTest tree;
//   std::vector<ZkResponse> responses = tree.Execute(session, requests);
//   for (const auto& [session, event] : tree.TakeEvents()) ...
#ifndef KTRIAL_CLUSTER_ZK_CONTROLLER_ZNODE_TREE_FOR_TEST_H_
#define KTRIAL_CLUSTER_ZK_CONTROLLER_ZNODE_TREE_FOR_TEST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/strings/str_cat.h"
#include "cluster/zk_controller/zk_request.h"

namespace ktrial::cluster {

class ZnodeTreeForTest {
 public:
  // Requests of a session that has expired are told so.
  std::vector<ZkResponse> Execute(int64_t session, const std::vector<ZkRequest>& requests) {
    std::vector<ZkResponse> responses;
    for (const ZkRequest& request : requests) responses.push_back(Execute(session, request));
    return responses;
  }

  // With its ephemeral nodes; its watches tell nothing any more.
  void Expire(int64_t session) {
    expired_.insert(session);
    for (Watches* watches : {&data_watches_, &child_watches_}) {
      for (auto& [path, sessions] : *watches) sessions.erase(session);
    }
    std::vector<std::string> owned;
    for (const auto& [path, node] : nodes_) {
      if (node.stat.ephemeral_owner == session) owned.push_back(path);
    }
    ++zxid_;
    for (const std::string& path : owned) Apply(session, ZkDelete{.path = path});
  }

  // Each with the session that is told.
  std::vector<std::pair<int64_t, ZkWatchEvent>> TakeEvents() { return std::exchange(events_, {}); }

  // Null if there is none.
  const std::string* Find(const std::string& path) const {
    const auto it = nodes_.find(path);
    return it == nodes_.end() ? nullptr : &it->second.data;
  }

 private:
  struct Node {
    std::string data;
    ZkStat stat;
    int32_t created_children = 0;
  };
  using Watches = absl::btree_map<std::string, absl::btree_set<int64_t>>;

  static std::string ParentOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

  ZkResponse Execute(int64_t session, const ZkRequest& request) {
    if (expired_.contains(session)) {
      ZkResponse response{.code = ZkCode::kSessionExpired};
      if (const auto* multi = std::get_if<ZkMulti>(&request)) {
        response.results.assign(multi->ops.size(), {.code = ZkCode::kSessionExpired});
      }
      return response;
    }
    if (const auto* exists = std::get_if<ZkExists>(&request)) return Read(session, exists->path, exists->watch, true);
    if (const auto* get = std::get_if<ZkGetData>(&request)) return Read(session, get->path, get->watch, false);
    if (const auto* children = std::get_if<ZkGetChildren>(&request)) return ReadChildren(session, *children);
    ++zxid_;
    if (const auto* multi = std::get_if<ZkMulti>(&request)) return ExecuteMulti(session, multi->ops);
    ZkOpResult result;
    if (const auto* create = std::get_if<ZkCreate>(&request)) {
      result = Apply(session, *create);
    } else if (const auto* set = std::get_if<ZkSetData>(&request)) {
      result = Apply(session, *set);
    } else {
      result = Apply(session, std::get<ZkDelete>(request));
    }
    return {.code = result.code, .stat = result.stat};
  }

  ZkResponse ExecuteMulti(int64_t session, const std::vector<ZkOp>& ops) {
    const auto nodes = nodes_;
    const auto events = events_;
    const Watches data_watches = data_watches_;
    const Watches child_watches = child_watches_;
    ZkResponse response;
    for (const ZkOp& op : ops) {
      const bool failed = response.code != ZkCode::kOk;
      response.results.push_back(failed ? ZkOpResult{.code = ZkCode::kRuntimeInconsistency} : Apply(session, op));
      if (!failed) response.code = response.results.back().code;
    }
    if (response.code != ZkCode::kOk) {
      nodes_ = nodes;
      events_ = events;
      data_watches_ = data_watches;
      child_watches_ = child_watches;
    }
    return response;
  }

  ZkResponse Read(int64_t session, const std::string& path, bool watch, bool watch_if_missing) {
    const auto it = nodes_.find(path);
    if (watch && (it != nodes_.end() || watch_if_missing)) data_watches_[path].insert(session);
    if (it == nodes_.end()) return {.code = ZkCode::kNoNode};
    return {.data = it->second.data, .stat = it->second.stat};
  }

  ZkResponse ReadChildren(int64_t session, const ZkGetChildren& request) {
    if (!nodes_.contains(request.path)) return {.code = ZkCode::kNoNode};
    if (request.watch) child_watches_[request.path].insert(session);
    ZkResponse response;
    const std::string prefix = absl::StrCat(request.path, "/");
    for (const auto& [path, node] : nodes_) {
      if (path.rfind(prefix, 0) != 0 || path.find('/', prefix.size()) != std::string::npos) continue;
      response.children.push_back(path.substr(prefix.size()));
    }
    return response;
  }

  void Fire(Watches& watches, const std::string& path, ZkEventType type) {
    for (int64_t session : std::exchange(watches[path], {})) events_.push_back({session, {type, path}});
  }

  ZkOpResult Apply(int64_t session, const ZkOp& op) {
    if (const auto* create = std::get_if<ZkCreate>(&op)) return Create(session, *create);
    const std::string& path = std::holds_alternative<ZkSetData>(op)  ? std::get<ZkSetData>(op).path
                              : std::holds_alternative<ZkDelete>(op) ? std::get<ZkDelete>(op).path
                                                                     : std::get<ZkCheck>(op).path;
    const int32_t version = std::holds_alternative<ZkSetData>(op)  ? std::get<ZkSetData>(op).version
                            : std::holds_alternative<ZkDelete>(op) ? std::get<ZkDelete>(op).version
                                                                   : std::get<ZkCheck>(op).version;
    const auto it = nodes_.find(path);
    if (it == nodes_.end()) return {.code = ZkCode::kNoNode};
    if (version != kZkAnyVersion && version != it->second.stat.version) return {.code = ZkCode::kBadVersion};
    if (std::holds_alternative<ZkDelete>(op)) {
      nodes_.erase(it);
      Fire(data_watches_, path, ZkEventType::kDeleted);
      Fire(child_watches_, ParentOf(path), ZkEventType::kChildrenChanged);
    } else if (const auto* set = std::get_if<ZkSetData>(&op)) {
      it->second.data = set->data;
      ++it->second.stat.version;
      Fire(data_watches_, path, ZkEventType::kDataChanged);
      return {.stat = it->second.stat};
    }
    return {};
  }

  ZkOpResult Create(int64_t session, const ZkCreate& create) {
    const std::string parent = ParentOf(create.path);
    const auto above = nodes_.find(parent);
    if (!parent.empty() && above == nodes_.end()) return {.code = ZkCode::kNoNode};
    std::string path = create.path;
    if (create.mode == ZkCreateMode::kPersistentSequential) absl::StrAppend(&path, above->second.created_children);
    if (nodes_.contains(path)) return {.code = ZkCode::kNodeExists};
    if (!parent.empty()) ++above->second.created_children;
    const int64_t owner = create.mode == ZkCreateMode::kEphemeral ? session : 0;
    nodes_[path] = {.data = create.data, .stat = {.version = 0, .czxid = zxid_, .ephemeral_owner = owner}};
    Fire(data_watches_, path, ZkEventType::kCreated);
    Fire(child_watches_, parent, ZkEventType::kChildrenChanged);
    return {};
  }

  absl::btree_map<std::string, Node> nodes_;
  Watches data_watches_;
  Watches child_watches_;
  absl::btree_set<int64_t> expired_;
  std::vector<std::pair<int64_t, ZkWatchEvent>> events_;
  int64_t zxid_ = 0;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_ZK_CONTROLLER_ZNODE_TREE_FOR_TEST_H_
