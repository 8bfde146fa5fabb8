// Scores, for people and for programs.

#ifndef ROSTRUM_LIB_TOOLS_SCORE_H_
#define ROSTRUM_LIB_TOOLS_SCORE_H_

#include <string>

#include "lib/wire/json_writer.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

// "score 3.5, tier 1".
std::string ScoreText(const Score& score);

// The members "score" and "tier" of an object. JSON has no infinities, and Diego's scores may be
// infinite where a cell has a total of zero: they are the texts "inf" and "-inf".
void WriteScore(const Score& score, wire::JsonWriter* json);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SCORE_H_
