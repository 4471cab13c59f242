#include "sim/disk.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace ktrial::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr SimTime kStart(0);

SimTime At(Duration since_start) { return kStart + since_start; }

struct NumberedPayload : Payload {
  explicit NumberedPayload(int n) : number(n) {}
  int number;
};

int NumberIn(const ChunkView& view) { return static_cast<const NumberedPayload*>(view.payload)->number; }

Chunk MakeChunk(uint64_t tag, int32_t bytes, int number = 0) {
  return {.tag = tag, .bytes = bytes, .payload = MakeRef<NumberedPayload>(number)};
}

DiskOptions PlainOptions() {
  DiskOptions options;
  options.capacity_bytes = 1'000'000;
  options.write_latency = LatencyTable::Fixed(Microseconds(10));
  options.flush_latency = LatencyTable::Fixed(Milliseconds(2));
  options.read_latency = LatencyTable::Fixed(Microseconds(100));
  options.bytes_per_second = 1'000'000;
  options.writeback_after = Seconds(30);
  return options;
}

class DiskTest : public ::testing::Test {
 protected:
  FileId Create(std::string_view path) {
    const Disk::FileResult result = disk_.Create(kStart, path);
    EXPECT_EQ(result.status, DiskStatus::kOk);
    return result.file;
  }
  // A file whose creation and chunks are durable.
  FileId CreateDurable(std::string_view path, std::initializer_list<int32_t> chunk_sizes) {
    const FileId file = Create(path);
    Append(file, chunk_sizes);
    EXPECT_TRUE(disk_.Flush(kStart, file).ok());
    return file;
  }
  void Append(FileId file, std::initializer_list<int32_t> chunk_sizes) {
    for (const int32_t bytes : chunk_sizes) {
      const auto tag = static_cast<uint64_t>(disk_.chunk_count(file));
      EXPECT_TRUE(disk_.Append(kStart, file, MakeChunk(tag, bytes)).ok());
    }
  }
  std::vector<int32_t> Sizes(FileId file) const {
    std::vector<int32_t> sizes;
    for (int64_t i = 0; i < disk_.chunk_count(file); ++i) sizes.push_back(disk_.chunk(file, i).bytes);
    return sizes;
  }

  Disk disk_{PlainOptions(), RandomStream(1)};
};

TEST_F(DiskTest, WhatIsAppendedIsReadBack) {
  const FileId file = Create("log");
  EXPECT_TRUE(disk_.Append(kStart, file, MakeChunk(5, 100, 11)).ok());
  EXPECT_TRUE(disk_.Append(kStart, file, MakeChunk(9, 50, 22)).ok());

  ASSERT_EQ(disk_.chunk_count(file), 2);
  EXPECT_EQ(disk_.size_bytes(file), 150);
  EXPECT_EQ(disk_.used_bytes(), 150);
  EXPECT_EQ(disk_.durable_bytes(file), 0);
  const ChunkView second = disk_.chunk(file, 1);
  EXPECT_EQ(second.tag, 9u);
  EXPECT_EQ(second.position, 100);
  EXPECT_EQ(second.bytes, 50);
  EXPECT_EQ(NumberIn(second), 22);
  EXPECT_TRUE(second.intact);
}

TEST_F(DiskTest, FindsByTagAcrossBlocks) {
  const FileId file = Create("log");
  for (uint64_t i = 0; i < 1'000; ++i) EXPECT_TRUE(disk_.Append(kStart, file, MakeChunk(10 + 3 * i, 1)).ok());
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, 9), -1);
  for (uint64_t tag = 10; tag < 10 + 3 * 1'000; ++tag) {
    EXPECT_EQ(disk_.FindLastAtOrBelow(file, tag), static_cast<int64_t>((tag - 10) / 3));
  }
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, UINT64_MAX), 999);

  EXPECT_TRUE(disk_.Truncate(kStart, file, 70).ok());
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, UINT64_MAX), 69);
  EXPECT_TRUE(disk_.Truncate(kStart, file, 0).ok());
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, UINT64_MAX), -1);
}

TEST_F(DiskTest, EqualTagsFindTheLast) {
  const FileId file = Create("log");
  for (const uint64_t tag : {1u, 4u, 4u, 4u, 7u}) EXPECT_TRUE(disk_.Append(kStart, file, MakeChunk(tag, 1)).ok());
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, 4), 3);
}

