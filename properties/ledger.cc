#include "properties/ledger.h"

#include "sim/check.h"

namespace ktrial::properties {

using cluster::ProducerProcess;

namespace {

size_t ClientIndex(int64_t value) { return static_cast<size_t>(ProducerProcess::ClientOf(value).value()); }
size_t RecordIndex(int64_t value) {
  return static_cast<size_t>(value - ProducerProcess::ValueOf(ProducerProcess::ClientOf(value), 0));
}

}  // namespace

const RecordAccount* Ledger::Find(int64_t value) const {
  if (value < 0) return nullptr;
  const size_t client = ClientIndex(value);
  const size_t record = RecordIndex(value);
  if (client >= accounts_.size() || record >= accounts_[client].size()) return nullptr;
  return &accounts_[client][record];
}

RecordAccount& Ledger::Account(int64_t value) {
  KT_CHECK(Find(value) != nullptr);
  return accounts_[ClientIndex(value)][RecordIndex(value)];
}

void Ledger::OnCommitted(cluster::TopicPartition tp, const cluster::LogBatch& batch) {
  if (batch.batch().is_control()) return;
  for (int32_t i = 0; i < batch.batch().record_count(); ++i) {
    const cluster::Record& record = batch.batch().records()[static_cast<size_t>(i)];
    if (RecordAccount* account = FindMutable(record.value); account != nullptr && account->tp == tp) {
      ++account->committed_copies;
      account->committed_at = batch.offset_of(i);
    }
  }
}

void Ledger::OnLost(const cluster::LogBatch& batch) {
  if (batch.batch().is_control()) return;
  for (const cluster::Record& record : batch.batch().records()) {
    RecordAccount* account = FindMutable(record.value);
    if (account != nullptr && account->committed_copies > 0) --account->committed_copies;
  }
}

void Ledger::On(const sim::FactHeader& header, const cluster::RecordSent& fact) {
  const size_t client = ClientIndex(fact.value);
  if (client >= accounts_.size()) accounts_.resize(client + 1);
  // Records of a client are numbered in the order of sending, without gaps.
  KT_CHECK(RecordIndex(fact.value) == accounts_[client].size());
  accounts_[client].push_back({.tp = fact.tp, .sent_at = header.at});
  ++totals_.sent;
}

void Ledger::On(const sim::FactHeader& header, const cluster::RecordAcked& fact) {
  RecordAccount& account = Account(fact.value);
  KT_CHECK(account.outcome == RecordOutcome::kOutstanding);
  account.outcome = RecordOutcome::kAcked;
  account.settled_at = header.at;
  account.offset = fact.offset;
  account.acks = fact.acks;
  ++totals_.acked;
}

void Ledger::On(const sim::FactHeader& header, const cluster::RecordFailed& fact) {
  RecordAccount& account = Account(fact.value);
  KT_CHECK(account.outcome == RecordOutcome::kOutstanding);
  account.outcome = fact.definite ? RecordOutcome::kRefused : RecordOutcome::kUnknown;
  account.settled_at = header.at;
  account.error = fact.error;
  ++(fact.definite ? totals_.refused : totals_.unknown);
}

void Ledger::On(const sim::FactHeader&, const cluster::RecordDelivered& fact) {
  RecordAccount* account = FindMutable(fact.value);
  if (account == nullptr) return;
  ++totals_.delivered;
  if (++account->deliveries > 1) ++totals_.redelivered;
}

}  // namespace ktrial::properties
