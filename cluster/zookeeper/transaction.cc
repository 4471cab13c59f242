#include "cluster/zookeeper/transaction.h"

#include <array>
#include <utility>

#include "sim/trace_hash.h"

namespace ktrial::cluster::zookeeper {
namespace {

// TxnHeader, checksum, length and end marker.
constexpr int32_t kEnvelopeBytes = 60;

void HashText(sim::TraceHash& hash, std::string_view text) {
  hash.Add(text.size());
  for (const char c : text) hash.Add(static_cast<uint8_t>(c));
}

struct BodyHasher {
  sim::TraceHash& hash;
  int32_t& bytes;

  void Text(std::string_view text) const {
    HashText(hash, text);
    bytes += static_cast<int32_t>(text.size()) + 4;
  }
  void Number(int64_t number) const {
    hash.Add(static_cast<uint64_t>(number));
    bytes += 4;
  }
  void operator()(const CreateTxn& txn) const {
    Text(txn.path);
    Text(txn.data);
    Number(txn.ephemeral);
    Number(txn.parent_cversion);
  }
  void operator()(const DeleteTxn& txn) const { Text(txn.path); }
  void operator()(const SetDataTxn& txn) const {
    Text(txn.path);
    Text(txn.data);
    Number(txn.version);
  }
  void operator()(const CheckTxn& txn) const { Text(txn.path); }
  void operator()(const ErrorTxn& txn) const { Number(static_cast<int64_t>(txn.error)); }
  void operator()(const MultiTxn& txn) const {
    for (const SingleTxn& part : txn.parts) {
      Number(static_cast<int64_t>(part.index()));
      std::visit(*this, part);
    }
  }
  void operator()(const CreateSessionTxn& txn) const { Number(txn.timeout.millis()); }
  void operator()(const CloseSessionTxn& txn) const {
    for (const std::string& path : txn.paths) Text(path);
  }
};

}  // namespace

std::string_view TxnName(const TxnBody& body) {
  static constexpr std::array<std::string_view, std::variant_size_v<TxnBody>> kNames = {
      "create", "delete", "setData", "check", "error", "multi", "createSession", "closeSession"};
  return kNames[body.index()];
}

Transaction::Transaction(Zxid z, SessionId s, Xid x, TxnBody b, uint64_t previous_digest)
    : zxid(z), session(s), xid(x), body(std::move(b)), encoded_bytes(kEnvelopeBytes) {
  sim::TraceHash hash;
  std::visit(BodyHasher{hash, encoded_bytes}, body);
  digest = DigestAfter(previous_digest, *this);
}

uint64_t DigestAfter(uint64_t previous_digest, const Transaction& transaction) {
  sim::TraceHash hash;
  hash.Add(previous_digest);
  hash.Add(static_cast<uint64_t>(transaction.zxid.value()));
  hash.Add(static_cast<uint64_t>(transaction.session.value()));
  hash.Add(static_cast<uint64_t>(transaction.xid.value()));
  hash.Add(transaction.body.index());
  int32_t bytes = 0;
  std::visit(BodyHasher{hash, bytes}, transaction.body);
  return hash.value();
}

}  // namespace ktrial::cluster::zookeeper