TEST_F(DiskTest, ATruncationInsideAChunkTearsIt) {
  const FileId file = Create("log");
  Append(file, {100, 100, 100});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 130).ok());
  EXPECT_THAT(Sizes(file), ElementsAre(100, 30));
  EXPECT_TRUE(disk_.chunk(file, 0).intact);
  EXPECT_FALSE(disk_.chunk(file, 1).intact);
  EXPECT_EQ(disk_.used_bytes(), 130);

  EXPECT_TRUE(disk_.Truncate(kStart, file, 100).ok());
  EXPECT_THAT(Sizes(file), ElementsAre(100));
  Append(file, {7});
  EXPECT_TRUE(disk_.chunk(file, 1).intact);
  EXPECT_EQ(disk_.chunk(file, 1).position, 100);
  EXPECT_TRUE(disk_.Truncate(kStart, file, 5'000).ok());
  EXPECT_THAT(Sizes(file), ElementsAre(100, 7));
}

TEST_F(DiskTest, TheDirectoryAnswersByName) {
  const FileId a = Create("t-0/a");
  const FileId b = Create("t-0/b");
  Create("t-1/a");
  EXPECT_EQ(disk_.Create(kStart, "t-0/a").status, DiskStatus::kAlreadyExists);
  EXPECT_EQ(disk_.Find("t-0/b"), b);
  EXPECT_EQ(disk_.Find("t-0"), std::nullopt);
  EXPECT_THAT(disk_.List("t-0/"), ElementsAre("t-0/a", "t-0/b"));
  EXPECT_THAT(disk_.List(""), ElementsAre("t-0/a", "t-0/b", "t-1/a"));

  Append(a, {10});
  Append(b, {20});
  EXPECT_TRUE(disk_.Rename(kStart, "t-0/a", "t-0/b").ok());
  EXPECT_EQ(disk_.Find("t-0/b"), a);
  EXPECT_FALSE(disk_.exists(b));
  EXPECT_EQ(disk_.used_bytes(), 10);
  EXPECT_TRUE(disk_.Delete(kStart, "t-0/b").ok());
  EXPECT_EQ(disk_.Delete(kStart, "t-0/b").status, DiskStatus::kNotFound);
  EXPECT_EQ(disk_.Rename(kStart, "t-0/b", "x").status, DiskStatus::kNotFound);
  EXPECT_EQ(disk_.used_bytes(), 0);
}

TEST_F(DiskTest, AFileThatIsGoneAnswersNothing) {
  const FileId file = Create("a");
  Append(file, {10});
  EXPECT_TRUE(disk_.Delete(kStart, "a").ok());
  EXPECT_FALSE(disk_.exists(file));
  EXPECT_EQ(disk_.size_bytes(file), 0);
  EXPECT_EQ(disk_.durable_bytes(file), 0);
  EXPECT_EQ(disk_.chunk_count(file), 0);
  EXPECT_EQ(disk_.chunk(file, 0).payload, nullptr);
  EXPECT_EQ(disk_.FindLastAtOrBelow(file, 1), -1);
  EXPECT_FALSE(disk_.FlipBit(file, 0));
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(0, 1)).status, DiskStatus::kNotFound);
  EXPECT_EQ(disk_.Truncate(kStart, file, 0).status, DiskStatus::kNotFound);
  EXPECT_EQ(disk_.Flush(kStart, file).status, DiskStatus::kNotFound);
  EXPECT_EQ(disk_.Read(kStart, file, 0, 1).status, DiskStatus::kNotFound);
  EXPECT_NE(Create("a"), file);
  EXPECT_FALSE(disk_.exists(FileId{}));
  EXPECT_FALSE(disk_.exists(FileId{1'000}));
}

TEST_F(DiskTest, PowerLossDropsWhatWasNotFlushed) {
  const FileId file = CreateDurable("log", {100, 100});
  Append(file, {100, 100});
  EXPECT_EQ(disk_.durable_bytes(file), 200);
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 100));
  EXPECT_EQ(disk_.used_bytes(), 200);
}

TEST_F(DiskTest, PowerLossJustAfterWritebackKeepsAll) {
  const FileId file = Create("log");
  Append(file, {100, 100});
  disk_.PowerLoss(kStart, PowerLossMode::kKeepAll);
  EXPECT_EQ(disk_.Find("log"), file);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 100));
  EXPECT_EQ(disk_.durable_bytes(file), 200);
}

