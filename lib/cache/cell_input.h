// One cell on its way into the cache, without copies of its texts.

#ifndef ROSTRUM_LIB_CACHE_CELL_INPUT_H_
#define ROSTRUM_LIB_CACHE_CELL_INPUT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rostrum/cell.h"

namespace rostrum {

// The process guids of a cell's LRPs. Immutable and shared: copying costs nothing, and the
// characters live as long as any copy. Most are never looked at, since only processes that are
// auctioned matter, so they are not counted or hashed until a round asks.
class LrpList {
 public:
  LrpList() = default;
  LrpList(std::shared_ptr<const std::string_view> first, size_t count, int64_t unnamed)
      : first_(std::move(first)), count_(count), unnamed_(unnamed) {}

  // Copies the guids, and their characters, into one block.
  static LrpList Copy(std::span<const std::string> guids, int64_t unnamed = 0);

  std::span<const std::string_view> guids() const { return {first_.get(), count_}; }
  size_t named() const { return count_; }
  // Those whose processes the state did not name.
  int64_t unnamed() const { return unnamed_; }
  int64_t size() const { return static_cast<int64_t>(count_) + unnamed_; }

  bool SameAs(const LrpList& other) const;

 private:
  std::shared_ptr<const std::string_view> first_;
  size_t count_ = 0;
  int64_t unnamed_ = 0;
};

// As rostrum::Cell, with views instead of values. Valid during a call only, but for what is shared.
struct CellInput {
  std::string_view id;
  std::string_view zone;
  int64_t index = 0;
  std::optional<int64_t> first_fit_index;
  const Resources* total = nullptr;
  const Resources* available = nullptr;
  const Resources* overhead = nullptr;
  // Normalized, and interned by the cache that it goes to.
  std::shared_ptr<const Signature> signature;
  LrpList lrps;
  int64_t task_count = 0;
  int64_t starting_containers = 0;
  Amount proxy_memory = 0;
  bool started = true;
  bool evacuating = false;
  bool disabled = false;
  bool draining = false;
  bool ignore_absent = false;
  uint64_t tag = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_INPUT_H_
