#include "lib/record/messages.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/message_lite.h>

#include <algorithm>
#include <deque>
#include <iterator>
#include <limits>
#include <set>
#include <unordered_map>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/cache/internals.h"
#include "lib/record/frame.h"
#include "lib/record/round_bytes.h"
#include "rostrum/cache.h"

namespace rostrum::record {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

void PutTexts(const std::vector<std::string>& texts, Texts* field) {
  field->Reserve(static_cast<int>(texts.size()));
  for (const std::string& text : texts) *field->Add() = text;
}

std::vector<std::string> TakeTexts(Texts* field) {
  return {std::make_move_iterator(field->begin()), std::make_move_iterator(field->end())};
}

bool AsksForANegativeAmount(const Resources& resources) {
  return resources.memory < 0 || resources.disk < 0 || resources.cpu < 0 ||
         std::any_of(resources.scalars.begin(), resources.scalars.end(),
                     [](const NamedAmount& scalar) { return scalar.amount < 0; });
}

// What a round relies on. Less than ValidateWork asks: a round takes work without a domain.
Status CheckWork(const Work& work) {
  if (work.kind != Kind::kLrp && work.kind != Kind::kTask) {
    return Corrupt(Format("work \"{}\" is of kind {}, expected 1 (lrp) or 2 (task)", work.guid,
                          static_cast<int32_t>(work.kind)));
  }
  if (Status status = CheckResources(work.asked, work.guid); !status.ok()) {
    return Corrupt(status.text());
  }
  if (!AsksForANegativeAmount(work.asked)) return {};
  return Corrupt(
      Format("work \"{}\" asks for a negative amount, expected zero or more", work.guid));
}

}  // namespace

Status CheckResources(const Resources& resources, std::string_view what) {
  if (resources.scalars.size() > kScalarsMaximum) {
    return InvalidArgument(Format("{}: {} resources are named, expected at most {}", what,
                                  resources.scalars.size(), kScalarsMaximum));
  }
  return ValidateResources(resources, what);
}

void ToMessage(const Resources& resources, v1::Resources* message) {
  message->set_memory(resources.memory);
  message->set_disk(resources.disk);
  message->set_cpu(resources.cpu);
  message->set_containers(resources.containers);
  for (const NamedAmount& scalar : resources.scalars) {
    v1::Scalar* added = message->add_scalars();
    added->set_name(scalar.name);
    added->set_amount(scalar.amount);
  }
}

Resources FromMessage(const v1::Resources& message) {
  Resources resources;
  resources.memory = message.memory();
  resources.disk = message.disk();
  resources.cpu = message.cpu();
  resources.containers = message.containers();
  resources.scalars.reserve(static_cast<size_t>(message.scalars_size()));
  for (const v1::Scalar& scalar : message.scalars()) {
    resources.scalars.push_back({scalar.name(), scalar.amount()});
  }
  return resources;
}

void ToMessage(const Signature& signature, v1::Signature* message) {
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    v1::RootfsProvider* added = message->add_rootfs_providers();
    added->set_scheme(provider.scheme);
    added->set_type(static_cast<int32_t>(provider.type));
    PutTexts(provider.set, added->mutable_set());
  }
  PutTexts(signature.volume_drivers, message->mutable_volume_drivers());
  PutTexts(signature.placement_tags, message->mutable_placement_tags());
  PutTexts(signature.optional_placement_tags, message->mutable_optional_placement_tags());
}

Signature FromMessage(v1::Signature* message) {
  Signature signature;
  for (v1::RootfsProvider& provider : *message->mutable_rootfs_providers()) {
    signature.rootfs_providers.push_back({std::move(*provider.mutable_scheme()),
                                          static_cast<RootfsProvider::Type>(provider.type()),
                                          TakeTexts(provider.mutable_set())});
  }
  signature.volume_drivers = TakeTexts(message->mutable_volume_drivers());
  signature.placement_tags = TakeTexts(message->mutable_placement_tags());
  signature.optional_placement_tags = TakeTexts(message->mutable_optional_placement_tags());
  return signature;
}

