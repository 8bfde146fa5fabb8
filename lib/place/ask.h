// What an auction asks, in terms of a board's columns.

#ifndef ROSTRUM_LIB_PLACE_ASK_H_
#define ROSTRUM_LIB_PLACE_ASK_H_

#include <string_view>
#include <vector>

#include "rostrum/auction.h"

namespace rostrum {

struct ScalarAsk {
  int column = -1;  // -1: no cell has it.
  std::string_view name;
  Amount amount = 0;
};

struct Ask {
  Kind kind = Kind::kLrp;
  Amount memory = 0;
  Amount disk = 0;
  Amount cpu = 0;
  Amount least_cpu = 0;  // That must be free; see LeastFree.
  std::vector<ScalarAsk> scalars;
};

class Board;

// Names point into the work.
Ask MakeAsk(const Work& work, const Board& board);

}  // namespace rostrum

#endif  // ROSTRUM_LIB_PLACE_ASK_H_
