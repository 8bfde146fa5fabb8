#include "tests/oracle/rules.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <tuple>
#include <utility>

#include "tests/oracle/go_url.h"

namespace rostrum::oracle {
namespace {

template <typename WorkType>
std::vector<WorkType> KeepFirstOfEach(const std::vector<WorkType>& all) {
  std::vector<WorkType> kept;
  std::set<std::string> seen;
  for (const WorkType& work : all) {
    if (seen.insert(Identifier(work)).second) kept.push_back(work);
  }
  return kept;
}

bool IsSubset(const std::set<std::string>& part, const std::set<std::string>& whole) {
  return std::includes(whole.begin(), whole.end(), part.begin(), part.end());
}

std::set<std::string> ToSet(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

// How far the cell gets through the constraints, in the order in which Diego asks for them.
Mismatch FindMismatch(const Cell& cell, const Work& work) {
  if (!OffersRootFs(cell, work.rootfs)) return Mismatch::kRootFs;
  if (!OffersVolumeDrivers(cell, work.volume_drivers)) return Mismatch::kVolumeDrivers;
  if (!AcceptsPlacementTags(cell, work.placement_tags)) return Mismatch::kPlacementTags;
  return Mismatch::kNone;
}

// Diego keeps the error of the cell that got farthest within a zone. From zone to zone it means to
// do the same, but lets any later error take the place of one about tags.
Mismatch MismatchAfterNextZone(Mismatch so_far, Mismatch next) {
  const bool stays = so_far == Mismatch::kVolumeDrivers && next != Mismatch::kPlacementTags;
  return stays ? so_far : next;
}

std::string Quoted(const std::string& text) { return "\"" + text + "\""; }

std::string TagMismatchText(const std::vector<std::string>& tags) {
  const std::string start = "found no compatible cell with ";
  if (tags.empty()) return start + "no placement tags";
  if (tags.size() == 1) return start + "placement tag " + Quoted(tags[0]);
  std::string text = start + "placement tags " + Quoted(tags[0]);
  for (size_t i = 1; i + 1 < tags.size(); ++i) text += ", " + Quoted(tags[i]);
  return text + " and " + Quoted(tags.back());
}

void Occupy(const Work& work, Cell* cell) {
  cell->available.memory_mb -= work.memory_mb;
  cell->available.disk_mb -= work.disk_mb;
  cell->available.cpu_milli -= work.cpu_milli;
  cell->available.gpu_milli -= work.gpu_milli;
  cell->available.containers -= 1;
  cell->starting_containers += 1;
}

}  // namespace

Zones BuildZones(const std::vector<Cell>& cells) {
  Zones zones;
  for (const Cell& cell : cells) {
    if (!cell.evacuating) zones[cell.zone].push_back(cell);
  }
  for (auto& [name, zone] : zones) {
    std::stable_sort(zone.begin(), zone.end(), [](const Cell& a, const Cell& b) {
      return std::tie(a.index, a.id) < std::tie(b.index, b.id);
    });
  }
  return zones;
}

std::string Identifier(const Lrp& lrp) {
  return lrp.process_guid + "." + std::to_string(lrp.index);
}

std::string Identifier(const Task& task) { return task.guid; }

std::vector<Lrp> WithoutDuplicates(const std::vector<Lrp>& lrps) { return KeepFirstOfEach(lrps); }

std::vector<Task> WithoutDuplicates(const std::vector<Task>& tasks) {
  return KeepFirstOfEach(tasks);
}

std::vector<Lrp> LargerFirst(std::vector<Lrp> lrps) {
  std::stable_sort(lrps.begin(), lrps.end(), [](const Lrp& a, const Lrp& b) {
    return a.index == b.index ? a.memory_mb > b.memory_mb : a.index < b.index;
  });
  return lrps;
}

std::vector<Task> LargerFirst(std::vector<Task> tasks) {
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const Task& a, const Task& b) { return a.memory_mb > b.memory_mb; });
  return tasks;
}

bool HasWork(const Cell& cell) {
  return !cell.lrps.empty() || cell.other_lrps > 0 || cell.task_count > 0;
}

int64_t InstancesOn(const Cell& cell, const std::string& process_guid) {
  return std::count(cell.lrps.begin(), cell.lrps.end(), process_guid);
}

bool OffersRootFs(const Cell& cell, const std::string& rootfs) {
  const std::optional<GoUrl> url = ParseGoUrl(rootfs);
  if (!url) return false;
  const auto found = cell.rootfs_providers.find(url->scheme);
  if (found == cell.rootfs_providers.end()) return false;
  const Provider& provider = found->second;
  switch (provider.type) {
    case Provider::Type::kArbitrary:
      return true;
    case Provider::Type::kFixedSet:
      return provider.set.contains(url->opaque);
    case Provider::Type::kUnknown:
      // Diego panics here. A provider that nobody can ask is as good as none.
      return false;
  }
  return false;
}

bool OffersVolumeDrivers(const Cell& cell, const std::vector<std::string>& wanted) {
  return IsSubset(ToSet(wanted), ToSet(cell.volume_drivers));
}

