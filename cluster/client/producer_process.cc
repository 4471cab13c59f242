#include "cluster/client/producer_process.h"

#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "sim/check.h"

namespace ktrial::cluster {

using sim::Duration;
using sim::SimTime;

ProducerProcess::State::State(const ProducerWorkload& workload, const AddressBookRef& addresses)
    : network(NetworkClientOptions{}, addresses),
      metadata({.client = workload.client,
                .max_age = workload.config.metadata_max_age,
                .retry_backoff = workload.config.retry_backoff,
                .retry_backoff_max = workload.config.retry_backoff_max,
                .request_timeout = workload.config.request_timeout,
                .max_in_flight_requests_per_connection = workload.config.max_in_flight_requests_per_connection},
               addresses),
      producer(workload.client, workload.config) {}

ProducerProcess::ProducerProcess(ProducerWorkload workload, AddressBookRef addresses)
    : workload_(std::move(workload)), addresses_(std::move(addresses)) {
  KT_CHECK(workload_.records_per_1000s > 0);
}

SimTime ProducerProcess::TimeOfRecord(int64_t n) const {
  constexpr int64_t kThousandSecondsInNanos = 1'000'000'000'000;
  const int64_t whole = n / workload_.records_per_1000s;
  const int64_t rest = n % workload_.records_per_1000s;
  // rest < rate, so rest * 1e12 fits for rates up to 9 million records a 1,000 s; larger rates lose nanoseconds only.
  const int64_t part = workload_.records_per_1000s <= 9'000'000
                           ? rest * kThousandSecondsInNanos / workload_.records_per_1000s
                           : rest * (kThousandSecondsInNanos / 1000) / workload_.records_per_1000s * 1000;
  return workload_.start + Duration(whole * kThousandSecondsInNanos + part);
}

void ProducerProcess::OnStart(sim::Context& ctx) {
  state_.emplace(workload_, addresses_);
  state_->metadata.OnStart(ctx);
  state_->producer.OnStart(ctx);
  state_->metadata.AddTopic(workload_.topic);
  ctx.SetTimer(std::max(TimeOfRecord(next_record_) - ctx.now(), Duration()),
               {.kind = TimerKind(Component::kWorkload, kNextRecord)});
}

void ProducerProcess::OnStop(sim::Context& ctx) { ctx.Exit(); }

void ProducerProcess::OnCrash() { state_.reset(); }

void ProducerProcess::SendDueRecords(sim::Context& ctx) {
  // As many as a slow application could send in one go; the rest follows in the next round.
  constexpr int kMaxRecordsPerRound = 1000;
  for (int i = 0; i < kMaxRecordsPerRound; ++i) {
    const SimTime due = TimeOfRecord(next_record_);
    if (due > ctx.now() || due >= workload_.stop) return;
    const int64_t value = ValueOf(workload_.client, next_record_);
    ProducerRecord record{.topic = workload_.topic, .key = -1, .value = value, .bytes = workload_.record_bytes};
    if (workload_.key_count > 0) {
      // Drawn from the record's own number, so that a blocked send does not draw twice.
      sim::RandomStream keys = sim::RandomStream::Derive(static_cast<uint64_t>(value), "workload.key", 0, 0);
      record.key = static_cast<int64_t>(keys.Below(static_cast<uint64_t>(workload_.key_count)));
      record.tombstone = keys.Below(100) < static_cast<uint64_t>(workload_.tombstone_percent);
      constexpr int32_t kKeyBytes = 8;
      if (record.tombstone) record.bytes = kKeyBytes;
    }
    if (state_->producer.Send(ctx, state_->network, state_->metadata, record) == SendStatus::kBlocked) {
      if (!state_->blocked_since) state_->blocked_since = ctx.now();
      if (ctx.now() - *state_->blocked_since < workload_.config.max_block) return;
      // send() throws TimeoutException: the record was never handed over.
      ctx.Emit(RecordSent{workload_.client, TopicPartition{}, value});
      ctx.Emit(RecordFailed{workload_.client, TopicPartition{}, value, ErrorCode::kRequestTimedOut, /*definite=*/true});
    }
    state_->blocked_since.reset();
    ++next_record_;
  }
}

void ProducerProcess::OnTimer(sim::Context& ctx, const sim::Timer& timer) {
  switch (ComponentOf(timer)) {
    case Component::kNetworkClient:
      state_->network.OnTimer(ctx, timer);
      break;
    case Component::kWorkload: {
      SendDueRecords(ctx);
      constexpr Duration kBlockedRetry = sim::Milliseconds(10);
      const SimTime next = TimeOfRecord(next_record_);
      if (next < workload_.stop) {
        ctx.SetTimer(std::max(next - ctx.now(), state_->blocked_since ? kBlockedRetry : Duration()), timer);
      }
      return;
    }
    case Component::kMetadata:
    case Component::kProducer:
      break;
    default:
      KT_UNREACHABLE();
  }
  AfterEvent(ctx);
}

void ProducerProcess::OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) {
  const std::optional<Completion> completion = state_->network.OnMessage(ctx, connection, message);
  if (completion) {
    if (completion->tag.component == Component::kMetadata) {
      state_->metadata.OnCompletion(ctx, *completion);
    } else {
      state_->producer.OnCompletion(ctx, state_->metadata, *completion);
    }
  }
  AfterEvent(ctx);
}

void ProducerProcess::OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId,
                                   sim::ConnectionEvent event) {
  if (!state_->network.OnConnection(ctx, connection, event)) return;
  if (event != sim::ConnectionEvent::kConnected) state_->metadata.RequestUpdate();
  AfterEvent(ctx);
}

void ProducerProcess::AfterEvent(sim::Context& ctx) {
  for (const Completion& completion : state_->network.TakeCompletions()) {
    if (completion.tag.component == Component::kMetadata) {
      state_->metadata.OnCompletion(ctx, completion);
    } else {
      state_->producer.OnCompletion(ctx, state_->metadata, completion);
    }
  }
  state_->producer.RunOnce(ctx, state_->network, state_->metadata);
}

}  // namespace ktrial::cluster
