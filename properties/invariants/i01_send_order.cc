// I1: in each partition, the committed records of a producer that keeps order stand in the order in which they were
// sent.
//
// A producer keeps order if it is idempotent or has one request in flight; of others, records out of order are reported
// as allowed. Values carry their client and their number, so the order of values is the order of sending. Copies of a
// record count where it stands first.
#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

constexpr char kNoOrderKept[] = "enable.idempotence=false with several requests in flight";

class SendOrder : public CheckerBase<SendOrder> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      if (!entry.batch->batch().is_control()) Check(moment, tp, *entry.batch);
    }
  }

  void Check(const Moment& moment, TopicPartition tp, const cluster::LogBatch& batch) {
    for (const cluster::Record& record : batch.batch().records()) {
      const RecordAccount* account = moment.ledger.Find(record.value);
      if (account == nullptr || account->committed_copies > 1) continue;
      const cluster::ClientId client = cluster::ProducerProcess::ClientOf(record.value);
      const auto keeps_order = moment.facts.keeps_order.find(client);
      if (keeps_order == moment.facts.keeps_order.end()) return;
      Exercise();
      int64_t& latest = latest_[tp].Latest(client);
      if (record.value < latest) {
        std::string licence = moment.LicenceFor(tp, record.value);
        if (licence.empty() && !keeps_order->second) licence = kNoOrderKept;
        Report(moment,
               absl::StrCat(moment.RecordName(record.value), " stands in ", moment.Name(tp), " at ", OffsetsText(batch),
                            ", after record ", latest - cluster::ProducerProcess::ValueOf(client, 0),
                            ", which was sent later"),
               Keeps(licence) ? LifeOfRecord(moment, tp, record.value) : std::vector<std::string>(), licence);
      } else {
        latest = record.value;
      }
    }
  }

  struct Clients {
    int64_t& Latest(cluster::ClientId client) {
      const bool is_new = !latest.contains(client);
      int64_t& value = latest[client];
      if (is_new) value = -1;
      return value;
    }
    SmallMap<cluster::ClientId, int64_t> latest;
  };
  PartitionMap<Clients> latest_;
};

}  // namespace

std::unique_ptr<Checker> MakeSendOrder() { return std::make_unique<SendOrder>(); }

}  // namespace ktrial::properties
