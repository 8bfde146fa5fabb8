#include "bench/cluster.h"

#include <string_view>
#include <vector>

#include "bench/hash.h"

namespace rostrum::bench {
namespace {

// As Fenzo's memorySpreader: the cell with the smallest share of its memory in use.
int32_t ScoreByMemory(void* /*user_data*/, const rostrum_auction_view_t* /*auction*/,
                      const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  score->value = -static_cast<double>(cell->memory_free) / static_cast<double>(cell->memory_total);
  return 0;
}

rostrum_strategy_t* MakeStrategy(const std::string& name) {
  rostrum_strategy_t* strategy = nullptr;
  rostrum_error_t* error = nullptr;
  if (name != "plugin") {
    Require(rostrum_strategy_create(name.c_str(), &strategy, &error), error);
    return strategy;
  }
  rostrum_strategy_table_t table{};
  table.size = sizeof(table);
  table.name = "plugin";
  table.order = ROSTRUM_ORDER_LARGER_FIRST;
  table.score = ScoreByMemory;
  Require(rostrum_strategy_create_from_table(&table, nullptr, &strategy, &error), error);
  return strategy;
}

}  // namespace

uint64_t HashOf(const rostrum_round_t* round) {
  size_t size = 0;
  const char* const bytes = rostrum_round_bytes(round, &size);
  size_t count = 0;
  const rostrum_decision_t* const decisions = rostrum_round_decisions(round, &count);
  const auto text = [&](rostrum_text_t position) {
    return std::string_view(bytes + position.offset, position.length);
  };
  PlacementHash hash;
  for (size_t i = 0; i < count; ++i) {
    hash.Add(text(decisions[i].identifier), text(decisions[i].cell_id));
  }
  return hash.value();
}

bool Cluster::HasStrategy(const std::string& strategy) {
  if (strategy == "plugin") return true;
  rostrum_strategy_t* found = nullptr;
  rostrum_error_t* error = nullptr;
  const bool is_known = rostrum_strategy_create(strategy.c_str(), &found, &error) == ROSTRUM_OK;
  rostrum_strategy_destroy(found);
  rostrum_error_destroy(error);
  return is_known;
}

Cluster::Cluster(const std::string& strategy) : strategy_(MakeStrategy(strategy)) {
  rostrum_error_t* error = nullptr;
  Require(rostrum_engine_create(strategy_, &engine_, &error), error);
  Require(rostrum_engine_set_keep_refused(engine_, 0, &error), error);
}

Cluster::~Cluster() {
  rostrum_engine_destroy(engine_);
  rostrum_strategy_destroy(strategy_);
}

void Cluster::Feed(const Workload& workload) {
  rostrum_error_t* error = nullptr;
  Require(rostrum_engine_update_cells(engine_, workload.cells(), /*replace_all=*/1, &error), error);
}

void Cluster::Apply(const ChangedCells::Step& step) {
  rostrum_error_t* error = nullptr;
  Require(rostrum_engine_update_cells(engine_, step.cells.get(), /*replace_all=*/0, &error), error);
  for (const std::string& id : step.gone) {
    Require(rostrum_engine_remove_cell(engine_, id.c_str(), &error), error);
  }
}

void Cluster::Submit(const Workload& workload) {
  rostrum_error_t* error = nullptr;
  uint64_t added = 0;
  Require(rostrum_engine_submit(engine_, workload.work(), 0, &added, &error), error);
}

RoundHandle Cluster::RunRound() {
  rostrum_round_t* round = nullptr;
  rostrum_error_t* error = nullptr;
  Require(rostrum_engine_run_round(engine_, 0, 0, &round, &error), error);
  return RoundHandle(round);
}

void Cluster::HandBackAll(const rostrum_round_t* round) {
  size_t count = 0;
  const rostrum_decision_t* const decisions = rostrum_round_decisions(round, &count);
  std::vector<uint32_t> placed;
  for (uint32_t i = 0; i < count; ++i) {
    if (decisions[i].code == ROSTRUM_REFUSAL_NONE) placed.push_back(i);
  }
  rostrum_error_t* error = nullptr;
  uint64_t undone = 0;
  Require(rostrum_engine_hand_back(engine_, round, placed.data(), placed.size(), &undone, &error),
          error);
}

}  // namespace rostrum::bench
