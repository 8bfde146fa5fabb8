#include "capi/batch_writer.h"

#include "lib/cache/internals.h"

namespace rostrum::capi {
namespace {

uint32_t FlagsOf(const Cell& cell) {
  return (cell.evacuating ? ROSTRUM_CELL_EVACUATING : 0) |
         (cell.disabled ? ROSTRUM_CELL_DISABLED : 0) | (cell.draining ? ROSTRUM_CELL_DRAINING : 0) |
         (cell.started ? 0 : ROSTRUM_CELL_NOT_STARTED) |
         (cell.first_fit_index ? ROSTRUM_CELL_FIRST_FIT_INDEX : 0) |
         (cell.ignore_absent ? ROSTRUM_CELL_IGNORE_ABSENT : 0);
}

}  // namespace

rostrum_text_t BatchWriter::AddText(std::string_view text) {
  return capi::AddText(&batch_.bytes, text);
}

rostrum_range_t BatchWriter::AddTexts(const std::vector<std::string>& texts) {
  const auto first = static_cast<uint32_t>(batch_.texts.size());
  for (const std::string& text : texts) batch_.texts.push_back(AddText(text));
  return {first, static_cast<uint32_t>(texts.size())};
}

rostrum_resources_t BatchWriter::MakeResources(const Resources& resources) {
  const auto first = static_cast<uint32_t>(batch_.scalars.size());
  for (const NamedAmount& scalar : resources.scalars) {
    batch_.scalars.push_back({AddText(scalar.name), scalar.amount});
  }
  return {resources.memory,
          resources.disk,
          resources.cpu,
          resources.containers,
          {first, static_cast<uint32_t>(resources.scalars.size())}};
}

uint32_t BatchWriter::AddSignature(const Signature& signature) {
  rostrum_signature_t record{};
  std::vector<rostrum_provider_t> providers;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    providers.push_back(
        {AddText(provider.scheme), static_cast<int32_t>(provider.type), 0, AddTexts(provider.set)});
  }
  record.providers = {static_cast<uint32_t>(batch_.providers.size()),
                      static_cast<uint32_t>(providers.size())};
  batch_.providers.insert(batch_.providers.end(), providers.begin(), providers.end());
  record.volume_drivers = AddTexts(signature.volume_drivers);
  record.placement_tags = AddTexts(signature.placement_tags);
  record.optional_placement_tags = AddTexts(signature.optional_placement_tags);
  batch_.signatures.push_back(record);
  return static_cast<uint32_t>(batch_.signatures.size() - 1);
}

void BatchWriter::AddCells(const Snapshot& snapshot) {
  std::map<const Signature*, uint32_t> positions;
  for (const CellSlot* const slot : Internals::TableOf(snapshot).InOrder()) {
    const Cell cell = slot->ToCell();
    // The cache has made equal signatures one object.
    const Signature* signature = slot->info->signature.get();
    if (!positions.contains(signature)) positions[signature] = AddSignature(*signature);
    rostrum_cell_t record{};
    record.id = AddText(cell.id);
    record.zone = AddText(cell.zone);
    record.index = cell.index;
    record.total = MakeResources(cell.total);
    record.available = MakeResources(cell.available);
    record.overhead = MakeResources(cell.overhead);
    record.proxy_memory = cell.proxy_memory;
    record.starting_containers = cell.starting_containers;
    record.task_count = cell.task_count;
    record.lrps = AddTexts(cell.lrps);
    record.other_lrps = cell.other_lrps;
    record.first_fit_index = cell.first_fit_index.value_or(0);
    record.signature = positions[signature];
    record.flags = FlagsOf(cell);
    record.tag = cell.tag;
    batch_.cells.push_back(record);
  }
}

void BatchWriter::AddAuctions(const std::vector<Auction>& auctions) {
  for (const Auction& auction : auctions) {
    const Work& work = *auction.work;
    rostrum_work_t record{};
    record.guid = AddText(work.guid);
    record.domain = AddText(work.domain);
    record.rootfs = AddText(work.constraint.rootfs);
    record.asked = MakeResources(work.asked);
    record.placement_tags = AddTexts(work.constraint.placement_tags);
    record.volume_drivers = AddTexts(work.constraint.volume_drivers);
    record.indices.first = static_cast<uint32_t>(batch_.indices.size());
    if (work.kind == Kind::kLrp) {
      batch_.indices.push_back(auction.index);
      record.indices.count = 1;
    }
    record.kind = static_cast<int32_t>(work.kind);
    record.max_pids = work.max_pids;
    record.attempts = auction.attempts;
    record.last_refusal = static_cast<int32_t>(auction.last_refusal);
    record.queue_time_ms = auction.queue_time_ms;
    record.tag = auction.tag;
    batch_.work.push_back(record);
  }
}

}  // namespace rostrum::capi
