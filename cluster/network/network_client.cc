#include "cluster/network/network_client.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::cluster {

using sim::ConnectionEvent;
using sim::Context;
using sim::Duration;
using sim::SimTime;

NetworkClient::NetworkClient(NetworkClientOptions options, AddressBookRef addresses)
    : options_(options), addresses_(std::move(addresses)) {}

void NetworkClient::Send(Context& ctx, BrokerId node, RequestBody body, CallTag tag, Duration timeout,
                         Channel channel) {
  // Kafka takes a timeout of zero, with which no request can succeed.
  timeout = std::max(timeout, sim::Milliseconds(1));
  const size_t index = LinkIndex(node, channel);
  Link& link = links_[index];
  InFlight call{
      .tag = tag,
      .request = sim::MakeRef<const ApiRequest>(CorrelationId(next_correlation_++), options_.self, std::move(body)),
      .deadline = ctx.now() + timeout};
  ArmDeadline(ctx, index, call.deadline);
  if (link.state == LinkState::kReady) {
    ctx.Send(link.connection, ToMessage(call.request));
    link.sent.push_back(std::move(call));
    return;
  }
  link.waiting.push_back(std::move(call));
  if (link.state == LinkState::kConnecting || !link.retry_timer.empty()) return;
  if (ctx.now() >= link.retry_at) {
    Connect(ctx, index);
  } else {
    link.retry_timer = ctx.SetTimer(link.retry_at - ctx.now(),
                                    {.kind = TimerKind(Component::kNetworkClient, kRetryTimer), .key = index});
  }
}

void NetworkClient::SendOneWay(Context& ctx, BrokerId node, RequestBody body, Channel channel) {
  Link& link = links_[LinkIndex(node, channel)];
  KT_CHECK(link.state == LinkState::kReady);
  ctx.Send(link.connection, ToMessage(sim::MakeRef<const ApiRequest>(CorrelationId(next_correlation_++), options_.self,
                                                                     std::move(body))));
}

bool NetworkClient::Ready(Context& ctx, BrokerId node, Channel channel) {
  const size_t index = LinkIndex(node, channel);
  if (links_[index].state == LinkState::kClosed && ctx.now() >= links_[index].retry_at) Connect(ctx, index);
  return links_[index].state == LinkState::kReady;
}

bool NetworkClient::IsConnected(BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  return it != link_of_.end() && links_[it->second].state == LinkState::kReady;
}

bool NetworkClient::IsConnecting(BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  return it != link_of_.end() && links_[it->second].state == LinkState::kConnecting;
}

sim::ConnectionId NetworkClient::connection(BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  return it == link_of_.end() ? sim::ConnectionId() : links_[it->second].connection;
}

Duration NetworkClient::ReconnectDelay(Context& ctx, BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  if (it == link_of_.end()) return Duration();
  const Link& link = links_[it->second];
  if (link.state != LinkState::kClosed) return Duration();
  return std::max(link.retry_at - ctx.now(), Duration());
}

int NetworkClient::in_flight(BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  if (it == link_of_.end()) return 0;
  const Link& link = links_[it->second];
  return static_cast<int>(link.sent.size() + link.waiting.size());
}

bool NetworkClient::IsReachable(BrokerId node, Channel channel) const {
  const auto it = link_of_.find({node, channel});
  if (it == link_of_.end()) return true;
  const Link& link = links_[it->second];
  return link.state != LinkState::kClosed || link.failures == 0;
}

void NetworkClient::Disconnect(Context& ctx, BrokerId node) {
  for (auto it = link_of_.lower_bound({node, 0}); it != link_of_.end() && it->first.first == node; ++it) {
    const Link& link = links_[it->second];
    if (link.state != LinkState::kClosed || !link.waiting.empty()) BecomeClosed(ctx, it->second);
  }
}

void NetworkClient::Disconnect(Context& ctx, BrokerId node, Channel channel) {
  const auto it = link_of_.find({node, channel});
  if (it == link_of_.end()) return;
  BecomeClosed(ctx, it->second);
  links_[it->second].failures = 0;
  links_[it->second].retry_at = ctx.now();
}

std::optional<Completion> NetworkClient::OnMessage(Context& ctx, sim::ConnectionId connection,
                                                   const sim::Message& message) {
  if (!IsResponse(message)) return std::nullopt;
  const auto it = link_of_connection_.find(connection);
  // An answer that crossed with the closing of its connection: its request has been completed already.
  if (it == link_of_connection_.end()) return std::nullopt;
  Link& link = links_[it->second];
  ApiResponseRef response(static_cast<const ApiResponse*>(message.body.get()));
  // Answers come in the order of their requests. A gap means that one was lost on the way
  // (CorrelationIdMismatchException): the connection is of no more use.
  if (link.sent.empty() || link.sent.front().request->correlation != response->correlation) {
    BecomeClosed(ctx, it->second);
    return std::nullopt;
  }
  InFlight call = std::move(link.sent.front());
  link.sent.pop_front();
  return Completion{.tag = call.tag,
                    .node = link.node,
                    .status = CallStatus::kAnswered,
                    .request = std::move(call.request),
                    .response = std::move(response)};
}

bool NetworkClient::OnConnection(Context& ctx, sim::ConnectionId connection, ConnectionEvent event) {
  const auto it = link_of_connection_.find(connection);
  if (it == link_of_connection_.end()) return false;
  KT_CHECK(event != ConnectionEvent::kAccepted);
  const size_t index = it->second;
  if (event == ConnectionEvent::kConnected) {
    BecomeReady(ctx, index);
  } else {
    BecomeClosed(ctx, index);
  }
  return true;
}