bool AcceptsPlacementTags(const Cell& cell, const std::vector<std::string>& wanted) {
  const std::set<std::string> required = ToSet(cell.placement_tags);
  std::set<std::string> allowed = ToSet(cell.optional_placement_tags);
  allowed.insert(required.begin(), required.end());
  return IsSubset(required, ToSet(wanted)) && IsSubset(ToSet(wanted), allowed);
}

std::string MismatchText(Mismatch mismatch, const std::vector<std::string>& wanted_tags) {
  switch (mismatch) {
    case Mismatch::kNone:
      return "";
    case Mismatch::kRootFs:
      return "found no compatible cell for required rootfs";
    case Mismatch::kVolumeDrivers:
      return "found no compatible cell with required volume drivers";
    case Mismatch::kPlacementTags:
      return TagMismatchText(wanted_tags);
  }
  return "";
}

Candidates FindCandidates(Zones* zones, const Work& work, const std::string& process_guid) {
  Candidates candidates;
  Mismatch mismatch = Mismatch::kNone;
  for (auto& [name, zone] : *zones) {
    CandidateZone found;
    Mismatch farthest = Mismatch::kRootFs;
    for (Cell& cell : zone) {
      found.instances += InstancesOn(cell, process_guid);
      const Mismatch of_cell = FindMismatch(cell, work);
      if (of_cell == Mismatch::kNone) {
        found.cells.push_back(&cell);
      } else {
        farthest = std::max(farthest, of_cell);
      }
    }
    if (found.cells.empty()) {
      mismatch = MismatchAfterNextZone(mismatch, farthest);
    } else {
      candidates.zones.push_back(std::move(found));
    }
  }
  if (candidates.zones.empty()) candidates.error = MismatchText(mismatch, work.placement_tags);
  return candidates;
}

Demand ReservedBy(const Work& work) {
  return {work.memory_mb, work.disk_mb, work.cpu_milli, work.gpu_milli};
}

Demand NeededOn(const Cell& cell, const Lrp& lrp) {
  Demand demand = ReservedBy(lrp);
  demand.memory_mb += cell.proxy_memory_mb;
  return demand;
}

Demand NeededOn(const Cell&, const Task& task) { return ReservedBy(task); }

Problems FindProblems(const Amounts& available, const Demand& demand) {
  Problems problems;
  if (available.memory_mb < demand.memory_mb) problems.insert("memory");
  if (available.disk_mb < demand.disk_mb) problems.insert("disk");
  if (demand.cpu_milli > 0 && available.cpu_milli < demand.cpu_milli) problems.insert("cpu");
  if (demand.gpu_milli > 0 && available.gpu_milli < demand.gpu_milli) problems.insert("gpus");
  if (available.containers < 1) problems.insert("containers");
  return problems;
}

std::string ProblemsText(const Problems& problems) {
  std::string text = "insufficient resources";
  std::string separator = ": ";
  for (const std::string& problem : problems) {
    text += separator + problem;
    separator = ", ";
  }
  return text;
}

CommonProblems::CommonProblems(const Work& work) : problems_{"containers", "disk", "memory"} {
  if (work.cpu_milli > 0) problems_.insert("cpu");
  if (work.gpu_milli > 0) problems_.insert("gpus");
}

void CommonProblems::Add(const Problems& problems) {
  std::erase_if(problems_, [&](const std::string& problem) { return !problems.contains(problem); });
}

Problems Reserve(const Lrp& lrp, Cell* cell) {
  Problems problems = FindProblems(cell->available, ReservedBy(lrp));
  if (problems.empty()) {
    Occupy(lrp, cell);
    cell->lrps.push_back(lrp.process_guid);
  }
  return problems;
}

Problems Reserve(const Task& task, Cell* cell) {
  Problems problems = FindProblems(cell->available, ReservedBy(task));
  if (problems.empty()) {
    Occupy(task, cell);
    cell->task_count += 1;
  }
  return problems;
}

Decision Placed(Kind kind, const std::string& identifier, const Cell& cell, double score) {
  Decision decision;
  decision.kind = kind;
  decision.identifier = identifier;
  decision.placed = true;
  decision.cell_id = cell.id;
  decision.score = score;
  return decision;
}

Decision Refused(Kind kind, const std::string& identifier, std::string_view error) {
  Decision decision;
  decision.kind = kind;
  decision.identifier = identifier;
  decision.error = error;
  return decision;
}

Ledger::Ledger(const Zones& zones, const Config& config)
    : maximum_(config.starting_container_count_maximum) {
  for (const auto& [name, zone] : zones) {
    for (const Cell& cell : zone) starting_ += cell.starting_containers;
  }
}

void Ledger::Record(Kind kind, const std::string& identifier,
                    const std::function<Decision()>& decide) {
  Decision decision = LimitIsReached() ? Refused(kind, identifier, kInFlightText) : decide();
  if (decision.placed) ++starting_;
  outcome_.decisions.push_back(std::move(decision));
}

Outcome RefuseAll(const std::vector<Lrp>& lrps, const std::vector<Task>& tasks) {
  Outcome outcome;
  for (const Lrp& lrp : lrps) {
    outcome.decisions.push_back(Refused(Kind::kLrp, Identifier(lrp), kNoCellsText));
  }
  for (const Task& task : tasks) {
    outcome.decisions.push_back(Refused(Kind::kTask, Identifier(task), kNoCellsText));
  }
  return outcome;
}

}  // namespace rostrum::oracle
