#include "lib/tools/simulate/incidents.h"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/flags.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/csv.h"
#include "lib/tools/simulate/made_cluster.h"

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

namespace {

constexpr size_t kBatches = 10;

// All cells, zone by zone.
std::vector<uint32_t> CellsByZone(const std::vector<Cell>& cells) {
  std::vector<uint32_t> order(cells.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
    return NaturalLess(cells[a].zone, cells[b].zone);
  });
  return order;
}

}  // namespace

RollingUpdate::RollingUpdate(const Scenario& scenario) {
  next_ms_ = scenario.duration_ms / 4;
  if (scenario.rolling_update) {
    const std::vector<uint32_t> order = CellsByZone(scenario.cells);
    const size_t size = (order.size() + kBatches - 1) / kBatches;
    for (size_t begin = 0; begin < order.size(); begin += size) {
      const size_t end = std::min(begin + size, order.size());
      batches_.emplace_back(order.begin() + static_cast<ptrdiff_t>(begin),
                            order.begin() + static_cast<ptrdiff_t>(end));
    }
  }
  if (batches_.empty()) phase_ = Phase::kDone;
}

RollingUpdate::Step RollingUpdate::Advance(int64_t now_ms, bool batch_is_empty) {
  const bool due = now_ms >= next_ms_;
  switch (phase_) {
    case Phase::kWaiting:
      if (!due) return Step::kNone;
      current_ = done_;
      phase_ = Phase::kEvacuating;
      next_ms_ = now_ms + kEvacuationMs;
      return Step::kEvacuate;
    case Phase::kEvacuating:
      if (!batch_is_empty && !due) return Step::kNone;
      if (!batch_is_empty) {
        phase_ = Phase::kStopping;
        return Step::kStopRest;
      }
      [[fallthrough]];
    case Phase::kStopping:
      phase_ = Phase::kRestarting;
      next_ms_ = now_ms + kRestartMs;
      return Step::kRestart;
    case Phase::kRestarting:
      if (!due) return Step::kNone;
      ++done_;
      phase_ = done_ == batches_.size() ? Phase::kDone : Phase::kWaiting;
      return Step::kReturn;
    case Phase::kDone:
      return Step::kNone;
  }
  return Step::kNone;
}

const std::vector<uint32_t>& RollingUpdate::batch() const {
  static const std::vector<uint32_t> kNoCells;
  return current_ ? batches_[*current_] : kNoCells;
}

std::optional<int64_t> RollingUpdate::NextTime() const {
  if (phase_ == Phase::kDone) return std::nullopt;
  return next_ms_;
}

}  // namespace rostrum::tools
