// The offers that the benchmarks read, as a master writes them, and what reading them must come to.
//
// Agent number n makes one offer, which is the same on every machine: cpus, memory, disk and four
// ranges of ports for everybody, memory that is reserved for a role, twelve attributes, a fault
// domain and an address. That is nearly 1 KB, as offers of real clusters are.

#ifndef ROSTRUM_BENCH_MESOS_OFFERS_H_
#define ROSTRUM_BENCH_MESOS_OFFERS_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "rostrum/mesos/offer.h"

namespace rostrum::bench {

// The framework's role, for which a part of each agent is reserved.
inline constexpr std::string_view kRole = "diego";

// One agent has this tag beside the others' (see MarkedAgent).
inline constexpr std::string_view kMark = "marked";

// Of so many agents, the one with the mark.
inline int64_t MarkedAgent(int64_t agents) { return agents * 2 / 3; }

std::string OfferId(int64_t agent);
// What an agent offers of memory, what is reserved included, in MB.
int64_t MemoryOf(int64_t agent);

// The record of an event with the offers of the first `agents` agents.
std::string OffersRecord(int64_t agents);
// The record with which a subscription begins.
std::string SubscribedRecord();

// Hands `bytes` over in pieces of the size in which libcurl does.
void InPieces(std::string_view bytes, const std::function<void(std::string_view)>& take);

// A number that differs if anything differs that an offer says, in order.
class OfferHash {
 public:
  void Add(const mesos::Offer& offer);
  uint64_t value() const { return value_; }
  int64_t count() const { return count_; }

 private:
  uint64_t value_ = 0xcbf29ce484222325;
  int64_t count_ = 0;
};

// The hash of what the first `agents` agents offer, from what was to be written and not from what
// was read.
uint64_t ExpectedHash(int64_t agents);

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_MESOS_OFFERS_H_
