#include "lib/strategy/builtin.h"

namespace rostrum {

std::unique_ptr<Strategy> MakeStrategy(std::string_view name) {
  if (name == "diego") return MakeDiegoStrategy();
  if (name == "binpack") return MakeBinpackStrategy();
  if (name == "spread") return MakeSpreadStrategy();
  if (name == "bestfit") return MakeBestfitStrategy();
  return nullptr;
}

std::vector<std::string_view> StrategyNames() { return {"diego", "binpack", "spread", "bestfit"}; }

}  // namespace rostrum
