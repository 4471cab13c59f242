// One file as the page cache and the medium see it: the content that is visible, how much of it is durable, and which
// of it would have to be read from the medium. The directory and the time are the Disk's business.
//
//   DiskFile file;
//   file.Append(chunk);
//   file.MakeDurable();
//   file.Truncate(0);
//   file.LoseDirty();   // the chunk is back: the truncation had not become durable
#ifndef KTRIAL_SIM_DISK_FILE_H_
#define KTRIAL_SIM_DISK_FILE_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "sim/disk_content.h"
#include "sim/random.h"

namespace ktrial::sim {

// The bytes of a file that are not in the page cache: sorted, disjoint ranges. Empty unless a power loss emptied the
// cache.
class ColdRanges {
 public:
  // The bytes [0, size) are cold, and no others.
  void CoverAll(int64_t size);
  // [begin, end) gets warm; returns how many bytes of it were cold.
  int64_t Warm(int64_t begin, int64_t end);
  // Forgets what lies at or beyond `size`.
  void CutTo(int64_t size);

 private:
  struct Range {
    int64_t begin;
    int64_t end;
  };
  std::vector<Range> ranges_;
};

// Durable is either the first durable_chunks_ chunks of what is visible, or, after a truncation that is not yet durable
// itself, the content from before it: durable_before_cut_. The two then share their first durable_chunks_ chunks.
class DiskFile {
 public:
  // What is visible.
  const FileContent& content() const { return content_; }
  // The size that the file would have if all that is dirty were lost.
  int64_t durable_bytes() const;
  // What a flush has to transfer.
  int64_t dirty_bytes() const { return content_.size_bytes() - content_.PositionOf(durable_chunks_); }
  // The visible and the durable content differ.
  bool dirty() const { return content_.chunk_count() > durable_chunks_ || durable_before_cut_.has_value(); }

  void Append(Chunk chunk) { content_.Append(std::move(chunk)); }
  // Cuts to `bytes` >= 0; does nothing if the file is no longer than that. Cutting off what is durable copies the
  // file's block handles once.
  void Truncate(int64_t bytes);
  // A bit of the chunk at `index` flips, in the page cache and on the medium.
  void Damage(int64_t index);

  void MakeDurable();
  // Returns to the durable content.
  void LoseDirty();
  // Loses a random part of what is dirty: a truncation is lost or holds, and of the chunks behind the durable part a
  // prefix stays, perhaps with a torn chunk at its end.
  void LosePartOfDirty(RandomStream& stream);

  // All content must be read from the medium again.
  void DropFromCache() { cold_.CoverAll(content_.size_bytes()); }
  // Reads [position, position + bytes) into the page cache; returns how many bytes had to come from the medium.
  int64_t ReadIntoCache(int64_t position, int64_t bytes) { return cold_.Warm(position, position + bytes); }

 private:
  FileContent content_;
  int64_t durable_chunks_ = 0;
  std::optional<FileContent> durable_before_cut_;
  ColdRanges cold_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_FILE_H_
