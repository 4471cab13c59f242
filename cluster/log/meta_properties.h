// meta.properties, by which a log directory is known (org.apache.kafka.metadata.properties.MetaProperties, KIP-858):
// its directory.id goes with the disk, whichever broker has it and wherever in log.dirs it stands.
//
//   if (const std::optional<DirectoryId> id = LoadDirectoryId(ctx, dir)) ...   // or else the directory is offline
#ifndef KTRIAL_CLUSTER_LOG_META_PROPERTIES_H_
#define KTRIAL_CLUSTER_LOG_META_PROPERTIES_H_

#include <optional>
#include <string_view>

#include "cluster/protocol/ids.h"
#include "sim/context.h"

namespace ktrial::cluster {

inline constexpr std::string_view kMetaPropertiesFile = "meta.properties";

// The id in the directory's meta.properties. A directory without that file is a new disk, which an operator has
// formatted before the broker's start (kafka-storage.sh format): it is given an id now. Empty if the file cannot be
// read or written, or is damaged.
std::optional<DirectoryId> LoadDirectoryId(sim::Context& ctx, LogDir dir);

}  // namespace ktrial::cluster

#endif  // KTRIAL_CLUSTER_LOG_META_PROPERTIES_H_
