// The log directories of LogManager: who they are, which of them serve, and where a new log goes.
#include <algorithm>
#include <utility>

#include "cluster/facts.h"
#include "cluster/log/meta_properties.h"
#include "cluster/replication/log_manager.h"
#include "cluster/replication/partition_metadata_file.h"
#include "sim/check.h"

namespace ktrial::cluster {

void LogManager::LoadLogDirs(sim::Context& ctx) {
  if (dirs_.size() == 1) return;
  for (size_t i = 0; i < dirs_.size(); ++i) {
    const LogDir dir(static_cast<int32_t>(i));
    const std::optional<DirectoryId> id = LoadDirectoryId(ctx, dir);
    dirs_[i].online = id.has_value();
    if (id) {
      dirs_[i].id = *id;
    } else {
      ctx.Emit(LogDirFailed{.broker = self_, .dir = dir, .directory = {}});
    }
  }
}

std::optional<BrokerEpoch> LogManager::ReadCleanShutdown(sim::Context& ctx) const {
  std::optional<BrokerEpoch> epoch;
  for (size_t i = 0; i < dirs_.size(); ++i) {
    if (!dirs_[i].online) return std::nullopt;
    const std::optional<BrokerEpoch> marked = ReadCleanShutdownFile(ctx, LogDir(static_cast<int32_t>(i)));
    if (!marked || (epoch && *epoch != *marked)) return std::nullopt;
    epoch = marked;
  }
  return epoch;
}

std::vector<DirectoryId> LogManager::DirectoryIds() const {
  std::vector<DirectoryId> ids;
  if (dirs_.size() == 1) return ids;
  for (const Directory& directory : dirs_) {
    if (directory.online) ids.push_back(directory.id);
  }
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::vector<LogDir> LogManager::UsableDirs() const {
  std::vector<LogDir> usable;
  for (size_t i = 0; i < dirs_.size(); ++i) {
    if (dirs_[i].is_usable()) usable.emplace_back(static_cast<int32_t>(i));
  }
  return usable;
}

bool LogManager::HasOfflineDirs() const {
  return std::any_of(dirs_.begin(), dirs_.end(), [](const Directory& directory) { return !directory.online; });
}

bool LogManager::storage_failed() const {
  return std::any_of(dirs_.begin(), dirs_.end(), [](const Directory& directory) { return directory.failed; });
}

std::vector<LogDir> LogManager::TakeFailedDirs() {
  std::vector<LogDir> failed;
  for (size_t i = 0; i < dirs_.size(); ++i) {
    if (dirs_[i].online && dirs_[i].failed) failed.emplace_back(static_cast<int32_t>(i));
  }
  return failed;
}

void LogManager::HandleLogDirFailure(LogDir dir) {
  Directory& directory = dir_at(dir);
  KT_CHECK(directory.online);
  directory = {.id = directory.id, .online = false, .failed = true};
  absl::erase_if(unclaimed_, [dir](const auto& entry) { return entry.second.folder().log_dir() == dir; });
  absl::erase_if(deleted_files_, [dir](const auto& entry) { return entry.second.dir == dir; });
  cleaner_.HandleLogDirFailure(dir);
}

DirectoryId LogManager::AssignedDirectory(TopicPartition tp, const TopicImage& topic) const {
  const auto index = static_cast<size_t>(tp.partition);
  return index < topic.partitions.size() ? topic.partitions[index].DirectoryOf(self_) : kMigratingDirectory;
}

std::vector<LogDir> LogManager::PlacesFor(DirectoryId assigned) const {
  for (const LogDir dir : UsableDirs()) {
    if (dirs_.size() > 1 && dir_at(dir).id == assigned) return {dir};
  }
  if (HasOfflineDirs() && assigned != kUnassignedDirectory) return {};
  std::vector<LogDir> places = UsableDirs();
  std::stable_sort(places.begin(), places.end(),
                   [this](LogDir a, LogDir b) { return dir_at(a).log_count < dir_at(b).log_count; });
  return places;
}

void LogManager::DeleteSecondCopies(sim::Context& ctx, const MetadataImage& metadata) {
  if (dirs_.size() == 1) return;
  absl::btree_map<TopicPartition, LogFolder> kept;
  for (const LogDir dir : UsableDirs()) {
    for (const LogFolder& folder : ListLogFolders(ctx, dir)) {
      const std::optional<TopicPartition> tp = ReadPartitionMetadata(ctx, folder);
      if (!tp) continue;
      const auto [it, is_first] = kept.emplace(*tp, folder);
      if (is_first) continue;
      const PartitionRegistration* partition = metadata.FindPartition(*tp);
      const bool is_known = partition != nullptr && partition->DirectoryOf(self_) == dir_at(dir).id;
      const LogFolder deleted = is_known ? std::exchange(it->second, folder) : folder;
      for (const std::string& path : deleted.disk(ctx).List(deleted.path() + "/")) {
        Note(deleted.log_dir(), deleted.disk(ctx).Delete(path));
      }
    }
  }
}

}  // namespace ktrial::cluster
