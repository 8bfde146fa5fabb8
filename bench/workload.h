// The fleet and the work that every peer is measured on.

#ifndef ROSTRUM_BENCH_WORKLOAD_H_
#define ROSTRUM_BENCH_WORKLOAD_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rostrum/rostrum.h"

namespace rostrum::bench {

// A pseudo-random stream that is the same everywhere. Source: Steele, Lea, Flood, "Fast splittable
// pseudorandom number generators", 2014.
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}
  uint64_t Next();

 private:
  uint64_t state_;
};

// How a fleet differs from the reference one.
struct FleetOptions {
  int64_t cells = 0;
  int64_t lrps_per_cell = 20;
  int64_t zones = 3;
  // So many kinds of cells by the placement tags that they offer beside the rest; all take the
  // work.
  int64_t signatures = 1;
  // Each cell has a total memory of its own.
  bool different_sizes = false;
  // Nothing is free.
  bool full = false;
};

// The reference fleet: cell i is "cell-%05d" in zone z(i mod 3), with 65,536 MB of memory, 131,072
// MB of disk, 250 containers, and LRPs "old-%05d-%d" of 64 to 1,024 MB of memory and 512 or 1,024
// MB of disk, drawn from one stream. The stream goes on in the work, so a workload makes both.
class Workload {
 public:
  // `auctions` are instances 0 to 9 of LRPs "app-%05d", of 64 to 1,024 MB and 1,024 MB of disk.
  // With `shapes` above 0 they are single instances of so many different sizes instead.
  Workload(const FleetOptions& fleet, int64_t auctions, int64_t shapes = 0);

  // Flat records, as a program would hold them. They belong to the workload.
  const rostrum_batch_t* cells() const { return cells_.get(); }
  const rostrum_batch_t* work() const { return work_.get(); }
  int64_t auctions() const { return auctions_; }

  struct BatchDeleter {
    void operator()(rostrum_batch_t* batch) const { rostrum_batch_destroy(batch); }
  };
  using Batch = std::unique_ptr<rostrum_batch_t, BatchDeleter>;
  static Batch NewBatch();

 private:
  void MakeCells(const FleetOptions& fleet, SplitMix64* random);
  void MakeWork(int64_t shapes, SplitMix64* random);

  Batch cells_;
  Batch work_;
  int64_t auctions_ = 0;
};

// One cell in a hundred of a workload, otherwise: of each four the first is closed, the second
// offers another tag, the third is gone, and a new one stands beside the fourth.
class ChangedCells {
 public:
  explicit ChangedCells(const Workload& workload);

  // To be fed, and the ids of cells to be removed: from the workload's cells to those, and back.
  struct Step {
    Workload::Batch cells;
    std::vector<std::string> gone;
  };
  const Step& there() const { return there_; }
  const Step& back() const { return back_; }

 private:
  Step there_;
  Step back_;
};

// Ends the program with the error's text unless the code is ROSTRUM_OK.
void Require(rostrum_code_t code, rostrum_error_t* error);

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_WORKLOAD_H_
