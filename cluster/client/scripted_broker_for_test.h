// A broker for client tests that answers by script: every request is kept, and a function of the test decides the
// answer, or leaves the request unanswered.
#ifndef KTRIAL_CLUSTER_CLIENT_SCRIPTED_BROKER_FOR_TEST_H_
#define KTRIAL_CLUSTER_CLIENT_SCRIPTED_BROKER_FOR_TEST_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cluster/facts.h"
#include "cluster/network/address_book.h"
#include "cluster/network/socket_server.h"
#include "sim/world.h"

namespace ktrial::cluster {

class ScriptedBroker : public sim::Cloneable<ScriptedBroker, sim::Process> {
 public:
  using Script = std::function<std::optional<ResponseBody>(const ApiRequest& request)>;

  explicit ScriptedBroker(Script script) : script_(std::move(script)) {}

  void OnStart(sim::Context&) override {}
  void OnCrash() override { server_ = {}; }
  void OnConnection(sim::Context&, sim::ConnectionId connection, sim::ProcessId, sim::ConnectionEvent event) override {
    server_.OnConnection(connection, event);
  }
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override {
    const RequestHandle handle = *server_.OnMessage(ctx, connection, message);
    requests.push_back(ApiRequestRef(&RequestOf(message)));
    if (std::optional<ResponseBody> response = script_(RequestOf(message))) {
      server_.Respond(ctx, handle, std::move(*response));
    } else {
      unanswered.push_back(handle);
      // A pipelined request behind it is still read, so that tests see what is in flight.
      server_.Skip(ctx, handle);
    }
  }
  // Answers the oldest unanswered request.
  void AnswerNext(sim::Context& ctx, ResponseBody body) {
    server_.Respond(ctx, unanswered.front(), std::move(body));
    unanswered.erase(unanswered.begin());
  }
  template <typename Request>
  std::vector<const Request*> RequestsOf() const {
    std::vector<const Request*> found;
    for (const ApiRequestRef& request : requests) {
      if (const auto* typed = std::get_if<Request>(&request->body)) found.push_back(typed);
    }
    return found;
  }
  void set_script(Script script) { script_ = std::move(script); }

  std::vector<ApiRequestRef> requests;
  std::vector<RequestHandle> unanswered;

 private:
  Script script_;
  SocketServer server_;
};

// Keeps every fact of the kinds that client tests look at.
class ClientFactLog : public sim::FactSink {
 public:
  template <typename F>
  using Timed = std::pair<sim::SimTime, F>;

  void OnFact(const sim::FactHeader& header, const void* fact) override {
    Keep(header, fact, sent);
    Keep(header, fact, acked);
    Keep(header, fact, failed);
    Keep(header, fact, held_back);
    Keep(header, fact, reconnected);
    Keep(header, fact, delivered);
    Keep(header, fact, positions);
    Keep(header, fact, assigned);
    Keep(header, fact, revoked);
    Keep(header, fact, commits);
  }

  std::vector<Timed<RecordSent>> sent;
  std::vector<Timed<RecordAcked>> acked;
  std::vector<Timed<RecordFailed>> failed;
  std::vector<Timed<BatchHeldBack>> held_back;
  std::vector<Timed<ProducerReconnected>> reconnected;
  std::vector<Timed<RecordDelivered>> delivered;
  std::vector<Timed<PositionSet>> positions;
  std::vector<Timed<PartitionAssigned>> assigned;
  std::vector<Timed<PartitionRevoked>> revoked;
  std::vector<Timed<OffsetCommitAcked>> commits;

 private:
  template <typename F>
  static void Keep(const sim::FactHeader& header, const void* fact, std::vector<Timed<F>>& list) {
    if (header.kind == F::kKind) list.emplace_back(header.at, *static_cast<const F*>(fact));
  }
};

// A topic "orders" with id 0 whose partitions are led by broker 1 in epoch 0, unless the test says otherwise.
inline MetadataResponse OrdersMetadata(int partitions, BrokerId leader = BrokerId(1),
                                       LeaderEpoch epoch = LeaderEpoch(0)) {
  MetadataResponse response{.brokers = {BrokerId(1), BrokerId(2)}, .controller = BrokerId(3001), .topics = {}};
  MetadataResponse::Topic topic{.error = ErrorCode::kNone, .name = "orders", .id = TopicId(0), .partitions = {}};
  for (int p = 0; p < partitions; ++p) {
    topic.partitions.push_back({.partition = p, .leader = leader, .leader_epoch = epoch});
  }
  response.topics.push_back(topic);
  return response;
}

// Two scripted brokers, 1 and 2, and one client under test.
struct ClientWorld {
  ClientWorld() : world({.seed = 7}) {
    auto book = sim::MakeRef<AddressBook>();
    book->nodes = {{BrokerId(1), sim::ProcessId(0)}, {BrokerId(2), sim::ProcessId(1)}};
    book->brokers = {BrokerId(1), BrokerId(2)};
    book->groups = {"billing"};
    addresses = book;
    for (const char* name : {"broker-1", "broker-2"}) {
      const sim::HostId host = world.AddHost({.name = name});
      world.Start(world.AddProcess(host, name,
                                   std::make_unique<ScriptedBroker>([](const ApiRequest&) { return std::nullopt; })));
    }
  }
  ScriptedBroker& broker(int id) { return world.process_as<ScriptedBroker>(sim::ProcessId(id - 1)); }
  sim::ProcessId AddClient(std::unique_ptr<sim::Process> program) {
    const sim::ProcessId client = world.AddProcess(world.AddHost({.name = "client"}), "client", std::move(program));
    world.Start(client, &facts);
    return client;
  }
  void RunFor(sim::Duration time) { world.RunUntil(world.now() + time, &facts); }

  sim::World world;
  AddressBookRef addresses;
  ClientFactLog facts;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_SCRIPTED_BROKER_FOR_TEST_H_
