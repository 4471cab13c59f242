#include "cluster/kraft/raft_state.h"

#include <algorithm>

#include "sim/check.h"

namespace ktrial::cluster {

VoteTally::VoteTally(const std::vector<BrokerId>& voters, BrokerId self) {
  for (BrokerId voter : voters) votes_[voter] = std::nullopt;
  const auto it = votes_.find(self);
  KT_CHECK(it != votes_.end());
  it->second = true;
}

void VoteTally::Record(BrokerId voter, bool granted) {
  const auto it = votes_.find(voter);
  KT_CHECK(it != votes_.end());
  if (!it->second) it->second = granted;
}

int VoteTally::Count(std::optional<bool> vote) const {
  return static_cast<int>(
      std::count_if(votes_.begin(), votes_.end(), [vote](const auto& entry) { return entry.second == vote; }));
}

bool VoteTally::IsGranted() const { return Count(true) > static_cast<int>(votes_.size()) / 2; }

bool VoteTally::IsRejected() const { return Count(true) + Count(std::nullopt) <= static_cast<int>(votes_.size()) / 2; }

std::vector<BrokerId> VoteTally::Unrecorded() const {
  std::vector<BrokerId> voters;
  for (const auto& [voter, vote] : votes_) {
    if (!vote) voters.push_back(voter);
  }
  return voters;
}

}  // namespace ktrial::cluster
