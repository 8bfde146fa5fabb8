// Which offer is in which state.

#ifndef ROSTRUM_LIB_CACHE_OFFER_BOOK_H_
#define ROSTRUM_LIB_CACHE_OFFER_BOOK_H_

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/strings.h"
#include "rostrum/cache.h"

namespace rostrum {

// An offer that is held.
struct HeldOffer {
  std::string id;
  std::string agent_id;
  Resources resources;
  int64_t received_ms = 0;
  uint64_t number = 0;  // By arrival.
};

// Moves every offer through its life: held once, then out in exactly one way.
class OfferBook {
 public:
  Status Add(const Offer& offer);

  // The held offer, or null.
  const HeldOffer* Find(std::string_view offer_id) const;

  // The reverse of Add, as if the offer had never come. REQUIRES: it is held, and came last.
  void Withdraw(std::string_view offer_id);

  // Takes a held offer out into `state`. kNotFound or kFailedPrecondition as in Cache.
  Expected<HeldOffer> TakeOut(std::string_view offer_id, OfferState state);

  // The id of the held offer of an agent that came first, or null.
  const std::string* FirstHeldBy(std::string_view agent_id) const;
  // Ids by arrival.
  std::vector<std::string> HeldBy(std::string_view agent_id) const;
  std::vector<std::string> HeldBefore(int64_t oldest_ms) const;
  bool HoldsAnyOf(std::string_view agent_id) const;

  Expected<OfferState> StateOf(std::string_view offer_id) const;
  OfferCounts counts() const { return counts_; }
  Status Check() const;

 private:
  // How many ids are remembered after the offers went.
  static constexpr size_t kRemembered = 100'000;

  uint64_t* CountOf(OfferState state);
  void Remember(std::string_view offer_id, OfferState state);

  StringMap<HeldOffer> held_;
  StringMap<std::vector<std::string>> by_agent_;
  StringMap<OfferState> gone_;
  std::deque<std::string> gone_order_;
  OfferCounts counts_;
};

}  // namespace rostrum

#endif  // ROSTRUM_LIB_CACHE_OFFER_BOOK_H_
