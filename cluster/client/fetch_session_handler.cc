#include "cluster/client/fetch_session_handler.h"

#include <algorithm>
#include <cstdint>

#include "sim/check.h"

namespace ktrial::cluster {
namespace {

bool Before(const FetchRequest::PartitionData& a, const FetchRequest::PartitionData& b) { return a.tp < b.tp; }

}  // namespace

void FetchSessionHandler::Begin(FetchRequest& request) {
  KT_CHECK(request.partitions.empty() && request.forgotten.empty());
  request_ = &request;
  request.session_id = next_.session_id;
  request.session_epoch = next_.epoch;
  seen_.clear();
  added_.clear();
}

void FetchSessionHandler::Add(const FetchRequest::PartitionData& wanted) {
  if (next_.is_full()) {
    request_->partitions.push_back(wanted);
  } else {
    AddIncremental(wanted);
  }
}

void FetchSessionHandler::AddIncremental(const FetchRequest::PartitionData& wanted) {
  const size_t place = PlaceOf(wanted.tp);
  if (!Has(place, wanted.tp)) {
    added_.push_back(wanted);
    return;
  }
  seen_.push_back(wanted.tp);
  if (partitions_[place] == wanted) return;
  partitions_[place] = wanted;
  request_->partitions.push_back(wanted);
}

void FetchSessionHandler::Drop(TopicPartition tp) {
  KT_CHECK(!next_.is_full());
  const size_t place = PlaceOf(tp);
  if (!Has(place, tp)) return;
  request_->forgotten.push_back(tp);
  partitions_.erase(partitions_.begin() + static_cast<std::ptrdiff_t>(place));
}

void FetchSessionHandler::Finish() {
  if (!next_.is_full() && seen_.size() < partitions_.size()) {
    std::sort(seen_.begin(), seen_.end());
    std::erase_if(partitions_, [this](const FetchRequest::PartitionData& partition) {
      if (std::binary_search(seen_.begin(), seen_.end(), partition.tp)) return false;
      request_->forgotten.push_back(partition.tp);
      return true;
    });
  }
  FinishChanges();
}

void FetchSessionHandler::FinishChanges() {
  if (next_.is_full()) {
    partitions_ = request_->partitions;
    std::sort(partitions_.begin(), partitions_.end(), Before);
  } else if (!added_.empty()) {
    // New partitions come first, as in Kafka, and behind all others in the session.
    request_->partitions.insert(request_->partitions.begin(), added_.begin(), added_.end());
    partitions_.insert(partitions_.end(), added_.begin(), added_.end());
    std::sort(partitions_.begin(), partitions_.end(), Before);
  }
  request_ = nullptr;
}

size_t FetchSessionHandler::PlaceOf(TopicPartition tp) const {
  const auto it = std::lower_bound(
      partitions_.begin(), partitions_.end(), tp,
      [](const FetchRequest::PartitionData& partition, TopicPartition key) { return partition.tp < key; });
  return static_cast<size_t>(it - partitions_.begin());
}

const FetchRequest::PartitionData* FetchSessionHandler::Find(TopicPartition tp) const {
  const size_t place = PlaceOf(tp);
  return Has(place, tp) ? &partitions_[place] : nullptr;
}

bool FetchSessionHandler::HasExactly(const FetchResponse& response) const {
  if (response.partitions.size() != partitions_.size()) return false;
  return std::all_of(response.partitions.begin(), response.partitions.end(),
                     [this](const FetchResponse::PartitionData& data) { return Find(data.tp) != nullptr; });
}

bool FetchSessionHandler::HandleResponse(const FetchResponse& response) {
  if (response.error != ErrorCode::kNone) {
    next_ = response.error == ErrorCode::kFetchSessionIdNotFound ? FetchMetadata() : next_.CloseExistingAttemptNew();
    return false;
  }
  if (next_.is_full()) {
    const bool complete = HasExactly(response);
    const bool opened = complete && response.session_id != FetchMetadata::kInvalidSessionId;
    next_ = opened ? FetchMetadata{response.session_id, FetchMetadata::NextEpoch(FetchMetadata::kInitialEpoch)}
                   : FetchMetadata();
    return complete;
  }
  for (const FetchResponse::PartitionData& data : response.partitions) {
    if (Find(data.tp) != nullptr) continue;
    next_ = next_.CloseExistingAttemptNew();
    return false;
  }
  next_ = response.session_id == FetchMetadata::kInvalidSessionId ? FetchMetadata() : next_.Next();
  return true;
}

}  // namespace ktrial::cluster
