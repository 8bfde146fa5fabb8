#include "lib/tools/place/place_result.h"

#include <string_view>

#include "lib/base/strings.h"

namespace rostrum::tools {

std::vector<CellPlacements> GroupByCell(const Round& round, const std::vector<Cell>& cells) {
  std::vector<CellPlacements> all(cells.size());
  StringViewMap<size_t> position;
  for (size_t i = 0; i < cells.size(); ++i) {
    all[i].cell = &cells[i];
    position.emplace(cells[i].id, i);
  }
  for (const Decision& decision : round.decisions()) {
    if (decision.placed) all[position[decision.cell_id]].decisions.push_back(&decision);
  }
  std::erase_if(all, [](const CellPlacements& placements) { return placements.decisions.empty(); });
  return all;
}

}  // namespace rostrum::tools
