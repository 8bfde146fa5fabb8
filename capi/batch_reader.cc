#include "capi/batch_reader.h"

#include "capi/guard.h"
#include "lib/base/format.h"
#include "lib/base/position_table.h"
#include "lib/base/strings.h"
#include "lib/cache/internals.h"

namespace rostrum::capi {
namespace {

constexpr uint32_t kCellFlags = ROSTRUM_CELL_FIRST_FIT_INDEX | ROSTRUM_CELL_EVACUATING |
                                ROSTRUM_CELL_DISABLED | ROSTRUM_CELL_DRAINING |
                                ROSTRUM_CELL_NOT_STARTED | ROSTRUM_CELL_IGNORE_ABSENT;

// The texts of a whole batch, copied once and shared by the cells that refer to them.
struct SharedTexts {
  std::string bytes;
  std::vector<std::string_view> views;
};

bool Within(rostrum_text_t text, size_t size) {
  return uint64_t{text.offset} + text.length <= size;
}

bool Within(rostrum_range_t range, size_t size) {
  return uint64_t{range.first} + range.count <= size;
}

}  // namespace

void BatchReader::Enter(const char* kind, size_t number) {
  kind_ = kind;
  number_ = number;
}

void BatchReader::Fail(const char* field, const std::string& problem) const {
  throw StatusError{InvalidArgument(Format("{} {}: {} {}", kind_, number_, field, problem))};
}

std::string_view BatchReader::Text(rostrum_text_t text, const char* field) const {
  if (!Within(text, batch_.bytes.size())) {
    Fail(field, Format("is {} bytes at {}, expected a place in the block of {} bytes", text.length,
                       text.offset, batch_.bytes.size()));
  }
  return std::string_view(batch_.bytes).substr(text.offset, text.length);
}

std::string_view BatchReader::Identifier(rostrum_text_t text, const char* field) const {
  const std::string_view identifier = Text(text, field);
  const size_t nul = identifier.find('\0');
  if (nul != std::string_view::npos) {
    Fail(field, Format("has a NUL byte after {} bytes, expected none: it could not be named "
                       "where a text ends with one",
                       nul));
  }
  return identifier;
}

void BatchReader::CheckRange(rostrum_range_t range, size_t size, const char* field) const {
  if (Within(range, size)) return;
  Fail(field, Format("is {} elements from {} on, expected a range of the array of {}", range.count,
                     range.first, size));
}

std::vector<std::string> BatchReader::Texts(rostrum_range_t range, const char* field) const {
  CheckRange(range, batch_.texts.size(), field);
  std::vector<std::string> texts;
  texts.reserve(range.count);
  for (uint32_t i = 0; i < range.count; ++i) {
    texts.emplace_back(Text(batch_.texts[range.first + i], field));
  }
  return texts;
}

Resources BatchReader::ReadResources(const rostrum_resources_t& record, const char* field) const {
  CheckRange(record.scalars, batch_.scalars.size(), field);
  Resources resources;
  resources.memory = record.memory;
  resources.disk = record.disk;
  resources.cpu = record.cpu;
  resources.containers = record.containers;
  for (uint32_t i = 0; i < record.scalars.count; ++i) {
    const rostrum_scalar_t& scalar = batch_.scalars[record.scalars.first + i];
    resources.scalars.push_back({std::string(Text(scalar.name, field)), scalar.amount});
  }
  return resources;
}

Signature BatchReader::ReadSignature(uint32_t number) {
  Enter("signature", number);
  const rostrum_signature_t& record = batch_.signatures[number];
  CheckRange(record.providers, batch_.providers.size(), "providers");
  Signature signature;
  for (uint32_t i = 0; i < record.providers.count; ++i) {
    const rostrum_provider_t& provider = batch_.providers[record.providers.first + i];
    if (provider.type < ROSTRUM_PROVIDER_ARBITRARY || provider.type > ROSTRUM_PROVIDER_UNKNOWN) {
      Fail("providers", Format("has one of type {}, expected 1 (arbitrary), 2 (fixed set) or "
                               "3 (unknown)",
                               provider.type));
    }
    if (provider.reserved != 0) {
      Fail("providers", Format("has one whose reserved is {}, expected 0", provider.reserved));
    }
    signature.rootfs_providers.push_back({std::string(Text(provider.scheme, "providers")),
                                          static_cast<RootfsProvider::Type>(provider.type),
                                          Texts(provider.set, "providers")});
  }
  signature.volume_drivers = Texts(record.volume_drivers, "volume_drivers");
  signature.placement_tags = Texts(record.placement_tags, "placement_tags");
  signature.optional_placement_tags =
      Texts(record.optional_placement_tags, "optional_placement_tags");
  return signature;
}

Signature BatchReader::SignatureOf(uint32_t number, const char* field) {
  if (number >= batch_.signatures.size()) {
    Fail(field,
         Format("is {}, expected a position in the array of {}", number, batch_.signatures.size()));
  }
  return ReadSignature(number);
}

Status BatchReader::UpdateCells(Cache* cache, bool replace_all) {
  auto shared = std::make_shared<SharedTexts>();
  shared->bytes = batch_.bytes;
  shared->views.reserve(batch_.texts.size());
  for (size_t i = 0; i < batch_.texts.size(); ++i) {
    Enter("text", i);
    static_cast<void>(Text(batch_.texts[i], "position"));
    shared->views.push_back(
        std::string_view(shared->bytes).substr(batch_.texts[i].offset, batch_.texts[i].length));
  }
  std::vector<std::shared_ptr<const Signature>> signatures;
  for (uint32_t i = 0; i < batch_.signatures.size(); ++i) {
    signatures.push_back(Internals::Intern(*cache, ReadSignature(i)));
  }

  std::vector<Resources> resources;
  resources.reserve(3 * batch_.cells.size());  // So that pointers into it stay valid.
  std::vector<CellInput> inputs(batch_.cells.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    const rostrum_cell_t& record = batch_.cells[i];
    Enter("cell", i);
    if (record.signature >= signatures.size()) {
      Fail("signature", Format("is {}, expected a position in the array of {}", record.signature,
                               signatures.size()));
    }
    if ((record.flags & ~kCellFlags) != 0) {
      Fail("flags", Format("is {}, expected a sum of 1, 2, 4, 8, 16 and 32", record.flags));
    }
    CheckRange(record.lrps, shared->views.size(), "lrps");
    CellInput& input = inputs[i];
    input.id = Identifier(record.id, "id");
    input.zone = Text(record.zone, "zone");
    input.index = record.index;
    if ((record.flags & ROSTRUM_CELL_FIRST_FIT_INDEX) != 0) {
      input.first_fit_index = record.first_fit_index;
    }
    input.total = &resources.emplace_back(ReadResources(record.total, "total"));
    input.available = &resources.emplace_back(ReadResources(record.available, "available"));
    input.overhead = &resources.emplace_back(ReadResources(record.overhead, "overhead"));
    input.signature = signatures[record.signature];
    // A cell without LRPs need not keep the batch's texts alive.
    std::shared_ptr<const std::string_view> first;
    if (record.lrps.count > 0) first = {shared, shared->views.data() + record.lrps.first};
    input.lrps = LrpList(std::move(first), record.lrps.count, record.other_lrps);
    input.task_count = record.task_count;
    input.starting_containers = record.starting_containers;
    input.proxy_memory = record.proxy_memory;
    input.started = (record.flags & ROSTRUM_CELL_NOT_STARTED) == 0;
    input.evacuating = (record.flags & ROSTRUM_CELL_EVACUATING) != 0;
    input.disabled = (record.flags & ROSTRUM_CELL_DISABLED) != 0;
    input.draining = (record.flags & ROSTRUM_CELL_DRAINING) != 0;
    input.ignore_absent = (record.flags & ROSTRUM_CELL_IGNORE_ABSENT) != 0;
    input.tag = record.tag;
  }
  return Internals::Update(*cache, inputs, replace_all);
}

Offer BatchReader::ReadOffer(size_t number) {
  const rostrum_offer_t& record = batch_.offers[number];
  Enter("offer", number);
  if ((record.flags & ~ROSTRUM_CELL_NOT_STARTED) != 0) {
    Fail("flags", Format("is {}, expected 0 or {}", record.flags, ROSTRUM_CELL_NOT_STARTED));
  }
  Offer offer;
  offer.id = Identifier(record.id, "id");
  offer.agent_id = Identifier(record.agent_id, "agent_id");
  offer.zone = Text(record.zone, "zone");
  offer.index = record.index;
  offer.resources = ReadResources(record.resources, "resources");
  offer.used = ReadResources(record.used, "used");
  offer.overhead = ReadResources(record.overhead, "overhead");
  offer.lrps = Texts(record.lrps, "lrps");
  offer.task_count = record.task_count;
  offer.received_ms = record.received_ms;
  offer.started = (record.flags & ROSTRUM_CELL_NOT_STARTED) == 0;
  offer.tag = record.tag;
  offer.signature = SignatureOf(record.signature, "signature");
  return offer;
}

void BatchReader::CheckWork(const rostrum_work_t& record) const {
  if (record.kind != ROSTRUM_LRP && record.kind != ROSTRUM_TASK) {
    Fail("kind", Format("is {}, expected 1 (LRP) or 2 (task)", record.kind));
  }
  if (record.kind == ROSTRUM_TASK && record.indices.count != 0) {
    Fail("indices", Format("has {} elements, expected none for a task", record.indices.count));
  }
  CheckRange(record.indices, batch_.indices.size(), "indices");
  CheckRange(record.asked.scalars, batch_.scalars.size(), "asked");
}

std::shared_ptr<const Work> BatchReader::MakeWork(const rostrum_work_t& record) const {
  auto work = std::make_shared<Work>();
  work->kind = static_cast<Kind>(record.kind);
  work->guid = Identifier(record.guid, "guid");
  work->domain = Text(record.domain, "domain");
  work->asked = ReadResources(record.asked, "asked");
  work->asked.containers = 0;
  work->constraint.rootfs = Text(record.rootfs, "rootfs");
  work->constraint.placement_tags = Texts(record.placement_tags, "placement_tags");
  work->constraint.volume_drivers = Texts(record.volume_drivers, "volume_drivers");
  work->max_pids = record.max_pids;
  return work;
}

bool BatchReader::SameText(rostrum_text_t one, rostrum_text_t valid, const char* field) const {
  // Texts that come again are mostly stored once.
  if (one.offset == valid.offset && one.length == valid.length) return true;
  return Text(one, field) == Text(valid, field);
}

bool BatchReader::SameTexts(rostrum_range_t one, rostrum_range_t valid, const char* field) const {
  CheckRange(one, batch_.texts.size(), field);
  if (one.count != valid.count) return false;
  if (one.first == valid.first) return true;
  for (uint32_t i = 0; i < one.count; ++i) {
    if (!SameText(batch_.texts[one.first + i], batch_.texts[valid.first + i], field)) return false;
  }
  return true;
}

bool BatchReader::SameWork(const rostrum_work_t& one, const rostrum_work_t& valid) const {
  const rostrum_resources_t& asked = one.asked;
  return SameText(one.guid, valid.guid, "guid") && SameText(one.domain, valid.domain, "domain") &&
         SameText(one.rootfs, valid.rootfs, "rootfs") && asked.memory == valid.asked.memory &&
         asked.disk == valid.asked.disk && asked.cpu == valid.asked.cpu &&
         asked.scalars.count == 0 && valid.asked.scalars.count == 0 &&
         one.max_pids == valid.max_pids &&
         SameTexts(one.placement_tags, valid.placement_tags, "placement_tags") &&
         SameTexts(one.volume_drivers, valid.volume_drivers, "volume_drivers");
}

BatchReader::Starts BatchReader::ReadWork() {
  Starts starts;
  starts.lrps.reserve(batch_.work.size());
  // Instances that come one by one are of the same work if they say the same: a round then finds
  // out once what it has to know of it. Of each LRP the last record that said something new.
  struct Told {
    const rostrum_work_t* record = nullptr;
    std::shared_ptr<const Work> work;
  };
  std::vector<Told> told;
  PositionTable told_of;
  const auto find = [&](std::string_view guid) -> Told& {
    const size_t hash = StringHash()(guid);
    const auto is_at = [&](uint32_t at) { return Text(told[at].record->guid, "guid") == guid; };
    const uint32_t at = told_of.Find(hash, is_at);
    if (at != PositionTable::kNone) return told[at];
    told_of.Insert(hash, static_cast<uint32_t>(told.size()));
    return told.emplace_back();
  };
  for (size_t i = 0; i < batch_.work.size(); ++i) {
    const rostrum_work_t& record = batch_.work[i];
    Enter("work", i);
    CheckWork(record);
    if (record.kind == ROSTRUM_TASK) {
      starts.tasks.push_back({MakeWork(record), record.tag});
      continue;
    }
    Told& known = find(Text(record.guid, "guid"));
    if (known.record == nullptr || !SameWork(record, *known.record)) {
      known = {&record, MakeWork(record)};
    }
    const auto first = batch_.indices.begin() + record.indices.first;
    starts.lrps.push_back({known.work, {first, first + record.indices.count}, record.tag});
  }
  return starts;
}

}  // namespace rostrum::capi
