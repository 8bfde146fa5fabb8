#include "lib/tools/simulate/trace.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/csv.h"

namespace rostrum::tools {
namespace {

constexpr std::string_view kGpus = "gpus";
constexpr std::string_view kRootfs = "preloaded:trace";

// Of a trace that knows no limit of containers and no disk. The numbers are only large enough to be
// none, since a total of zero has no used share.
constexpr int64_t kContainers = 1'000'000;
constexpr int64_t kDiskMb = 1'000'000;

constexpr int64_t kMostGpus = 1'000'000;
constexpr int64_t kMostContainers = 1'000'000;
constexpr int64_t kLongestMs = 100'000'000'000'000;  // Some 3,000 years.

// What --fill may come to, since every pod is kept in memory.
constexpr double kMostPodsToFill = 10'000'000;

// What the numbers of a column are. What is measured is kept in whole units of 10 to the power of
// minus `decimals`, rounded; what is counted must be whole.
struct Unit {
  bool is_count = false;
  int decimals = 0;
  int64_t minimum = 0;
  int64_t maximum = 0;
  std::string_view expected;
};

// The bounds are those of an Amount, and of the longest time.
constexpr Unit kCpuMilli = {false, 0, 0, kAmountMaximum,
                            "thousandths of a core, a number from 0 to 4000000000000000"};
constexpr Unit kMemoryMib = {false, 3, 0, kAmountMaximum,
                             "MiB of memory, a number from 0 to 4000000000000"};
constexpr Unit kDiskMib = {false, 3, 0, kAmountMaximum,
                           "MiB of disk, a number from 0 to 4000000000000"};
constexpr Unit kContainerCount = {true, 0, 0, kMostContainers,
                                  "a whole number of containers from 0 to 1000000"};
constexpr Unit kGpuCount = {true, 0, 0, kMostGpus, "a whole number of GPUs from 0 to 1000000"};
constexpr Unit kGpuMilli = {false, 0, 0, kAmountOne,
                            "thousandths of a GPU, a number from 0 to 1000"};
constexpr Unit kTime = {false, 3, -kLongestMs, kLongestMs,
                        "seconds, a number from -100000000000 to 100000000000"};

// Reads fields of one table, and remembers the first error.
class FieldReader {
 public:
  explicit FieldReader(const CsvTable& table) : table_(table) {}

  const Status& status() const { return status_; }

  std::optional<size_t> Column(std::initializer_list<std::string_view> names, bool needed) {
    const std::optional<size_t> column = table_.Column(names);
    if (!column && needed) Keep(table_.NeededColumn(names).status());
    return column;
  }

  // A number, read as its unit says; the fallback where there is no such column or, unless it is
  // needed, where the field is empty.
  int64_t Number(size_t row, std::optional<size_t> column, const Unit& unit,
                 std::optional<int64_t> fallback) {
    if (!column) return fallback.value_or(0);
    const std::string_view text = table_.At(row, *column);
    if (text.empty() && fallback) return *fallback;
    const std::optional<int64_t> number =
        unit.is_count ? ParseCount(text, unit.minimum, unit.maximum)
                      : ParseDecimal(text, unit.decimals, unit.minimum, unit.maximum);
    if (!number) Keep(table_.BadField(row, *column, unit.expected));
    return number.value_or(0);
  }

  // A field that no trace should have, though it can be read.
  void Refuse(size_t row, size_t column, std::string_view expected) {
    Keep(table_.BadField(row, column, expected));
  }

  std::string_view Text(size_t row, std::optional<size_t> column) const {
    return column ? table_.At(row, *column) : std::string_view();
  }

  // A text that is not empty and differs from that of every other row.
  std::string_view Name(size_t row, size_t column) {
    const std::string_view name = table_.At(row, column);
    if (name.empty()) Keep(table_.BadField(row, column, "a name"));
    if (!names_.insert(name).second) {
      Keep(table_.BadField(row, column, "a name that no line before has"));
    }
    return name;
  }

 private:
  void Keep(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }

  const CsvTable& table_;
  StringViewSet names_;
  Status status_;
};

// What all nodes together have of a resource. A sum that an Amount cannot hold is a slip, such as
// bytes in a column of MiB, and is refused where it gets too large: all that is counted of the
// cluster later is a part of it.
class FleetTotal {
 public:
  explicit FleetTotal(std::string_view expected) : expected_(expected) {}

  void Add(size_t row, std::optional<size_t> column, Amount amount, FieldReader* reader) {
    if (__builtin_add_overflow(total_, amount, &total_) && column) {
      reader->Refuse(row, *column, expected_);
    }
  }

