#include "properties/lost_records.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "cluster/client/producer_process.h"
#include "properties/final_log.h"

namespace ktrial::properties {
namespace {

// How many of each kind are named.
constexpr size_t kNamed = 100;

// How often each record is in the final log of its partition, by client and number.
std::vector<std::vector<int32_t>> CountCopies(const Ghost& ghost, const Ledger& ledger) {
  std::vector<std::vector<int32_t>> copies;
  for (const std::vector<RecordAccount>& accounts : ledger.accounts()) copies.emplace_back(accounts.size());
  for (const auto& [tp, partition] : ghost.partitions()) {
    for (const LogEntry& entry : FinalLog(partition).entries()) {
      if (entry.batch->batch().is_control()) continue;
      for (const cluster::Record& record : entry.batch->batch().records()) {
        const RecordAccount* account = ledger.Find(record.value);
        if (account == nullptr || account->tp != tp) continue;
        if (IsInFinalHole(partition, entry.batch->base_offset())) continue;
        const cluster::ClientId client = cluster::ProducerProcess::ClientOf(record.value);
        const int64_t number = record.value - cluster::ProducerProcess::ValueOf(client, 0);
        ++copies[static_cast<size_t>(client.value())][static_cast<size_t>(number)];
      }
    }
  }
  return copies;
}

template <typename T>
void Name(std::vector<T>& named, T what) {
  if (named.size() < kNamed) named.push_back(std::move(what));
}

std::string LicenceOf(const Ghost& ghost, const RecordAccount& account) {
  if (account.acks != cluster::kAcksAll) return absl::StrCat("acks=", account.acks);
  const GhostPartition* partition = ghost.Find(account.tp);
  if (partition == nullptr) return {};
  const std::string_view licence = partition->LicenceSince(account.sent_at);
  if (licence.empty() && IsInFinalHole(*partition, account.offset)) return std::string(kRecoveredWithHole);
  return std::string(licence);
}

void AddLost(const Ghost& ghost, const RecordAccount& account, int64_t value, TopicAccount& topic) {
  std::string licence = LicenceOf(ghost, account);
  if (account.acks == 0) {
    ++topic.lost_acks_0;
  } else if (account.acks == 1) {
    ++topic.lost_acks_1;
  } else {
    ++topic.lost_acks_all;
    if (!licence.empty()) ++topic.lost_licensed;
  }
  Name(topic.lost_records, LostRecord{.value = value,
                                      .tp = account.tp,
                                      .offset = account.offset,
                                      .acks = account.acks,
                                      .licence = std::move(licence)});
}

void AddRecord(const Ghost& ghost, const RecordAccount& account, int64_t value, int32_t copies, TopicAccount& topic) {
  if (copies > 1) topic.duplicates += copies - 1;
  switch (account.outcome) {
    case RecordOutcome::kOutstanding:
      break;
    case RecordOutcome::kAcked:
      ++topic.acked;
      if (copies == 0) AddLost(ghost, account, value, topic);
      break;
    case RecordOutcome::kRefused:
      if (copies == 0) break;
      ++topic.refused_in_log;
      Name(topic.refused_values, value);
      break;
    case RecordOutcome::kUnknown:
      topic.unknown_in_log += copies > 0 ? 1 : 0;
      break;
  }
}

}  // namespace

std::vector<TopicAccount> AccountRecords(const Ghost& ghost, const Ledger& ledger) {
  const std::vector<std::vector<int32_t>> copies = CountCopies(ghost, ledger);
  std::vector<TopicAccount> topics;
  for (size_t client = 0; client < copies.size(); ++client) {
    for (size_t n = 0; n < copies[client].size(); ++n) {
      const RecordAccount& account = ledger.accounts()[client][n];
      // Records for which no partition could be chosen are in no topic's account.
      if (!account.tp.topic.valid()) continue;
      const auto index = static_cast<size_t>(account.tp.topic.value());
      if (index >= topics.size()) topics.resize(index + 1);
      const int64_t value =
          cluster::ProducerProcess::ValueOf(cluster::ClientId(static_cast<int32_t>(client)), static_cast<int64_t>(n));
      topics[index].topic = account.tp.topic;
      AddRecord(ghost, account, value, copies[client][n], topics[index]);
    }
  }
  topics.erase(std::remove_if(topics.begin(), topics.end(), [](const TopicAccount& t) { return !t.topic.valid(); }),
               topics.end());
  return topics;
}

}  // namespace ktrial::properties
