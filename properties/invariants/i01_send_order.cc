// I1: in each partition, the committed records of a producer that keeps order stand in the order in which they were
// sent.
//
// A producer keeps order if it is idempotent or has one request in flight; of others, records out of order are reported
// as allowed. With acks=0 nothing is in flight, and what keeps order is the connection: what was sent over one may
// arrive after what was sent over the next, which is allowed too. Values carry their client and their number, so the
// order of values is the order of sending. Copies of a record count where it stands first.
//
// A leader that knows nothing of an idempotent producer takes a batch with any sequence, while those before it are in
// flight to its predecessor (S20). When the first of these has failed after delivery.timeout.ms, the producer goes on
// in its next epoch and sends the others again, behind what was accepted. That has a licence, for records that were
// sent before the accepted batch, in their own order.
#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

constexpr char kNoOrderKept[] = "enable.idempotence=false with several requests in flight";

constexpr char kTakenFirst[] = "the leader knew nothing of the producer, and took a later batch before";

constexpr char kOtherConnection[] = "acks=0, and the producer had gone on over another connection";

class SendOrder : public CheckerBase<SendOrder> {
 public:
  void On(const Moment& moment, const cluster::HighWatermarkMoved& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment& moment, const cluster::BecameLeader& fact) { TakeCommitted(moment, fact.tp); }
  void On(const Moment&, const cluster::ProducerReconnected& fact) { ++connections_[fact.client]; }
  void On(const Moment&, const cluster::RecordAcked& fact) {
    // With acks=0 it counts as acknowledged when it is sent.
    if (fact.acks != 0) return;
    std::vector<Stretch>& stretches = latest_[fact.tp].Of(fact.client).stretches;
    const int32_t connection = connections_[fact.client];
    if (stretches.empty() || stretches.back().connection != connection) stretches.push_back({fact.value, connection});
  }

 private:
  void TakeCommitted(const Moment& moment, TopicPartition tp) {
    for (const LogEntry& entry : moment.ghost.newly_committed()) {
      if (!entry.batch->batch().is_control()) Check(moment, tp, *entry.batch);
    }
  }

  void Check(const Moment& moment, TopicPartition tp, const cluster::LogBatch& batch) {
    NoteIfTakenFirst(moment, tp, batch);
    for (const cluster::Record& record : batch.batch().records()) {
      const RecordAccount* account = moment.ledger.Find(record.value);
      if (account == nullptr || account->committed_copies > 1) continue;
      const cluster::ClientId client = cluster::ProducerProcess::ClientOf(record.value);
      const auto keeps_order = moment.facts.keeps_order.find(client);
      if (keeps_order == moment.facts.keeps_order.end()) return;
      Exercise();
      Client& sender = latest_[tp].Of(client);
      int64_t& latest = sender.latest;
      if (record.value < latest) {
        std::string licence = moment.LicenceFor(tp, record.value);
        if (licence.empty() && !keeps_order->second) licence = kNoOrderKept;
        if (licence.empty() && sender.ConnectionOf(record.value) != sender.ConnectionOf(latest)) {
          licence = kOtherConnection;
        }
        if (licence.empty() && record.value < sender.taken_first && record.value > sender.latest_late) {
          licence = kTakenFirst;
        }
        sender.latest_late = record.value;
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

  void NoteIfTakenFirst(const Moment& moment, TopicPartition tp, const cluster::LogBatch& batch) {
    if (batch.batch().records().empty() || !moment.ghost.Find(tp)->AcceptedFromUnknown(batch)) return;
    const int64_t first = batch.batch().records().front().value;
    Client& sender = latest_[tp].Of(cluster::ProducerProcess::ClientOf(first));
    if (sender.latest < 0) sender.taken_first = first;
  }

  // Records from `first` on went over the producer's connection of this number.
  struct Stretch {
    int64_t first = 0;
    int32_t connection = 0;
  };
  struct Client {
    // With acks=0, which connection the record was sent over.
    int32_t ConnectionOf(int64_t value) const {
      int32_t connection = 0;
      for (const Stretch& stretch : stretches) {
        if (stretch.first <= value) connection = stretch.connection;
      }
      return connection;
    }
    // Of the records in the log.
    int64_t latest = -1;
    // The first record of a batch that was taken before all others, though it was not sent first; -1 if there is none.
    int64_t taken_first = -1;
    // Of the records out of order.
    int64_t latest_late = -1;
    std::vector<Stretch> stretches;
  };
  struct Clients {
    Client& Of(cluster::ClientId client) { return clients[client]; }
    SmallMap<cluster::ClientId, Client> clients;
  };
  // How often each producer has changed its connection.
  SmallMap<cluster::ClientId, int32_t> connections_;
  PartitionMap<Clients> latest_;
};

}  // namespace

std::unique_ptr<Checker> MakeSendOrder() { return std::make_unique<SendOrder>(); }

}  // namespace ktrial::properties
