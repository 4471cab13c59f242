// S29: below any node's high watermark the metadata logs of all nodes are the same, and a node's high watermark does
// not fall while it runs, nor does it truncate below it.
//
// Raft's State Machine Safety; MetadataLogMatching and NoLogDivergence of the TLA+ models of KRaft.
#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"
#include "properties/quorum_logs.h"

namespace ktrial::properties {
namespace {

class MetadataAgreement : public CheckerBase<MetadataAgreement> {
 public:
  void On(const Moment& moment, const cluster::RaftBatchAppended& fact) { logs_.OnAppended(fact, moment.at); }
  void On(const Moment&, const cluster::RaftLogLoaded& fact) { logs_.OnLoaded(fact); }

  void On(const Moment& moment, const cluster::RaftLogTruncated& fact) {
    Exercise();
    logs_.OnTruncated(fact);
    const Watermark& known = watermarks_[fact.node];
    if (known.incarnation != moment.incarnation || fact.to >= known.at) return;
    Report(moment, absl::StrCat("node ", fact.node.value(), " truncated its metadata log to ", fact.to.value(),
                                ", below its high watermark ", known.at.value()));
  }

  void On(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact) {
    Exercise();
    Watermark& known = watermarks_[fact.node];
    if (known.incarnation == moment.incarnation && fact.to < known.at) {
      Report(moment, absl::StrCat("the high watermark of node ", fact.node.value(), "'s metadata log fell from ",
                                  known.at.value(), " to ", fact.to.value()));
    }
    known = {fact.to, moment.incarnation};
    const Offset part = logs_.PartAt(fact.node);
    if (logs_.Commit(fact.node, fact.to, moment.at)) return;
    if (fact.to > logs_.EndOf(fact.node)) {
      Report(moment, absl::StrCat("node ", fact.node.value(), " takes its metadata log to be committed up to ",
                                  fact.to.value(), ", but it ends at ", logs_.EndOf(fact.node).value()));
    } else {
      Report(moment, absl::StrCat("node ", fact.node.value(), "'s metadata log, committed up to ", fact.to.value(),
                                  ", differs from what is committed from offset ", part.value(), " on"));
    }
  }

 private:
  struct Watermark {
    Offset at{0};
    sim::Incarnation incarnation;
  };

  QuorumLogs logs_;
  absl::btree_map<BrokerId, Watermark> watermarks_;
};

}  // namespace

std::unique_ptr<Checker> MakeMetadataAgreement() { return std::make_unique<MetadataAgreement>(); }

}  // namespace ktrial::properties
