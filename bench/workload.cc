#include "bench/workload.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "lib/base/format.h"

namespace rostrum::bench {
namespace {

constexpr int64_t kInstances = 10;  // Of each LRP that is auctioned.

rostrum_text_t AddText(rostrum_batch_t* batch, std::string_view text) {
  rostrum_text_t position{};
  rostrum_error_t* error = nullptr;
  Require(rostrum_batch_add_text(batch, text.data(), text.size(), &position, &error), error);
  return position;
}

rostrum_range_t AddTexts(rostrum_batch_t* batch, const std::vector<rostrum_text_t>& texts) {
  rostrum_range_t range{};
  rostrum_error_t* error = nullptr;
  Require(rostrum_batch_add_texts(batch, texts.data(), texts.size(), &range, &error), error);
  return range;
}

int64_t DrawMemory(SplitMix64* random) {
  constexpr int64_t kMegabytes[] = {64, 128, 256, 512, 1024};
  return ROSTRUM_AMOUNT(kMegabytes[random->Next() % 5]);
}

// Signature number `number`: what all cells have, and a tag that nobody asks for.
rostrum_signature_t MakeSignature(rostrum_batch_t* batch, int64_t number) {
  rostrum_error_t* error = nullptr;
  rostrum_provider_t provider{};
  provider.scheme = AddText(batch, "preloaded");
  provider.type = ROSTRUM_PROVIDER_FIXED_SET;
  provider.set = AddTexts(batch, {AddText(batch, "cflinuxfs4")});
  rostrum_signature_t signature{};
  Require(rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, &error), error);
  if (number > 0) {
    signature.optional_placement_tags =
        AddTexts(batch, {AddText(batch, Format("tag-{:02}", number))});
  }
  return signature;
}

}  // namespace

void Require(rostrum_code_t code, rostrum_error_t* error) {
  if (code == ROSTRUM_OK) return;
  PrintFormat(stderr, "error: {}: {}\n", rostrum_code_name(code), rostrum_error_text(error));
  std::exit(1);
}

uint64_t SplitMix64::Next() {
  state_ += 0x9e3779b97f4a7c15;
  uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
  return mixed ^ (mixed >> 31);
}

Workload::Workload(const FleetOptions& fleet, int64_t auctions, int64_t shapes)
    : cells_(NewBatch()), work_(NewBatch()), auctions_(auctions) {
  SplitMix64 random(1);
  MakeCells(fleet, &random);
  MakeWork(shapes, &random);
}

Workload::Batch Workload::NewBatch() {
  rostrum_batch_t* batch = nullptr;
  rostrum_error_t* error = nullptr;
  Require(rostrum_batch_create(&batch, &error), error);
  return Batch(batch);
}

