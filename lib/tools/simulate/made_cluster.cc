#include "lib/tools/simulate/made_cluster.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

uint64_t Mix(uint64_t state) {
  state = (state ^ (state >> 30)) * 0xbf58476d1ce4e5b9U;
  state = (state ^ (state >> 27)) * 0x94d049bb133111ebU;
  return state ^ (state >> 31);
}

}  // namespace

// The seed is mixed before the stream's number comes in, so that the streams of neighbouring seeds
// have nothing in common.
Random::Random(uint64_t seed, Stream stream)
    : state_(Mix(Mix(seed + 0x9e3779b97f4a7c15U) + static_cast<uint64_t>(stream))) {}

uint64_t Random::Next() {
  state_ += 0x9e3779b97f4a7c15U;
  return Mix(state_);
}

uint64_t Random::Below(uint64_t bound) { return Next() % bound; }

int64_t Random::Between(int64_t low, int64_t high) {
  return low + static_cast<int64_t>(Below(static_cast<uint64_t>(high - low) + 1));
}

double Random::Unit() {
  constexpr double kStep = 1.0 / 9007199254740992.0;  // 2^-53.
  return static_cast<double>(Next() >> 11) * kStep;
}

// John von Neumann's method: of draws that fall one after the other, the number is odd with
// probability exp(-first). Where it is even, the result is at least 1 larger, and all starts over.
double Random::Exponential() {
  for (double whole = 0;; whole += 1) {
    const double first = Unit();
    double last = first;
    bool odd = true;
    for (double next = Unit(); next <= last; next = Unit()) {
      last = next;
      odd = !odd;
    }
    if (odd) return whole + first;
  }
}

size_t Random::Pick(std::span<const uint32_t> weights) {
  uint64_t left = Below(std::accumulate(weights.begin(), weights.end(), uint64_t{0}));
  size_t position = 0;
  while (left >= weights[position]) left -= weights[position++];
  return position;
}

namespace {

// A size of virtual machine, with twice as much disk as memory.
struct Size {
  int64_t memory_mb = 0;
  uint32_t weight = 0;
};

constexpr std::array<Size, 3> kSizes = {{{65536, 70}, {131072, 20}, {32768, 10}}};

// What Diego's release sets for a rep unless it is told otherwise.
constexpr int64_t kContainers = 250;

Signature SignatureOf(Purpose purpose) {
  const std::string_view stack =
      purpose == Purpose::kSecondStack ? kSecondStackName : kFirstStackName;
  Signature signature;
  signature.rootfs_providers = {
      {"preloaded", RootfsProvider::Type::kFixedSet, {std::string(stack)}}};
  if (purpose == Purpose::kSegment) signature.placement_tags = {std::string(kSegmentTag)};
  signature.Normalize();
  return signature;
}

}  // namespace

Purpose PurposeOfCell(int64_t number) {
  if (number % 20 == 7) return Purpose::kSegment;
  if (number % 20 == 14) return Purpose::kSecondStack;
  return Purpose::kShared;
}

std::vector<Cell> MakeCells(int64_t count, int64_t zones, uint64_t seed) {
  Random random(seed, Random::Stream::kCells);
  std::array<uint32_t, kSizes.size()> weights{};
  for (size_t i = 0; i < kSizes.size(); ++i) weights[i] = kSizes[i].weight;

  std::vector<Cell> cells(static_cast<size_t>(count));
  for (int64_t i = 0; i < count; ++i) {
    Cell& cell = cells[static_cast<size_t>(i)];
    cell.id = Format("cell-{:05}", i);
    cell.zone = Format("z{}", i % zones + 1);
    cell.index = i;
    cell.tag = static_cast<uint64_t>(i);
    const Size& size = kSizes[random.Pick(weights)];
    cell.total.memory = WholeAmount(size.memory_mb);
    cell.total.disk = WholeAmount(size.memory_mb * 2);
    cell.total.containers = kContainers;
    cell.available = cell.total;
    cell.signature = SignatureOf(PurposeOfCell(i));
  }
  return cells;
}

