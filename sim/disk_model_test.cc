// Disk against a naive model: each file is two plain lists of chunks, what is visible and what is durable; the
// directory is a durable map and a journal of the changes since, replayed forward.
#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "rapidcheck/gtest.h"
#include "sim/disk.h"

namespace ktrial::sim {
namespace {

constexpr int64_t kCapacityBytes = 20'000;
constexpr Duration kWritebackAfter = Seconds(30);

struct NumberedPayload : Payload {
  explicit NumberedPayload(int n) : number(n) {}
  int number;
};

struct ModelChunk {
  int number = 0;
  uint64_t tag = 0;
  int32_t bytes = 0;
  bool intact = true;
  friend bool operator==(const ModelChunk&, const ModelChunk&) = default;
};
using ModelContent = std::vector<ModelChunk>;

int64_t SizeOf(const ModelContent& content) {
  int64_t size = 0;
  for (const ModelChunk& chunk : content) size += chunk.bytes;
  return size;
}

// How many chunks two contents share from the start.
size_t CommonChunks(const ModelContent& a, const ModelContent& b) {
  size_t common = 0;
  while (common < a.size() && common < b.size() && a[common] == b[common]) ++common;
  return common;
}

void Cut(ModelContent& content, int64_t bytes) {
  int64_t position = 0;
  for (size_t i = 0; i < content.size(); ++i) {
    if (position + content[i].bytes <= bytes) {
      position += content[i].bytes;
      continue;
    }
    if (position < bytes) {
      content[i].bytes = static_cast<int32_t>(bytes - position);
      content[i].intact = false;
      ++i;
    }
    content.resize(i);
    return;
  }
}

// `seen` is a prefix of `whole`, of at least `least_chunks`, but for a torn chunk at its end.
bool IsPrefixPerhapsTorn(const ModelContent& seen, const ModelContent& whole, size_t least_chunks) {
  ModelContent cut = whole;
  Cut(cut, SizeOf(seen));
  return seen == cut && CommonChunks(seen, whole) >= least_chunks;
}

struct ModelFile {
  FileId id;
  ModelContent visible;
  ModelContent durable;
  SimTime dirty_since;
  bool was_dirty = false;
};

using ModelNames = std::map<std::string, size_t>;

struct Model {
  struct Change {
    SimTime at;
    // As in a rename; a creation has no `from`, a deletion no `to`.
    std::string from;
    std::string to;
    size_t file;
  };

  std::vector<ModelFile> files;
  ModelNames names;
  ModelNames durable_names;
  std::vector<Change> journal;

  int64_t used() const {
    int64_t sum = 0;
    for (const auto& [path, file] : names) sum += SizeOf(files[file].visible);
    return sum;
  }
  ModelNames Replay(size_t changes) const {
    ModelNames result = durable_names;
    for (size_t i = 0; i < changes; ++i) {
      if (!journal[i].from.empty()) result.erase(journal[i].from);
      if (!journal[i].to.empty()) result[journal[i].to] = journal[i].file;
    }
    return result;
  }
  void Change(SimTime now, const std::string& from, const std::string& to, size_t file) {
    journal.push_back({now, from, to, file});
    const ModelNames before = names;
    names = Replay(journal.size());
    for (const auto& [path, old] : before) {
      const bool still = std::any_of(names.begin(), names.end(), [o = old](const auto& n) { return n.second == o; });
      if (!still) files[old].visible = files[old].durable;
    }
  }
  void CommitJournal() {
    durable_names = names;
    journal.clear();
  }
  // After every operation: since when each file is dirty.
  void NoteDirtiness(SimTime now) {
    for (ModelFile& file : files) {
      const bool dirty = file.visible != file.durable;
      if (dirty && !file.was_dirty) file.dirty_since = now;
      file.was_dirty = dirty;
    }
  }
  void WriteBack(SimTime now) {
    if (!journal.empty() && now - journal.front().at >= kWritebackAfter) CommitJournal();
    for (const auto& [path, index] : names) {
      ModelFile& file = files[index];
      if (file.was_dirty && now - file.dirty_since >= kWritebackAfter) file.durable = file.visible;
    }
    NoteDirtiness(now);
  }
};

struct Op {
  int kind = 0;
  int path = 0;
  int other_path = 0;
  int amount = 0;
};

std::ostream& operator<<(std::ostream& out, const Op& op) {
  return out << "{" << op.kind << ", " << op.path << ", " << op.other_path << ", " << op.amount << "}";
}

std::string PathOf(int index) { return "t-" + std::to_string(index % 2) + "/" + std::to_string(index); }

DiskOptions Options() {
  DiskOptions options;
  options.capacity_bytes = kCapacityBytes;
  options.writeback_after = kWritebackAfter;
  return options;
}

// A disk and its model, taken through the same operations.
class Trial {
 public:
  void Step(const Op& op) {
    const std::string path = PathOf(op.path);
    const std::string other = PathOf(op.other_path);
    if (op.kind == 0) now_ = now_ + Milliseconds(op.amount * 20);
    // Flips, faults and wipes do not tell the disk the time.
    if (op.kind < 10 && !faults_.fail_flushes) model_.WriteBack(now_);
    switch (op.kind) {
      case 0:
        disk_.WriteBack(now_);
        break;
      case 1:
        StepCreate(path);
        break;
      case 2:
      case 3:
        // Sometimes enough for several blocks.
        for (int i = 0; i <= (op.amount % 10 == 0 ? op.amount % 150 : op.amount % 3); ++i)
          StepAppend(path, op.amount + i);
        break;
      case 4:
        StepTruncate(path, op.amount);
        break;
      case 5:
        StepRename(path, other);
        break;
      case 6:
        StepDelete(path);
        break;
      case 7:
        StepFlush(path);
        break;
      case 8:
        StepWriteAtomically(path, op.amount);
        break;
      case 9:
        StepPowerLoss(static_cast<PowerLossMode>(op.amount % 3));
        break;
      case 10:
        StepFlip(path, op.amount);
        break;
      case 11:
        StepFaults(op.amount);
        break;
      default:
        // A wipe ends much of what is interesting: rare.
        if (op.amount % 8 == 0) StepWipe();
    }
    model_.NoteDirtiness(now_);
  }

