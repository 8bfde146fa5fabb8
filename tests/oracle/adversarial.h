// Cases made to be hard on an index: ties, exact fits, scores that differ in their last bit.

#ifndef ROSTRUM_TESTS_ORACLE_ADVERSARIAL_H_
#define ROSTRUM_TESTS_ORACLE_ADVERSARIAL_H_

#include <cstdint>

#include "tests/oracle/random_cluster.h"

namespace rostrum::oracle {

// One of several shapes, by the seed:
//   all cells equal; all cells and all work equal; one free container on each cell, or on one alone;
//   totals of zero; totals so large that scores of different cells differ in the last bit or not at
//   all; weights of -0.0, of the smallest numbers there are, and of such that scores reach Diego's
//   limit; cells that are filled to the last MB; many cells and auctions of few sizes.
Case AdversarialCase(uint64_t seed);

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_ADVERSARIAL_H_
