// The makers of the checkers of a ZooKeeper ensemble's properties, ZK1 to ZK8; each is stated in its own file in this
// folder. zookeeper_checker.cc lists them.
#ifndef KTRIAL_PROPERTIES_INVARIANTS_ZOOKEEPER_INVARIANTS_H_
#define KTRIAL_PROPERTIES_INVARIANTS_ZOOKEEPER_INVARIANTS_H_

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "properties/zookeeper_checker.h"

namespace ktrial::properties {

std::unique_ptr<ZooKeeperChecker> MakeZooKeeperSameOrder();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperCommittedSurvive();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperZxidsAscend();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperEphemeralsHaveOwners();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperReadsNeverGoBack();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperRepliesTrue();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperWatchBeforeChange();
std::unique_ptr<ZooKeeperChecker> MakeZooKeeperExpiryDecided();

// "0x300000011", as ZooKeeper prints zxids and sessions.
inline std::string HexOf(int64_t value) { return absl::StrCat("0x", absl::Hex(static_cast<uint64_t>(value))); }
inline std::string NameOf(cluster::zookeeper::Zxid zxid) { return HexOf(zxid.value()); }
inline std::string NameOf(cluster::zookeeper::SessionId session) { return HexOf(session.value()); }
inline std::string NameOf(cluster::zookeeper::ServerId server) { return absl::StrCat("server ", server.value()); }

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_INVARIANTS_ZOOKEEPER_INVARIANTS_H_