  void Check() const {
    std::vector<std::string> paths;
    for (const auto& [path, index] : model_.names) {
      const ModelFile& file = model_.files[index];
      paths.push_back(path);
      RC_ASSERT(disk_.Find(path) == file.id);
      RC_ASSERT(disk_.exists(file.id));
      RC_ASSERT(ContentOf(file.id) == file.visible);
      RC_ASSERT(disk_.size_bytes(file.id) == SizeOf(file.visible));
      RC_ASSERT(disk_.durable_bytes(file.id) == SizeOf(file.durable));
      CheckSearch(file);
    }
    RC_ASSERT(disk_.List("") == paths);
    std::erase_if(paths, [](const std::string& path) { return path.compare(0, 4, "t-1/") != 0; });
    RC_ASSERT(disk_.List("t-1/") == paths);
    RC_ASSERT(disk_.used_bytes() == model_.used());
    for (size_t i = 0; i < model_.files.size(); ++i) {
      const bool named =
          std::any_of(model_.names.begin(), model_.names.end(), [i](const auto& n) { return n.second == i; });
      RC_ASSERT(disk_.exists(model_.files[i].id) == named);
    }
  }

 private:
  ModelContent ContentOf(FileId file) const {
    ModelContent content;
    int64_t position = 0;
    for (int64_t i = 0; i < disk_.chunk_count(file); ++i) {
      const ChunkView view = disk_.chunk(file, i);
      RC_ASSERT(view.position == position);
      position += view.bytes;
      content.push_back({static_cast<const NumberedPayload*>(view.payload)->number, view.tag, view.bytes, view.intact});
    }
    return content;
  }

  void CheckSearch(const ModelFile& file) const {
    const uint64_t tag = next_tag_ / 2;
    int64_t expected = -1;
    for (size_t i = 0; i < file.visible.size(); ++i) {
      if (file.visible[i].tag <= tag) expected = static_cast<int64_t>(i);
    }
    RC_ASSERT(disk_.FindLastAtOrBelow(file.id, tag) == expected);
  }

  ModelFile* FileAt(const std::string& path) {
    const auto found = model_.names.find(path);
    return found == model_.names.end() ? nullptr : &model_.files[found->second];
  }
  FileId IdAt(const std::string& path) {
    const ModelFile* file = FileAt(path);
    return file == nullptr ? FileId{} : file->id;
  }

  DiskStatus WriteStatus(int64_t bytes) const {
    if (faults_.fail_writes) return DiskStatus::kIoError;
    if (faults_.full || model_.used() + bytes > kCapacityBytes) return DiskStatus::kNoSpace;
    return DiskStatus::kOk;
  }

