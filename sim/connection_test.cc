#include "sim/connection.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void CloseAndRelease(ConnectionTable& table, ConnectionId id) {
  table.Find(id)->ends[0].open = false;
  table.Release(id);
}

TEST(ConnectionTableTest, TheTwoEndsFindOneConnection) {
  ConnectionTable table;
  const ConnectionId caller = table.Open(ProcessId(4), ProcessId(5));
  const ConnectionId acceptor = ConnectionTable::Peer(caller);
  EXPECT_NE(caller, acceptor);
  EXPECT_EQ(table.Find(caller), table.Find(acceptor));
  EXPECT_EQ(table.Find(caller)->ends[static_cast<size_t>(ConnectionTable::Side(caller))].process, ProcessId(4));
  EXPECT_EQ(table.Find(caller)->ends[static_cast<size_t>(ConnectionTable::Side(acceptor))].process, ProcessId(5));
  EXPECT_EQ(ConnectionTable::Peer(acceptor), caller);
}

TEST(ConnectionTableTest, ASlotIsUsedAgainAndAnIdIsNot) {
  ConnectionTable table;
  const ConnectionId first = table.Open(ProcessId(0), ProcessId(1));
  CloseAndRelease(table, first);
  EXPECT_EQ(table.Find(first), nullptr);
  const ConnectionId second = table.Open(ProcessId(0), ProcessId(1));
  EXPECT_NE(second, first);
  EXPECT_EQ(table.Find(first), nullptr);
  EXPECT_EQ(table.Find(ConnectionTable::Peer(first)), nullptr);
  EXPECT_EQ(table.live_count(), 1u);
}

TEST(ConnectionTableTest, ListsWhatIsLive) {
  ConnectionTable table;
  const ConnectionId first = table.Open(ProcessId(0), ProcessId(1));
  const ConnectionId second = table.Open(ProcessId(1), ProcessId(2));
  CloseAndRelease(table, first);
  EXPECT_THAT(table.LiveConnections(), ElementsAre(second));
  CloseAndRelease(table, second);
  EXPECT_THAT(table.LiveConnections(), IsEmpty());
}

TEST(ConnectionTableTest, NoIdNamesNoConnection) {
  const ConnectionTable table;
  EXPECT_EQ(table.Find(ConnectionId()), nullptr);
  EXPECT_EQ(table.Find(ConnectionId(123456)), nullptr);
}

TEST(ConnectionTableDeathTest, AnOpenConnectionIsNotReleased) {
  ConnectionTable table;
  const ConnectionId id = table.Open(ProcessId(0), ProcessId(1));
  EXPECT_DEATH(table.Release(id), "check failed");
}

}  // namespace
}  // namespace ktrial::sim
