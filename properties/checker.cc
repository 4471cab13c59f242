#include "properties/checker.h"

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cluster/client/producer_process.h"

namespace ktrial::properties {

std::string Moment::Name(TopicPartition tp) const {
  const auto index = static_cast<size_t>(tp.topic.value());
  const bool known = tp.topic.valid() && index < facts.topic_names.size();
  return absl::StrCat(known ? facts.topic_names[index] : absl::StrCat("topic#", tp.topic.value()), "-", tp.partition);
}

std::string Moment::Name(cluster::ClientId client) const {
  const auto index = static_cast<size_t>(client.value());
  if (client.valid() && index < facts.client_names.size()) return facts.client_names[index];
  return absl::StrCat("client ", client.value());
}

std::string Moment::RecordName(int64_t value) const {
  if (value < 0) return "a control record";
  const cluster::ClientId client = cluster::ProducerProcess::ClientOf(value);
  return absl::StrCat("record ", value - cluster::ProducerProcess::ValueOf(client, 0), " of ", Name(client));
}

std::string Moment::Time(sim::SimTime time) const {
  const int64_t millis = (time - facts.origin).millis();
  return absl::StrFormat("%s%d.%03d s", millis < 0 ? "-" : "", std::abs(millis / 1000), std::abs(millis % 1000));
}

int32_t Moment::LargestMinIsr(cluster::TopicId topic) const {
  const auto index = static_cast<size_t>(topic.value());
  return index < facts.largest_min_isr.size() ? facts.largest_min_isr[index] : 1;
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

void Checker::ReportGroup(const Moment& moment, cluster::GroupIndex group, std::string summary, std::string licence) {
  Tally& tally = by_group_[group];
  ++(licence.empty() ? tally.violated : tally.allowed);
  Report(moment, std::move(summary), {}, std::move(licence));
}

Checker::Tally Checker::TallyOf(cluster::GroupIndex group) const {
  const auto it = by_group_.find(group);
  return it == by_group_.end() ? Tally() : it->second;
}

}  // namespace ktrial::properties
