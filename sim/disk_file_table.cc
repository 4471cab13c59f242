#include "sim/disk_file_table.h"

#include "sim/check.h"

namespace ktrial::sim {

FileTable::Entry& FileTable::Add() {
  int32_t slot;
  if (free_slots_.empty()) {
    slot = static_cast<int32_t>(slots_.size());
    slots_.emplace_back();
  } else {
    slot = free_slots_.back();
    free_slots_.pop_back();
  }
  Entry& entry = slots_[static_cast<size_t>(slot)];
  entry.id = FileId(static_cast<int32_t>(slot_of_file_.size()));
  entry.linked = true;
  slot_of_file_.push_back(slot);
  return entry;
}

int32_t FileTable::SlotOf(FileId file) const {
  const auto index = static_cast<size_t>(file.value());
  return index < slot_of_file_.size() ? slot_of_file_[index] : -1;
}

const FileTable::Entry* FileTable::FindLinked(FileId file) const {
  const int32_t slot = SlotOf(file);
  if (slot < 0) return nullptr;
  const Entry& entry = slots_[static_cast<size_t>(slot)];
  return entry.linked ? &entry : nullptr;
}

FileTable::Entry* FileTable::FindLinked(FileId file) {
  const int32_t slot = SlotOf(file);
  if (slot < 0) return nullptr;
  Entry& entry = slots_[static_cast<size_t>(slot)];
  return entry.linked ? &entry : nullptr;
}

FileTable::Entry& FileTable::Get(FileId file) {
  const int32_t slot = SlotOf(file);
  KT_CHECK(slot >= 0);
  return slots_[static_cast<size_t>(slot)];
}

void FileTable::Remove(FileId file) {
  Entry& entry = Get(file);
  if (entry.listed) Delist(entry);
  const int32_t slot = SlotOf(file);
  slot_of_file_[static_cast<size_t>(file.value())] = -1;
  free_slots_.push_back(slot);
  entry = Entry();
}

std::vector<FileId> FileTable::Ids() const {
  std::vector<FileId> ids;
  for (const Entry& entry : slots_) {
    if (entry.id.valid()) ids.push_back(entry.id);
  }
  return ids;
}

void FileTable::Clear() {
  slot_of_file_.assign(slot_of_file_.size(), -1);
  slots_.clear();
  free_slots_.clear();
  oldest_dirty_ = -1;
  newest_dirty_ = -1;
}

void FileTable::NoteDirtiness(Entry& entry, SimTime now) {
  if (entry.file.dirty() == entry.listed) return;
  if (entry.listed) {
    Delist(entry);
  } else {
    Enlist(entry, now);
  }
}

void FileTable::Enlist(Entry& entry, SimTime now) {
  const int32_t slot = SlotOf(entry.id);
  entry.listed = true;
  entry.dirty_since = now;
  entry.older = newest_dirty_;
  entry.newer = -1;
  if (newest_dirty_ >= 0) {
    Entry& newest = slots_[static_cast<size_t>(newest_dirty_)];
    KT_CHECK(newest.dirty_since <= now);
    newest.newer = slot;
  } else {
    oldest_dirty_ = slot;
  }
  newest_dirty_ = slot;
}

void FileTable::Delist(Entry& entry) {
  (entry.older >= 0 ? slots_[static_cast<size_t>(entry.older)].newer : oldest_dirty_) = entry.newer;
  (entry.newer >= 0 ? slots_[static_cast<size_t>(entry.newer)].older : newest_dirty_) = entry.older;
  entry.older = -1;
  entry.newer = -1;
  entry.listed = false;
}

}  // namespace ktrial::sim
