#include "tests/oracle/engine_adapter.h"

#include <gtest/gtest.h>

#include <set>

#include "rostrum/queue.h"

namespace rostrum::oracle {
namespace {

void AddGpus(int64_t gpu_milli, rostrum::Resources* resources) {
  if (gpu_milli != 0) resources->scalars.push_back({"gpus", gpu_milli});
}

rostrum::Resources EngineResources(const Amounts& amounts) {
  rostrum::Resources resources;
  resources.memory = WholeAmount(amounts.memory_mb);
  resources.disk = WholeAmount(amounts.disk_mb);
  resources.containers = amounts.containers;
  resources.cpu = amounts.cpu_milli;
  AddGpus(amounts.gpu_milli, &resources);
  return resources;
}

RootfsProvider::Type EngineType(Provider::Type type) {
  switch (type) {
    case Provider::Type::kArbitrary:
      return RootfsProvider::Type::kArbitrary;
    case Provider::Type::kFixedSet:
      return RootfsProvider::Type::kFixedSet;
    case Provider::Type::kUnknown:
      break;
  }
  return RootfsProvider::Type::kUnknown;
}

std::shared_ptr<rostrum::Work> EngineWork(const Work& work) {
  auto engine_work = std::make_shared<rostrum::Work>();
  engine_work->domain = "domain";
  engine_work->asked.memory = WholeAmount(work.memory_mb);
  engine_work->asked.disk = WholeAmount(work.disk_mb);
  engine_work->asked.cpu = work.cpu_milli;
  AddGpus(work.gpu_milli, &engine_work->asked);
  engine_work->constraint.rootfs = work.rootfs;
  engine_work->constraint.placement_tags = work.placement_tags;
  engine_work->constraint.volume_drivers = work.volume_drivers;
  return engine_work;
}

}  // namespace

std::vector<rostrum::Cell> EngineCells(const std::vector<Cell>& cells) {
  std::vector<rostrum::Cell> engine_cells;
  for (const Cell& cell : cells) {
    rostrum::Cell engine_cell;
    engine_cell.id = cell.id;
    engine_cell.zone = cell.zone;
    engine_cell.index = cell.index;
    engine_cell.first_fit_index = cell.first_fit_index;
    engine_cell.total = EngineResources(cell.total);
    engine_cell.available = EngineResources(cell.available);
    engine_cell.lrps = cell.lrps;
    engine_cell.other_lrps = cell.other_lrps;
    engine_cell.task_count = cell.task_count;
    engine_cell.starting_containers = cell.starting_containers;
    engine_cell.proxy_memory = WholeAmount(cell.proxy_memory_mb);
    engine_cell.evacuating = cell.evacuating;
    for (const auto& [scheme, provider] : cell.rootfs_providers) {
      engine_cell.signature.rootfs_providers.push_back(
          {scheme, EngineType(provider.type), {provider.set.begin(), provider.set.end()}});
    }
    engine_cell.signature.volume_drivers = cell.volume_drivers;
    engine_cell.signature.placement_tags = cell.placement_tags;
    engine_cell.signature.optional_placement_tags = cell.optional_placement_tags;
    engine_cells.push_back(std::move(engine_cell));
  }
  return engine_cells;
}

rostrum::Configuration EngineConfiguration(const Config& config) {
  rostrum::Configuration configuration;
  configuration.bin_pack_first_fit_weight = config.bin_pack_first_fit_weight;
  configuration.starting_container_weight = config.starting_container_weight;
  configuration.starting_container_count_maximum = config.starting_container_count_maximum;
  return configuration;
}

std::vector<rostrum::Auction> EngineAuctions(const std::vector<Lrp>& lrps,
                                             const std::vector<Task>& tasks) {
  // Not by the queue, which refuses work without a root file system; the oracle takes it.
  std::vector<rostrum::Auction> auctions;
  std::set<std::pair<std::string, int64_t>> seen_lrps;
  for (const Lrp& lrp : lrps) {
    if (!seen_lrps.emplace(lrp.process_guid, lrp.index).second) continue;
    auto work = EngineWork(lrp);
    work->kind = rostrum::Kind::kLrp;
    work->guid = lrp.process_guid;
    auctions.push_back({work, static_cast<int32_t>(lrp.index), 0, 0, 0});
  }
  std::set<std::string> seen_tasks;
  for (const Task& task : tasks) {
    if (!seen_tasks.insert(task.guid).second) continue;
    auto work = EngineWork(task);
    work->kind = rostrum::Kind::kTask;
    work->guid = task.guid;
    auctions.push_back({work, 0, 0, 0, 0});
  }
  return auctions;
}

std::shared_ptr<const rostrum::Round> RunEngine(const Case& round, rostrum::Strategy& strategy) {
  auto snapshot = rostrum::Snapshot::FromCells(EngineCells(round.cells));
  if (!snapshot.ok()) {
    ADD_FAILURE() << snapshot.status().text();
    return nullptr;
  }
  rostrum::RoundInput input;
  input.snapshot = *snapshot;
  input.auctions = EngineAuctions(round.lrps, round.tasks);
  input.configuration = EngineConfiguration(round.config);
  auto result = rostrum::RunRound(std::move(input), strategy);
  if (!result.ok()) {
    ADD_FAILURE() << result.status().text();
    return nullptr;
  }
  return *result;
}

Outcome EngineOutcome(const rostrum::Round& round) {
  Outcome outcome;
  for (const rostrum::Decision& decision : round.decisions()) {
    const rostrum::Auction& auction = round.auctions()[decision.auction];
    Decision converted;
    converted.kind = auction.kind() == rostrum::Kind::kLrp ? Kind::kLrp : Kind::kTask;
    converted.identifier = auction.Identifier();
    converted.placed = decision.placed;
    if (decision.placed) {
      converted.cell_id = decision.cell_id;
      converted.score = decision.score.value;
    } else {
      converted.error = round.refusals()[decision.refusal].error;
    }
    outcome.decisions.push_back(std::move(converted));
  }
  return outcome;
}

}  // namespace rostrum::oracle
