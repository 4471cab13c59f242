// L2: every record is acknowledged or fails within delivery.timeout.ms of being sent, whatever the cluster does.
//
// KIP-91. Not asked of records whose producer was stopped, paused or restarted meanwhile, nor while clocks are wrong,
// since a producer goes by its wall clock.
#include <algorithm>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"
#include "sim/fault.h"

namespace ktrial::properties {
namespace {

// A batch is looked at when the sender next has something to do.
constexpr sim::Duration kSlack = sim::Seconds(1);

class SendsSettle : public CheckerBase<SendsSettle> {
 public:
  void On(const Moment& moment, const cluster::RecordSent& fact) { process_[fact.client] = moment.process; }
  void On(const Moment& moment, const cluster::RecordAcked& fact) { CheckSettled(moment, fact.client, fact.value); }
  void On(const Moment& moment, const cluster::RecordFailed& fact) { CheckSettled(moment, fact.client, fact.value); }

  void On(const Moment& moment, const cluster::BatchHeldBack& fact) {
    const RecordAccount* younger = moment.ledger.Find(fact.younger);
    if (younger != nullptr) held_back_[fact.tp].push_back({fact.first, fact.last, younger->sent_at});
  }

  void On(const Moment& moment, const sim::ProcessStarted& fact) { undisturbed_since_[fact.process] = moment.at; }
  void On(const Moment&, const sim::ProcessExited& fact) { Stops(fact.process); }
  void On(const Moment&, const sim::ProcessKilled& fact) { Stops(fact.process); }
  void On(const Moment&, const sim::ProcessPaused& fact) { Stops(fact.process); }
  void On(const Moment& moment, const sim::ProcessResumed& fact) { undisturbed_since_[fact.process] = moment.at; }
  void On(const Moment& moment, const sim::FaultBegun& fact) { NoteClock(moment, fact.fault_kind); }
  void On(const Moment& moment, const sim::FaultHealed& fact) { NoteClock(moment, fact.fault_kind); }

  void OnEnd(const Moment& moment) override {
    const auto& accounts = moment.ledger.accounts();
    for (size_t client = 0; client < accounts.size(); ++client) {
      const cluster::ClientId id(static_cast<int32_t>(client));
      for (size_t n = 0; n < accounts[client].size(); ++n) {
        const RecordAccount& account = accounts[client][n];
        if (account.outcome != RecordOutcome::kOutstanding || account.sent_at == sim::SimTime()) continue;
        const sim::Duration limit = LimitFor(moment, id, account.sent_at);
        if (account.sent_at + limit >= moment.at) continue;
        const int64_t value = cluster::ProducerProcess::ValueOf(id, static_cast<int64_t>(n));
        const std::string licence = LicenceFor(account.tp, value, moment.at - limit);
        Report(moment,
               absl::StrCat(moment.RecordName(value), ", sent to ", moment.Name(account.tp), " at ",
                            moment.Time(account.sent_at), ", has neither been acknowledged nor failed at the end"),
               Keeps(licence) ? LifeOfRecord(moment, account.tp, value) : std::vector<std::string>(), licence);
      }
    }
  }

 private:
  void Stops(sim::ProcessId process) { undisturbed_since_[process] = sim::SimTime::Max(); }

  void NoteClock(const Moment& moment, int32_t fault_kind) {
    const std::string_view name = sim::FaultName(static_cast<size_t>(fault_kind));
    if (absl::StartsWith(absl::string_view(name.data(), name.size()), "clock")) clocks_right_since_ = moment.at;
    drifting_ |= name == "clock_drift";
  }

  void CheckSettled(const Moment& moment, cluster::ClientId client, int64_t value) {
    const RecordAccount* account = moment.ledger.Find(value);
    if (account == nullptr) return;
    const sim::Duration limit = LimitFor(moment, client, account->sent_at);
    if (limit == sim::Duration::Max()) return;
    Exercise();
    if (moment.at - account->sent_at <= limit) return;
    Report(moment,
           absl::StrCat(moment.RecordName(value), ", sent to ", moment.Name(account->tp), " at ",
                        moment.Time(account->sent_at), ", had its outcome only at ", moment.Time(moment.at),
                        ", after delivery.timeout.ms"),
           {}, LicenceFor(account->tp, value, moment.at - limit));
  }

  // Kafka expires batches from the front of a partition's queue, and stops at the first whose time is not up. A younger
  // one comes to the front when it is sent again; the record waits for the time of that one, sent at `since` or later.
  std::string LicenceFor(TopicPartition tp, int64_t value, sim::SimTime since) const {
    const std::vector<HeldBack>* batches = held_back_.Find(tp);
    if (batches == nullptr) return {};
    for (const HeldBack& batch : *batches) {
      if (batch.first > value || batch.last < value || batch.younger_sent_at < since) continue;
      return "a younger batch that was sent again stood before it, and the producer looks no further";
    }
    return {};
  }

  // How long a record sent at `sent` may wait for its outcome.
  sim::Duration LimitFor(const Moment& moment, cluster::ClientId client, sim::SimTime sent) const {
    const auto timeout = moment.facts.delivery_timeouts.find(client);
    const sim::ProcessId* process = process_.Find(client);
    if (timeout == moment.facts.delivery_timeouts.end() || process == nullptr) return sim::Duration::Max();
    const auto since = undisturbed_since_.find(*process);
    if (since == undisturbed_since_.end() || since->second > sent || clocks_right_since_ > sent || drifting_) {
      return sim::Duration::Max();
    }
    return timeout->second + kSlack;
  }

  struct HeldBack {
    // Values of the first and the last record. Those between them that went to the same partition are of the batch.
    int64_t first = 0;
    int64_t last = 0;
    sim::SimTime younger_sent_at;
  };

  PartitionMap<std::vector<HeldBack>> held_back_;
  SmallMap<cluster::ClientId, sim::ProcessId> process_;
  // The latest start or resumption of each process; Max() while it stands still.
  absl::btree_map<sim::ProcessId, sim::SimTime> undisturbed_since_;
  sim::SimTime clocks_right_since_;
  bool drifting_ = false;
};

}  // namespace

std::unique_ptr<Checker> MakeSendsSettle() { return std::make_unique<SendsSettle>(); }

}  // namespace ktrial::properties
