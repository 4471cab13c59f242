// An administrator who looks up the committed offsets of groups, as `kafka-consumer-groups --describe` does: finds each
// group's coordinator, fetches the offsets of all partitions of a topic, tries again until it is answered, and ends.
#ifndef KTRIAL_CLUSTER_CLIENT_OFFSETS_READER_PROCESS_H_
#define KTRIAL_CLUSTER_CLIENT_OFFSETS_READER_PROCESS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cluster/client/client_metadata.h"
#include "cluster/network/network_client.h"
#include "sim/process.h"

namespace ktrial::cluster {

struct GroupToRead {
  GroupIndex group;
  std::string group_id;
  std::string topic;
};

class OffsetsReaderProcess : public sim::Cloneable<OffsetsReaderProcess, sim::Process> {
 public:
  // `client` names it in CommittedOffsetFetched facts.
  OffsetsReaderProcess(ClientId client, std::vector<GroupToRead> groups, AddressBookRef addresses);

  void OnStart(sim::Context& ctx) override;
  void OnStop(sim::Context& ctx) override;
  void OnCrash() override;
  void OnTimer(sim::Context& ctx, const sim::Timer& timer) override;
  void OnMessage(sim::Context& ctx, sim::ConnectionId connection, const sim::Message& message) override;
  void OnConnection(sim::Context& ctx, sim::ConnectionId connection, sim::ProcessId peer,
                    sim::ConnectionEvent event) override;

 private:
  enum class Call : uint8_t { kFindCoordinator, kFetchOffsets };
  struct State {
    State(ClientId client, const AddressBookRef& addresses);

    NetworkClient network;
    ClientMetadata metadata;
    // The group being read, by index.
    size_t next = 0;
    BrokerId coordinator;
    bool in_flight = false;
    // Nothing is asked before.
    sim::SimTime retry_at;
  };

  void Advance(sim::Context& ctx);
  void OnCompletion(sim::Context& ctx, const Completion& completion);
  void OnOffsets(sim::Context& ctx, const Completion& completion);
  void RetryLater(sim::Context& ctx);

  ClientId client_;
  std::vector<GroupToRead> groups_;
  AddressBookRef addresses_;
  std::optional<State> state_;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_CLIENT_OFFSETS_READER_PROCESS_H_
