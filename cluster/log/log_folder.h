// Where a log lies: the folder of its partition in one of the broker's log directories (log.dirs, KIP-112). Each log
// directory is a disk of its own, with its own faults.
//
//   LogFolder folder("orders-0", LogDir(1));       // on the second of log.dirs
//   folder.disk(ctx).List(folder.path() + "/");
#ifndef KTRIAL_CLUSTER_LOG_LOG_FOLDER_H_
#define KTRIAL_CLUSTER_LOG_LOG_FOLDER_H_

#include <string>
#include <utility>

#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

inline sim::DiskPort DiskOf(sim::Context& ctx, LogDir dir) { return ctx.disk(dir.value()); }

class LogFolder {
 public:
  LogFolder() = default;
  // Texts stand for folders in the first log directory.
  LogFolder(const char* path) : path_(path) {}
  LogFolder(std::string path, LogDir dir = kFirstLogDir) : path_(std::move(path)), dir_(dir) {}

  // Relative to the log directory.
  const std::string& path() const { return path_; }
  LogDir log_dir() const { return dir_; }
  sim::DiskPort disk(sim::Context& ctx) const { return DiskOf(ctx, dir_); }

 private:
  std::string path_;
  LogDir dir_ = kFirstLogDir;
};

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_LOG_FOLDER_H_
