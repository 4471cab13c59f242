// The account of every record of the workload: when it was sent, acknowledged or refused, and where. It is exact:
//
//   sent = acknowledged + refused + unknown + outstanding
//
// where refused records can be in no log, unknown ones may be, and outstanding ones still wait for an outcome.
#ifndef KTRIAL_PROPERTIES_LEDGER_H_
#define KTRIAL_PROPERTIES_LEDGER_H_

#include <cstdint>
#include <vector>

#include "cluster/client/producer_process.h"
#include "cluster/facts.h"
#include "sim/fact.h"

namespace ktrial::properties {

enum class RecordOutcome : uint8_t { kOutstanding, kAcked, kRefused, kUnknown };

struct RecordAccount {
  cluster::TopicPartition tp;
  sim::SimTime sent_at;
  sim::SimTime settled_at;
  RecordOutcome outcome = RecordOutcome::kOutstanding;
  cluster::RequiredAcks acks = 0;
  cluster::ErrorCode error = cluster::ErrorCode::kNone;
  // With an acknowledgement; none with acks=0 and for recognised duplicates.
  cluster::Offset offset;
  int32_t deliveries = 0;
  // Copies of it in the committed logs at present, and where the latest stands.
  int32_t committed_copies = 0;
  cluster::Offset committed_at;
};

struct LedgerTotals {
  int64_t sent = 0;
  int64_t acked = 0;
  int64_t refused = 0;
  int64_t unknown = 0;
  int64_t delivered = 0;
  // Deliveries beyond the first of a record to any consumer.
  int64_t redelivered = 0;

  int64_t outstanding() const { return sent - acked - refused - unknown; }
};

class Ledger {
 public:
  void On(const sim::FactHeader& header, const cluster::RecordSent& fact);
  void On(const sim::FactHeader& header, const cluster::RecordAcked& fact);
  void On(const sim::FactHeader& header, const cluster::RecordFailed& fact);
  void On(const sim::FactHeader& header, const cluster::RecordDelivered& fact);

  // A batch became committed, or was lost after it had been. Values that nobody sent are passed over.
  void OnCommitted(cluster::TopicPartition tp, const cluster::LogBatch& batch);
  void OnLost(const cluster::LogBatch& batch);

  // Null if the value was never sent.
  const RecordAccount* Find(int64_t value) const;
  const LedgerTotals& totals() const { return totals_; }
  // By client, then by the record's number; a client that sends nothing has no entries.
  const std::vector<std::vector<RecordAccount>>& accounts() const { return accounts_; }

 private:
  RecordAccount* FindMutable(int64_t value) { return const_cast<RecordAccount*>(Find(value)); }
  RecordAccount& Account(int64_t value);

  std::vector<std::vector<RecordAccount>> accounts_;
  LedgerTotals totals_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_LEDGER_H_
