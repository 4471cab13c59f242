// C1: while a consumer owns a partition, the offsets that it is given increase strictly, unless its position was set.
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/consumer_positions.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class DeliveryOrder : public CheckerBase<DeliveryOrder> {
 public:
  void On(const Moment&, const cluster::PartitionAssigned& fact) { positions_(fact.client, fact.tp) = Offset(); }
  void On(const Moment&, const cluster::PositionSet& fact) { positions_(fact.client, fact.tp) = fact.offset; }
  void On(const Moment& moment, const cluster::RecordDelivered& fact) {
    Exercise();
    Offset& next = positions_(fact.client, fact.tp);
    if (fact.offset < next) {
      Report(moment,
             absl::StrCat(moment.Name(fact.client), " was given offset ", fact.offset.value(), " of ",
                          moment.Name(fact.tp), " after offset ", next.value() - 1),
             Keeps({}) ? LifeOfRecord(moment, fact.tp, fact.value) : std::vector<std::string>());
    }
    next = fact.offset + 1;
  }

 private:
  ConsumerPositions positions_;
};

}  // namespace

std::unique_ptr<Checker> MakeDeliveryOrder() { return std::make_unique<DeliveryOrder>(); }

}  // namespace ktrial::properties
