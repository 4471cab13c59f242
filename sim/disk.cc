#include "sim/disk.h"

#include <algorithm>
#include <utility>

#include "sim/check.h"

namespace ktrial::sim {

Disk::Disk(const DiskOptions& options, RandomStream stream) : options_(options), stream_(stream) {
  KT_CHECK(options_.capacity_bytes >= 0);
  KT_CHECK(options_.bytes_per_second > 0);
}

DiskStatus Disk::CheckWrite(int64_t bytes) const {
  if (faults_.fail_writes) return DiskStatus::kIoError;
  if (faults_.full || bytes > options_.capacity_bytes - used_bytes_) return DiskStatus::kNoSpace;
  return DiskStatus::kOk;
}

Duration Disk::WriteCost() { return options_.write_latency.Draw(stream_) * faults_.slow_writes; }

Duration Disk::FlushCost(int64_t bytes) {
  return (options_.flush_latency.Draw(stream_) + TransferTime(bytes)) * faults_.slow_flushes;
}

Duration Disk::TransferTime(int64_t bytes) const {
  // In two parts, since bytes * 10^9 would overflow beyond 9 GB.
  const int64_t whole_seconds = bytes / options_.bytes_per_second;
  const int64_t rest_bytes = bytes % options_.bytes_per_second;
  __extension__ using Wide = __int128;
  const Wide rest_nanos = static_cast<Wide>(rest_bytes) * Seconds(1).nanos() / options_.bytes_per_second;
  return Seconds(whole_seconds) + Duration(static_cast<int64_t>(rest_nanos));
}

Disk::FileResult Disk::Create(SimTime now, std::string_view path) {
  WriteBack(now);
  if (directory_.Find(path)) return {.status = DiskStatus::kAlreadyExists, .file = FileId{}, .cost = Duration{}};
  const DiskStatus status = CheckWrite(0);
  const FileId file = status == DiskStatus::kOk ? AddFile(path).id : FileId{};
  return {.status = status, .file = file, .cost = WriteCost()};
}

FileTable::Entry& Disk::AddFile(std::string_view path) {
  FileTable::Entry& entry = files_.Add();
  directory_.Create(clock_, path, entry.id);
  return entry;
}

DiskResult Disk::Rename(SimTime now, std::string_view from, std::string_view to) {
  WriteBack(now);
  if (!directory_.Find(from)) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  if (faults_.fail_writes) return {.status = DiskStatus::kIoError, .cost = WriteCost()};
  const FileId replaced = directory_.Rename(clock_, from, to);
  if (replaced.valid()) Unlink(replaced);
  return {.status = DiskStatus::kOk, .cost = WriteCost()};
}

DiskResult Disk::Delete(SimTime now, std::string_view path) {
  WriteBack(now);
  if (!directory_.Find(path)) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  if (faults_.fail_writes) return {.status = DiskStatus::kIoError, .cost = WriteCost()};
  Unlink(directory_.Delete(clock_, path));
  return {.status = DiskStatus::kOk, .cost = WriteCost()};
}

void Disk::Unlink(FileId file) {
  FileTable::Entry& entry = files_.Get(file);
  used_bytes_ -= entry.file.content().size_bytes();
  entry.file.LoseDirty();
  files_.NoteDirtiness(entry, clock_);
  entry.linked = false;
}

DiskResult Disk::Append(SimTime now, FileId file, Chunk chunk) {
  WriteBack(now);
  FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  const DiskStatus status = CheckWrite(chunk.bytes);
  if (status == DiskStatus::kOk) AppendTo(*entry, std::move(chunk));
  return {.status = status, .cost = WriteCost()};
}

void Disk::AppendTo(FileTable::Entry& entry, Chunk chunk) {
  used_bytes_ += chunk.bytes;
  entry.file.Append(std::move(chunk));
  files_.NoteDirtiness(entry, clock_);
}

DiskResult Disk::Truncate(SimTime now, FileId file, int64_t bytes) {
  WriteBack(now);
  FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  if (faults_.fail_writes) return {.status = DiskStatus::kIoError, .cost = WriteCost()};
  TruncateTo(*entry, bytes);
  files_.NoteDirtiness(*entry, clock_);
  return {.status = DiskStatus::kOk, .cost = WriteCost()};
}

void Disk::TruncateTo(FileTable::Entry& entry, int64_t bytes) {
  used_bytes_ -= entry.file.content().size_bytes();
  entry.file.Truncate(bytes);
  used_bytes_ += entry.file.content().size_bytes();
}

DiskResult Disk::Flush(SimTime now, FileId file) {
  DiskResult result = BeginFlush(now, file);
  if (result.ok()) result.status = EndFlush(now, file);
  return result;
}

DiskResult Disk::BeginFlush(SimTime now, FileId file) {
  WriteBack(now);
  const FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  const Duration cost = FlushCost(entry->file.dirty_bytes());
  return {.status = faults_.fail_flushes ? DiskStatus::kIoError : DiskStatus::kOk, .cost = cost};
}

DiskStatus Disk::EndFlush(SimTime now, FileId file) {
  WriteBack(now);
  FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr) return DiskStatus::kNotFound;
  if (faults_.fail_flushes) return DiskStatus::kIoError;
  FlushEntry(*entry);
  return DiskStatus::kOk;
}

void Disk::FlushEntry(FileTable::Entry& entry) {
  if (faults_.lie_on_flush) {
    has_lied_ = true;
    return;
  }
  entry.file.MakeDurable();
  files_.NoteDirtiness(entry, clock_);
  CommitDirectory();
}

void Disk::CommitDirectory() {
  for (const FileId file : directory_.Commit()) files_.Remove(file);
}

