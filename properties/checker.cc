#include "properties/checker.h"

#include "absl/strings/str_cat.h"

namespace ktrial::properties {

std::string Moment::Name(TopicPartition tp) const {
  const auto index = static_cast<size_t>(tp.topic.value());
  const bool known = tp.topic.valid() && index < facts.topic_names.size();
  return absl::StrCat(known ? facts.topic_names[index] : absl::StrCat("topic#", tp.topic.value()), "-", tp.partition);
}

std::string Moment::Licence(TopicPartition tp) const {
  const GhostPartition* partition = ghost.Find(tp);
  return partition == nullptr ? std::string() : partition->licence;
}

std::string Moment::LicenceFor(TopicPartition tp, int64_t value) const {
  const GhostPartition* partition = ghost.Find(tp);
  if (partition == nullptr) return {};
  const RecordAccount* account = ledger.Find(value);
  return account == nullptr ? partition->licence : std::string(partition->LicenceSince(account->sent_at));
}

void Checker::Report(const Moment& moment, std::string summary, std::vector<std::string> evidence,
                     std::string licence) {
  const bool keep = Keeps(licence);
  ++(licence.empty() ? violation_count_ : allowed_count_);
  if (!keep) return;
  violations_.push_back({.property = std::string(id_),
                         .at = moment.at,
                         .summary = std::move(summary),
                         .evidence = std::move(evidence),
                         .licence = std::move(licence)});
}

}  // namespace ktrial::properties