namespace {

// What the apps of a platform ask for: most are small, and disk is left at its default.
constexpr std::array<int64_t, 8> kMemoryMb = {64, 128, 256, 512, 1024, 2048, 4096, 8192};
constexpr std::array<uint32_t, 8> kMemoryWeights = {6, 14, 24, 26, 20, 6, 3, 1};
constexpr std::array<int64_t, 4> kDiskMb = {512, 1024, 2048, 4096};
constexpr std::array<uint32_t, 4> kDiskWeights = {15, 60, 20, 5};

// How many instances an app has: most have one or two, and a few have very many.
struct InstanceRange {
  int32_t low = 1;
  int32_t high = 1;
};
constexpr std::array<InstanceRange, 6> kInstances = {
    {{1, 1}, {2, 2}, {3, 4}, {5, 10}, {11, 50}, {51, 200}}};
constexpr std::array<uint32_t, 6> kInstanceWeights = {550, 250, 110, 60, 25, 5};

// A segment and a second stack have few cells, which one large app would fill alone.
constexpr int32_t kMostInstancesOfFewCells = 10;
// So would an app that asks for a larger part of the memory of a small cluster.
constexpr int64_t kLargestPartOfMemory = 50;

constexpr int64_t kTaskPercent = 15;
constexpr int64_t kSegmentPercent = 4;
constexpr int64_t kSecondStackPercent = 4;
constexpr int64_t kDeletedPercent = 15;
constexpr int64_t kScaledDownPercent = 10;
constexpr int64_t kFullPercent = 75;

constexpr double kTaskMeanMs = 30'000;
constexpr int64_t kTaskLongestMs = 120'000;

enum class Fate : uint8_t { kStays, kDeleted, kScaledDown };

class WorkMaker {
 public:
  WorkMaker(const MadeClusterOptions& options, Scenario* scenario)
      : options_(options), scenario_(scenario), random_(options.seed, Random::Stream::kWork) {
    const auto count = static_cast<int64_t>(scenario->cells.size());
    for (int64_t i = 0; i < std::min<int64_t>(count, 20); ++i) {
      has_segment_ = has_segment_ || PurposeOfCell(i) == Purpose::kSegment;
      has_second_stack_ = has_second_stack_ || PurposeOfCell(i) == Purpose::kSecondStack;
    }
    for (const Cell& cell : scenario->cells) memory_ += cell.total.memory;
  }

  MadeWorkCounts Make() {
    while (!IsEnough()) MakeJob();
    MakeEvents();
    return counts_;
  }

 private:
  bool IsEnough() const {
    const auto made = static_cast<int64_t>(scenario_->jobs.size());
    if (options_.apps) return made >= *options_.apps;
    return memory_at_end_ >= memory_ / 100 * kFullPercent;
  }

  void MakeJob() {
    const bool is_task = random_.Percent(kTaskPercent);
    const Purpose purpose = DrawPurpose();
    auto work = std::make_shared<Work>();
    work->kind = is_task ? Kind::kTask : Kind::kLrp;
    work->domain = is_task ? "cf-tasks" : "cf-apps";
    work->guid =
        is_task ? Format("task-{:05}", counts_.tasks) : Format("app-{:05}", counts_.apps);
    work->asked.memory = WholeAmount(kMemoryMb[random_.Pick(kMemoryWeights)]);
    work->asked.disk = WholeAmount(kDiskMb[random_.Pick(kDiskWeights)]);
    const bool second = purpose == Purpose::kSecondStack;
    work->constraint.rootfs =
        Format("preloaded:{}", second ? kSecondStackName : kFirstStackName);
    if (purpose == Purpose::kSegment) {
      work->constraint.placement_tags = {std::string(kSegmentTag)};
    }

    Job job;
    job.first_instance = next_instance_;
    Fate fate = Fate::kStays;
    if (is_task) {
      ++counts_.tasks;
      const auto length = static_cast<int64_t>(random_.Exponential() * kTaskMeanMs);
      job.run_ms = std::clamp<int64_t>(length, 1000, kTaskLongestMs);
    } else {
      ++counts_.apps;
      job.instances = DrawInstances(purpose, work->asked.memory);
      counts_.app_instances += job.instances;
      fate = DrawFate(job);
      memory_at_end_ += work->asked.memory * StayingOf(job, fate);
    }
    next_instance_ += static_cast<uint32_t>(job.instances);
    job.work = std::move(work);
    scenario_->jobs.push_back(std::move(job));
    fates_.push_back(fate);
  }

  Purpose DrawPurpose() {
    const int64_t draw = random_.Between(0, 99);
    if (draw < kSegmentPercent && has_segment_) return Purpose::kSegment;
    if (draw >= 100 - kSecondStackPercent && has_second_stack_) return Purpose::kSecondStack;
    return Purpose::kShared;
  }

  int32_t DrawInstances(Purpose purpose, Amount memory) {
    const InstanceRange& range = kInstances[random_.Pick(kInstanceWeights)];
    int64_t count = random_.Between(range.low, range.high);
    if (purpose != Purpose::kShared) count = std::min<int64_t>(count, kMostInstancesOfFewCells);
    count = std::min(count, memory_ / kLargestPartOfMemory / memory);
    return static_cast<int32_t>(std::max<int64_t>(count, 1));
  }

