#include "lib/tools/simulate/figures.h"

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/model/cell_row.h"
#include "rostrum/constraint.h"

namespace rostrum::tools {

Status CheckBalance(const RunResult& result) {
  const RunCounts& counts = result.counts;
  Status status;
  const auto expect = [&](std::string_view what, int64_t whole, int64_t parts) {
    if (whole == parts || !status.ok()) return;
    status = Status(Code::kInternal, Format("the counts of {} do not add up: {} are {}, but "
                                            "their parts {}",
                                            result.strategy, what, whole, parts));
  };
  expect("instances and tasks that came", counts.came, counts.InstancesFound());
  expect("auctions", counts.came + counts.again, counts.AuctionsFound());
  int64_t in_zones = 0;
  for (const ReportZone& zone : result.figures.zones) in_zones += zone.instances;
  expect("those that run", counts.running, in_zones);
  int64_t on_cells = 0;
  for (const ReportCell& cell : result.cells) on_cells += cell.instances;
  expect("those that run", counts.running, on_cells);
  int64_t refused = 0;
  for (const ReportReason& reason : result.reasons) refused += reason.count;
  expect("refused auctions", counts.refused, refused);
  return status;
}

namespace {

// A way to look at one resource of many.
using Selector = std::function<Amount(const Resources&)>;

struct NamedSelector {
  std::string name;
  std::string_view unit;
  Selector amount;
};

// Those that some job asks for; memory in any case.
std::vector<NamedSelector> AskedResources(std::span<const Job> jobs) {
  Resources asked;
  std::set<std::string> scalars;
  for (const Job& job : jobs) {
    asked.disk = std::max(asked.disk, job.work->asked.disk);
    asked.cpu = std::max(asked.cpu, job.work->asked.cpu);
    for (const NamedAmount& scalar : job.work->asked.scalars) scalars.insert(scalar.name);
  }
  std::vector<NamedSelector> selectors;
  selectors.push_back({"memory", "MB", [](const Resources& r) { return r.memory; }});
  if (asked.disk > 0) {
    selectors.push_back({"disk", "MB", [](const Resources& r) { return r.disk; }});
  }
  if (asked.cpu > 0) {
    selectors.push_back({"cpu", "cores", [](const Resources& r) { return r.cpu; }});
  }
  for (const std::string& name : scalars) {
    selectors.push_back({name, "", [name](const Resources& r) { return r.Scalar(name); }});
  }
  return selectors;
}

void AddZones(const Scenario& scenario, const Cluster& cluster, Figures* figures) {
  for (uint32_t i = 0; i < cluster.size(); ++i) {
    const std::string& name = scenario.cells[i].zone;
    auto at = std::find_if(figures->zones.begin(), figures->zones.end(),
                           [&](const ReportZone& zone) { return zone.name == name; });
    if (at == figures->zones.end()) at = figures->zones.insert(at, ReportZone{name, 0});
    at->instances += static_cast<int64_t>(cluster.InstancesOn(i).size());
  }
}

// The app with the largest share of its instances on one cell; of equal ones that with the most
// there, then the first. An app that runs one instance depends on one cell whoever places it.
ReportConcentration WorstConcentration(const Cluster& cluster, std::span<const Job> jobs,
                                       std::span<const uint32_t> job_of) {
  std::vector<int64_t> running(jobs.size());
  std::vector<int64_t> most(jobs.size());
  std::vector<uint32_t> here;
  for (uint32_t cell = 0; cell < cluster.size(); ++cell) {
    here.clear();
    for (const uint32_t instance : cluster.InstancesOn(cell)) here.push_back(job_of[instance]);
    std::sort(here.begin(), here.end());
    for (size_t begin = 0; begin < here.size();) {
      size_t end = begin;
      while (end < here.size() && here[end] == here[begin]) ++end;
      const auto count = static_cast<int64_t>(end - begin);
      running[here[begin]] += count;
      most[here[begin]] = std::max(most[here[begin]], count);
      begin = end;
    }
  }
  ReportConcentration worst;
  for (size_t job = 0; job < jobs.size(); ++job) {
    if (running[job] < 2 || jobs[job].work->kind != Kind::kLrp) continue;
    const double share = static_cast<double>(most[job]) / static_cast<double>(running[job]);
    if (share < worst.share || (share == worst.share && most[job] <= worst.instances)) continue;
    worst = {jobs[job].work->guid, most[job], share};
  }
  return worst;
}

}  // namespace

Figures MakeFigures(const Scenario& scenario, const Cluster& cluster, std::span<const Job> jobs,
                    std::span<const uint32_t> job_of) {
  Figures figures;
  std::vector<Resources> totals;
  for (uint32_t i = 0; i < cluster.size(); ++i) {
    if (cluster.IsUp(i)) totals.push_back(cluster.State(i).total);
  }
  figures.cells = static_cast<int64_t>(totals.size());
  figures.cells_used = cluster.cells_used();
  figures.cells_lower_bound = LowerBoundOfCells(totals, cluster.used());

  const Resources stranded = StrandedResources(scenario, cluster);
  for (const NamedSelector& selector : AskedResources(scenario.jobs)) {
    figures.resources.push_back({selector.name, selector.unit, selector.amount(cluster.total()),
                                 selector.amount(cluster.used()), selector.amount(stranded)});
  }
  AddZones(scenario, cluster, &figures);
  figures.concentration = WorstConcentration(cluster, jobs, job_of);
  return figures;
}

namespace {

// What is asked of a resource, in shares. Shares of cells are rounded up, so that no cell is
// thought smaller than it is.
constexpr int64_t kAll = int64_t{1} << 40;

// What the weights add up to.
constexpr int64_t kWeights = 256;

using Numbers = std::vector<int64_t>;

// A product of two amounts. Not in the standard, but in both compilers.
__extension__ typedef __int128 Wide;

// Of one resource. No cell needs more of it than is asked.
int64_t ShareOf(int64_t total, int64_t asked) {
  if (total <= 0) return 0;
  if (total >= asked) return kAll;
  const auto scaled = static_cast<Wide>(total) * kAll;
  return static_cast<int64_t>((scaled + asked - 1) / asked);
}

// A bound and how far into its last cell it goes, by which the search sees where it rises.
struct Bound {
  int64_t cells = 0;
  double exact = 0;
};

class Search {
 public:
  Search(std::span<const Resources> totals, const Resources& asked) {
    AddResource(asked.memory, [](const Resources& r) { return r.memory; });
    AddResource(asked.disk, [](const Resources& r) { return r.disk; });
    AddResource(asked.cpu, [](const Resources& r) { return r.cpu; });
    AddResource(asked.containers, [](const Resources& r) { return r.containers; });
    for (const NamedAmount& scalar : asked.scalars) {
      AddResource(scalar.amount, [&](const Resources& r) { return r.Scalar(scalar.name); });
    }
    for (const Resources& total : totals) ++sizes_[SharesOf(total)];
  }