Status ToMessage(const Work& work, v1::Work* message) {
  if (Status status = CheckWork(work); !status.ok()) return InvalidArgument(status.text());
  message->set_kind(static_cast<int32_t>(work.kind));
  message->set_guid(work.guid);
  message->set_domain(work.domain);
  ToMessage(work.asked, message->mutable_asked());
  message->set_rootfs(work.constraint.rootfs);
  PutTexts(work.constraint.placement_tags, message->mutable_placement_tags());
  PutTexts(work.constraint.volume_drivers, message->mutable_volume_drivers());
  message->set_max_pids(work.max_pids);
  return {};
}

Expected<std::shared_ptr<const Work>> FromMessage(v1::Work* message) {
  auto work = std::make_shared<Work>();
  work->kind = static_cast<Kind>(message->kind());
  work->guid = std::move(*message->mutable_guid());
  work->domain = std::move(*message->mutable_domain());
  work->asked = FromMessage(message->asked());
  work->constraint.rootfs = std::move(*message->mutable_rootfs());
  work->constraint.placement_tags = TakeTexts(message->mutable_placement_tags());
  work->constraint.volume_drivers = TakeTexts(message->mutable_volume_drivers());
  work->max_pids = message->max_pids();
  if (Status status = CheckWork(*work); !status.ok()) return status;
  return std::shared_ptr<const Work>(std::move(work));
}

namespace {

// A table has a column for each resource that any cell names: a small file could make it huge.
constexpr uint64_t kScalarEntriesMaximum = uint64_t{1} << 24;

Status CheckScalarEntries(uint64_t cells, uint64_t names) {
  if (cells * names <= kScalarEntriesMaximum) return {};
  return Corrupt(
      Format("{} cells name {} resources of their own, expected at most {} pairs of "
             "a cell and a resource",
             cells, names, kScalarEntriesMaximum));
}

// One snapshot on its way into a message. It reads the slots, not Snapshot::Cells(), which
// would copy the guid of every running LRP.
class SnapshotWriter {
 public:
  SnapshotWriter(const CellTable& table, v1::Snapshot* message)
      : table_(table), message_(message), processes_(CountLrps(table)) {}

  Status Write() {
    std::set<std::string_view> names;
    for (const CellSlot& slot : table_.cells) slot.CollectNames(&names);
    if (Status status = CheckScalarEntries(table_.cells.size(), names.size()); !status.ok()) {
      return InvalidArgument(status.text());
    }
    message_->mutable_cells()->Reserve(static_cast<int>(table_.cells.size()));
    for (const CellSlot& slot : table_.cells) {
      if (Status status = WriteCell(slot); !status.ok()) return status;
    }
    for (const uint32_t length : processes_.Lengths()) message_->add_process_lengths(length);
    message_->set_process_guids(processes_.characters());
    return {};
  }

 private:
  Status WriteCell(const CellSlot& slot) {
    const CellInfo& info = *slot.info;
    const SingleRow amounts = slot.MakeRow();
    const Resources total = TotalOf(amounts.row);
    const Resources available = FreeOf(amounts.row);
    // A sum of many offers may be out of the range that a cell can be read back with.
    if (Status status = CheckResources(total, info.id); !status.ok()) return status;
    if (Status status = CheckResources(available, info.id); !status.ok()) return status;
    if (Status status = CheckResources(info.overhead, info.id); !status.ok()) return status;
    v1::Cell* cell = message_->add_cells();
    cell->set_id(info.id);
    cell->set_zone(Zone(info.zone));
    cell->set_index(info.index);
    if (info.first_fit_index) cell->set_first_fit_index(*info.first_fit_index);
    ToMessage(total, cell->mutable_total());
    ToMessage(available, cell->mutable_available());
    cell->set_signature(SignatureNumber(info.signature.get()));
    WriteLrps(slot, cell);
    cell->set_task_count(amounts.row.task_count);
    cell->set_starting_containers(amounts.row.starting_containers);
    cell->set_proxy_memory(info.proxy_memory);
    if (info.overhead != Resources()) ToMessage(info.overhead, cell->mutable_overhead());
    cell->set_started(amounts.row.is_started());
    cell->set_evacuating(info.evacuating);
    cell->set_disabled(info.disabled);
    cell->set_draining(info.draining);
    cell->set_ignore_absent(info.ignore_absent);
    cell->set_tag(info.tag);
    cell->set_other_lrps(slot.lrps.unnamed());
    return {};
  }

