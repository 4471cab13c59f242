// DiskPort: a disk as a process sees it. A disk's own time is not scaled by the speed of the CPU.
#include <utility>

#include "sim/check.h"
#include "sim/context.h"
#include "sim/disk.h"
#include "sim/world.h"

namespace ktrial::sim {

FileId DiskPort::CreateOrOpen(std::string_view path) {
  if (std::optional<FileId> file = Find(path)) return *file;
  return Create(path).file;
}

Disk::FileResult DiskPort::Create(std::string_view path) {
  Disk::FileResult result = disk().Create(context_.now(), path);
  context_.spent_ += result.cost;
  return result;
}

std::optional<FileId> DiskPort::Find(std::string_view path) const { return files().Find(path); }

DiskStatus DiskPort::Rename(std::string_view from, std::string_view to) {
  return Charge(disk().Rename(context_.now(), from, to));
}

DiskStatus DiskPort::Delete(std::string_view path) { return Charge(disk().Delete(context_.now(), path)); }

std::vector<std::string> DiskPort::List(std::string_view prefix) const { return files().List(prefix); }

DiskStatus DiskPort::Append(FileId file, Chunk chunk) {
  return Charge(disk().Append(context_.now(), file, std::move(chunk)));
}

DiskStatus DiskPort::Truncate(FileId file, int64_t bytes) {
  return Charge(disk().Truncate(context_.now(), file, bytes));
}

DiskStatus DiskPort::Flush(FileId file) { return Charge(disk().Flush(context_.now(), file)); }

void DiskPort::FlushAsync(FileId file, uint64_t key) {
  const DiskResult result = disk().BeginFlush(context_.now(), file);
  context_.world_.queue_.Push(context_.here() + result.cost,
                              {.kind = EventKind::kDisk,
                               .flags = static_cast<uint8_t>(result.ok() ? 1 : 0),
                               .code = static_cast<uint16_t>(disk_.value()),
                               .target = context_.self().value(),
                               .incarnation = World::PackDiskEvent(context_.incarnation(), file),
                               .key = key});
}

DiskStatus DiskPort::WriteAtomically(std::string_view path, Chunk chunk) {
  return Charge(disk().WriteAtomically(context_.now(), path, std::move(chunk)));
}

DiskStatus DiskPort::Read(FileId file, int64_t position, int64_t bytes) {
  return Charge(disk().Read(context_.now(), file, position, bytes));
}

const Disk& DiskPort::files() const { return context_.world_.disk(disk_); }

Disk& DiskPort::disk() { return context_.world_.disk(disk_); }

DiskStatus DiskPort::Charge(const DiskResult& result) {
  context_.spent_ += result.cost;
  return result.status;
}

}  // namespace ktrial::sim