  int64_t Run() {
    if (resources_.empty()) return 0;
    TakeBestResource();
    for (int64_t step = kWeights / 2; step > 0; step /= 2) {
      while (Move(step)) {
      }
    }
    return best_.cells;
  }

 private:
  struct Resource {
    int64_t asked;
    std::function<int64_t(const Resources&)> amount;
  };

  void AddResource(int64_t asked, std::function<int64_t(const Resources&)> amount) {
    if (asked > 0) resources_.push_back({asked, std::move(amount)});
  }

  Numbers SharesOf(const Resources& total) const {
    Numbers shares;
    for (const Resource& resource : resources_) {
      shares.push_back(ShareOf(resource.amount(total), resource.asked));
    }
    return shares;
  }

  void TakeBestResource() {
    for (size_t i = 0; i < resources_.size(); ++i) {
      Numbers weights(resources_.size(), 0);
      weights[i] = kWeights;
      Try(std::move(weights));
    }
  }

  // Moves some weight from one resource to another. Returns whether that helped.
  bool Move(int64_t step) {
    for (size_t from = 0; from < resources_.size(); ++from) {
      for (size_t to = 0; to < resources_.size(); ++to) {
        if (from == to || weights_[from] < step) continue;
        Numbers weights = weights_;
        weights[from] -= step;
        weights[to] += step;
        if (Try(std::move(weights))) return true;
      }
    }
    return false;
  }

  bool Try(Numbers weights) {
    const Bound bound = BoundFor(weights);
    // What is better by a rounding error alone would make the search long.
    if (!weights_.empty() && bound.exact < best_.exact + 1e-6) return false;
    best_ = bound;
    weights_ = std::move(weights);
    return true;
  }

  // How many of the cells that are largest by these weights have what is asked by these weights.
  Bound BoundFor(const Numbers& weights) const {
    std::vector<std::pair<int64_t, int64_t>> sizes;  // How large, and how many of them.
    for (const auto& [shares, count] : sizes_) {
      int64_t size = 0;
      for (size_t i = 0; i < weights.size(); ++i) size += weights[i] * shares[i];
      sizes.emplace_back(size, count);
    }
    std::sort(sizes.begin(), sizes.end(), std::greater<>());
    Bound bound;
    int64_t missing = kWeights * kAll;
    for (const auto& [size, count] : sizes) {
      if (missing <= 0 || size == 0) break;
      const int64_t needed = std::min(count, (missing + size - 1) / size);
      const double exact = static_cast<double>(missing) / static_cast<double>(size);
      bound.cells += needed;
      bound.exact += std::min(static_cast<double>(count), exact);
      missing -= size * needed;
    }
    if (missing > 0) bound.cells = CountOfCells();
    if (missing > 0) bound.exact = static_cast<double>(bound.cells);
    return bound;
  }