 private:
  std::string_view expected_;
  Amount total_ = 0;
};

// Of the resources whose numbers are large enough. GPUs, containers and the disk that a file does
// not name are not: no file has so many lines.
struct FleetTotals {
  FleetTotal cpu{"at most 9223372036854775807 thousandths of a core on all nodes up to this line"};
  FleetTotal memory{"at most 9223372036854775 MiB of memory on all nodes up to this line"};
  FleetTotal disk{"at most 9223372036854775 MiB of disk on all nodes up to this line"};
};

struct Amounts {
  std::optional<size_t> cpu;
  std::optional<size_t> memory;
};

Resources ReadCpuAndMemory(size_t row, const Amounts& columns, FieldReader* reader) {
  Resources resources;
  resources.cpu = reader->Number(row, columns.cpu, kCpuMilli, {});
  resources.memory = reader->Number(row, columns.memory, kMemoryMib, {});
  return resources;
}

void AddGpus(Amount amount, Resources* resources) {
  if (amount > 0) resources->scalars.push_back({std::string(kGpus), amount});
}

// The models of a gpu_spec, sorted, each once.
std::set<std::string_view> ModelsOf(std::string_view spec) {
  std::set<std::string_view> models;
  while (!spec.empty()) {
    const size_t bar = spec.find('|');
    if (bar != 0) models.insert(spec.substr(0, bar));
    spec.remove_prefix(bar == std::string_view::npos ? spec.size() : bar + 1);
  }
  return models;
}

// The placement tag that stands for a gpu_spec: a node has, as an optional tag, each one of the
// trace that names its model. So matching tags is matching models, alternatives included.
std::string TagOf(const std::set<std::string_view>& models) {
  return Format("gpu:{}", Join(models, "|"));
}

Status ReadNodes(const CsvTable& table, Scenario* scenario, std::vector<std::string>* models) {
  FieldReader reader(table);
  const auto name = reader.Column({"sn", "name"}, true);
  const Amounts amounts = {reader.Column({"cpu_milli"}, true), reader.Column({"memory_mib"}, true)};
  const auto disk = reader.Column({"disk_mib"}, false);
  const auto containers = reader.Column({"containers"}, false);
  const auto gpu = reader.Column({"gpu", "num_gpu"}, false);
  const auto model = reader.Column({"model", "gpu_model"}, false);
  const auto zone = reader.Column({"zone"}, false);
  if (!reader.status().ok()) return reader.status();

  FleetTotals totals;
  for (size_t row = 0; row < table.size() && reader.status().ok(); ++row) {
    Cell cell;
    cell.id = std::string(reader.Name(row, *name));
    cell.zone = zone ? std::string(reader.Text(row, zone)) : "z1";
    cell.index = static_cast<int64_t>(row);
    cell.tag = row;
    cell.total = ReadCpuAndMemory(row, amounts, &reader);
    cell.total.disk = WholeAmount(kDiskMb);
    if (disk) cell.total.disk = reader.Number(row, disk, kDiskMib, {});
    cell.total.containers =
        containers ? reader.Number(row, containers, kContainerCount, {}) : kContainers;
    AddGpus(WholeAmount(reader.Number(row, gpu, kGpuCount, 0)), &cell.total);
    totals.cpu.Add(row, amounts.cpu, cell.total.cpu, &reader);
    totals.memory.Add(row, amounts.memory, cell.total.memory, &reader);
    totals.disk.Add(row, disk, cell.total.disk, &reader);
    cell.available = cell.total;
    models->emplace_back(reader.Text(row, model));
    scenario->cells.push_back(std::move(cell));
  }
  return reader.status();
}

// What a pod says of itself beside its job.
struct PodTimes {
  int64_t created_ms = 0;
  std::optional<int64_t> deleted_ms;
};

// Reads pods, and collects the specs they want by their tags.
class PodReader {
 public:
  PodReader(const CsvTable& table, bool by_time) : table_(table), reader_(table) {
    name_ = reader_.Column({"name"}, true);
    amounts_ = {reader_.Column({"cpu_milli"}, true), reader_.Column({"memory_mib"}, true)};
    disk_ = reader_.Column({"disk_mib"}, false);
    count_ = reader_.Column({"num_gpu", "gpu"}, false);
    milli_ = reader_.Column({"gpu_milli"}, false);
    spec_ = reader_.Column({"gpu_spec"}, false);
    if (!by_time) return;
    created_ = reader_.Column({"creation_time"}, true);
    deleted_ = reader_.Column({"deletion_time"}, false);
  }