TEST_F(DiskTest, RandomPowerLossReachesEveryOutcome) {
  const FileId file = CreateDurable("log", {100});
  Append(file, {100, 100});
  bool lost_all = false;
  bool kept_one = false;
  bool kept_all = false;
  bool torn = false;
  for (int i = 0; i < 200; ++i) {
    disk_.PowerLoss(kStart, PowerLossMode::kRandom);
    const int64_t size = disk_.size_bytes(file);
    ASSERT_GE(size, 100);
    ASSERT_LE(size, 300);
    EXPECT_EQ(disk_.durable_bytes(file), size);
    lost_all |= size == 100;
    kept_one |= size == 200;
    kept_all |= size == 300;
    if (size % 100 != 0) {
      torn = true;
      const ChunkView last = disk_.chunk(file, disk_.chunk_count(file) - 1);
      EXPECT_FALSE(last.intact);
      EXPECT_EQ(last.bytes, size % 100);
      EXPECT_EQ(last.tag, static_cast<uint64_t>(size / 100));
    }
    EXPECT_TRUE(disk_.Truncate(kStart, file, 100).ok());
    EXPECT_TRUE(disk_.Flush(kStart, file).ok());
    Append(file, {100, 100});
  }
  EXPECT_TRUE(lost_all && kept_one && kept_all && torn);
}

TEST_F(DiskTest, ALostTruncationShowsTheOldContentAgain) {
  const FileId file = CreateDurable("log", {100, 100, 100});
  Append(file, {50});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 150).ok());
  Append(file, {70});
  EXPECT_EQ(disk_.durable_bytes(file), 300);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 50, 70));
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 100, 100));
  EXPECT_TRUE(disk_.chunk(file, 1).intact);
}

TEST_F(DiskTest, SeveralLostTruncationsShowWhatWasDurableBeforeTheFirst) {
  const FileId file = CreateDurable("log", {100, 100, 100});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 200).ok());
  Append(file, {40});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 30).ok());
  Append(file, {60});
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 100, 100));
}

TEST_F(DiskTest, ADeletionDropsWhatIsDirtyForGood) {
  int undone = 0;
  for (int i = 0; i < 50; ++i) {
    const FileId file = CreateDurable("log", {100});
    Append(file, {50});
    EXPECT_TRUE(disk_.Delete(kStart, "log").ok());
    EXPECT_EQ(disk_.used_bytes(), 0);
    disk_.PowerLoss(kStart, PowerLossMode::kRandom);
    if (disk_.exists(file)) {
      ++undone;
      EXPECT_EQ(disk_.size_bytes(file), 100);
      EXPECT_EQ(disk_.used_bytes(), 100);
    }
    disk_.Wipe();
  }
  EXPECT_GT(undone, 0);
  EXPECT_LT(undone, 50);
}

TEST_F(DiskTest, AFlushedTruncationStays) {
  const FileId file = CreateDurable("log", {100, 100, 100});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 100).ok());
  EXPECT_TRUE(disk_.Flush(kStart, file).ok());
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(Sizes(file), ElementsAre(100));
}

TEST_F(DiskTest, OldDirtyFilesAreWrittenBack) {
  const FileId early = Create("early");
  EXPECT_TRUE(disk_.Append(At(Seconds(1)), early, MakeChunk(0, 100)).ok());
  const FileId late = disk_.Create(At(Seconds(20)), "late").file;
  EXPECT_TRUE(disk_.Append(At(Seconds(20)), late, MakeChunk(0, 100)).ok());
  EXPECT_TRUE(disk_.Append(At(Seconds(20)), early, MakeChunk(1, 100)).ok());

  disk_.WriteBack(At(Seconds(31)) - Nanoseconds(1));
  EXPECT_EQ(disk_.durable_bytes(early), 0);
  disk_.WriteBack(At(Seconds(31)));
  EXPECT_EQ(disk_.durable_bytes(early), 200);
  EXPECT_EQ(disk_.durable_bytes(late), 0);
  disk_.PowerLoss(At(Seconds(50)), PowerLossMode::kLoseAll);
  EXPECT_EQ(disk_.size_bytes(early), 200);
  EXPECT_EQ(disk_.size_bytes(late), 100);
}

TEST_F(DiskTest, AFlushRestartsTheWritebackTime) {
  const FileId file = Create("log");
  Append(file, {100});
  EXPECT_TRUE(disk_.Flush(At(Seconds(10)), file).ok());
  EXPECT_TRUE(disk_.Append(At(Seconds(11)), file, MakeChunk(1, 100)).ok());
  disk_.WriteBack(At(Seconds(40)));
  EXPECT_EQ(disk_.durable_bytes(file), 100);
  disk_.WriteBack(At(Seconds(41)));
  EXPECT_EQ(disk_.durable_bytes(file), 200);
}

