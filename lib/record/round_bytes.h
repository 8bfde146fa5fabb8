// A round as bytes, and back: the content of one record.

#ifndef ROSTRUM_LIB_RECORD_ROUND_BYTES_H_
#define ROSTRUM_LIB_RECORD_ROUND_BYTES_H_

#include <string>
#include <string_view>

#include "lib/record/recorded_round.h"
#include "rostrum/round.h"
#include "rostrum/status.h"

namespace rostrum::record {

// Appends the bytes of a round. kInvalidArgument, and `bytes` is as it was, if the round is larger
// than a record may be or could not be read back.
Status AppendRound(const Round& round, std::string_view strategy_name, std::string* bytes);

// The reverse. kCorrupt, saying what is wrong, for anything that AppendRound cannot have written.
Expected<RecordedRound> ParseRound(std::string_view bytes);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_ROUND_BYTES_H_