  // At most so many: tasks may be among those that were placed.
  static size_t CountLrps(const CellTable& table) {
    size_t count = 0;
    for (const CellSlot& slot : table.cells) count += slot.lrps.named() + slot.placed.size();
    return count;
  }

  void WriteLrps(const CellSlot& slot, v1::Cell* cell) {
    cell->mutable_lrps()->Reserve(static_cast<int>(slot.lrps.named() + slot.placed.size()));
    const auto write = [&](uint32_t process) { cell->add_lrps(process); };
    processes_.Add(slot.lrps.guids(), write);
    for (const PlacedWork& work : slot.placed) {
      if (work.auction.kind() != Kind::kLrp) continue;
      const std::string_view guid = work.auction.work->guid;
      processes_.Add(std::span(&guid, 1), write);
    }
  }

  uint32_t Zone(std::string_view name) {
    const auto next = static_cast<uint32_t>(zones_.size());
    const auto [at, is_new] = zones_.try_emplace(name, next);
    if (is_new) message_->add_zones()->assign(name);
    return at->second;
  }

  // By address: the cache has made equal signatures one.
  uint32_t SignatureNumber(const Signature* signature) {
    const auto next = static_cast<uint32_t>(signatures_.size());
    const auto [at, is_new] = signatures_.try_emplace(signature, next);
    if (is_new) ToMessage(*signature, message_->add_signatures());
    return at->second;
  }

  const CellTable& table_;
  v1::Snapshot* const message_;
  GuidTable processes_;
  StringViewMap<uint32_t> zones_;
  std::unordered_map<const Signature*, uint32_t> signatures_;
};

// The process guids of all cells, as the cache keeps them: one block that all of them share.
struct LrpBlock {
  std::string characters;
  std::vector<std::string_view> views;
};

// One snapshot on its way out of a message, without a copy of what many cells share: a small file
// may say of a million cells that each has the same large signature.
class SnapshotBuilder {
 public:
  explicit SnapshotBuilder(v1::Snapshot* message) : message_(message) {}

  Expected<std::shared_ptr<const Snapshot>> Build() {
    for (v1::Signature& signature : *message_->mutable_signatures()) {
      signatures_.push_back(Internals::Intern(cache_, FromMessage(&signature)));
    }
    if (Status status = ReadLrps(); !status.ok()) return status;
    inputs_.reserve(static_cast<size_t>(message_->cells_size()));
    size_t first_lrp = 0;
    for (const v1::Cell& cell : message_->cells()) {
      if (Status status = ReadCell(cell, first_lrp); !status.ok()) return status;
      first_lrp += static_cast<size_t>(cell.lrps_size());
    }
    if (Status status = CheckResourcesOfCells(); !status.ok()) return Corrupt(status.text());
    if (Status status = Internals::Update(cache_, inputs_, /*replace=*/false); !status.ok()) {
      return Corrupt(status.text());
    }
    return cache_.TakeSnapshot();
  }

 private:
  static Status BadPosition(const v1::Cell& cell, std::string_view what, uint32_t position,
                            size_t count) {
    return Corrupt(Format("cell \"{}\" names {} {}, expected a position below {}", cell.id(), what,
                          position, count));
  }

  Expected<std::vector<std::string_view>> ReadProcesses() {
    lrps_->characters = std::move(*message_->mutable_process_guids());
    std::string_view rest = lrps_->characters;
    std::vector<std::string_view> processes;
    processes.reserve(static_cast<size_t>(message_->process_lengths_size()));
    for (const uint32_t length : message_->process_lengths()) {
      if (length > rest.size()) {
        return Corrupt(Format("process {} has {} bytes, expected at most the {} that are left",
                              processes.size(), length, rest.size()));
      }
      processes.push_back(rest.substr(0, length));
      rest.remove_prefix(length);
    }
    return processes;
  }

  Status ReadLrps() {
    const Expected<std::vector<std::string_view>> processes = ReadProcesses();
    if (!processes.ok()) return processes.status();
    for (const v1::Cell& cell : message_->cells()) {
      for (const uint32_t position : cell.lrps()) {
        if (position >= processes->size()) {
          return BadPosition(cell, "process", position, processes->size());
        }
        lrps_->views.push_back((*processes)[position]);
      }
    }
    return {};
  }