  Status Read(Scenario* scenario, std::vector<PodTimes>* times) {
    if (!reader_.status().ok()) return reader_.status();
    for (size_t row = 0; row < table_.size() && reader_.status().ok(); ++row) {
      Job job;
      job.work = ReadWork(row);
      job.first_instance = static_cast<uint32_t>(row);
      scenario->jobs.push_back(std::move(job));
      times->push_back(ReadTimes(row));
    }
    return reader_.status();
  }

  const std::set<std::set<std::string_view>>& specs() const { return specs_; }

 private:
  std::shared_ptr<const Work> ReadWork(size_t row) {
    auto work = std::make_shared<Work>();
    work->guid = std::string(reader_.Name(row, *name_));
    work->domain = "trace";
    work->constraint.rootfs = std::string(kRootfs);
    work->asked = ReadCpuAndMemory(row, amounts_, &reader_);
    work->asked.disk = reader_.Number(row, disk_, kDiskMib, 0);
    const int64_t count = reader_.Number(row, count_, kGpuCount, 0);
    const int64_t milli = reader_.Number(row, milli_, kGpuMilli, kAmountOne);
    AddGpus(count * milli, &work->asked);
    const std::set<std::string_view> models = ModelsOf(reader_.Text(row, spec_));
    if (!models.empty()) {
      work->constraint.placement_tags = {TagOf(models)};
      specs_.insert(models);
    }
    return work;
  }

  PodTimes ReadTimes(size_t row) {
    PodTimes times;
    times.created_ms = reader_.Number(row, created_, kTime, 0);
    if (!reader_.Text(row, deleted_).empty()) {
      times.deleted_ms = reader_.Number(row, deleted_, kTime, 0);
    }
    return times;
  }

