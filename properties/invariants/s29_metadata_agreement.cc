// S29: below any node's high watermark the metadata logs of all nodes are the same, and a node's high watermark does
// not fall while it runs.
//
// Raft's State Machine Safety; MetadataLogMatching and NoLogDivergence of the TLA+ models of KRaft.
#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/evidence.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class MetadataAgreement : public CheckerBase<MetadataAgreement> {
 public:
  void On(const Moment& moment, const cluster::RaftBatchAppended& fact) {
    Node& node = nodes_[fact.node];
    // What a node lost with its power it says nothing of: it appends again.
    if (fact.batch->base_offset() < node.log.end()) node.log.TruncateTo(fact.batch->base_offset());
    node.log.Append(cluster::LogBatchRef(fact.batch), moment.at);
  }
  void On(const Moment&, const cluster::RaftLogTruncated& fact) { nodes_[fact.node].log.TruncateTo(fact.to); }

  void On(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact) {
    Exercise();
    Node& node = nodes_[fact.node];
    if (node.incarnation == moment.incarnation && fact.to < node.high_watermark) {
      Report(moment, absl::StrCat("the high watermark of node ", fact.node.value(), "'s metadata log fell from ",
                                  node.high_watermark.value(), " to ", fact.to.value()));
    }
    node.incarnation = moment.incarnation;
    node.high_watermark = fact.to;
    Compare(moment, fact, node);
  }

 private:
  struct Node {
    GhostLog log;
    Offset high_watermark{0};
    sim::Incarnation incarnation;
  };

  void Compare(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact, const Node& node) {
    if (!node.log.whole()) return;
    if (fact.to > node.log.end()) {
      Report(moment, absl::StrCat("node ", fact.node.value(), " takes its metadata log to be committed up to ",
                                  fact.to.value(), ", but it ends at ", node.log.end().value()));
      return;
    }
    if (fact.to <= committed_.end()) {
      if (node.log.PrefixHash(fact.to) != committed_.PrefixHash(fact.to)) ReportDivergence(moment, fact, node);
      return;
    }
    if (node.log.PrefixHash(committed_.end()) != committed_.PrefixHash(committed_.end())) {
      ReportDivergence(moment, fact, node);
      return;
    }
    const std::vector<LogEntry>& entries = node.log.entries();
    for (size_t i = node.log.IndexAbove(committed_.end()); i < entries.size(); ++i) {
      if (entries[i].batch->next_offset() > fact.to) break;
      committed_.AppendSame(entries[i], moment.at);
    }
  }

  void ReportDivergence(const Moment& moment, const cluster::RaftHighWatermarkMoved& fact, const Node& node) {
    Report(moment, absl::StrCat("node ", fact.node.value(), "'s metadata log, committed up to ", fact.to.value(),
                                ", differs from what is committed from offset ",
                                CommonPrefixEnd(node.log, committed_).value(), " on"));
  }

  absl::btree_map<BrokerId, Node> nodes_;
  GhostLog committed_;
};

}  // namespace

std::unique_ptr<Checker> MakeMetadataAgreement() { return std::make_unique<MetadataAgreement>(); }

}  // namespace ktrial::properties
