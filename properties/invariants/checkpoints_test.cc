// The checker of what a broker leaves for its next start: S18.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "properties/history_for_test.h"

namespace ktrial::properties {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr cluster::BrokerId kBroker{1};

TEST(CheckpointSanityTest, ARecoveryPointBelowWhichAllIsFlushedIsNot) {
  History h;
  h.Tell(cluster::RecoveryPointCheckpointed{kOrders, kBroker, Offset(70), Offset(), false});
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(CheckpointSanityTest, ARecoveryPointAboveWhatIsFlushedIsSeen) {
  History h;
  h.Tell(cluster::RecoveryPointCheckpointed{kOrders, kBroker, Offset(70), Offset(40), false});
  EXPECT_THAT(h.Alarms(),
              ElementsAre("S18: broker 1 wrote the recovery point 70 of orders-0, but segment 40 below it is "
                          "not flushed"));
}

TEST(CheckpointSanityTest, ALyingDiskIsALicence) {
  History h;
  h.Tell(cluster::RecoveryPointCheckpointed{kOrders, kBroker, Offset(70), Offset(40), true});
  h.Tell(cluster::CleanShutdownMarked{kBroker, 1, 0, true});
  EXPECT_THAT(h.Alarms("S18"), ElementsAre(HasSubstr("(the disk reported flushes"), HasSubstr("(the disk reported")));
}

TEST(CheckpointSanityTest, AMarkerThatCoversAllLogsIsNot) {
  History h;
  h.Tell(cluster::CleanShutdownMarked{kBroker, 0, 0, false});
  EXPECT_THAT(h.Alarms(), IsEmpty());
}

TEST(CheckpointSanityTest, AMarkerForLogsThatWereNotFlushedIsSeen) {
  History h;
  h.Tell(cluster::CleanShutdownMarked{kBroker, 2, 0, false});
  EXPECT_THAT(h.Alarms(), ElementsAre("S18: broker 1 marked a clean shutdown, but 2 logs are not flushed"));
}

TEST(CheckpointSanityTest, AMarkerForLogsThatWereNotLoadedIsSeenWhateverTheDiskDoes) {
  History h;
  h.Tell(cluster::CleanShutdownMarked{kBroker, 0, 3, true});
  EXPECT_THAT(
      h.Alarms(),
      ElementsAre("S18: broker 1 marked a clean shutdown, but 3 logs were not loaded since one that was not clean"));
}

}  // namespace
}  // namespace ktrial::properties