  const CsvTable& table_;
  FieldReader reader_;
  std::optional<size_t> name_;
  Amounts amounts_;
  std::optional<size_t> disk_;
  std::optional<size_t> count_;
  std::optional<size_t> milli_;
  std::optional<size_t> spec_;
  std::optional<size_t> created_;
  std::optional<size_t> deleted_;
  std::set<std::set<std::string_view>> specs_;
};

void SetSignatures(const std::set<std::set<std::string_view>>& specs,
                   const std::vector<std::string>& models, std::vector<Cell>* cells) {
  for (size_t i = 0; i < cells->size(); ++i) {
    Signature& signature = (*cells)[i].signature;
    const RootfsProvider provider = {"preloaded", RootfsProvider::Type::kFixedSet, {"trace"}};
    signature.rootfs_providers = {provider};
    for (const std::set<std::string_view>& spec : specs) {
      if (spec.contains(models[i])) signature.optional_placement_tags.push_back(TagOf(spec));
    }
    signature.Normalize();
  }
}

void MakeEventsInFileOrder(int64_t batch, Scenario* scenario) {
  scenario->round_every_ms = 1000;
  for (uint32_t i = 0; i < scenario->jobs.size(); ++i) {
    scenario->events.push_back({i / batch * 1000, Event::Type::kArrive, i, 0});
  }
  scenario->keeps_refused = false;
  scenario->duration_ms = scenario->events.back().time_ms;
}

void MakeEventsByTime(const TraceOptions& options, const std::vector<PodTimes>& times,
                      Scenario* scenario) {
  scenario->round_every_ms = options.round_every_ms;
  scenario->start_ms = options.start_ms;
  for (uint32_t i = 0; i < scenario->jobs.size(); ++i) {
    scenario->events.push_back({times[i].created_ms, Event::Type::kArrive, i, 0});
    if (!times[i].deleted_ms) continue;
    const int64_t gone_ms = std::max(times[i].created_ms, *times[i].deleted_ms);
    scenario->events.push_back({gone_ms, Event::Type::kStop, i, 0});
  }
  std::stable_sort(scenario->events.begin(), scenario->events.end(),
                   [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
  // A trace begins at zero, and what came before ran then already. It ends with everything gone, so
  // the last pod to come is the last thing to look at.
  for (const PodTimes& pod : times) {
    scenario->duration_ms = std::max(scenario->duration_ms, pod.created_ms);
  }
}

// A pod that goes when it comes, or before, never runs: a slip of whoever made the trace, most
// often, and at least one that the figures would not show.
void WarnOfLifetimes(const CsvTable& pods, const std::vector<PodTimes>& times, Scenario* scenario) {
  const auto count = std::count_if(times.begin(), times.end(), [](const PodTimes& pod) {
    return pod.deleted_ms && *pod.deleted_ms <= pod.created_ms;
  });
  if (count == 0) return;
  scenario->warnings.push_back(Format(
      "{}: {} a deletion_time that is not after the creation_time; {} before any round",
      pods.name(), CountOf(count, "pod has", "pods have"), count == 1 ? "it leaves" : "they leave"));
}

std::string DescribeOrder(const TraceOptions& options) {
  if (options.order == TraceOrder::kByTime) return "coming and going when the trace says";
  const std::string how =
      options.batch == 1 ? "one by one" : FormatCount(options.batch) + " at a time";
  if (options.order == TraceOrder::kInFileOrder) return "in file order, " + how;
  return Format("in file order, {}, again and again until the first refusal", how);
}

// How often the nodes have what all pods together ask for, by one resource; `least` if it is less
// than by those before.
double Lesser(double least, double total, double asked) {
  return asked > 0 ? std::min(least, total / asked) : least;
}

// How many pods fit at most when they come again and again. In floating point, since sums over a
// file know no bound.
double MostPods(const Scenario& scenario) {
  double memory = 0;
  double cpu = 0;
  double gpus = 0;
  double asked_memory = 0;
  double asked_cpu = 0;
  double asked_gpus = 0;
  for (const Cell& cell : scenario.cells) {
    memory += static_cast<double>(cell.total.memory);
    cpu += static_cast<double>(cell.total.cpu);
    gpus += static_cast<double>(cell.total.Scalar(kGpus));
  }
  for (const Job& job : scenario.jobs) {
    asked_memory += static_cast<double>(job.work->asked.memory);
    asked_cpu += static_cast<double>(job.work->asked.cpu);
    asked_gpus += static_cast<double>(job.work->asked.Scalar(kGpus));
  }
  const auto pods = static_cast<double>(scenario.jobs.size());
  double passes = kContainers * static_cast<double>(scenario.cells.size()) / pods;
  passes = Lesser(passes, memory, asked_memory);
  passes = Lesser(passes, cpu, asked_cpu);
  passes = Lesser(passes, gpus, asked_gpus);
  return std::floor(passes) * pods + pods;
}

Status CheckCanFill(const CsvTable& pods, const Scenario& scenario) {
  const double most = MostPods(scenario);
  if (most <= kMostPodsToFill) return {};
  return InvalidArgument(Format(
      "{}: up to {} pods may fit before the first is refused, expected {} at most: fill "
      "fewer nodes, or with larger pods",
      pods.name(), FormatDecimals(most, 0), FormatDecimals(kMostPodsToFill, 0)));
}

Status CheckContent(const CsvTable& nodes, const CsvTable& pods, const TraceOptions& options,
                    const Scenario& scenario) {
  if (nodes.size() == 0) {
    return InvalidArgument(
        Format("{}: there is no node, expected one at least", nodes.name()));
  }
  if (pods.size() == 0) {
    return InvalidArgument(Format("{}: there is no pod, expected one at least", pods.name()));
  }
  const bool any_asks = std::any_of(scenario.jobs.begin(), scenario.jobs.end(), [](const Job& job) {
    return !(job.work->asked == Resources());
  });
  if (options.order == TraceOrder::kFill && !any_asks) {
    return InvalidArgument(Format(
        "{}: no pod asks for anything, so filling the nodes would never end", pods.name()));
  }
  if (options.order == TraceOrder::kFill) return CheckCanFill(pods, scenario);
  return {};
}

}  // namespace

Expected<Scenario> ReadTrace(const CsvTable& nodes, const CsvTable& pods,
                             const TraceOptions& options) {
  Scenario scenario;
  std::vector<std::string> models;
  if (Status status = ReadNodes(nodes, &scenario, &models); !status.ok()) return status;
  std::vector<PodTimes> times;
  PodReader reader(pods, options.order == TraceOrder::kByTime);
  if (Status status = reader.Read(&scenario, &times); !status.ok()) return status;
  if (Status status = CheckContent(nodes, pods, options, scenario); !status.ok()) return status;
  SetSignatures(reader.specs(), models, &scenario.cells);

  scenario.fills = options.order == TraceOrder::kFill;
  if (options.order == TraceOrder::kByTime) {
    MakeEventsByTime(options, times, &scenario);
    WarnOfLifetimes(pods, times, &scenario);
  } else {
    MakeEventsInFileOrder(options.batch, &scenario);
  }
  scenario.description = {
      Format("{} of {}", CountOf(static_cast<int64_t>(nodes.size()), "node", "nodes"),
                  nodes.name()),
      Format("{} of {}, {}", CountOf(static_cast<int64_t>(pods.size()), "pod", "pods"),
                  pods.name(), DescribeOrder(options))};
  return scenario;
}

}  // namespace rostrum::tools
