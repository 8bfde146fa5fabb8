// A scheduler of its own kind on Rostrum's C++ library: a strategy that is written here, and three
// rounds in which cells refuse work and work ends.
//
// The C++ interface is in the static library alone, which pkg-config knows as rostrum-cpp:
//
// c++ -std=c++20 scheduler.cc -o scheduler $(pkg-config --cflags --libs rostrum-cpp)

#include <rostrum/engine.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace {

using rostrum::Amount;
using rostrum::AuctionView;
using rostrum::CellView;
using rostrum::WholeAmount;

// Keeps what is free in proportion: a cell that has much memory left should have much cpu left too,
// or one of them is stranded. Cells that can be taken away at any time come last, and every cell
// keeps half a core for itself.
class BalancedStrategy : public rostrum::Strategy {
 public:
  std::string_view Name() const override { return "balanced"; }

  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    if (cell.cpu_free - auction.work->asked.cpu >= kReservedCpu) return true;
    *reason = "half a core is reserved for the cell";
    return false;
  }

  rostrum::Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    const double memory = Share(cell.memory_free - auction.work->asked.memory, cell.memory_total);
    const double cpu = Share(cell.cpu_free - auction.work->asked.cpu, cell.cpu_total);
    return {std::abs(memory - cpu), /*tier=*/cell.tag == kSpot ? 1 : 0};
  }

  // What a cell's tag says; the library hands it on as it is.
  static constexpr uint64_t kOwned = 0;
  static constexpr uint64_t kSpot = 1;

 private:
  static constexpr Amount kReservedCpu = WholeAmount(1) / 2;

  static double Share(Amount free, Amount total) {
    return static_cast<double>(free) / static_cast<double>(total);
  }
};

// Examples end at the first error; a service would look at status.code() and status.retriable().
void Check(const rostrum::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "scheduler: %s\n", status.text().c_str());
  std::exit(1);
}

rostrum::Cell MakeCell(const std::string& id, int64_t cores, int64_t memory, uint64_t tag) {
  rostrum::Cell cell;
  cell.id = id;
  cell.total.cpu = WholeAmount(cores);
  cell.total.memory = WholeAmount(memory);
  cell.total.containers = 100;
  cell.available = cell.total;
  cell.signature.rootfs_providers = {{"docker", rostrum::RootfsProvider::Type::kArbitrary, {}}};
  cell.tag = tag;
  return cell;
}

rostrum::LrpStart MakeLrp(const std::string& guid, Amount cpu, Amount memory, int32_t instances) {
  auto work = std::make_shared<rostrum::Work>();
  work->guid = guid;
  work->domain = "example";
  work->asked.cpu = cpu;
  work->asked.memory = memory;
  work->constraint.rootfs = "docker:///library/httpd";
  rostrum::LrpStart start{std::move(work), {}};
  for (int32_t i = 0; i < instances; ++i) start.indices.push_back(i);
  return start;
}

std::shared_ptr<const rostrum::Round> RunRound(rostrum::Engine* engine, int64_t now_ms) {
  auto round = engine->RunRound(/*seed=*/0, now_ms);
  Check(round.status());
  for (const rostrum::Decision& decision : (*round)->decisions()) {
    const rostrum::Auction& auction = (*round)->auctions()[decision.auction];
    std::printf("  %s (attempt %d): ", auction.Identifier().c_str(), auction.attempts + 1);
    if (decision.placed) {
      std::printf("on %.*s\n", static_cast<int>(decision.cell_id.size()), decision.cell_id.data());
    } else {
      std::printf("%s\n", (*round)->refusals()[decision.refusal].error.c_str());
    }
  }
  return *round;
}

// The cell would not start it: it is taken off and waits for the next round.
void HandBack(rostrum::Engine* engine, const rostrum::Round& round, uint32_t decision) {
  Check(engine->HandBack(round, std::span(&decision, 1)).status());
}

// An instance has ended on its own. What cells run is theirs to say, so the cell gets a new state.
rostrum::Status Depart(rostrum::Cache* cache, std::string_view cell_id, const rostrum::Work& work) {
  auto cell = cache->Find(cell_id);
  if (!cell.ok()) return cell.status();
  const auto instance = std::find(cell->lrps.begin(), cell->lrps.end(), work.guid);
  if (instance == cell->lrps.end()) return rostrum::NotFound("it does not run there");
  cell->lrps.erase(instance);
  rostrum::Resources freed = work.asked;
  freed.containers = 1;
  cell->available.Add(freed);
  cell->starting_containers = 0;
  return cache->Update(std::span(&*cell, 1));
}

}  // namespace

int main() {
  rostrum::Engine engine(std::make_shared<BalancedStrategy>());
  const rostrum::Cell cells[] = {MakeCell("big", 8, 32768, BalancedStrategy::kOwned),
                                 MakeCell("small", 4, 4096, BalancedStrategy::kOwned),
                                 MakeCell("spot", 8, 16384, BalancedStrategy::kSpot)};
  Check(engine.UseCache([&](rostrum::Cache& cache) { return cache.Update(cells); }));

  const rostrum::LrpStart lrps[] = {MakeLrp("cruncher", WholeAmount(3), WholeAmount(1024), 6),
                                    MakeLrp("store", WholeAmount(1), WholeAmount(12288), 2)};
  Check(engine.Submit(lrps, {}, /*now_ms=*/0).status());
  std::puts("Everything is new:");
  const auto first = RunRound(&engine, 0);

  std::puts("The cell hands the first one back:");
  HandBack(&engine, *first, 0);
  const auto second = RunRound(&engine, 1000);

  std::puts("An instance of the cruncher ends:");
  const rostrum::Decision& ended = first->decisions()[1];
  Check(engine.UseCache([&](rostrum::Cache& cache) {
    return Depart(&cache, ended.cell_id, *first->auctions()[ended.auction].work);
  }));
  RunRound(&engine, 2000);
  std::printf("%zu still wait.\n", engine.QueueSize());
}
