// The names of the files on a disk, with the changes that are not durable yet. A power loss undoes the latest of those,
// in reverse order: a journal of which a prefix had been committed.
//
//   DiskDirectory directory;
//   directory.Create(now, "a", FileId{0});
//   directory.Commit();
//   directory.Rename(now, "a", "b");
//   directory.UndoPending(0);        // it is "a" again
#ifndef KTRIAL_SIM_DISK_DIRECTORY_H_
#define KTRIAL_SIM_DISK_DIRECTORY_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::sim {

class DiskDirectory {
 public:
  struct PathLess {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const { return a < b; }
  };
  using Names = absl::btree_map<std::string, FileId, PathLess>;

  std::optional<FileId> Find(std::string_view path) const;
  // Paths that start with `prefix`, ascending.
  std::vector<std::string> List(std::string_view prefix) const;
  const Names& names() const { return names_; }

  // `path` must be free.
  void Create(SimTime now, std::string_view path, FileId file);
  // `from` must exist. Returns the file that stood at `to`, none if there was none.
  FileId Rename(SimTime now, std::string_view from, std::string_view to);
  // `path` must exist. Returns the file.
  FileId Delete(SimTime now, std::string_view path);

  int64_t pending_changes() const { return static_cast<int64_t>(pending_.size()); }
  // When the oldest pending change was made; there must be one.
  SimTime pending_since() const { return pending_.front().at; }
  // Makes all changes durable. Returns the files that were deleted or replaced: nothing brings them back now.
  std::vector<FileId> Commit();
  // Undoes the pending changes but for the first `kept`, and makes those durable.
  void UndoPending(int64_t kept);

 private:
  // `file` moved from the name `from` to the name `to`; an empty name is none, so that a creation has no `from` and a
  // deletion no `to`. `unlinked` is the file which lost its last name thereby, if any.
  struct Change {
    SimTime at;
    std::string from;
    std::string to;
    FileId file;
    FileId unlinked;
  };

  void Undo(const Change& change);

  Names names_;
  std::vector<Change> pending_;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_DIRECTORY_H_
