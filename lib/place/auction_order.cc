#include "lib/place/auction_order.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

#include "lib/place/go_sort.h"
#include "lib/place/guard.h"

namespace rostrum {
namespace {

// What the order hangs on, side by side, so that sorting does not chase pointers.
struct Entry {
  uint32_t auction = 0;
  int32_t index = 0;
  Amount memory = 0;
};

// Objects rather than functions, so that sorting makes no call of each comparison.
struct LrpBefore {
  bool operator()(const Entry& a, const Entry& b) const {
    if (a.index == b.index) return a.memory > b.memory;
    return a.index < b.index;
  }
};

struct TaskBefore {
  bool operator()(const Entry& a, const Entry& b) const { return a.memory > b.memory; }
};

std::vector<Entry> EntriesOf(const std::vector<Auction>& auctions, Kind kind) {
  std::vector<Entry> entries;
  for (uint32_t i = 0; i < auctions.size(); ++i) {
    if (auctions[i].kind() != kind) continue;
    entries.push_back({i, auctions[i].index, auctions[i].work->asked.memory});
  }
  return entries;
}

void Append(std::vector<uint32_t>* order, const std::vector<Entry>& entries, size_t begin,
            size_t end) {
  for (size_t i = begin; i < end; ++i) order->push_back(entries[i].auction);
}

std::vector<uint32_t> DiegoOrder(const std::vector<Auction>& auctions) {
  std::vector<Entry> lrps = EntriesOf(auctions, Kind::kLrp);
  std::vector<Entry> tasks = EntriesOf(auctions, Kind::kTask);
  GoSort(&lrps, LrpBefore());
  GoSort(&tasks, TaskBefore());

  const auto first_later =
      std::find_if(lrps.begin(), lrps.end(), [](const Entry& lrp) { return lrp.index > 0; });
  // Where no instance has an index above zero, upstream finds no place to split and lets all of
  // them wait until after the tasks.
  const size_t split =
      first_later == lrps.end() ? 0 : static_cast<size_t>(first_later - lrps.begin());

  std::vector<uint32_t> order;
  order.reserve(auctions.size());
  Append(&order, lrps, 0, split);
  Append(&order, tasks, 0, tasks.size());
  Append(&order, lrps, split, lrps.size());
  return order;
}

std::vector<uint32_t> LargerFirstOrder(const std::vector<Auction>& auctions) {
  std::vector<Entry> lrps = EntriesOf(auctions, Kind::kLrp);
  std::vector<Entry> tasks = EntriesOf(auctions, Kind::kTask);
  std::stable_sort(lrps.begin(), lrps.end(), LrpBefore());
  std::stable_sort(tasks.begin(), tasks.end(), TaskBefore());
  std::vector<uint32_t> order;
  order.reserve(auctions.size());
  Append(&order, lrps, 0, lrps.size());
  Append(&order, tasks, 0, tasks.size());
  return order;
}

OrderedAuctions OrderByKey(const std::vector<Auction>& auctions, Strategy& strategy) {
  struct Keyed {
    double key;
    uint32_t auction;
  };
  OrderedAuctions ordered;
  std::vector<Keyed> keyed;
  for (uint32_t i = 0; i < auctions.size(); ++i) {
    double key = 0;
    const std::optional<std::string> failure = CallStrategy(
        [&] { key = FromStrategy([&] { return strategy.OrderKey(ViewOf(auctions[i])); }); });
    if (failure) {
      ordered.failures.push_back({i, *failure});
    } else if (std::isnan(key)) {
      ordered.failures.push_back({i, "its order key is NaN"});
    } else {
      keyed.push_back({key, i});
    }
  }
  std::stable_sort(keyed.begin(), keyed.end(),
                   [](const Keyed& a, const Keyed& b) { return a.key < b.key; });
  for (const Keyed& entry : keyed) ordered.order.push_back(entry.auction);
  return ordered;
}

}  // namespace

AuctionView ViewOf(const Auction& auction) {
  AuctionView view;
  view.kind = auction.kind();
  view.guid = auction.work->guid;
  view.index = auction.index;
  view.attempts = auction.attempts;
  view.queue_time_ms = auction.queue_time_ms;
  view.work = auction.work.get();
  return view;
}

std::vector<uint32_t> QueueOrder(const std::vector<Auction>& auctions) {
  std::vector<uint32_t> order;
  order.reserve(auctions.size());
  for (const Kind kind : {Kind::kLrp, Kind::kTask}) {
    for (uint32_t i = 0; i < auctions.size(); ++i) {
      if (auctions[i].kind() == kind) order.push_back(i);
    }
  }
  return order;
}

OrderedAuctions OrderAuctions(const std::vector<Auction>& auctions, Strategy& strategy) {
  switch (strategy.Order()) {
    case AuctionOrder::kDiego:
      return {DiegoOrder(auctions), {}};
    case AuctionOrder::kByKey:
      return OrderByKey(auctions, strategy);
    case AuctionOrder::kLargerFirst:
      break;
  }
  return {LargerFirstOrder(auctions), {}};
}

}  // namespace rostrum
