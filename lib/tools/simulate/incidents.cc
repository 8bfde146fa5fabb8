#include "lib/tools/simulate/incidents.h"

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/failure.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/plain_spaces.h"
#include "lib/tools/simulate/random.h"

namespace rostrum::tools {
namespace {

// The names of all zones, in the order of their first cells.
std::vector<std::string_view> ZonesOf(const Scenario& scenario) {
  std::vector<std::string_view> zones;
  for (const Cell& cell : scenario.cells) {
    if (std::find(zones.begin(), zones.end(), cell.zone) == zones.end()) {
      zones.push_back(cell.zone);
    }
  }
  return zones;
}

// Some of them, for an error.
std::string ZonesText(std::vector<std::string_view> zones) {
  constexpr size_t kZonesNamed = 20;
  const size_t more = zones.size() - std::min(zones.size(), kZonesNamed);
  zones.resize(zones.size() - more);
  std::vector<std::string> names;
  for (const std::string_view zone : zones) names.push_back(Shown(zone));
  return Format(
      "one of {}{}", Join(names, ", "),
      more > 0 ? Format(" and {} more", FormatCount(static_cast<int64_t>(more))) : "");
}

Status AddZoneFailure(const std::string& zone, int64_t time_ms, Scenario* scenario) {
  Failure failure{time_ms, Format("zone {} fails", zone), {}};
  for (uint32_t i = 0; i < scenario->cells.size(); ++i) {
    if (scenario->cells[i].zone == zone) failure.cells.push_back(i);
  }
  if (failure.cells.empty()) {
    return InvalidArgument(Format("--fail-zone is \"{}\", expected {}", Shown(zone),
                                       ZonesText(ZonesOf(*scenario))));
  }
  scenario->failures.push_back(std::move(failure));
  return {};
}

Status AddCellFailure(const IncidentOptions& options, int64_t time_ms, Scenario* scenario) {
  std::vector<uint32_t> candidates;
  for (uint32_t i = 0; i < scenario->cells.size(); ++i) {
    if (scenario->failures.empty() || scenario->cells[i].zone != options.fail_zone) {
      candidates.push_back(i);
    }
  }
  const auto count = static_cast<size_t>(options.fail_cells);
  if (count > candidates.size()) {
    return InvalidArgument(
        Format("--fail-cells is \"{}\", expected at most {}, the number of "
                    "cells that are there to fail",
                    count, candidates.size()));
  }
  Random random(options.seed, Random::Stream::kIncidents);
  for (size_t i = 0; i < count; ++i) {
    std::swap(candidates[i], candidates[i + random.Below(candidates.size() - i)]);
  }
  candidates.resize(count);
  std::sort(candidates.begin(), candidates.end());
  const std::string label =
      WithPlainSpaces(CountOf(options.fail_cells, "cell fails", "cells fail"));
  scenario->failures.push_back({time_ms, label, std::move(candidates)});
  return {};
}

}  // namespace

Status AddIncidents(const IncidentOptions& options, Scenario* scenario) {
  const int64_t middle_ms = scenario->duration_ms / 2;
  if (!options.fail_zone.empty()) {
    if (Status s = AddZoneFailure(options.fail_zone, middle_ms, scenario); !s.ok()) return s;
  }
  if (options.fail_cells > 0) {
    if (Status s = AddCellFailure(options, middle_ms, scenario); !s.ok()) return s;
  }
  for (const Failure& failure : scenario->failures) {
    scenario->description.push_back(Format(
        "At {}: {}", FormatSeconds(static_cast<double>(failure.time_ms) / 1000), failure.label));
  }
  scenario->rolling_update = options.rolling_update;
  if (options.rolling_update) {
    scenario->description.push_back(
        "A rolling update empties and restarts a tenth of the cells at a time");
  }
  return {};
}

}  // namespace rostrum::tools
