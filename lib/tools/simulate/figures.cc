#include "lib/tools/simulate/figures.h"

#include <algorithm>
#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "lib/tools/simulate/lower_bound.h"
#include "lib/tools/simulate/stranded.h"

namespace rostrum::tools {
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

}  // namespace rostrum::tools