  int64_t CountOfCells() const {
    int64_t cells = 0;
    for (const auto& [shares, count] : sizes_) cells += count;
    return cells;
  }

  std::vector<Resource> resources_;   // That are asked for.
  std::map<Numbers, int64_t> sizes_;  // How many cells have these shares.
  Numbers weights_;                   // The best ones so far, by resource.
  Bound best_;
};

}  // namespace

int64_t LowerBoundOfCells(std::span<const Resources> totals, const Resources& asked) {
  return Search(totals, asked).Run();
}

namespace {

// Work that asks for the same and demands the same.
struct Shape {
  Work work;  // What it asks is normalized.
  int64_t instances = 0;
};

std::string KeyOf(const Work& work) {
  std::string key = Format("{} {} {} {} {}", work.asked.memory, work.asked.disk, work.asked.cpu,
                           work.constraint.rootfs, Join(work.constraint.placement_tags, " "));
  for (const NamedAmount& scalar : work.asked.scalars) {
    key += Format(" {}={}", scalar.name, scalar.amount);
  }
  return key;
}

// In the order in which they first come.
std::vector<Shape> ShapesOf(const Scenario& scenario) {
  std::vector<Shape> shapes;
  StringMap<size_t> position;
  for (const Job& job : scenario.jobs) {
    const auto [at, is_new] = position.try_emplace(KeyOf(*job.work), shapes.size());
    if (is_new) {
      shapes.push_back({*job.work, 0});
      shapes.back().work.asked.Normalize();
    }
    shapes[at->second].instances += job.instances;
  }
  return shapes;
}

// Cells that are alike while they are empty, and the work that fits there.
struct CellClass {
  Resources total;
  Signature signature;
  std::vector<const Shape*> shapes;
  int64_t instances = 0;  // Of all these shapes.
};

// A cell on which so much is free.
SingleRow RowOf(const Resources& free) {
  std::set<std::string_view> names;
  AddNames(free, &names);
  SingleRow made(names);
  SetAmounts(&made.row, free, free);
  return made;
}

CellClass MakeClass(const Cell& cell, const std::vector<Shape>& shapes) {
  CellClass made{cell.total, cell.signature, {}, 0};
  const SingleRow empty = RowOf(cell.total);
  for (const Shape& shape : shapes) {
    if (!Fits(empty.row, shape.work)) continue;
    if (Match(shape.work.constraint, cell.signature) != MatchLevel::kMatch) continue;
    made.shapes.push_back(&shape);
    made.instances += shape.instances;
  }
  return made;
}

Amount Part(Amount free, int64_t part, int64_t whole) {
  const double share = static_cast<double>(part) / static_cast<double>(whole);
  return static_cast<Amount>(static_cast<double>(free) * share + 0.5);
}

void AddPart(const Resources& free, int64_t part, int64_t whole, Resources* sum) {
  Resources stranded;
  stranded.memory = Part(free.memory, part, whole);
  stranded.disk = Part(free.disk, part, whole);
  stranded.cpu = Part(free.cpu, part, whole);
  stranded.containers = Part(free.containers, part, whole);
  for (const NamedAmount& scalar : free.scalars) {
    stranded.scalars.push_back({scalar.name, Part(scalar.amount, part, whole)});
  }
  sum->Add(stranded);
}

}  // namespace

Resources StrandedResources(const Scenario& scenario, const Cluster& cluster) {
  const std::vector<Shape> shapes = ShapesOf(scenario);
  std::vector<CellClass> classes;
  Resources sum;
  for (uint32_t i = 0; i < cluster.size(); ++i) {
    if (!cluster.IsUp(i)) continue;
    const Cell& cell = cluster.State(i);
    auto at = std::find_if(classes.begin(), classes.end(), [&](const CellClass& other) {
      return other.total == cell.total && other.signature == cell.signature;
    });
    if (at == classes.end()) at = classes.insert(at, MakeClass(cell, shapes));
    if (at->instances == 0) continue;
    const SingleRow free = RowOf(cell.available);
    int64_t misfits = 0;
    for (const Shape* shape : at->shapes) {
      if (!Fits(free.row, shape->work)) misfits += shape->instances;
    }
    AddPart(cell.available, misfits, at->instances, &sum);
  }
  return sum;
}

}  // namespace rostrum::tools