DiskResult Disk::WriteAtomically(SimTime now, std::string_view path, Chunk chunk) {
  WriteBack(now);
  const Duration cost = WriteCost() + FlushCost(chunk.bytes) + FlushCost(0);
  // While it is made, the temporary file stands beside the one it replaces.
  const DiskStatus status = faults_.fail_flushes ? DiskStatus::kIoError : CheckWrite(chunk.bytes);
  if (status != DiskStatus::kOk) return {.status = status, .cost = cost};
  const std::optional<FileId> existing = directory_.Find(path);
  FileTable::Entry& entry = existing ? files_.Get(*existing) : AddFile(path);
  // Truncate, append and flush in one step are atomic as long as the flush is honest. If it lies, a power loss shows
  // the old content, or the rename reached the medium before what it names.
  TruncateTo(entry, 0);
  AppendTo(entry, std::move(chunk));
  FlushEntry(entry);
  return {.status = DiskStatus::kOk, .cost = cost};
}

DiskResult Disk::Read(SimTime now, FileId file, int64_t position, int64_t bytes) {
  KT_CHECK(position >= 0 && bytes >= 0);
  WriteBack(now);
  FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr) return {.status = DiskStatus::kNotFound, .cost = Duration{}};
  if (faults_.fail_reads) {
    return {.status = DiskStatus::kIoError, .cost = options_.read_latency.Draw(stream_) * faults_.slow_reads};
  }
  const int64_t missed = entry->file.ReadIntoCache(position, bytes);
  if (missed == 0) return {.status = DiskStatus::kOk, .cost = Duration{}};
  const Duration cost = options_.read_latency.Draw(stream_) + TransferTime(missed);
  return {.status = DiskStatus::kOk, .cost = cost * faults_.slow_reads};
}

int64_t Disk::size_bytes(FileId file) const {
  const FileTable::Entry* entry = files_.FindLinked(file);
  return entry == nullptr ? 0 : entry->file.content().size_bytes();
}

int64_t Disk::durable_bytes(FileId file) const {
  const FileTable::Entry* entry = files_.FindLinked(file);
  return entry == nullptr ? 0 : entry->file.durable_bytes();
}

int64_t Disk::chunk_count(FileId file) const {
  const FileTable::Entry* entry = files_.FindLinked(file);
  return entry == nullptr ? 0 : entry->file.content().chunk_count();
}

ChunkView Disk::chunk(FileId file, int64_t index) const {
  const FileTable::Entry* entry = files_.FindLinked(file);
  return entry == nullptr ? ChunkView{} : entry->file.content().chunk(index);
}

int64_t Disk::FindLastAtOrBelow(FileId file, uint64_t tag) const {
  const FileTable::Entry* entry = files_.FindLinked(file);
  return entry == nullptr ? -1 : entry->file.content().FindLastAtOrBelow(tag);
}

void Disk::set_faults(const DiskFaults& faults) {
  KT_CHECK(faults.slow_reads >= 1 && faults.slow_writes >= 1 && faults.slow_flushes >= 1);
  faults_ = faults;
}

void Disk::WriteBack(SimTime now) {
  clock_ = std::max(clock_, now);
  if (faults_.fail_flushes) return;
  const auto is_due = [this](SimTime since) { return clock_ - since >= options_.writeback_after; };
  // The directory first: a file is never written back before its creation.
  if (directory_.pending_changes() > 0 && is_due(directory_.pending_since())) CommitDirectory();
  for (FileTable::Entry* entry; (entry = files_.oldest_dirty()) != nullptr && is_due(entry->dirty_since);) {
    entry->file.MakeDurable();
    files_.NoteDirtiness(*entry, clock_);
  }
}

void Disk::PowerLoss(SimTime now, PowerLossMode mode) {
  WriteBack(now);
  const int64_t pending = directory_.pending_changes();
  switch (mode) {
    case PowerLossMode::kRandom:
      directory_.UndoPending(stream_.Between(0, pending));
      break;
    case PowerLossMode::kLoseAll:
      directory_.UndoPending(0);
      break;
    case PowerLossMode::kKeepAll:
      directory_.UndoPending(pending);
      break;
  }
  KeepNamedFilesOnly();
  while (FileTable::Entry* entry = files_.oldest_dirty()) {
    switch (mode) {
      case PowerLossMode::kRandom:
        entry->file.LosePartOfDirty(stream_);
        break;
      case PowerLossMode::kLoseAll:
        entry->file.LoseDirty();
        break;
      case PowerLossMode::kKeepAll:
        entry->file.MakeDurable();
        break;
    }
    files_.NoteDirtiness(*entry, clock_);
  }
  used_bytes_ = 0;
  for (const auto& [path, file] : directory_.names()) {
    FileTable::Entry& entry = files_.Get(file);
    entry.file.DropFromCache();
    used_bytes_ += entry.file.content().size_bytes();
  }
}

void Disk::KeepNamedFilesOnly() {
  for (const FileId file : files_.Ids()) files_.Get(file).linked = false;
  for (const auto& [path, file] : directory_.names()) files_.Get(file).linked = true;
  for (const FileId file : files_.Ids()) {
    if (!files_.Get(file).linked) files_.Remove(file);
  }
}

bool Disk::FlipBit(FileId file, int64_t position) {
  KT_CHECK(position >= 0);
  FileTable::Entry* entry = files_.FindLinked(file);
  if (entry == nullptr || position >= entry->file.content().size_bytes()) return false;
  entry->file.Damage(entry->file.content().FindCovering(position));
  return true;
}

void Disk::Wipe() {
  files_.Clear();
  directory_ = DiskDirectory();
  used_bytes_ = 0;
}

}  // namespace ktrial::sim
