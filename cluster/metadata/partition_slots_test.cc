#include "cluster/metadata/partition_slots.h"

#include <gtest/gtest.h>

namespace ktrial::cluster {
namespace {

TEST(PartitionSlotsTest, FindsWhatWasMadeAndNothingElse) {
  PartitionSlots slots;
  slots.Make({TopicId(2), 3}) = 7;
  slots.Make(kMetadataPartition) = 8;
  EXPECT_EQ(slots.Find({TopicId(2), 3}), 7);
  EXPECT_EQ(slots.Find(kMetadataPartition), 8);
  EXPECT_EQ(slots.Make({TopicId(2), 3}), 7);
  EXPECT_LT(slots.Find({TopicId(2), 2}), 0);
  EXPECT_LT(slots.Find({TopicId(2), 4}), 0);
  EXPECT_LT(slots.Find({TopicId(0), 0}), 0);
}

TEST(PartitionSlotsTest, WhatCannotBePlacedHasNone) {
  PartitionSlots slots;
  slots.Make(kMetadataPartition) = 8;
  EXPECT_LT(slots.Find({TopicId(), 0}), 0);
  EXPECT_LT(slots.Find({kMetadataTopic, -1}), 0);
  EXPECT_LT(slots.Find({TopicId(5), -1}), 0);
}

}  // namespace
}  // namespace ktrial::cluster
