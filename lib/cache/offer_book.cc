#include "lib/cache/offer_book.h"

#include <algorithm>
#include <new>

#include "lib/base/format.h"

namespace rostrum {
namespace {

const char* StateName(OfferState state) {
  switch (state) {
    case OfferState::kHeld:
      return "held";
    case OfferState::kAccepted:
      return "accepted";
    case OfferState::kDeclined:
      return "declined";
    case OfferState::kRescinded:
      return "rescinded";
    case OfferState::kExpired:
      return "expired";
  }
  return "unknown";
}

std::vector<std::string> IdsByArrival(std::vector<const HeldOffer*> offers) {
  std::sort(offers.begin(), offers.end(),
            [](const HeldOffer* a, const HeldOffer* b) { return a->number < b->number; });
  std::vector<std::string> ids;
  ids.reserve(offers.size());
  for (const HeldOffer* offer : offers) ids.push_back(offer->id);
  return ids;
}

}  // namespace

Status OfferBook::Add(const Offer& offer) {
  if (held_.contains(offer.id) || gone_.contains(offer.id)) {
    return InvalidArgument(
        Format("offer \"{}\" was added before, expected an id of its own", offer.id));
  }
  HeldOffer held;
  held.id = offer.id;
  held.agent_id = offer.agent_id;
  held.resources = offer.resources;
  held.received_ms = offer.received_ms;
  held.number = counts_.added;
  std::vector<std::string>& of_agent = by_agent_[offer.agent_id];
  of_agent.push_back(offer.id);
  try {
    held_.emplace(offer.id, std::move(held));
  } catch (...) {
    of_agent.pop_back();
    throw;
  }
  ++counts_.added;
  ++counts_.held;
  return {};
}

const HeldOffer* OfferBook::Find(std::string_view offer_id) const {
  const auto at = held_.find(offer_id);
  return at == held_.end() ? nullptr : &at->second;
}

void OfferBook::Withdraw(std::string_view offer_id) {
  const auto at = held_.find(offer_id);
  const auto agent = by_agent_.find(at->second.agent_id);
  agent->second.pop_back();
  if (agent->second.empty()) by_agent_.erase(agent);
  held_.erase(at);
  --counts_.added;
  --counts_.held;
}

Expected<HeldOffer> OfferBook::TakeOut(std::string_view offer_id, OfferState state) {
  const auto at = held_.find(offer_id);
  if (at == held_.end()) {
    const Expected<OfferState> found = StateOf(offer_id);
    if (!found.ok()) return found.status();
    return FailedPrecondition(
        Format("offer \"{}\" is {}, expected one that is held", offer_id, StateName(*found)));
  }
  Remember(at->first, state);
  HeldOffer offer = std::move(at->second);
  held_.erase(at);
  const auto agent = by_agent_.find(offer.agent_id);
  std::erase(agent->second, offer.id);
  if (agent->second.empty()) by_agent_.erase(agent);
  --counts_.held;
  ++*CountOf(state);
  return offer;
}

std::vector<std::string> OfferBook::HeldBy(std::string_view agent_id) const {
  const auto at = by_agent_.find(agent_id);
  return at == by_agent_.end() ? std::vector<std::string>() : at->second;
}

bool OfferBook::HoldsAnyOf(std::string_view agent_id) const {
  return FirstHeldBy(agent_id) != nullptr;
}

const std::string* OfferBook::FirstHeldBy(std::string_view agent_id) const {
  const auto at = by_agent_.find(agent_id);
  return at == by_agent_.end() || at->second.empty() ? nullptr : &at->second.front();
}

std::vector<std::string> OfferBook::HeldBefore(int64_t oldest_ms) const {
  std::vector<const HeldOffer*> old;
  for (const auto& [id, offer] : held_) {
    if (offer.received_ms < oldest_ms) old.push_back(&offer);
  }
  return IdsByArrival(std::move(old));
}

Expected<OfferState> OfferBook::StateOf(std::string_view offer_id) const {
  if (held_.contains(offer_id)) return OfferState::kHeld;
  const auto at = gone_.find(offer_id);
  if (at == gone_.end()) return NotFound(Format("there is no offer \"{}\"", offer_id));
  return at->second;
}

Status OfferBook::Check() const {
  const uint64_t out = counts_.accepted + counts_.declined + counts_.rescinded + counts_.expired;
  if (counts_.added == counts_.held + out && counts_.held == held_.size()) return {};
  return Status(Code::kInternal, Format("{} offers were added, but {} are held and {} went",
                                        counts_.added, held_.size(), out));
}

uint64_t* OfferBook::CountOf(OfferState state) {
  switch (state) {
    case OfferState::kAccepted:
      return &counts_.accepted;
    case OfferState::kDeclined:
      return &counts_.declined;
    case OfferState::kRescinded:
      return &counts_.rescinded;
    case OfferState::kExpired:
      return &counts_.expired;
    case OfferState::kHeld:
      break;
  }
  return &counts_.held;
}

void OfferBook::Remember(std::string_view offer_id, OfferState state) {
  try {
    gone_order_.emplace_back(offer_id);
    try {
      gone_.emplace(std::string(offer_id), state);
    } catch (...) {
      gone_order_.pop_back();
      throw;
    }
  } catch (const std::bad_alloc&) {
    // That an offer went must not fail; where memory ran out its id is not remembered.
    return;
  }
  if (gone_order_.size() <= kRemembered) return;
  gone_.erase(gone_order_.front());
  gone_order_.pop_front();
}

}  // namespace rostrum
