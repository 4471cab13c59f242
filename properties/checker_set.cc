#include "properties/checker_set.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sim/check.h"

namespace ktrial::properties {
namespace {

// Facts that change the ghost or the ledger; the rest goes to the checkers alone.
bool IsAboutRecords(sim::FactKind kind) {
  return kind == cluster::RecordSent::kKind || kind == cluster::RecordAcked::kKind ||
         kind == cluster::RecordFailed::kKind || kind == cluster::RecordDelivered::kKind;
}

}  // namespace

CheckerSet::CheckerSet(GhostTopology topology, TrialFacts facts)
    : ghost_(std::move(topology)), facts_(std::move(facts)) {
  for (const PropertyInfo& property : AllProperties()) {
    checkers_.push_back(property.make());
    checkers_.back()->set_id(property.id);
  }
  IndexListeners();
}

CheckerSet::CheckerSet(const CheckerSet& other)
    : sim::FactSink(other),
      ghost_(other.ghost_),
      ledger_(other.ledger_),
      facts_(other.facts_),
      listeners_(other.listeners_) {
  for (const std::unique_ptr<Checker>& checker : other.checkers_) checkers_.push_back(checker->Clone());
}

CheckerSet& CheckerSet::operator=(const CheckerSet& other) {
  if (this != &other) *this = CheckerSet(other);
  return *this;
}

void CheckerSet::IndexListeners() {
  KT_CHECK(checkers_.size() <= UINT8_MAX);
  for (int16_t kind = 0; kind < kFactKindLimit; ++kind) {
    for (size_t i = 0; i < checkers_.size(); ++i) {
      if (checkers_[i]->Listens(sim::FactKind(kind)))
        listeners_[static_cast<size_t>(kind)].push_back(static_cast<uint8_t>(i));
    }
  }
}

void CheckerSet::OnFact(const sim::FactHeader& header, const void* fact) {
  KT_CHECK(header.kind.value() >= 0 && header.kind.value() < kFactKindLimit);
  if (IsAboutRecords(header.kind)) {
    DispatchFact(header.kind, fact, [&](const auto& typed) {
      if constexpr (requires { ledger_.On(header, typed); }) ledger_.On(header, typed);
    });
  } else {
    ghost_.OnFact(header, fact);
    AccountCommits(header.kind, fact);
  }
  const std::vector<uint8_t>& listeners = listeners_[static_cast<size_t>(header.kind.value())];
  if (listeners.empty()) return;
  const Moment moment{header.at, ghost_, ledger_, facts_, header.incarnation, header.process};
  for (uint8_t index : listeners) checkers_[index]->OnFact(moment, header.kind, fact);
}

void CheckerSet::AccountCommits(sim::FactKind kind, const void* fact) {
  const bool may_lose = kind == cluster::BecameLeader::kKind || kind == cluster::BatchAppended::kKind ||
                        kind == cluster::HighWatermarkMoved::kKind;
  if (may_lose && ghost_.last_loss() != nullptr) {
    for (const LogEntry& entry : ghost_.last_loss()->records) ledger_.OnLost(*entry.batch);
  }
  const bool may_commit = kind == cluster::HighWatermarkMoved::kKind || kind == cluster::BecameLeader::kKind;
  if (!may_commit) return;
  DispatchFact(kind, fact, [&]<typename F>(const F& typed) {
    if constexpr (std::is_same_v<F, cluster::HighWatermarkMoved> || std::is_same_v<F, cluster::BecameLeader>) {
      for (const LogEntry& entry : ghost_.newly_committed()) ledger_.OnCommitted(typed.tp, *entry.batch);
    }
  });
}

void CheckerSet::Finish(sim::SimTime now) {
  const Moment moment{now, ghost_, ledger_, facts_};
  for (const std::unique_ptr<Checker>& checker : checkers_) checker->OnEnd(moment);
}

std::vector<Violation> CheckerSet::Violations() const {
  std::vector<Violation> all;
  for (const std::unique_ptr<Checker>& checker : checkers_) {
    all.insert(all.end(), checker->violations().begin(), checker->violations().end());
  }
  std::stable_sort(all.begin(), all.end(), [](const Violation& a, const Violation& b) { return a.at < b.at; });
  return all;
}

std::vector<CheckerSet::Count> CheckerSet::Counts() const {
  std::vector<Count> counts;
  for (size_t i = 0; i < checkers_.size(); ++i) {
    counts.push_back({AllProperties()[i].id, checkers_[i]->exercised(), checkers_[i]->violation_count(),
                      checkers_[i]->allowed_count()});
  }
  return counts;
}

CheckerSet::Count CheckerSet::CountFor(std::string_view id, cluster::GroupIndex group) const {
  const std::vector<PropertyInfo>& properties = AllProperties();
  const auto property =
      std::find_if(properties.begin(), properties.end(), [id](const PropertyInfo& p) { return p.id == id; });
  KT_CHECK(property != properties.end());
  const Checker::Tally tally = checkers_[static_cast<size_t>(property - properties.begin())]->TallyOf(group);
  return {property->id, tally.exercised, tally.violated, tally.allowed};
}

}  // namespace ktrial::properties