  Chunk NewChunk(int amount) {
    next_tag_ += static_cast<uint64_t>(amount % 3);
    return {.tag = next_tag_, .bytes = 1 + amount % 40, .payload = MakeRef<NumberedPayload>(++next_number_)};
  }
  ModelChunk InModel(const Chunk& chunk) const { return {next_number_, chunk.tag, chunk.bytes, true}; }

  void AddToModel(const std::string& path, FileId id) {
    RC_ASSERT(id.valid());
    for (const ModelFile& file : model_.files) RC_ASSERT(file.id < id);
    model_.files.push_back({.id = id, .visible = {}, .durable = {}, .dirty_since = {}});
    model_.Change(now_, "", path, model_.files.size() - 1);
  }

  void StepCreate(const std::string& path) {
    const DiskStatus expected = FileAt(path) != nullptr ? DiskStatus::kAlreadyExists : WriteStatus(0);
    const Disk::FileResult result = disk_.Create(now_, path);
    RC_ASSERT(result.status == expected);
    if (expected == DiskStatus::kOk) AddToModel(path, result.file);
  }

  void StepAppend(const std::string& path, int amount) {
    const Chunk chunk = NewChunk(amount);
    ModelFile* file = FileAt(path);
    const DiskStatus expected = file == nullptr ? DiskStatus::kNotFound : WriteStatus(chunk.bytes);
    RC_ASSERT(disk_.Append(now_, IdAt(path), chunk).status == expected);
    if (expected == DiskStatus::kOk) file->visible.push_back(InModel(chunk));
  }

  void StepTruncate(const std::string& path, int amount) {
    ModelFile* file = FileAt(path);
    const int64_t bytes = file == nullptr ? 0 : amount % (SizeOf(file->visible) + 2);
    DiskStatus expected = file == nullptr ? DiskStatus::kNotFound : DiskStatus::kOk;
    if (file != nullptr && faults_.fail_writes) expected = DiskStatus::kIoError;
    RC_ASSERT(disk_.Truncate(now_, IdAt(path), bytes).status == expected);
    if (expected == DiskStatus::kOk) Cut(file->visible, bytes);
  }

  void StepRename(const std::string& from, const std::string& to) {
    DiskStatus expected = FileAt(from) == nullptr ? DiskStatus::kNotFound : DiskStatus::kOk;
    if (FileAt(from) != nullptr && faults_.fail_writes) expected = DiskStatus::kIoError;
    RC_ASSERT(disk_.Rename(now_, from, to).status == expected);
    if (expected == DiskStatus::kOk && from != to) model_.Change(now_, from, to, model_.names[from]);
  }

  void StepDelete(const std::string& path) {
    DiskStatus expected = FileAt(path) == nullptr ? DiskStatus::kNotFound : DiskStatus::kOk;
    if (FileAt(path) != nullptr && faults_.fail_writes) expected = DiskStatus::kIoError;
    RC_ASSERT(disk_.Delete(now_, path).status == expected);
    if (expected == DiskStatus::kOk) model_.Change(now_, path, "", model_.names[path]);
  }

  void FlushInModel(ModelFile& file) {
    if (faults_.lie_on_flush) return;
    file.durable = file.visible;
    model_.CommitJournal();
  }

  void StepFlush(const std::string& path) {
    ModelFile* file = FileAt(path);
    DiskStatus expected = file == nullptr ? DiskStatus::kNotFound : DiskStatus::kOk;
    if (file != nullptr && faults_.fail_flushes) expected = DiskStatus::kIoError;
    RC_ASSERT(disk_.Flush(now_, IdAt(path)).status == expected);
    if (expected == DiskStatus::kOk) FlushInModel(*file);
  }

  void StepWriteAtomically(const std::string& path, int amount) {
    const Chunk chunk = NewChunk(amount);
    const DiskStatus expected = faults_.fail_flushes ? DiskStatus::kIoError : WriteStatus(chunk.bytes);
    RC_ASSERT(disk_.WriteAtomically(now_, path, chunk).status == expected);
    if (expected != DiskStatus::kOk) return;
    if (FileAt(path) == nullptr) AddToModel(path, disk_.Find(path).value_or(FileId{}));
    FileAt(path)->visible = {InModel(chunk)};
    FlushInModel(*FileAt(path));
  }

