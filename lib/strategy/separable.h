// Strategies whose score of a cell hangs on an auction's process in one separable part.

#ifndef ROSTRUM_LIB_STRATEGY_SEPARABLE_H_
#define ROSTRUM_LIB_STRATEGY_SEPARABLE_H_

#include <cstdint>
#include <span>

#include "rostrum/strategy.h"

namespace rostrum {

// What scores are made of, by row; see CellTable. Pointers into a board, valid while it lives.
struct ScoreColumns {
  const Amount* memory_total = nullptr;
  const Amount* memory_free = nullptr;
  const Amount* disk_total = nullptr;
  const Amount* disk_free = nullptr;
  const int64_t* containers_total = nullptr;
  const int64_t* containers_free = nullptr;
  const Amount* proxy_memory = nullptr;
  const int64_t* starting = nullptr;
  const int64_t* lrp_count = nullptr;
  const int64_t* task_count = nullptr;
  const int64_t* index = nullptr;
  const int64_t* position = nullptr;
};

// The library's own strategies. Two auctions that ask the same get the same score from a cell that
// holds no instance of either's process, so a round keeps such scores in an index and looks apart
// at the few cells that hold one. See lib/place/shape_index.h.
class SeparableStrategy : public Strategy {
 public:
  // Writes to scores[i] what ScoreCell returns for row rows[i] without instances, to the last bit.
  virtual void ScoreRows(const Work& work, const ScoreColumns& columns,
                         std::span<const uint32_t> rows, Score* scores) const = 0;

  // Whether a cell could be better than `best` with so many instances (at least one), if `without`
  // is its score with none. True where that is not certain.
  virtual bool MayBeat(const Score& without, const ScoreColumns& columns, uint32_t row,
                       int64_t instances, const Score& best) const = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_SEPARABLE_H_
