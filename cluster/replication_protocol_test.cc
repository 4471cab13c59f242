#include "cluster/replication_protocol.h"

#include <gtest/gtest.h>

#include "cluster/defects.h"

namespace ktrial::cluster {
namespace {

using SameLeader = ReplicationProtocolTraits::SameLeader;

ReplicationProtocolTraits Traits(ReplicationProtocol protocol) { return ReplicationTraits(protocol, {}); }

ReplicationProtocolTraits LatestWith(Defect defect) {
  DefectSet defects;
  defects.Add(defect);
  return ReplicationTraits(ReplicationProtocol::kTruncationOnFetch, defects);
}

TEST(ReplicationProtocol, EachGenerationAddsToTheOneBefore) {
  const auto high_watermark = Traits(ReplicationProtocol::kHighWatermark);
  EXPECT_FALSE(high_watermark.asks_for_epoch_end);
  EXPECT_FALSE(high_watermark.truncates_on_fetch);
  EXPECT_EQ(high_watermark.truncates_for_same_leader, SameLeader::kNever);
  const auto kip101 = Traits(ReplicationProtocol::kKip101);
  EXPECT_TRUE(kip101.asks_for_epoch_end);
  EXPECT_FALSE(kip101.epoch_end_has_epoch);
  const auto kip279 = Traits(ReplicationProtocol::kKip279);
  EXPECT_TRUE(kip279.epoch_end_has_epoch);
  EXPECT_FALSE(kip279.sends_current_epoch);
  EXPECT_FALSE(kip279.notes_epoch_on_election);
  EXPECT_EQ(kip279.truncates_for_same_leader, SameLeader::kMissedEpochs);
  const auto kip320 = Traits(ReplicationProtocol::kKip320);
  EXPECT_TRUE(kip320.asks_for_epoch_end);
  EXPECT_TRUE(kip320.sends_current_epoch);
  EXPECT_TRUE(kip320.notes_epoch_on_election);
  EXPECT_EQ(kip320.truncates_for_same_leader, SameLeader::kAlways);
  const auto on_fetch = Traits(ReplicationProtocol::kTruncationOnFetch);
  EXPECT_FALSE(on_fetch.asks_for_epoch_end);
  EXPECT_TRUE(on_fetch.truncates_on_fetch);
}

TEST(ReplicationProtocol, DefectsBringBackAGenerationOrATrait) {
  for (Defect defect :
       {Defect::kTruncateToHighWatermark, Defect::kDivergenceBelowHighWatermark, Defect::kOutOfRangeMismatch}) {
    EXPECT_FALSE(LatestWith(defect).asks_for_epoch_end);
    EXPECT_FALSE(LatestWith(defect).truncates_on_fetch);
  }
  EXPECT_TRUE(LatestWith(Defect::kEpochEndWithoutEpoch).asks_for_epoch_end);
  EXPECT_FALSE(LatestWith(Defect::kEpochEndWithoutEpoch).epoch_end_has_epoch);
  EXPECT_EQ(LatestWith(Defect::kSameLeaderNotTruncated).truncates_for_same_leader, SameLeader::kNever);
  EXPECT_EQ(LatestWith(Defect::kUnfencedFetch).truncates_for_same_leader, SameLeader::kMissedEpochs);
  EXPECT_FALSE(LatestWith(Defect::kUnfencedFetch).sends_current_epoch);
  EXPECT_TRUE(LatestWith(Defect::kLastFetchedEpochOnly).truncates_on_fetch);
  EXPECT_FALSE(LatestWith(Defect::kLastFetchedEpochOnly).sends_current_epoch);
  EXPECT_TRUE(LatestWith(Defect::kNoEpochOnElection).truncates_on_fetch);
  EXPECT_FALSE(LatestWith(Defect::kNoEpochOnElection).notes_epoch_on_election);
}

TEST(ReplicationProtocol, ADefectOfALaterGenerationLeavesAnEarlierOneAlone) {
  DefectSet defects;
  defects.Add(Defect::kUnfencedFetch);
  EXPECT_FALSE(ReplicationTraits(ReplicationProtocol::kHighWatermark, defects).asks_for_epoch_end);
}

}  // namespace
}  // namespace ktrial::cluster
