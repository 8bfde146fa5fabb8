// What each case must come to.

#ifndef ROSTRUM_BENCH_PLACEMENTS_H_
#define ROSTRUM_BENCH_PLACEMENTS_H_

#include <cstdint>
#include <string>

namespace rostrum::bench {

// Whether placements.txt has a line for the case.
bool HasPlacements(const std::string& name);

// Empty if the hash of a case's placements is the one in placements.txt, or what is wrong. For a
// case without a line there, every hash must be the first one that was asked about.
std::string ProblemWith(const std::string& name, uint64_t hash);

}  // namespace rostrum::bench

#endif  // ROSTRUM_BENCH_PLACEMENTS_H_
