// The files of a disk by id, and the order in which they became dirty. Ids are never used again, places in memory are.
//
//   FileTable files;
//   FileTable::Entry& entry = files.Add();
//   entry.file.Append(chunk);
//   files.NoteDirtiness(entry, now);
//   files.oldest_dirty() == &entry
#ifndef KTRIAL_SIM_DISK_FILE_TABLE_H_
#define KTRIAL_SIM_DISK_FILE_TABLE_H_

#include <cstdint>
#include <vector>

#include "sim/disk_file.h"
#include "sim/ids.h"
#include "sim/time.h"

namespace ktrial::sim {

class FileTable {
 public:
  // Pointers and references to entries are good until the next Add.
  struct Entry {
    FileId id;
    DiskFile file;
    // A name leads to it. A file without a name is kept only until its deletion is durable.
    bool linked = false;
    // Since when the file is dirty without a break; meaningful while it is in the list of dirty files.
    SimTime dirty_since;

   private:
    friend class FileTable;
    // Neighbours in the list of dirty files, by slot.
    int32_t older = -1;
    int32_t newer = -1;
    bool listed = false;
  };

  // A new file, linked.
  Entry& Add();
  // Null if there is no such file or it has no name.
  Entry* FindLinked(FileId file);
  const Entry* FindLinked(FileId file) const;
  // With or without a name; it must exist.
  Entry& Get(FileId file);
  void Remove(FileId file);
  // Ids of all files, in no particular but a repeatable order.
  std::vector<FileId> Ids() const;
  // Forgets all files; ids go on.
  void Clear();

  // Call after each change of entry.file: keeps the list of dirty files. `now` must not descend from call to call.
  void NoteDirtiness(Entry& entry, SimTime now);
  // The file that has been dirty for longest, or null.
  Entry* oldest_dirty() { return oldest_dirty_ < 0 ? nullptr : &slots_[static_cast<size_t>(oldest_dirty_)]; }

 private:
  int32_t SlotOf(FileId file) const;
  void Enlist(Entry& entry, SimTime now);
  void Delist(Entry& entry);

  // By file id; -1 when the file is gone.
  std::vector<int32_t> slot_of_file_;
  std::vector<Entry> slots_;
  std::vector<int32_t> free_slots_;
  int32_t oldest_dirty_ = -1;
  int32_t newest_dirty_ = -1;
};

}  // namespace ktrial::sim

#endif  // KTRIAL_SIM_DISK_FILE_TABLE_H_
