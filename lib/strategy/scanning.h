// Strategies that want to know for which auction they will be asked about many cells.

#ifndef ROSTRUM_LIB_STRATEGY_SCANNING_H_
#define ROSTRUM_LIB_STRATEGY_SCANNING_H_

#include "rostrum/strategy.h"

namespace rostrum {

class ScanningStrategy : public Strategy {
 public:
  // Calls up to the next one that are given this very object are about this auction. Null: none is.
  virtual void BeginAuction(const AuctionView* auction) noexcept = 0;

  // Whether every cell is a choice, so that Accepts need not be asked.
  virtual bool AcceptsAll() const = 0;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_STRATEGY_SCANNING_H_
