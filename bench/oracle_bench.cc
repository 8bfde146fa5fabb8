// The literal scheduler of the tests on the same fleet and work: a peer to compare with, and where
// the hashes in placements.txt come from.
//
//   oracle_bench CASE...
//
// prints one JSON object for each: the time of one round and the hash of its placements. A case is
// named as in rostrum_bench, without "warm" or "cold".

#include <chrono>
#include <cstdio>
#include <optional>
#include <string>

#include "bench/case.h"
#include "bench/hash.h"
#include "bench/workload.h"
#include "lib/base/format.h"
#include "tests/oracle/bestfit.h"
#include "tests/oracle/diego.h"
#include "tests/oracle/mesos.h"

namespace rostrum::bench {
namespace {

// The records of a batch in the oracle's own form.
class Reader {
 public:
  explicit Reader(const rostrum_batch_t* batch) {
    size_t count = 0;
    bytes_ = rostrum_batch_bytes(batch, &count);
    texts_ = rostrum_batch_texts(batch, &count);
    indices_ = rostrum_batch_indices(batch, &count);
    cells_ = rostrum_batch_cells(batch, &cell_count_);
    work_ = rostrum_batch_work(batch, &work_count_);
  }

  std::vector<oracle::Cell> Cells() const {
    std::vector<oracle::Cell> cells;
    for (size_t i = 0; i < cell_count_; ++i) cells.push_back(CellOf(cells_[i]));
    return cells;
  }

  std::vector<oracle::Lrp> Lrps() const {
    std::vector<oracle::Lrp> lrps;
    for (size_t i = 0; i < work_count_; ++i) {
      const rostrum_work_t& work = work_[i];
      for (uint32_t k = 0; k < work.indices.count; ++k) {
        oracle::Lrp lrp;
        lrp.process_guid = TextOf(work.guid);
        lrp.index = indices_[work.indices.first + k];
        lrp.memory_mb = work.asked.memory / 1000;
        lrp.disk_mb = work.asked.disk / 1000;
        lrp.rootfs = TextOf(work.rootfs);
        lrps.push_back(std::move(lrp));
      }
    }
    return lrps;
  }

 private:
  std::string TextOf(rostrum_text_t text) const {
    return std::string(bytes_ + text.offset, text.length);
  }

  static oracle::Amounts AmountsOf(const rostrum_resources_t& resources) {
    return {resources.memory / 1000, resources.disk / 1000, resources.containers, 0};
  }

  oracle::Cell CellOf(const rostrum_cell_t& record) const {
    oracle::Cell cell;
    cell.id = TextOf(record.id);
    cell.zone = TextOf(record.zone);
    cell.index = record.index;
    cell.total = AmountsOf(record.total);
    cell.available = AmountsOf(record.available);
    for (uint32_t i = 0; i < record.lrps.count; ++i) {
      cell.lrps.push_back(TextOf(texts_[record.lrps.first + i]));
    }
    cell.rootfs_providers["preloaded"] = {oracle::Provider::Type::kFixedSet, {"cflinuxfs4"}};
    return cell;
  }

  const char* bytes_ = nullptr;
  const rostrum_text_t* texts_ = nullptr;
  const int32_t* indices_ = nullptr;
  const rostrum_cell_t* cells_ = nullptr;
  const rostrum_work_t* work_ = nullptr;
  size_t cell_count_ = 0;
  size_t work_count_ = 0;
};

using Schedule = decltype(&oracle::ScheduleDiego);

// Null if the oracle has no such strategy.
Schedule ScheduleOf(const std::string& strategy) {
  if (strategy == "diego") return oracle::ScheduleDiego;
  if (strategy == "binpack") return oracle::ScheduleBinpack;
  if (strategy == "bestfit") return oracle::ScheduleBestfit;
  if (strategy == "spread") return oracle::ScheduleSpread;
  return nullptr;
}

void Measure(const Case& wanted) {
  const Schedule schedule = ScheduleOf(wanted.strategy);
  const Workload workload(wanted.fleet, wanted.auctions, wanted.shapes);
  const std::vector<oracle::Cell> cells = Reader(workload.cells()).Cells();
  const std::vector<oracle::Lrp> lrps = Reader(workload.work()).Lrps();
  oracle::Config config;
  config.starting_container_weight = 0.25;

  const auto start = std::chrono::steady_clock::now();
  const oracle::Outcome outcome = schedule(cells, lrps, {}, config);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  PlacementHash hash;
  size_t placed = 0;
  for (const oracle::Decision& decision : outcome.decisions) {
    hash.Add(decision.identifier, decision.cell_id);
    placed += decision.placed;
  }
  PrintFormat(stdout,
              "{{\"peer\":\"oracle\",\"case\":\"{}\",\"cells\":{},\"auctions\":{},\"calls\":1,"
              "\"best_ms\":{:.3f},\"median_ms\":{:.3f},\"placed\":{},\"hash\":\"{:016x}\"}}\n",
              wanted.Name(), wanted.fleet.cells, wanted.auctions, took.count(), took.count(),
              placed, hash.value());
  std::fflush(stdout);
}

int Main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const std::optional<Case> wanted = Case::Parse(argv[i]);
    if (!wanted || ScheduleOf(wanted->strategy) == nullptr) {
      PrintFormat(stderr,
                  "error: no case of an oracle: \"{}\", expected such as "
                  "round/diego/1000/20/1000\n",
                  argv[i]);
      return 2;
    }
    Measure(*wanted);
  }
  return 0;
}

}  // namespace
}  // namespace rostrum::bench

int main(int argc, char** argv) { return rostrum::bench::Main(argc, argv); }