void Workload::MakeCells(const FleetOptions& fleet, SplitMix64* random) {
  rostrum_batch_t* const batch = cells_.get();
  rostrum_error_t* error = nullptr;
  std::vector<rostrum_signature_t> signatures;
  for (int64_t i = 0; i < fleet.signatures; ++i) signatures.push_back(MakeSignature(batch, i));
  Require(
      rostrum_batch_add_signatures(batch, signatures.data(), signatures.size(), nullptr, &error),
      error);
  std::vector<rostrum_cell_t> cells;
  for (int64_t i = 0; i < fleet.cells; ++i) {
    rostrum_cell_t cell{};
    cell.id = AddText(batch, Format("cell-{:05}", i));
    cell.zone = AddText(batch, Format("z{}", i % fleet.zones));
    cell.index = i;
    cell.total.memory = ROSTRUM_AMOUNT(65'536 + (fleet.different_sizes ? i : 0));
    cell.total.disk = ROSTRUM_AMOUNT(131'072);
    cell.total.containers = 250;
    cell.available = cell.total;
    std::vector<rostrum_text_t> lrps;
    for (int64_t k = 0; k < fleet.lrps_per_cell; ++k) {
      lrps.push_back(AddText(batch, Format("old-{:05}-{}", i, k)));
      cell.available.memory -= DrawMemory(random);
      cell.available.disk -= ROSTRUM_AMOUNT(512 << (random->Next() % 2));
      --cell.available.containers;
    }
    if (fleet.full) cell.available.memory = ROSTRUM_AMOUNT(i % 64);
    cell.lrps = AddTexts(batch, lrps);
    cell.signature = static_cast<uint32_t>(i % fleet.signatures);
    cells.push_back(cell);
  }
  Require(rostrum_batch_add_cells(batch, cells.data(), cells.size(), nullptr, &error), error);
}

void Workload::MakeWork(int64_t shapes, SplitMix64* random) {
  rostrum_batch_t* const batch = work_.get();
  rostrum_error_t* error = nullptr;
  const rostrum_text_t domain = AddText(batch, "domain");
  const rostrum_text_t rootfs = AddText(batch, "preloaded:cflinuxfs4");
  const int64_t instances = shapes > 0 ? 1 : kInstances;
  std::vector<rostrum_work_t> records;
  for (int64_t j = 0; j < auctions_; j += instances) {
    rostrum_work_t work{};
    work.kind = ROSTRUM_LRP;
    work.guid = AddText(batch, Format("app-{:05}", j / instances));
    work.domain = domain;
    work.rootfs = rootfs;
    work.asked.memory = shapes > 0 ? ROSTRUM_AMOUNT(64 + j % shapes) : DrawMemory(random);
    work.asked.disk = ROSTRUM_AMOUNT(1024);
    std::vector<int32_t> indices;
    for (int64_t i = 0; i < instances && j + i < auctions_; ++i) {
      indices.push_back(static_cast<int32_t>(i));
    }
    Require(rostrum_batch_add_indices(batch, indices.data(), indices.size(), &work.indices, &error),
            error);
    records.push_back(work);
  }
  Require(rostrum_batch_add_work(batch, records.data(), records.size(), nullptr, &error), error);
}

ChangedCells::ChangedCells(const Workload& workload) {
  size_t count = 0;
  const rostrum_cell_t* const cells = rostrum_batch_cells(workload.cells(), &count);
  const char* const bytes = rostrum_batch_bytes(workload.cells(), nullptr);
  rostrum_error_t* error = nullptr;
  for (Step* step : {&there_, &back_}) {
    step->cells = Workload::NewBatch();
    const rostrum_signature_t signatures[] = {MakeSignature(step->cells.get(), 0),
                                              MakeSignature(step->cells.get(), 1)};
    Require(rostrum_batch_add_signatures(step->cells.get(), signatures, 2, nullptr, &error), error);
  }
  const auto add = [&](Step* step, const rostrum_cell_t& from, const std::string& id,
                       uint32_t flags, uint32_t signature) {
    rostrum_batch_t* const batch = step->cells.get();
    rostrum_cell_t cell = from;
    cell.id = AddText(batch, id);
    cell.zone = AddText(batch, {bytes + from.zone.offset, from.zone.length});
    cell.other_lrps = from.lrps.count;
    cell.lrps = {};
    cell.flags = flags;
    cell.signature = signature;
    Require(rostrum_batch_add_cells(batch, &cell, 1, nullptr, &error), error);
  };
  for (size_t i = 0; i < count / 100; ++i) {
    const rostrum_cell_t& cell = cells[100 * i + i % 100];
    const std::string id(bytes + cell.id.offset, cell.id.length);
    if (i % 4 == 3) {
      add(&there_, cell, "new-" + id, 0, 0);
      back_.gone.push_back("new-" + id);
      continue;
    }
    if (i % 4 == 0) add(&there_, cell, id, ROSTRUM_CELL_EVACUATING, 0);
    if (i % 4 == 1) add(&there_, cell, id, 0, 1);
    if (i % 4 == 2) there_.gone.push_back(id);
    add(&back_, cell, id, 0, 0);
  }
}

}  // namespace rostrum::bench
