#include "sim/network.h"

#include "gtest/gtest.h"

namespace ktrial::sim {
namespace {

constexpr HostId kA{0};
constexpr HostId kB{1};
constexpr HostId kC{2};
constexpr SimTime kStart{};

// Three hosts of one rack, 1 ms from each other; 1 MB/s, so that a byte takes 1 us.
class NetworkTest : public ::testing::Test {
 protected:
  NetworkTest() : network_(1) {
    for (int i = 0; i < 3; ++i) {
      network_.AddHost(NodeId(), {.latency = LatencyTable::Fixed(Microseconds(500)), .bytes_per_second = 1'000'000});
    }
  }
  SimTime Arrival(HostId from, HostId to, int64_t bytes, SimTime departs = kStart, SimTime now = kStart) {
    const Transit transit = network_.Send(from, to, bytes, now, departs);
    EXPECT_FALSE(transit.lost);
    return transit.arrives_at;
  }

  Network network_;
};

TEST_F(NetworkTest, TakesLatencyAndOneSerialisation) { EXPECT_EQ(Arrival(kA, kB, 100), kStart + Microseconds(1100)); }

TEST_F(NetworkTest, TheSenderAndTheReceiverQueue) {
  EXPECT_EQ(Arrival(kA, kB, 100), kStart + Microseconds(1100));
  EXPECT_EQ(Arrival(kA, kC, 100), kStart + Microseconds(1200)) << "behind what A sends to B";
  Arrival(kB, kC, 5000);
  EXPECT_GT(Arrival(kA, kC, 100), kStart + Microseconds(5000)) << "behind what C receives from B";
}

TEST_F(NetworkTest, WhatLeavesLaterDoesNotHoldUpWhatLeavesNow) {
  EXPECT_EQ(Arrival(kA, kB, 100, kStart + Seconds(1)), kStart + Seconds(1) + Microseconds(1100));
  EXPECT_LT(Arrival(kA, kB, 100), kStart + Microseconds(1500));
}

TEST_F(NetworkTest, OneHostTalksToItselfOverNoLink) {
  EXPECT_EQ(Arrival(kA, kA, 1'000'000), kStart + kLoopbackLatency);
  network_.topology().SetLinkUp(network_.topology().node(network_.port(kA)).uplink, false);
  EXPECT_TRUE(network_.Passes(kA, kA));
  EXPECT_FALSE(network_.Passes(kA, kB));
  EXPECT_TRUE(network_.Passes(kB, kA));
}

TEST_F(NetworkTest, LinksLose) {
  network_.topology().SetLoss(network_.topology().node(network_.port(kA)).uplink, Ratio{1, 1});
  EXPECT_TRUE(network_.Send(kA, kB, 1, kStart, kStart).lost);
  EXPECT_TRUE(network_.DrawLoss(kA, kB));
  EXPECT_FALSE(network_.Send(kB, kA, 1, kStart, kStart).lost);
}

TEST_F(NetworkTest, ConditionsConcernOneDirection) {
  network_.Condition(kA, kB).cut = true;
  EXPECT_FALSE(network_.Passes(kA, kB));
  EXPECT_TRUE(network_.Passes(kB, kA));
  EXPECT_TRUE(network_.Passes(kA, kC));
  network_.ClearConditions();
  EXPECT_TRUE(network_.undisturbed());
  EXPECT_TRUE(network_.Passes(kA, kB));
}

TEST_F(NetworkTest, AThrottledPathKeepsItsQueueWhenConditionsAreLaidOnAnew) {
  network_.Condition(kA, kB).bytes_per_second = 1000;
  EXPECT_EQ(Arrival(kA, kB, 1000), kStart + Seconds(1) + Milliseconds(1));
  network_.ClearConditions();
  network_.Condition(kA, kB).bytes_per_second = 1000;
  EXPECT_EQ(Arrival(kA, kB, 1000), kStart + Seconds(2) + Milliseconds(1));
  network_.ClearConditions();
  EXPECT_LT(Arrival(kA, kB, 1000), kStart + Milliseconds(10));
}

}  // namespace
}  // namespace ktrial::sim
