#include "cluster/zookeeper/operation.h"

#include <algorithm>
#include <array>

#include "sim/check.h"

namespace ktrial::cluster::zookeeper {
namespace {

constexpr int32_t kHeaderBytes = 16;
constexpr int32_t kStatBytes = 68;

template <typename... F>
struct Overload : F... {
  using F::operator()...;
};
template <typename... F>
Overload(F...) -> Overload<F...>;

int32_t Length(std::string_view text) { return static_cast<int32_t>(text.size()) + 4; }

int32_t LengthOf(const std::vector<std::string>& texts) {
  int32_t total = 4;
  for (const std::string& text : texts) total += Length(text);
  return total;
}

int32_t BodyBytes(const CreateOp& op) { return Length(op.path) + Length(op.data) + 30; }
int32_t BodyBytes(const DeleteOp& op) { return Length(op.path) + 4; }
int32_t BodyBytes(const SetDataOp& op) { return Length(op.path) + Length(op.data) + 4; }
int32_t BodyBytes(const CheckOp& op) { return Length(op.path) + 4; }

}  // namespace

std::string_view OperationName(const Operation& op) {
  static constexpr std::array<std::string_view, std::variant_size_v<Operation>> kNames = {
      "create",  "delete", "setData",     "check", "multi",      "closeSession",
      "getData", "exists", "getChildren", "sync",  "setWatches", "ping"};
  return kNames[op.index()];
}

std::string_view PathOf(const Operation& op) {
  return std::visit(
      [](const auto& body) -> std::string_view {
        if constexpr (requires { body.path; }) {
          return body.path;
        } else {
          return {};
        }
      },
      op);
}

bool IsWrite(const Operation& op) { return op.index() <= Operation(CloseSessionOp{}).index(); }

int32_t EncodedBytes(const Operation& op) {
  return kHeaderBytes + std::visit(Overload{[](const MultiOp& multi) {
                                              int32_t total = 9;
                                              for (const SingleOp& single : multi.ops) {
                                                total +=
                                                    9 + std::visit([](const auto& o) { return BodyBytes(o); }, single);
                                              }
                                              return total;
                                            },
                                            [](const CloseSessionOp&) { return 0; }, [](const PingOp&) { return 0; },
                                            [](const SetWatchesOp& watches) {
                                              return 8 + LengthOf(watches.data_watches) +
                                                     LengthOf(watches.exist_watches) + LengthOf(watches.child_watches);
                                            },
                                            [](const auto& body) {
                                              if constexpr (requires { BodyBytes(body); }) {
                                                return BodyBytes(body);
                                              } else {
                                                return Length(body.path) + 1;
                                              }
                                            }},
                                   op);
}

int32_t EncodedBytes(const OpResult& result) {
  int32_t total = kHeaderBytes + kStatBytes + Length(result.path) + Length(result.data) + LengthOf(result.children);
  for (const OpResult& part : result.results) total += 9 + EncodedBytes(part);
  return total;
}

std::string_view EventTypeName(EventType type) {
  switch (type) {
    case EventType::kNodeCreated:
      return "NodeCreated";
    case EventType::kNodeDeleted:
      return "NodeDeleted";
    case EventType::kNodeDataChanged:
      return "NodeDataChanged";
    case EventType::kNodeChildrenChanged:
      return "NodeChildrenChanged";
  }
  KT_UNREACHABLE();
}

bool IsValidPath(std::string_view path) {
  if (path.empty() || path.front() != '/') return false;
  if (path == "/") return true;
  if (path.back() == '/') return false;
  size_t begin = 1;
  while (begin <= path.size()) {
    const size_t end = std::min(path.find('/', begin), path.size());
    const std::string_view part = path.substr(begin, end - begin);
    if (part.empty() || part == "." || part == "..") return false;
    begin = end + 1;
  }
  return true;
}

std::string_view ParentOf(std::string_view path) {
  const size_t slash = path.rfind('/');
  KT_CHECK(slash != std::string_view::npos && path.size() > 1);
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view NameOf(std::string_view path) { return path.substr(path.rfind('/') + 1); }

}  // namespace ktrial::cluster::zookeeper
