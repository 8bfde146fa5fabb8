#include "tests/capi/batch_builder.h"

#include <cstdio>
#include <cstdlib>

namespace rostrum::capi_test {
namespace {

void Check(rostrum_code_t code) {
  if (code == ROSTRUM_OK) return;
  std::fprintf(stderr, "a batch cannot be built: %s\n", rostrum_code_name(code));
  std::exit(1);
}

rostrum_batch_t* MakeBatch() {
  rostrum_batch_t* batch = nullptr;
  Check(rostrum_batch_create(&batch, nullptr));
  return batch;
}

}  // namespace

BatchBuilder::BatchBuilder() : batch_(MakeBatch(), rostrum_batch_destroy) {}

rostrum_text_t BatchBuilder::Text(std::string_view text) {
  rostrum_text_t position{};
  Check(rostrum_batch_add_text(batch_.get(), text.data(), text.size(), &position, nullptr));
  return position;
}

rostrum_range_t BatchBuilder::Texts(const std::vector<std::string>& texts) {
  std::vector<rostrum_text_t> positions;
  for (const std::string& text : texts) positions.push_back(Text(text));
  rostrum_range_t range{};
  Check(rostrum_batch_add_texts(batch_.get(), positions.data(), positions.size(), &range, nullptr));
  return range;
}

rostrum_resources_t BatchBuilder::MakeResources(const Resources& resources) {
  std::vector<rostrum_scalar_t> scalars;
  for (const NamedAmount& scalar : resources.scalars) {
    scalars.push_back({Text(scalar.name), scalar.amount});
  }
  rostrum_resources_t record{};
  record.memory = resources.memory;
  record.disk = resources.disk;
  record.cpu = resources.cpu;
  record.containers = resources.containers;
  Check(rostrum_batch_add_scalars(batch_.get(), scalars.data(), scalars.size(), &record.scalars,
                                  nullptr));
  return record;
}

uint32_t BatchBuilder::AddSignature(const Signature& signature) {
  std::vector<rostrum_provider_t> providers;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    providers.push_back(
        {Text(provider.scheme), static_cast<int32_t>(provider.type), 0, Texts(provider.set)});
  }
  rostrum_signature_t record{};
  Check(rostrum_batch_add_providers(batch_.get(), providers.data(), providers.size(),
                                    &record.providers, nullptr));
  record.volume_drivers = Texts(signature.volume_drivers);
  record.placement_tags = Texts(signature.placement_tags);
  record.optional_placement_tags = Texts(signature.optional_placement_tags);
  rostrum_range_t range{};
  Check(rostrum_batch_add_signatures(batch_.get(), &record, 1, &range, nullptr));
  return range.first;
}

void BatchBuilder::Add(const Cell& cell) {
  rostrum_cell_t record{};
  record.id = Text(cell.id);
  record.zone = Text(cell.zone);
  record.index = cell.index;
  record.total = MakeResources(cell.total);
  record.available = MakeResources(cell.available);
  record.overhead = MakeResources(cell.overhead);
  record.proxy_memory = cell.proxy_memory;
  record.starting_containers = cell.starting_containers;
  record.task_count = cell.task_count;
  record.lrps = Texts(cell.lrps);
  record.signature = AddSignature(cell.signature);
  record.flags = (cell.evacuating ? ROSTRUM_CELL_EVACUATING : 0) |
                 (cell.started ? 0 : ROSTRUM_CELL_NOT_STARTED);
  record.tag = cell.tag;
  Check(rostrum_batch_add_cells(batch_.get(), &record, 1, nullptr, nullptr));
}

rostrum_work_t BatchBuilder::MakeWork(const Work& work, uint64_t tag) {
  rostrum_work_t record{};
  record.guid = Text(work.guid);
  record.domain = Text(work.domain);
  record.rootfs = Text(work.constraint.rootfs);
  record.asked = MakeResources(work.asked);
  record.placement_tags = Texts(work.constraint.placement_tags);
  record.volume_drivers = Texts(work.constraint.volume_drivers);
  record.kind = static_cast<int32_t>(work.kind);
  record.max_pids = work.max_pids;
  record.tag = tag;
  return record;
}

void BatchBuilder::Add(const LrpStart& start) {
  rostrum_work_t record = MakeWork(*start.work, start.tag);
  Check(rostrum_batch_add_indices(batch_.get(), start.indices.data(), start.indices.size(),
                                  &record.indices, nullptr));
  Check(rostrum_batch_add_work(batch_.get(), &record, 1, nullptr, nullptr));
}

void BatchBuilder::Add(const TaskStart& start) {
  const rostrum_work_t record = MakeWork(*start.work, start.tag);
  Check(rostrum_batch_add_work(batch_.get(), &record, 1, nullptr, nullptr));
}

}  // namespace rostrum::capi_test
