// One cell on its way into the cache, without copies of its texts.

#ifndef ROSTRUM_LIB_CACHE_CELL_INPUT_H_
#define ROSTRUM_LIB_CACHE_CELL_INPUT_H_

#include <cstdint>
#include <memory>
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
  LrpList(std::shared_ptr<const std::string_view> first, size_t count)
      : first_(std::move(first)), count_(count) {}

  // Copies the guids, and their characters, into one block.
  static LrpList Copy(std::span<const std::string> guids);

  std::span<const std::string_view> guids() const { return {first_.get(), count_}; }
  size_t size() const { return count_; }

 private:
  std::shared_ptr<const std::string_view> first_;
  size_t count_ = 0;
};

// As rostrum::Cell, with views instead of values. Valid during a call only, but for what is shared.
struct CellInput {
  std::string_view id;
  std::string_view zone;
  int64_t index = 0;
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
  uint64_t tag = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_CELL_INPUT_H_