TEST_F(DiskTest, LostDirectoryChangesAreUndone) {
  const FileId kept = CreateDurable("kept", {10});
  const FileId replaced = CreateDurable("replaced", {20});
  const FileId deleted = CreateDurable("deleted", {30});
  Append(deleted, {5});
  const FileId created = Create("created");
  Append(created, {40});
  EXPECT_TRUE(disk_.Rename(kStart, "kept", "replaced").ok());
  EXPECT_TRUE(disk_.Delete(kStart, "deleted").ok());
  EXPECT_TRUE(disk_.Rename(kStart, "created", "deleted").ok());
  EXPECT_THAT(disk_.List(""), ElementsAre("deleted", "replaced"));

  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(disk_.List(""), ElementsAre("deleted", "kept", "replaced"));
  EXPECT_EQ(disk_.Find("kept"), kept);
  EXPECT_EQ(disk_.Find("replaced"), replaced);
  EXPECT_EQ(disk_.Find("deleted"), deleted);
  EXPECT_THAT(Sizes(deleted), ElementsAre(30));
  EXPECT_THAT(Sizes(replaced), ElementsAre(20));
  EXPECT_FALSE(disk_.exists(created));
  EXPECT_EQ(disk_.used_bytes(), 60);
}

TEST_F(DiskTest, AFlushOfAnyFileCommitsTheDirectory) {
  const FileId a = Create("a");
  Append(a, {10});
  const FileId b = Create("b");
  EXPECT_TRUE(disk_.Flush(kStart, b).ok());
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(disk_.List(""), ElementsAre("a", "b"));
  EXPECT_EQ(disk_.size_bytes(a), 0) << "the name is durable, the content is not";

  EXPECT_TRUE(disk_.Delete(kStart, "a").ok());
  EXPECT_TRUE(disk_.Flush(kStart, b).ok());
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(disk_.List(""), ElementsAre("b"));
}

TEST_F(DiskTest, RandomPowerLossKeepsAPrefixOfDirectoryChanges) {
  std::vector<bool> seen(4, false);
  for (int i = 0; i < 100; ++i) {
    Create("a");
    Create("b");
    EXPECT_TRUE(disk_.Rename(kStart, "a", "c").ok());
    disk_.PowerLoss(kStart, PowerLossMode::kRandom);
    const std::vector<std::string> paths = disk_.List("");
    const std::vector<std::vector<std::string>> prefixes = {{}, {"a"}, {"a", "b"}, {"b", "c"}};
    bool found = false;
    for (size_t kept = 0; kept < prefixes.size(); ++kept) {
      if (paths != prefixes[kept]) continue;
      found = true;
      seen[kept] = true;
    }
    EXPECT_TRUE(found);
    disk_.Wipe();
  }
  EXPECT_THAT(seen, ElementsAre(true, true, true, true));
}

TEST_F(DiskTest, AnAtomicWriteReplacesAndIsDurable) {
  EXPECT_TRUE(disk_.WriteAtomically(kStart, "checkpoint", MakeChunk(0, 10, 1)).ok());
  const FileId file = *disk_.Find("checkpoint");
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  ASSERT_THAT(Sizes(file), ElementsAre(10));
  EXPECT_TRUE(disk_.WriteAtomically(kStart, "checkpoint", MakeChunk(0, 20, 2)).ok());
  EXPECT_EQ(disk_.Find("checkpoint"), file);
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  ASSERT_THAT(Sizes(file), ElementsAre(20));
  EXPECT_EQ(NumberIn(disk_.chunk(file, 0)), 2);
  EXPECT_EQ(disk_.used_bytes(), 20);
}

TEST_F(DiskTest, CostsFollowTheOptions) {
  const FileId file = Create("log");
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(0, 500)).cost, Microseconds(10));
  EXPECT_EQ(disk_.Read(kStart, file, 0, 500).cost, Duration{}) << "in the page cache";
  // 500 bytes at 1 MB/s take 500 us.
  EXPECT_EQ(disk_.Flush(kStart, file).cost, Milliseconds(2) + Microseconds(500));
  EXPECT_EQ(disk_.Flush(kStart, file).cost, Milliseconds(2));
  EXPECT_EQ(disk_.WriteAtomically(kStart, "x", MakeChunk(0, 100)).cost,
            Microseconds(10) + Milliseconds(4) + Microseconds(100));

  disk_.set_faults({.slow_reads = 7, .slow_writes = 7, .slow_flushes = 7});
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(1, 500)).cost, Microseconds(70));
  EXPECT_EQ(disk_.Flush(kStart, file).cost, (Milliseconds(2) + Microseconds(500)) * 7);
}

