#include "lib/tools/simulate/stranded.h"

#include <algorithm>
#include <string>
#include <vector>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/model/cell_row.h"
#include "rostrum/constraint.h"

namespace rostrum::tools {
namespace {

// Work that asks for the same and demands the same.
struct Shape {
  Work work;  // What it asks is normalized.
  int64_t instances = 0;
};

std::string KeyOf(const Work& work) {
  std::string key =
      Format("{} {} {} {} {}", work.asked.memory, work.asked.disk, work.asked.cpu,
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
