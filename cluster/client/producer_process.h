// An application that produces at a steady rate: the workload around one KafkaProducer, in a process of its own. Every
// record carries a value that is unique in the run, so that checkers can follow it: the client's id and a count.
#ifndef KTRIAL_CLUSTER_CLIENT_PRODUCER_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_PRODUCER_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "cluster/client/client_metadata.h"
#include "cluster/client/kafka_producer.h"
#include "cluster/config.h"
#include "cluster/network/network_client.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct ProducerWorkload {
  ClientId client;
  std::string topic;
  // Records per 1,000 seconds, so that slow rates are exact; > 0.
  int64_t records_per_1000s = 1'000'000;
  int32_t record_bytes = 100;
  // Keys drawn uniformly from [0, key_count); 0 sends records without a key.
  int64_t key_count = 0;
  // How many of a hundred records with a key have no value, drawn for each.
  int32_t tombstone_percent = 0;
  // Sends nothing before `start` and after `stop`, in time of the run.
  sim::SimTime start;
  sim::SimTime stop = sim::SimTime::Max();
  ProducerConfig config;
};

class ProducerProcess : public sim::Cloneable<ProducerProcess, sim::Process> {
 public:
  ProducerProcess(ProducerWorkload workload, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

  ClientId client() const { return workload_.client; }
  // The value of the n-th record of a client.
  static int64_t ValueOf(ClientId client, int64_t n) { return int64_t{client.value()} << 40 | n; }
  static ClientId ClientOf(int64_t value) { return ClientId(static_cast<int32_t>(value >> 40)); }

 private:
  struct State {
    State(const ProducerWorkload& workload, const AddressBookRef& addresses);

    NetworkClient network;
    ClientMetadata metadata;
    KafkaProducer producer;
    // When the present record found send() blocked.
    std::optional<sim::SimTime> blocked_since;
  };
  enum TimerLocal : uint8_t { kNextRecord };

  sim::SimTime TimeOfRecord(int64_t n) const;
  void SendDueRecords(sim::Context& ctx);
  void AfterEvent(sim::Context& ctx);

  ProducerWorkload workload_;
  AddressBookRef addresses_;
  // Survives a restart of the application, so that values stay unique; it stands for the source of the records.
  int64_t next_record_ = 0;
  std::optional<State> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_PRODUCER_PROCESS_H_
