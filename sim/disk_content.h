// The content of a file: a sequence of chunks, cheap to copy. Chunks stand in blocks shared between all copies; a copy
// costs one handle for each block and shares even the last, unfilled one.
//
//   FileContent content;
//   content.Append({.tag = 0, .bytes = 512, .payload = batch});
//   FileContent snapshot = content;   // neither sees what happens to the other
//   content.CutTo(100);               // leaves a torn chunk of 100 bytes
#ifndef KTRIAL_SIM_DISK_CONTENT_H_
#define KTRIAL_SIM_DISK_CONTENT_H_

#include <cstdint>
#include <vector>

#include "sim/message.h"
#include "sim/ref.h"

namespace ktrial::sim {

// A piece of a file that was written at once.
struct Chunk {
  // For the owner's use, such as the offset of a record batch; Disk::FindLastAtOrBelow searches by it.
  uint64_t tag = 0;
  // Its length in the file, at least 1.
  int32_t bytes = 0;
  Ref<const Payload> payload;
};

// A chunk as read. A chunk that was torn or has a flipped bit is not intact: its checksum, if it has one, would not
// match.
struct ChunkView {
  uint64_t tag = 0;
  // Where it starts in the file.
  int64_t position = 0;
  int32_t bytes = 0;
  // Owned by the file. Take a Ref of it to keep it beyond the next change of the file.
  const Payload* payload = nullptr;
  bool intact = true;
};

// Invariants:
// 1. Every block but the last holds kChunksPerBlock chunks of this file.
// 2. The last block may hold chunks beyond this file's count: another copy's, or cut off here. They are never read.
// 3. A chunk in a block that is shared never changes. Only a copy which counts all chunks of a block appends to it; any
//    other makes its part of the block its own first.
class FileContent {
 public:
  int64_t chunk_count() const { return chunk_count_; }
  int64_t size_bytes() const { return chunk_count_ == 0 ? 0 : EndOf(chunk_count_ - 1); }
  // `index` in [0, chunk_count).
  ChunkView chunk(int64_t index) const;
  // Where chunk `index` starts, or the file's size for index == chunk_count.
  int64_t PositionOf(int64_t index) const { return index == 0 ? 0 : EndOf(index - 1); }

  // Index of the last chunk whose tag is <= `tag`, or -1. Tags must not descend through the file. O(log n).
  int64_t FindLastAtOrBelow(uint64_t tag) const;
  // Index of the chunk which covers the byte at `position`, in [0, size_bytes). O(log n).
  int64_t FindCovering(int64_t position) const;

  void Append(Chunk chunk);
  // Drops all chunks from index `count` on; `count` in [0, chunk_count].
  void KeepChunks(int64_t count);
  // Cuts to `bytes`, in [0, size_bytes]; a chunk which straddles the cut stays, shortened and not intact.
  void CutTo(int64_t bytes);
  // The chunk at `index` is no longer intact.
  void Damage(int64_t index);

 private:
  // 64 chunks of 32 bytes: copying a part of a block stays under a microsecond, and a file of 10,000 batches is 157
  // handles.
  static constexpr int kBlockBits = 6;
  static constexpr int64_t kChunksPerBlock = int64_t{1} << kBlockBits;

  struct StoredChunk {
    uint64_t tag;
    int64_t position;
    Ref<const Payload> payload;
    int32_t bytes;
    bool intact;
  };

  struct Block : RefCounted {
    std::vector<StoredChunk> chunks;
  };

  const StoredChunk& At(int64_t index) const {
    const Block& block = *blocks_[static_cast<size_t>(index >> kBlockBits)];
    return block.chunks[static_cast<size_t>(index & (kChunksPerBlock - 1))];
  }
  int64_t EndOf(int64_t index) const {
    const StoredChunk& stored = At(index);
    return stored.position + stored.bytes;
  }
  void AppendStored(StoredChunk stored);
  // Makes `block` this copy's own, with its first `count` chunks only.
  static void MakeOwn(Ref<Block>& block, int64_t count);

  std::vector<Ref<Block>> blocks_;
  int64_t chunk_count_ = 0;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_CONTENT_H_
