#include "lib/tools/score.h"

#include <cmath>

#include "lib/base/format.h"

namespace rostrum::tools {

std::string ScoreText(const Score& score) {
  std::string text = Format("score {}", score.value);
  if (score.tier != 0) text += Format(", tier {}", score.tier);
  return text;
}

void WriteScore(const Score& score, wire::JsonWriter* json) {
  json->Key("score");
  if (std::isinf(score.value)) {
    json->String(score.value < 0 ? "-inf" : "inf");
  } else {
    json->Double(score.value);
  }
  json->Key("tier");
  json->Int(score.tier);
}

}  // namespace rostrum::tools