  Fate DrawFate(const Job& job) {
    const int64_t draw = random_.Between(0, 99);
    if (draw < kDeletedPercent) {
      ++counts_.deleted;
      return Fate::kDeleted;
    }
    if (draw < kDeletedPercent + kScaledDownPercent && job.instances > 1) {
      ++counts_.scaled_down;
      return Fate::kScaledDown;
    }
    return Fate::kStays;
  }

  // How many instances the job has at the end.
  static int32_t StayingOf(const Job& job, Fate fate) {
    if (fate == Fate::kDeleted) return 0;
    return fate == Fate::kScaledDown ? (job.instances + 1) / 2 : job.instances;
  }

  // Of a Poisson process with a known number of arrivals in a known time, the arrivals part the
  // time as that many exponential gaps, and one more, part their sum.
  void MakeEvents() {
    Random random(options_.seed, Random::Stream::kTimes);
    std::vector<double> arrivals;
    double sum = 0;
    for (size_t i = 0; i < scenario_->jobs.size(); ++i) {
      sum += random.Exponential();
      arrivals.push_back(sum);
    }
    sum += random.Exponential();

    for (uint32_t i = 0; i < scenario_->jobs.size(); ++i) {
      const double share = sum > 0 ? arrivals[i] / sum : 0;
      const auto time_ms = static_cast<int64_t>(share * static_cast<double>(options_.duration_ms));
      scenario_->events.push_back({time_ms, Event::Type::kArrive, i, 0});
      if (fates_[i] == Fate::kStays) continue;
      const int32_t staying = StayingOf(scenario_->jobs[i], fates_[i]);
      const int64_t stop_ms = random.Between(time_ms, options_.duration_ms);
      scenario_->events.push_back({stop_ms, Event::Type::kStop, i, staying});
    }
    // Stable, so that an app that stops at the moment at which it comes has come before.
    std::stable_sort(scenario_->events.begin(), scenario_->events.end(),
                     [](const Event& a, const Event& b) { return a.time_ms < b.time_ms; });
  }

  const MadeClusterOptions& options_;
  Scenario* const scenario_;
  Random random_;
  bool has_segment_ = false;
  bool has_second_stack_ = false;
  Amount memory_ = 0;         // Of all cells.
  Amount memory_at_end_ = 0;  // What the apps so far ask for at the end.
  uint32_t next_instance_ = 0;
  std::vector<Fate> fates_;  // By job.
  MadeWorkCounts counts_;
};

}  // namespace

MadeWorkCounts MakeWork(const MadeClusterOptions& options, Scenario* scenario) {
  return WorkMaker(options, scenario).Make();
}

namespace {

std::string DescribeCells(const Scenario& scenario, int64_t zones) {
  std::map<Amount, int64_t> by_memory;
  std::map<Purpose, int64_t> by_purpose;
  for (const Cell& cell : scenario.cells) {
    ++by_memory[cell.total.memory];
    ++by_purpose[PurposeOfCell(cell.index)];
  }
  std::vector<std::string> sizes;
  for (const auto& [memory, count] : by_memory) {
    sizes.push_back(
        Format("{} with {}", FormatCount(count), FormatMegabytes(memory / kAmountOne)));
  }
  return Format("{} in {}: {} of memory; {} in an isolation segment, {} with a second stack",
                     CountOf(static_cast<int64_t>(scenario.cells.size()), "cell", "cells"),
                     CountOf(zones, "zone", "zones"), JoinNames(sizes),
                     FormatCount(by_purpose[Purpose::kSegment]),
                     FormatCount(by_purpose[Purpose::kSecondStack]));
}

std::string DescribeWork(const MadeWorkCounts& counts, int64_t duration_ms) {
  return Format(
      "{} with {} and {}, all within {}; {} deleted and {} scaled down again",
      CountOf(counts.apps, "app", "apps"), CountOf(counts.app_instances, "instance", "instances"),
      CountOf(counts.tasks, "task", "tasks"),
      FormatSeconds(static_cast<double>(duration_ms) / 1000),
      CountOf(counts.deleted, "app is", "apps are"), FormatCount(counts.scaled_down));
}

}  // namespace

Scenario MakeCluster(const MadeClusterOptions& options) {
  Scenario scenario;
  scenario.cells = MakeCells(options.cells, options.zones, options.seed);
  scenario.duration_ms = options.duration_ms;
  scenario.round_every_ms = options.round_every_ms;
  scenario.start_ms = options.start_ms;
  const MadeWorkCounts counts = MakeWork(options, &scenario);
  scenario.description = {DescribeCells(scenario, options.zones),
                          DescribeWork(counts, options.duration_ms)};
  return scenario;
}

}  // namespace rostrum::tools
