// In which order the auctions of a round take their turn.

#ifndef ROSTRUM_LIB_PLACE_AUCTION_ORDER_H_
#define ROSTRUM_LIB_PLACE_AUCTION_ORDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/strategy.h"

namespace rostrum {

// An auction that the strategy could not order, and why.
struct OrderFailure {
  uint32_t auction = 0;
  std::string text;
};

struct OrderedAuctions {
  std::vector<uint32_t> order;  // Positions in the batch, first to last.
  std::vector<OrderFailure> failures;
};

AuctionView ViewOf(const Auction& auction);

// LRPs, then tasks, as queued: the order of refusals where there is no cell to compete for.
std::vector<uint32_t> QueueOrder(const std::vector<Auction>& auctions);

OrderedAuctions OrderAuctions(const std::vector<Auction>& auctions, Strategy& strategy);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_AUCTION_ORDER_H_
