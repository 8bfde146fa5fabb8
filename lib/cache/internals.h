// The way of the library's own parts behind its public classes.

#ifndef ROSTRUM_LIB_CACHE_INTERNALS_H_
#define ROSTRUM_LIB_CACHE_INTERNALS_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "lib/cache/store.h"
#include "rostrum/cache.h"
#include "rostrum/snapshot.h"

namespace rostrum {

// Work that a round placed.
struct DecidedWork {
  uint32_t row = 0;
  std::string_view cell_id;
  const Auction* auction = nullptr;
};

struct Internals {
  // What a snapshot comes to. Lives as long as the snapshot.
  static const CellTable& TableOf(const Snapshot& snapshot) {
    return snapshot.version_->store->TableOf(snapshot.version_.get());
  }

  // The cells of a cache, for those who hold the cache.
  static CellStore& StoreOf(Cache& cache);
  // States without copies of their texts.
  static Status Update(Cache& cache, std::span<const CellInput> cells, bool replace);
  static std::shared_ptr<const Signature> Intern(Cache& cache, Signature signature);
  // Places what a round decided, or takes it back: all of it or, if memory runs out, nothing. The
  // round has seen to it that it fits. Where a cell has changed since the reader of changes took
  // note and has no room any more, or is gone, the placement stands and nothing is placed. Taking
  // back returns how many were there.
  static Status Place(Cache& cache, std::span<const DecidedWork> decided, uint64_t placed_by);
  static Expected<size_t> GiveBack(Cache& cache, std::span<const DecidedWork> decided,
                                   uint64_t placed_by);

  static std::shared_ptr<const Snapshot> MakeSnapshot(std::unique_ptr<SnapshotVersion> version) {
    return std::shared_ptr<const Snapshot>(new Snapshot(std::move(version)));
  }
  static SnapshotVersion* VersionOf(const Snapshot& snapshot) { return snapshot.version_.get(); }
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_INTERNALS_H_
