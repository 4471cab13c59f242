#include "properties/checker.h"

#include "absl/strings/str_cat.h"

namespace ktrial::properties {

std::string Moment::Name(TopicPartition tp) const {
  const auto index = static_cast<size_t>(tp.topic.value());
  const bool known = tp.topic.valid() && index < facts.topic_names.size();
  return absl::StrCat(known ? facts.topic_names[index] : absl::StrCat("topic#", tp.topic.value()), "-", tp.partition);
}

void Checker::Report(const Moment& moment, std::string summary, std::vector<std::string> evidence,
                     std::string licence) {
  ++violation_count_;
  if (violations_.size() >= kMaxViolations) return;
  violations_.push_back({.property = std::string(id_),
                         .at = moment.at,
                         .summary = std::move(summary),
                         .evidence = std::move(evidence),
                         .licence = std::move(licence)});
}

}  // namespace ktrial::properties
