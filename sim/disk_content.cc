#include "sim/disk_content.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::sim {

ChunkView FileContent::chunk(int64_t index) const {
  KT_CHECK(index >= 0 && index < chunk_count_);
  const StoredChunk& stored = At(index);
  return {.tag = stored.tag,
          .position = stored.position,
          .bytes = stored.bytes,
          .payload = stored.payload.get(),
          .intact = stored.intact};
}

int64_t FileContent::FindLastAtOrBelow(uint64_t tag) const {
  // First by the blocks' first chunks, then within one block.
  const auto block = std::partition_point(blocks_.begin(), blocks_.end(), [tag](const Ref<Block>& candidate) {
    return candidate->chunks.front().tag <= tag;
  });
  if (block == blocks_.begin()) return -1;
  const int64_t begin = (block - blocks_.begin() - 1) << kBlockBits;
  const auto first = (*(block - 1))->chunks.begin();
  const auto last = first + std::min(chunk_count_ - begin, kChunksPerBlock);
  const auto found = std::partition_point(first, last, [tag](const StoredChunk& stored) { return stored.tag <= tag; });
  return begin + (found - first) - 1;
}

int64_t FileContent::FindCovering(int64_t position) const {
  KT_CHECK(position >= 0 && position < size_bytes());
  int64_t low = 0;
  int64_t high = chunk_count_ - 1;
  while (low < high) {
    const int64_t middle = low + (high - low + 1) / 2;
    if (At(middle).position <= position) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

void FileContent::Append(Chunk chunk) {
  KT_CHECK(chunk.bytes > 0);
  AppendStored({.tag = chunk.tag,
                .position = size_bytes(),
                .payload = std::move(chunk.payload),
                .bytes = chunk.bytes,
                .intact = true});
}

void FileContent::AppendStored(StoredChunk stored) {
  const int64_t in_last = chunk_count_ & (kChunksPerBlock - 1);
  if (in_last == 0) {
    auto block = MakeRef<Block>();
    // Most files are small and stay so; a file that has filled a block will fill the next.
    if (!blocks_.empty()) block->chunks.reserve(kChunksPerBlock);
    blocks_.push_back(std::move(block));
  } else if (static_cast<int64_t>(blocks_.back()->chunks.size()) != in_last) {
    MakeOwn(blocks_.back(), in_last);
  }
  blocks_.back()->chunks.push_back(std::move(stored));
  ++chunk_count_;
}

void FileContent::MakeOwn(Ref<Block>& block, int64_t count) {
  std::vector<StoredChunk>& chunks = block->chunks;
  if (block.unique()) {
    chunks.erase(chunks.begin() + count, chunks.end());
    return;
  }
  auto own = MakeRef<Block>();
  own->chunks.reserve(static_cast<size_t>(std::min(2 * count, kChunksPerBlock)));
  own->chunks.assign(chunks.begin(), chunks.begin() + count);
  block = std::move(own);
}

void FileContent::KeepChunks(int64_t count) {
  KT_CHECK(count >= 0 && count <= chunk_count_);
  blocks_.resize(static_cast<size_t>((count + kChunksPerBlock - 1) >> kBlockBits));
  chunk_count_ = count;
}

void FileContent::CutTo(int64_t bytes) {
  KT_CHECK(bytes >= 0 && bytes <= size_bytes());
  if (bytes == size_bytes()) return;
  const int64_t index = FindCovering(bytes);
  StoredChunk torn = At(index);
  KeepChunks(index);
  if (torn.position == bytes) return;
  torn.bytes = static_cast<int32_t>(bytes - torn.position);
  torn.intact = false;
  AppendStored(std::move(torn));
}

void FileContent::Damage(int64_t index) {
  KT_CHECK(index >= 0 && index < chunk_count_);
  const int64_t begin = index & ~(kChunksPerBlock - 1);
  Ref<Block>& block = blocks_[static_cast<size_t>(index >> kBlockBits)];
  MakeOwn(block, std::min(chunk_count_ - begin, kChunksPerBlock));
  block->chunks[static_cast<size_t>(index - begin)].intact = false;
}

}  // namespace ktrial::sim
