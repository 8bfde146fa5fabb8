// A round as it is read back from a recording.

#ifndef ROSTRUM_LIB_RECORD_RECORDED_ROUND_H_
#define ROSTRUM_LIB_RECORD_RECORDED_ROUND_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/round.h"

namespace rostrum::record {

// What was decided for one auction. Its texts belong to the round that it is part of.
struct RecordedDecision {
  // The position in RoundInput::auctions.
  uint32_t auction = 0;
  bool placed = false;

  // If placed:
  std::string_view cell_id;
  Score score;

  // If refused:
  RefusalCode code = RefusalCode::kNone;
  std::string_view error;
};

struct RecordedRound {
  RoundInput input;
  std::string strategy_name;
  // One for each auction, in the order in which they were decided.
  std::vector<RecordedDecision> decisions;
  // Holds the texts of the decisions, which are often the same ones, for this round and every copy.
  std::shared_ptr<const std::vector<std::string>> texts;
};

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_RECORDED_ROUND_H_
