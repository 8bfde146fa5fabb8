// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// An immutable picture of all cells: what a round works on.

#ifndef ROSTRUM_SNAPSHOT_H_
#define ROSTRUM_SNAPSHOT_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "rostrum/cell.h"
#include "rostrum/status.h"

namespace rostrum {

// Private to the library.
struct SnapshotVersion;

// Thread safety: immutable, so any thread may read it at any time.
class Snapshot {
 public:
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

  // A snapshot of given cells. An error as of Cache::Update.
  static Expected<std::shared_ptr<const Snapshot>> FromCells(std::span<const Cell> cells);

  size_t size() const;
  // All cells as values, in the order of zone name, cell index, id. What they were is worked out
  // when this is first asked, and then kept.
  std::vector<Cell> Cells() const;

 private:
  friend struct Internals;

  explicit Snapshot(std::unique_ptr<SnapshotVersion> version);

  const std::unique_ptr<SnapshotVersion> version_;
};

}  // namespace rostrum

#endif  // ROSTRUM_SNAPSHOT_H_
