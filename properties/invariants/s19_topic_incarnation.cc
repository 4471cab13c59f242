// S19: a replica of one topic id neither takes nor serves a record that was sent to another, be it of the same name.
//
// KIP-516: a topic that is deleted and made again has a new id, and what belonged to the old one must not come back.
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class TopicIncarnation : public CheckerBase<TopicIncarnation> {
 public:
  void On(const Moment& moment, const cluster::BatchAppended& fact) {
    if (fact.batch->batch().is_control() || fact.batch->batch().records().empty()) return;
    Check(moment, fact.tp, fact.batch->batch().records().front().value, "was appended to");
  }
  void On(const Moment& moment, const cluster::RecordDelivered& fact) {
    Check(moment, fact.tp, fact.value, "was delivered from");
  }
  void On(const Moment& moment, const cluster::RecordAcked& fact) {
    Check(moment, fact.tp, fact.value, "was acknowledged for");
  }

 private:
  void Check(const Moment& moment, TopicPartition tp, int64_t value, absl::string_view deed) {
    const RecordAccount* account = moment.ledger.Find(value);
    if (account == nullptr) return;
    Exercise();
    if (account->tp == tp) return;
    Report(moment, absl::StrCat(moment.RecordName(value), ", sent to ", moment.Name(account->tp), " (topic id ",
                                account->tp.topic.value(), "), ", deed, " ", moment.Name(tp), " (topic id ",
                                tp.topic.value(), ")"));
  }
};

}  // namespace

std::unique_ptr<Checker> MakeTopicIncarnation() { return std::make_unique<TopicIncarnation>(); }

}  // namespace ktrial::properties
