// S18: a start may believe what the last run left for it: the recovery point of a log covers only what was flushed or
// lies below the log start, and the marker of a clean shutdown stands only if all logs were loaded and flushed. Bounds
// of the offsets that are read back are S9's.
//
// A disk that lied about a flush is a licence: no broker can tell.
#include <string>

#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

constexpr absl::string_view kLyingDisk = "the disk reported flushes that it had not done";

class CheckpointSanity : public CheckerBase<CheckpointSanity> {
 public:
  void On(const Moment& moment, const cluster::RecoveryPointCheckpointed& fact) {
    Exercise();
    if (!fact.unflushed_segment.valid()) return;
    Report(moment,
           absl::StrCat("broker ", fact.broker.value(), " wrote the recovery point ", fact.recovery_point.value(),
                        " of ", moment.Name(fact.tp), ", but segment ", fact.unflushed_segment.value(),
                        " below it is not flushed"),
           {}, std::string(fact.disk_lied ? kLyingDisk : ""));
  }
  void On(const Moment& moment, const cluster::CleanShutdownMarked& fact) {
    Exercise();
    const std::string who = absl::StrCat("broker ", fact.broker.value(), " marked a clean shutdown, but ");
    if (fact.unrecovered_logs > 0) {
      Report(moment, absl::StrCat(who, fact.unrecovered_logs, " logs were not loaded since one that was not clean"));
    }
    if (fact.unflushed_logs > 0) {
      Report(moment, absl::StrCat(who, fact.unflushed_logs, " logs are not flushed"), {},
             std::string(fact.disk_lied ? kLyingDisk : ""));
    }
  }
};

}  // namespace

std::unique_ptr<Checker> MakeCheckpointSanity() { return std::make_unique<CheckpointSanity>(); }

}  // namespace ktrial::properties
