// S31: at each offset of the metadata log, all controllers and brokers that have applied it have the same image.
//
// State machine equality. Nodes apply what is committed in rounds of their own; images are compared where two rounds
// end at the same offset.
#include "absl/container/btree_map.h"
#include "absl/strings/str_cat.h"
#include "properties/invariants/invariants.h"

namespace ktrial::properties {
namespace {

class SameImage : public CheckerBase<SameImage> {
 public:
  void On(const Moment& moment, const cluster::MetadataReplayed& fact) {
    Compare(moment, "controller", fact.controller, fact.metadata_offset, fact.image_hash);
  }
  void On(const Moment& moment, const cluster::MetadataApplied& fact) {
    Compare(moment, "broker", fact.broker, fact.metadata_offset, fact.image_hash);
  }

 private:
  struct Image {
    uint64_t hash = 0;
    BrokerId node;
  };

  void Compare(const Moment& moment, absl::string_view role, BrokerId node, Offset offset, uint64_t hash) {
    const auto [it, first] = images_.try_emplace(offset, Image{hash, node});
    if (first) return;
    Exercise();
    if (it->second.hash == hash) return;
    Report(moment, absl::StrCat(role, " ", node.value(), " has another image of the metadata at offset ",
                                offset.value(), " than node ", it->second.node.value()));
  }

  absl::btree_map<Offset, Image> images_;
};

}  // namespace

std::unique_ptr<Checker> MakeSameImage() { return std::make_unique<SameImage>(); }

}  // namespace ktrial::properties