  void StepPowerLoss(PowerLossMode mode) {
    disk_.PowerLoss(now_, mode);
    if (mode == PowerLossMode::kRandom) {
      AdoptRandomLoss();
    } else {
      if (mode == PowerLossMode::kLoseAll) model_.names = model_.durable_names;
      for (ModelFile& file : model_.files) {
        (mode == PowerLossMode::kLoseAll ? file.visible : file.durable) =
            mode == PowerLossMode::kLoseAll ? file.durable : file.visible;
      }
    }
    model_.CommitJournal();
  }

  // What the disk shows must be a possible outcome; the model goes on from it.
  void AdoptRandomLoss() {
    std::map<std::string, FileId> seen;
    for (const std::string& path : disk_.List("")) seen[path] = *disk_.Find(path);
    std::optional<ModelNames> outcome;
    for (size_t kept = 0; kept <= model_.journal.size(); ++kept) {
      std::map<std::string, FileId> ids;
      for (const auto& [path, index] : model_.Replay(kept)) ids[path] = model_.files[index].id;
      if (ids == seen) outcome = model_.Replay(kept);
    }
    RC_ASSERT(outcome.has_value());
    for (const auto& [path, index] : *outcome) {
      ModelFile& file = model_.files[index];
      const ModelContent content = ContentOf(file.id);
      const size_t common = CommonChunks(file.durable, file.visible);
      RC_ASSERT(content == file.durable || IsPrefixPerhapsTorn(content, file.visible, common));
      file.visible = content;
      file.durable = content;
    }
    model_.names = *std::move(outcome);
  }

  void StepFlip(const std::string& path, int amount) {
    ModelFile* file = FileAt(path);
    const int64_t size = file == nullptr ? 0 : SizeOf(file->visible);
    const int64_t position = amount % (size + 1);
    RC_ASSERT(disk_.FlipBit(IdAt(path), position) == (position < size));
    if (position >= size) return;
    size_t index = 0;
    for (int64_t end = file->visible[0].bytes; end <= position; end += file->visible[++index].bytes) {
    }
    if (index < CommonChunks(file->visible, file->durable)) file->durable[index].intact = false;
    file->visible[index].intact = false;
  }

  void StepFaults(int amount) {
    faults_ = {.slow_reads = 1 + amount % 2,
               .slow_writes = 1 + amount % 3,
               .slow_flushes = 1 + amount % 2,
               .fail_writes = amount % 7 == 1,
               .fail_reads = false,
               .fail_flushes = amount % 7 == 2,
               .full = amount % 7 == 3,
               .lie_on_flush = amount % 7 == 4};
    disk_.set_faults(faults_);
  }

  void StepWipe() {
    disk_.Wipe();
    model_.names.clear();
    model_.CommitJournal();
  }

  Disk disk_{Options(), RandomStream(7)};
  Model model_;
  DiskFaults faults_;
  SimTime now_;
  uint64_t next_tag_ = 0;
  int next_number_ = 0;
};

rc::Gen<std::vector<Op>> Ops() {
  return rc::gen::container<std::vector<Op>>(rc::gen::build<Op>(
      rc::gen::set(&Op::kind, rc::gen::inRange(0, 13)), rc::gen::set(&Op::path, rc::gen::inRange(0, 4)),
      rc::gen::set(&Op::other_path, rc::gen::inRange(0, 4)), rc::gen::set(&Op::amount, rc::gen::inRange(0, 1'000))));
}

RC_GTEST_PROP(DiskModelTest, AnySequenceOfOperationsLooksAsInTheModel, ()) {
  Trial trial;
  // A file to begin with: few sequences get far that must create it first.
  trial.Step({.kind = 1, .path = 0});
  for (const Op& op : *Ops()) {
    trial.Step(op);
    trial.Check();
  }
}

RC_GTEST_PROP(DiskModelTest, AForkAndItsOriginalDoNotSeeEachOther, ()) {
  Trial original;
  original.Step({.kind = 1, .path = 0});
  for (const Op& op : *Ops()) original.Step(op);
  Trial fork = original;
  fork.Check();
  const std::vector<Op> original_ops = *Ops();
  const std::vector<Op> fork_ops = *Ops();
  for (size_t i = 0; i < std::max(original_ops.size(), fork_ops.size()); ++i) {
    if (i < original_ops.size()) original.Step(original_ops[i]);
    if (i < fork_ops.size()) fork.Step(fork_ops[i]);
    original.Check();
    fork.Check();
  }
}

}  // namespace
}  // namespace ktrial::sim