void NetworkClient::OnTimer(Context& ctx, const sim::Timer& timer) {
  const size_t index = timer.key;
  KT_CHECK(index < links_.size());
  Link& link = links_[index];
  switch (LocalKind(timer)) {
    case kSetupTimer:
      link.setup_timer = {};
      KT_CHECK(link.state == LinkState::kConnecting);
      BecomeClosed(ctx, index);
      break;
    case kRetryTimer:
      link.retry_timer = {};
      if (!link.waiting.empty()) Connect(ctx, index);
      break;
    case kDeadlineTimer:
      link.deadline_timer = {};
      link.deadline_timer_at = SimTime::Max();
      ExpireDeadlines(ctx, index);
      break;
    default:
      KT_UNREACHABLE();
  }
}

std::vector<Completion> NetworkClient::TakeCompletions() { return std::exchange(completions_, {}); }

size_t NetworkClient::LinkIndex(BrokerId node, Channel channel) {
  const auto [it, inserted] = link_of_.try_emplace({node, channel}, links_.size());
  if (inserted) {
    Link link;
    link.node = node;
    link.channel = channel;
    links_.push_back(std::move(link));
  }
  return it->second;
}

void NetworkClient::Connect(Context& ctx, size_t index) {
  Link& link = links_[index];
  KT_CHECK(link.state == LinkState::kClosed);
  link.state = LinkState::kConnecting;
  link.connection = ctx.Connect(addresses_->ProcessOf(link.node));
  link_of_connection_[link.connection] = index;
  const Duration timeout =
      Backoff(ctx, options_.connection_setup_timeout, options_.connection_setup_timeout_max, link.failed_setups);
  link.setup_timer = ctx.SetTimer(timeout, {.kind = TimerKind(Component::kNetworkClient, kSetupTimer), .key = index});
}

void NetworkClient::BecomeReady(Context& ctx, size_t index) {
  Link& link = links_[index];
  KT_CHECK(link.state == LinkState::kConnecting);
  KT_CHECK(link.sent.empty());
  link.state = LinkState::kReady;
  link.failures = 0;
  link.failed_setups = 0;
  ctx.CancelTimer(link.setup_timer);
  for (InFlight& call : link.waiting) {
    ctx.Send(link.connection, ToMessage(call.request));
    link.sent.push_back(std::move(call));
  }
  link.waiting.clear();
}

void NetworkClient::BecomeClosed(Context& ctx, size_t index) {
  Link& link = links_[index];
  if (link.state != LinkState::kClosed) {
    if (link.state == LinkState::kConnecting) ++link.failed_setups;
    link_of_connection_.erase(link.connection);
    ctx.Close(link.connection);
    link.connection = {};
    link.retry_at = ctx.now() + Backoff(ctx, options_.reconnect_backoff, options_.reconnect_backoff_max, link.failures);
    ++link.failures;
    link.state = LinkState::kClosed;
  }
  ctx.CancelTimer(link.setup_timer);
  ctx.CancelTimer(link.retry_timer);
  ctx.CancelTimer(link.deadline_timer);
  link.deadline_timer_at = SimTime::Max();
  for (InFlight& call : std::exchange(link.sent, {})) Complete(link, std::move(call), CallStatus::kDisconnected);
  for (InFlight& call : std::exchange(link.waiting, {})) Complete(link, std::move(call), CallStatus::kNotSent);
}

void NetworkClient::ArmDeadline(Context& ctx, size_t index, SimTime deadline) {
  Link& link = links_[index];
  if (link.deadline_timer_at <= deadline) return;
  ctx.CancelTimer(link.deadline_timer);
  link.deadline_timer_at = deadline;
  link.deadline_timer =
      ctx.SetTimer(deadline - ctx.now(), {.kind = TimerKind(Component::kNetworkClient, kDeadlineTimer), .key = index});
}

void NetworkClient::ExpireDeadlines(Context& ctx, size_t index) {
  Link& link = links_[index];
  std::deque<InFlight> waiting;
  for (InFlight& call : std::exchange(link.waiting, {})) {
    if (call.deadline <= ctx.now()) {
      Complete(link, std::move(call), CallStatus::kNotSent);
    } else {
      waiting.push_back(std::move(call));
    }
  }
  link.waiting = std::move(waiting);

  bool expired = false;
  std::deque<InFlight> sent;
  for (InFlight& call : std::exchange(link.sent, {})) {
    if (call.deadline <= ctx.now()) {
      expired = true;
      Complete(link, std::move(call), CallStatus::kTimedOut);
    } else {
      sent.push_back(std::move(call));
    }
  }
  link.sent = std::move(sent);
  if (expired) {
    BecomeClosed(ctx, index);
    return;
  }
  SimTime earliest = SimTime::Max();
  for (const InFlight& call : link.sent) earliest = std::min(earliest, call.deadline);
  for (const InFlight& call : link.waiting) earliest = std::min(earliest, call.deadline);
  if (earliest < SimTime::Max()) ArmDeadline(ctx, index, earliest);
}

void NetworkClient::Complete(const Link& link, InFlight call, CallStatus status) {
  completions_.push_back(
      {.tag = call.tag, .node = link.node, .status = status, .request = std::move(call.request), .response = {}});
}

Duration NetworkClient::Backoff(Context& ctx, Duration base, Duration max, int failures) {
  if (!jitter_) jitter_ = ctx.NewRandomStream("network_client.backoff");
  constexpr int kMostDoublings = 20;
  const int64_t term = std::min(max.nanos(), base.nanos() << std::min(failures, kMostDoublings));
  const int64_t fifth = term / 5;
  return std::min(max, Duration(term + jitter_->Between(-fifth, fifth)));
}

}  // namespace ktrial::cluster