TEST_F(DiskTest, AfterPowerLossEveryByteIsReadFromTheMediumOnce) {
  const FileId file = CreateDurable("log", {1'000, 1'000, 1'000});
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_EQ(disk_.Read(kStart, file, 1'000, 1'000).cost, Microseconds(100 + 1'000));
  EXPECT_EQ(disk_.Read(kStart, file, 1'000, 1'000).cost, Duration{});
  EXPECT_EQ(disk_.Read(kStart, file, 500, 2'000).cost, Microseconds(100 + 1'000));
  Append(file, {1'000});
  EXPECT_EQ(disk_.Read(kStart, file, 3'000, 1'000).cost, Duration{});
  EXPECT_EQ(disk_.Read(kStart, file, 0, 1'000'000).cost, Microseconds(100 + 1'000));
  EXPECT_EQ(disk_.Read(kStart, file, 0, 1'000'000).cost, Duration{});
}

TEST_F(DiskTest, WhatIsWrittenOverAColdTailIsWarm) {
  const FileId file = CreateDurable("log", {1'000, 1'000});
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_TRUE(disk_.Truncate(kStart, file, 1'000).ok());
  Append(file, {1'000});
  EXPECT_EQ(disk_.Read(kStart, file, 1'000, 1'000).cost, Duration{});
  EXPECT_EQ(disk_.Read(kStart, file, 0, 1'000).cost, Microseconds(100 + 1'000));
}

TEST_F(DiskTest, AFailingDiskReturnsErrorsAndChangesNothing) {
  const FileId file = CreateDurable("log", {100});
  Append(file, {50});
  disk_.set_faults({.fail_writes = true});
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(2, 1)).status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.Truncate(kStart, file, 0).status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.Create(kStart, "new").status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.Rename(kStart, "log", "new").status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.Delete(kStart, "log").status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.WriteAtomically(kStart, "log", MakeChunk(0, 1)).status, DiskStatus::kIoError);
  EXPECT_TRUE(disk_.Read(kStart, file, 0, 150).ok());
  EXPECT_GT(disk_.Append(kStart, file, MakeChunk(2, 1)).cost, Duration{});

  disk_.set_faults({.fail_reads = true});
  EXPECT_EQ(disk_.Read(kStart, file, 0, 1).status, DiskStatus::kIoError);

  disk_.set_faults({.fail_flushes = true});
  EXPECT_EQ(disk_.Flush(kStart, file).status, DiskStatus::kIoError);
  EXPECT_EQ(disk_.WriteAtomically(kStart, "log", MakeChunk(0, 1)).status, DiskStatus::kIoError);
  disk_.WriteBack(At(Seconds(1'000)));
  EXPECT_EQ(disk_.durable_bytes(file), 100);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 50));
  EXPECT_THAT(disk_.List(""), ElementsAre("log"));

  disk_.set_faults({});
  disk_.WriteBack(At(Seconds(1'000)));
  EXPECT_EQ(disk_.durable_bytes(file), 150);
}

TEST_F(DiskTest, AFullDiskTakesNothingMore) {
  const FileId file = Create("log");
  Append(file, {600'000});
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(1, 400'001)).status, DiskStatus::kNoSpace);
  EXPECT_EQ(disk_.WriteAtomically(kStart, "log", MakeChunk(1, 400'001)).status, DiskStatus::kNoSpace);
  EXPECT_EQ(disk_.size_bytes(file), 600'000);
  Append(file, {400'000});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 600'000).ok());

  disk_.set_faults({.full = true});
  EXPECT_EQ(disk_.Append(kStart, file, MakeChunk(1, 1)).status, DiskStatus::kNoSpace);
  EXPECT_EQ(disk_.Create(kStart, "new").status, DiskStatus::kNoSpace);
  EXPECT_TRUE(disk_.Flush(kStart, file).ok());
  EXPECT_TRUE(disk_.Delete(kStart, "log").ok());
  EXPECT_EQ(disk_.used_bytes(), 0);
}

TEST_F(DiskTest, ALyingFlushMakesNothingDurable) {
  const FileId old = CreateDurable("checkpoint", {10});
  disk_.set_faults({.lie_on_flush = true});
  const FileId file = Create("log");
  Append(file, {100});
  EXPECT_TRUE(disk_.Flush(kStart, file).ok());
  EXPECT_TRUE(disk_.WriteAtomically(kStart, "checkpoint", MakeChunk(0, 77)).ok());
  EXPECT_THAT(Sizes(old), ElementsAre(77));
  EXPECT_EQ(disk_.durable_bytes(file), 0);

  Disk later = disk_;
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_THAT(disk_.List(""), ElementsAre("checkpoint"));
  EXPECT_THAT(Sizes(old), ElementsAre(10));

  later.PowerLoss(At(Seconds(30)), PowerLossMode::kLoseAll);
  EXPECT_EQ(later.size_bytes(file), 100) << "written back in the end";
  EXPECT_EQ(later.size_bytes(old), 77);
}

TEST_F(DiskTest, AFlippedBitStaysUntilTheChunkIsCutOff) {
  const FileId file = CreateDurable("log", {100, 100, 100});
  EXPECT_FALSE(disk_.FlipBit(file, 300));
  EXPECT_TRUE(disk_.FlipBit(file, 199));
  EXPECT_TRUE(disk_.chunk(file, 0).intact);
  EXPECT_FALSE(disk_.chunk(file, 1).intact);
  EXPECT_TRUE(disk_.chunk(file, 2).intact);
  EXPECT_THAT(Sizes(file), ElementsAre(100, 100, 100));
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_FALSE(disk_.chunk(file, 1).intact);

  EXPECT_TRUE(disk_.Truncate(kStart, file, 100).ok());
  Append(file, {100});
  EXPECT_TRUE(disk_.chunk(file, 1).intact);
}

TEST_F(DiskTest, AFlippedBitIsInTheContentThatALostTruncationRestores) {
  const FileId file = CreateDurable("log", {100, 100, 100});
  EXPECT_TRUE(disk_.Truncate(kStart, file, 200).ok());
  EXPECT_TRUE(disk_.FlipBit(file, 0));
  disk_.PowerLoss(kStart, PowerLossMode::kLoseAll);
  EXPECT_FALSE(disk_.chunk(file, 0).intact);
  EXPECT_TRUE(disk_.chunk(file, 1).intact);
}

TEST_F(DiskTest, AWipedDiskIsEmptyForGood) {
  const FileId file = CreateDurable("log", {100});
  EXPECT_TRUE(disk_.Delete(kStart, "log").ok());
  const FileId other = Create("other");
  disk_.Wipe();
  EXPECT_THAT(disk_.List(""), IsEmpty());
  EXPECT_EQ(disk_.used_bytes(), 0);
  disk_.PowerLoss(At(Seconds(100)), PowerLossMode::kLoseAll);
  EXPECT_THAT(disk_.List(""), IsEmpty());
  EXPECT_FALSE(disk_.exists(file));
  const FileId next = Create("log");
  EXPECT_GT(next, other);
}

TEST_F(DiskTest, ATimeThatStepsBackIsTakenAsTheLatest) {
  const FileId file = disk_.Create(At(Seconds(10)), "log").file;
  EXPECT_TRUE(disk_.Append(At(Seconds(5)), file, MakeChunk(0, 100)).ok());
  disk_.WriteBack(At(Seconds(39)));
  EXPECT_EQ(disk_.durable_bytes(file), 0);
  disk_.WriteBack(At(Seconds(40)));
  EXPECT_EQ(disk_.durable_bytes(file), 100);
}

TEST_F(DiskTest, PayloadsAreDroppedWithTheirLastFile) {
  // Counts its live instances through a counter that the test owns.
  struct Counted : Payload {
    explicit Counted(int* counter) : live(counter) { ++*live; }
    ~Counted() override { --*live; }
    int* live;
  };
  int live = 0;
  const FileId file = Create("log");
  for (int i = 0; i < 200; ++i) {
    EXPECT_TRUE(disk_.Append(kStart, file, {.tag = 0, .bytes = 1, .payload = MakeRef<Counted>(&live)}).ok());
  }
  {
    Disk fork = disk_;
    EXPECT_EQ(live, 200);
    EXPECT_TRUE(disk_.Delete(kStart, "log").ok());
    EXPECT_EQ(live, 200);
  }
  EXPECT_EQ(live, 0);
}

}  // namespace
}  // namespace ktrial::sim