  Status ReadCell(const v1::Cell& cell, size_t first_lrp) {
    const auto zone_count = static_cast<size_t>(message_->zones_size());
    if (cell.zone() >= zone_count) return BadPosition(cell, "zone", cell.zone(), zone_count);
    if (cell.signature() >= signatures_.size()) {
      return BadPosition(cell, "signature", cell.signature(), signatures_.size());
    }
    CellInput input;
    input.id = cell.id();
    input.zone = message_->zones(static_cast<int>(cell.zone()));
    input.index = cell.index();
    if (cell.has_first_fit_index_case() == v1::Cell::kFirstFitIndex) {
      input.first_fit_index = cell.first_fit_index();
    }
    input.total = &resources_.emplace_back(FromMessage(cell.total()));
    input.available = &resources_.emplace_back(FromMessage(cell.available()));
    input.overhead = &resources_.emplace_back(FromMessage(cell.overhead()));
    input.signature = signatures_[cell.signature()];
    std::shared_ptr<const std::string_view> first;
    // A pointer into the block that keeps all of the block alive.
    if (cell.lrps_size() > 0) first = {lrps_, &lrps_->views[first_lrp]};
    input.lrps = LrpList(first, static_cast<size_t>(cell.lrps_size()), cell.other_lrps());
    input.task_count = cell.task_count();
    input.starting_containers = cell.starting_containers();
    input.proxy_memory = cell.proxy_memory();
    input.started = cell.started();
    input.evacuating = cell.evacuating();
    input.disabled = cell.disabled();
    input.draining = cell.draining();
    input.ignore_absent = cell.ignore_absent();
    input.tag = cell.tag();
    inputs_.push_back(std::move(input));
    return {};
  }

  Status CheckResourcesOfCells() {
    StringViewSet names;
    for (const CellInput& cell : inputs_) {
      for (const Resources* resources : {cell.total, cell.available, cell.overhead}) {
        if (Status status = CheckResources(*resources, cell.id); !status.ok()) return status;
        if (resources == cell.overhead) continue;  // It has no columns.
        for (const NamedAmount& scalar : resources->scalars) names.insert(scalar.name);
      }
    }
    return CheckScalarEntries(inputs_.size(), names.size());
  }

  v1::Snapshot* const message_;
  Cache cache_;
  std::vector<std::shared_ptr<const Signature>> signatures_;
  const std::shared_ptr<LrpBlock> lrps_ = std::make_shared<LrpBlock>();
  std::deque<Resources> resources_;  // Of the inputs; a deque, since these point into it.
  std::vector<CellInput> inputs_;
};

}  // namespace

Status ToMessage(const Snapshot& snapshot, v1::Snapshot* message) {
  return SnapshotWriter(Internals::TableOf(snapshot), message).Write();
}

Expected<std::shared_ptr<const Snapshot>> FromMessage(v1::Snapshot* message) {
  return SnapshotBuilder(message).Build();
}

namespace {

// Ours nest five deep. What is deeper is a field that we do not know, which may go on for ever.
constexpr int kNestingMaximum = 16;

}  // namespace

Status Parse(std::string_view content, google::protobuf::MessageLite* message) {
  if (content.size() > kContentBytesMaximum) {
    return Corrupt(Format("the message has {} bytes, expected at most {}", content.size(),
                          kContentBytesMaximum));
  }
  const auto size = static_cast<int>(content.size());
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(content.data()),
                                                size);
  stream.SetTotalBytesLimit(std::numeric_limits<int>::max());
  stream.SetRecursionLimit(kNestingMaximum);
  if (message->ParseFromCodedStream(&stream) && stream.ConsumedEntireMessage()) return {};
  return Corrupt(Format("the {} bytes are not a protobuf message, expected a {}", content.size(),
                        std::string(message->GetTypeName())));
}

Status Serialize(const google::protobuf::MessageLite& message, std::string* bytes) {
  const uint64_t size = message.ByteSizeLong();
  if (size > kContentBytesMaximum) {
    return InvalidArgument(
        Format("the record would have {} bytes, expected at most {}", size, kContentBytesMaximum));
  }
  bytes->reserve(bytes->size() + size);
  if (message.AppendToString(bytes)) return {};
  return Status(Code::kInternal, "protobuf could not write the record");
}

}  // namespace rostrum::record
