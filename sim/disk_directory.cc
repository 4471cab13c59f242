#include "sim/disk_directory.h"

#include <utility>

#include "sim/check.h"

namespace ktrial::sim {

std::optional<FileId> DiskDirectory::Find(std::string_view path) const {
  const auto found = names_.find(path);
  if (found == names_.end()) return std::nullopt;
  return found->second;
}

std::vector<std::string> DiskDirectory::List(std::string_view prefix) const {
  std::vector<std::string> paths;
  for (auto it = names_.lower_bound(prefix); it != names_.end(); ++it) {
    if (it->first.compare(0, prefix.size(), prefix) != 0) break;
    paths.push_back(it->first);
  }
  return paths;
}

void DiskDirectory::Create(SimTime now, std::string_view path, FileId file) {
  KT_CHECK(!path.empty());
  const bool is_new = names_.emplace(path, file).second;
  KT_CHECK(is_new);
  pending_.push_back({.at = now, .from = {}, .to = std::string(path), .file = file, .unlinked = FileId{}});
}

FileId DiskDirectory::Rename(SimTime now, std::string_view from, std::string_view to) {
  KT_CHECK(!to.empty());
  const auto source = names_.find(from);
  KT_CHECK(source != names_.end());
  if (from == to) return FileId{};
  const FileId file = source->second;
  names_.erase(source);
  FileId& target = names_[std::string(to)];
  const FileId replaced = std::exchange(target, file);
  pending_.push_back({.at = now, .from = std::string(from), .to = std::string(to), .file = file, .unlinked = replaced});
  return replaced;
}

FileId DiskDirectory::Delete(SimTime now, std::string_view path) {
  const auto found = names_.find(path);
  KT_CHECK(found != names_.end());
  const FileId file = found->second;
  names_.erase(found);
  pending_.push_back({.at = now, .from = std::string(path), .to = {}, .file = file, .unlinked = file});
  return file;
}

std::vector<FileId> DiskDirectory::Commit() {
  std::vector<FileId> gone;
  for (const Change& change : pending_) {
    if (change.unlinked.valid()) gone.push_back(change.unlinked);
  }
  pending_.clear();
  return gone;
}

void DiskDirectory::UndoPending(int64_t kept) {
  KT_CHECK(kept >= 0 && kept <= pending_changes());
  while (pending_changes() > kept) {
    Undo(pending_.back());
    pending_.pop_back();
  }
  pending_.clear();
}

void DiskDirectory::Undo(const Change& change) {
  if (!change.to.empty()) {
    if (change.unlinked.valid()) {
      names_[change.to] = change.unlinked;
    } else {
      names_.erase(change.to);
    }
  }
  if (!change.from.empty()) names_[change.from] = change.file;
}

}  // namespace ktrial::sim
