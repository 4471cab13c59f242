#include "properties/quorum_logs.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace ktrial::properties {

void QuorumLogs::OnAppended(const cluster::RaftBatchAppended& fact, sim::SimTime at) {
  GhostLog& log = logs_[fact.node];
  // What stood there has gone without a word.
  if (fact.batch->base_offset() < log.end()) log.TruncateTo(fact.batch->base_offset());
  log.Append(cluster::LogBatchRef(fact.batch), at);
}

bool QuorumLogs::Commit(BrokerId node, Offset to, sim::SimTime at) {
  const GhostLog& log = logs_[node];
  if (to > log.end()) return false;
  const bool agrees = Holds(node, std::min(to, committed_.end()));
  // What follows is judged by the log that goes on.
  if (!agrees) committed_.TruncateTo(PartAt(node));
  const std::vector<LogEntry>& entries = log.entries();
  for (size_t i = log.IndexAbove(committed_.end()); i < entries.size(); ++i) {
    if (entries[i].batch->next_offset() > to) break;
    committed_.AppendSame(entries[i], at);
  }
  return agrees;
}

bool QuorumLogs::Holds(BrokerId node, Offset to) const {
  const auto it = logs_.find(node);
  if (it == logs_.end()) return to == Offset(0);
  const std::optional<uint64_t> hash = it->second.PrefixHash(to);
  return hash && hash == committed_.PrefixHash(to);
}

Offset QuorumLogs::PartAt(BrokerId node) const {
  const auto it = logs_.find(node);
  return it == logs_.end() ? Offset(0) : CommonPrefixEnd(it->second, committed_);
}

Offset QuorumLogs::EndOf(BrokerId node) const {
  const auto it = logs_.find(node);
  return it == logs_.end() ? Offset(0) : it->second.end();
}

}  // namespace ktrial::properties
