// Properties of a ZooKeeper ensemble by itself, watched while a run goes on. Each is a class of its own in invariants/,
// with an On for every fact that concerns it.
//
//   ZooKeeperCheckers checkers;                       // a FactSink with all of them
//   world.RunUntil(end, &checkers);
//   EXPECT_THAT(checkers.Alarms(), IsEmpty());
#ifndef KTRIAL_PROPERTIES_ZOOKEEPER_CHECKER_H_
#define KTRIAL_PROPERTIES_ZOOKEEPER_CHECKER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "cluster/zookeeper/zookeeper_facts.h"
#include "properties/violation.h"
#include "properties/zookeeper_ghost.h"
#include "sim/fact.h"

namespace ktrial::properties {

// The present moment as a checker sees it. The ghost has taken the fact in already.
struct ZooKeeperMoment {
  const sim::FactHeader& header;
  const ZooKeeperGhost& ghost;
};

class ZooKeeperChecker {
 public:
  virtual ~ZooKeeperChecker() = default;
  virtual void OnFact(const ZooKeeperMoment& moment, const void* fact) = 0;

  const std::vector<Violation>& violations() const { return violations_; }
  // How often the property was actually put to the test.
  int64_t exercised() const { return exercised_; }
  void set_id(std::string_view id) { id_ = id; }

 protected:
  void Report(const ZooKeeperMoment& moment, std::string summary);
  void Exercise() { ++exercised_; }

 private:
  // More are of no use to anybody.
  static constexpr size_t kMaxKept = 10;

  std::string_view id_;
  std::vector<Violation> violations_;
  int64_t exercised_ = 0;
};

using ZooKeeperFactTypes =
    std::tuple<cluster::ZkServerStateChanged, cluster::ZkDatabaseLoaded, cluster::ZkLeaderElected,
               cluster::ZkTransactionProposed, cluster::ZkTransactionLogged, cluster::ZkTransactionCommitted,
               cluster::ZkTransactionApplied, cluster::ZkSessionExpired, cluster::ZkWatchFired,
               cluster::ZkClientConnected, cluster::ZkClientExpired, cluster::ZkReplyReceived,
               cluster::ZkWatchReceived>;

template <typename Derived>
class ZooKeeperCheckerBase : public ZooKeeperChecker {
 public:
  void OnFact(const ZooKeeperMoment& moment, const void* fact) override {
    Dispatch(moment, fact, static_cast<ZooKeeperFactTypes*>(nullptr));
  }

 private:
  template <typename... F>
  void Dispatch(const ZooKeeperMoment& moment, const void* fact, std::tuple<F...>*) {
    (Try<F>(moment, fact) || ...);
  }
  template <typename F>
  bool Try(const ZooKeeperMoment& moment, const void* fact) {
    if (moment.header.kind != F::kKind) return false;
    if constexpr (requires(Derived & derived, const F& typed) { derived.On(moment, typed); }) {
      static_cast<Derived&>(*this).On(moment, *static_cast<const F*>(fact));
    }
    return true;
  }
};

struct ZooKeeperPropertyInfo {
  // "ZK1"
  std::string_view id;
  // "same-order"
  std::string_view name;
  // One sentence.
  std::string_view statement;
  std::unique_ptr<ZooKeeperChecker> (*make)();
};
const std::vector<ZooKeeperPropertyInfo>& AllZooKeeperProperties();

class ZooKeeperCheckers : public sim::FactSink {
 public:
  ZooKeeperCheckers();

  void OnFact(const sim::FactHeader& header, const void* fact) override;

  const ZooKeeperGhost& ghost() const { return ghost_; }
  // "ZK1: ...", in the order of the properties.
  std::vector<std::string> Alarms() const;
  // Those of one property, without its id.
  std::vector<std::string> Alarms(std::string_view id) const;
  int64_t exercised(std::string_view id) const;

 private:
  ZooKeeperGhost ghost_;
  std::vector<std::unique_ptr<ZooKeeperChecker>> checkers_;
};

}  // namespace ktrial::properties

#endif  // KTRIAL_PROPERTIES_ZOOKEEPER_CHECKER_H_
