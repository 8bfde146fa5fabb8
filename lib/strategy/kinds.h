// Kinds of strategies of which a round knows more than it may of any.

#ifndef ROSTRUM_LIB_STRATEGY_KINDS_H_
#define ROSTRUM_LIB_STRATEGY_KINDS_H_

#include <cstdint>
#include <span>

#include "lib/model/cell_row.h"
#include "rostrum/strategy.h"

namespace rostrum {

// The library's own strategies. Two auctions that ask the same get the same score from a cell that
// holds no instance of either's process, so a round keeps such scores in an index and looks apart
// at the few cells that hold one. See lib/place/shape_index.h.
class SeparableStrategy : public Strategy {
 public:
  // Writes to scores[i] what ScoreCell returns for cells[rows[i]] without instances, to the last
  // bit.
  virtual void ScoreRows(const Work& work, std::span<const CellRow> cells,
                         std::span<const uint32_t> rows, Score* scores) const = 0;

  // Whether the cell could be better than `best` with so many instances (at least one), if
  // `without` is its score with none. True where that is not certain. By default instances make no
  // difference.
  virtual bool MayBeat(const Score& without, const CellView& /*cell*/, int64_t /*instances*/,
                       const Score& best) const {
    return !Better(best, without);
  }
};

class ScanningStrategy : public Strategy {
 public:
  // Calls up to the next one that are given this very object are about this auction. Null: none is.
  virtual void BeginAuction(const AuctionView* auction) noexcept = 0;

  // Whether every cell is a choice, so that Accepts need not be asked.
  virtual bool AcceptsAll() const = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_KINDS_H_
