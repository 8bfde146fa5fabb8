#include "lib/tools/simulate/simulation.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"
#include "lib/tools/simulate/cluster.h"
#include "lib/tools/simulate/figures.h"
#include "lib/tools/simulate/incidents.h"
#include "lib/tools/simulate/ledger.h"
#include "rostrum/engine.h"

namespace rostrum::tools {
namespace {

using Clock = std::chrono::steady_clock;

// What is to happen to an instance on its cell. It holds only while the instance's placement is
// still the one that it was made for.
struct Appointment {
  int64_t time_ms = 0;
  uint32_t instance = 0;
  uint32_t placements = 0;

  friend bool operator>(const Appointment& a, const Appointment& b) {
    return std::tie(a.time_ms, a.instance, a.placements) >
           std::tie(b.time_ms, b.instance, b.placements);
  }
};

double Seconds(int64_t milliseconds) { return static_cast<double>(milliseconds) / 1000; }

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Simulation {
 public:
  Simulation(const Scenario& scenario, const RunOptions& options)
      : scenario_(scenario),
        options_(options),
        engine_(options.strategy),
        cluster_(scenario.cells),
        ledger_(&engine_, &cluster_),
        update_(scenario),
        events_(scenario.events),
        end_ms_(scenario.duration_ms) {
    for (const Job& job : scenario.jobs) ledger_.AddJob(job);
    // What came before the beginning had its own rounds then.
    if (!events_.empty()) begin_ms_ = std::min(begin_ms_, RoundTimeFrom(events_.front().time_ms));
    now_ms_ = begin_ms_;
  }

  Expected<RunResult> Run();

 private:
  // Lets all jobs come again, under new names.
  void RepeatJobs();

  Status Tick();
  // The next multiple of the round's interval at which anything happens.
  std::optional<int64_t> NextTick();
  // The first multiple of the round's interval that is not before.
  int64_t RoundTimeFrom(int64_t time_ms) const {
    const int64_t step = scenario_.round_every_ms;
    const int64_t rounds = time_ms / step;  // Towards zero.
    return (time_ms > rounds * step ? rounds + 1 : rounds) * step;
  }

  void FinishStarts();
  void EndTasks();
  Status FailCells();
  Status HandleEvents();
  Status AdvanceUpdate();
  Status TakeUpdateStep(RollingUpdate::Step step);
  Status EvacuateCell(uint32_t cell);

  Status TellStates();
  Status RunRound();
  Status Apply(const Round& round);
  // Plans what follows from a placement.
  void Plan(const Auction& auction);

  bool Holds(const Appointment& planned) const {
    return ledger_.PlacementsOf(planned.instance) == planned.placements &&
           cluster_.CellOf(planned.instance).has_value();
  }
  bool BatchIsEmpty() const;
  void AddSample(int64_t time_ms);
  void AddEvent(std::string label) {
    result_.events.push_back({Seconds(now_ms_), std::move(label)});
  }
  double ShareDone() const;
  Status Finish();
  void AddCells();

  const Scenario& scenario_;
  const RunOptions& options_;
  Engine engine_;
  Cluster cluster_;
  Ledger ledger_;
  RollingUpdate update_;

  // Those of the scenario; more if the jobs come again.
  std::vector<Event> events_;
  int64_t begin_ms_ = 0;
  int64_t end_ms_ = 0;
  int64_t passes_ = 1;

  int64_t now_ms_ = 0;
  size_t next_event_ = 0;
  size_t next_failure_ = 0;
  std::deque<Appointment> starts_;  // By time, since all containers take equally long to start.
  std::priority_queue<Appointment, std::vector<Appointment>, std::greater<>> task_ends_;
  // Whether anything changed since the last round began; if not, another would decide the same.
  bool changed_ = false;

  std::vector<double> round_nanoseconds_;  // By round, for one auction.
  RunResult result_;
};

void Simulation::RepeatJobs() {
  ++passes_;
  const auto first_job = static_cast<uint32_t>(ledger_.jobs().size());
  const Job& last = ledger_.jobs().back();
  uint32_t next_instance = last.first_instance + static_cast<uint32_t>(last.instances);
  for (Job job : scenario_.jobs) {
    auto work = std::make_shared<Work>(*job.work);
    work->guid += Format("~{}", passes_);
    job.work = std::move(work);
    job.first_instance = next_instance;
    next_instance += static_cast<uint32_t>(job.instances);
    ledger_.AddJob(std::move(job));
  }
  const int64_t start_ms = now_ms_ + scenario_.round_every_ms;
  for (Event event : scenario_.events) {
    event.time_ms += start_ms;
    event.job += first_job;
    events_.push_back(event);
  }
  end_ms_ = start_ms + scenario_.duration_ms;
}

Expected<RunResult> Simulation::Run() {
  result_.strategy = options_.name;
  engine_.SetKeepRefused(scenario_.keeps_refused);
  if (Status status = engine_.SetConfiguration(options_.configuration); !status.ok()) return status;
  while (true) {
    if (Status status = Tick(); !status.ok()) return status;
    if (options_.progress) options_.progress(ShareDone());
    if (scenario_.fills && ledger_.counts().refused > 0) break;
    const std::optional<int64_t> next = NextTick();
    if (!next || *next >= end_ms_ + scenario_.round_every_ms) break;
    now_ms_ = *next;
  }
  if (Status status = Finish(); !status.ok()) return status;
  return std::move(result_);
}

Status Simulation::Finish() {
  if (now_ms_ < end_ms_ && !scenario_.fills) AddSample(end_ms_);
  const Expected<RunCounts> counts = ledger_.FinalCounts();
  if (!counts.ok()) return counts.status();
  if (Status status = cluster_.CheckAll(); !status.ok()) return status;
  result_.counts = *counts;
  result_.reasons = ledger_.Reasons();
  result_.figures = MakeFigures(scenario_, cluster_, ledger_.jobs(), ledger_.JobNumbers());
  result_.nanoseconds_per_auction = Median(std::move(round_nanoseconds_));
  result_.work_running = ledger_.WorkRunning();
  AddCells();
  return CheckBalance(result_);
}

Status Simulation::Tick() {
  FinishStarts();
  EndTasks();
  if (Status status = FailCells(); !status.ok()) return status;
  if (Status status = HandleEvents(); !status.ok()) return status;
  if (Status status = AdvanceUpdate(); !status.ok()) return status;
  if (changed_ && engine_.QueueSize() > 0) {
    if (Status status = TellStates(); !status.ok()) return status;
    if (Status status = RunRound(); !status.ok()) return status;
  }
  AddSample(now_ms_);
  return cluster_.CheckChanged();
}

std::optional<int64_t> Simulation::NextTick() {
  if (scenario_.fills && next_event_ == events_.size()) RepeatJobs();
  std::optional<int64_t> due;
  const auto consider = [&](int64_t time_ms) { due = std::min(due.value_or(time_ms), time_ms); };
  if (next_event_ < events_.size()) consider(events_[next_event_].time_ms);
  if (next_failure_ < scenario_.failures.size()) {
    consider(scenario_.failures[next_failure_].time_ms);
  }
  if (!starts_.empty()) consider(starts_.front().time_ms);
  if (!task_ends_.empty()) consider(task_ends_.top().time_ms);
  if (update_.NextTime()) consider(*update_.NextTime());
  const bool batch_is_done = !update_.batch().empty() && BatchIsEmpty() && update_.NextTime();
  const bool more_to_decide = changed_ && engine_.QueueSize() > 0;
  if (more_to_decide || batch_is_done) consider(now_ms_ + 1);
  if (!due) return std::nullopt;
  return RoundTimeFrom(std::max(*due, now_ms_ + 1));
}

void Simulation::FinishStarts() {
  for (; !starts_.empty() && starts_.front().time_ms <= now_ms_; starts_.pop_front()) {
    if (!Holds(starts_.front())) continue;
    cluster_.SetStarted(starts_.front().instance);
    changed_ = true;
  }
}

void Simulation::EndTasks() {
  for (; !task_ends_.empty() && task_ends_.top().time_ms <= now_ms_; task_ends_.pop()) {
    if (!Holds(task_ends_.top())) continue;
    ledger_.Stop(task_ends_.top().instance);
    changed_ = true;
  }
}

Status Simulation::FailCells() {
  for (; next_failure_ < scenario_.failures.size(); ++next_failure_) {
    const Failure& failure = scenario_.failures[next_failure_];
    if (failure.time_ms > now_ms_) break;
    for (const uint32_t cell : failure.cells) {
      if (Status status = ledger_.ClearCell(cell, now_ms_); !status.ok()) return status;
      cluster_.SetFailed(cell);
    }
    changed_ = true;
    AddEvent(failure.label);
  }
  return {};
}

Status Simulation::HandleEvents() {
  for (; next_event_ < events_.size(); ++next_event_) {
    const Event& event = events_[next_event_];
    if (event.time_ms > now_ms_) break;
    changed_ = true;
    if (event.type == Event::Type::kArrive) {
      if (Status status = ledger_.Arrive(event.job, now_ms_); !status.ok()) return status;
      continue;
    }
    const Job& job = ledger_.jobs()[event.job];
    for (int32_t index = event.from_index; index < job.instances; ++index) {
      ledger_.Stop(job.first_instance + static_cast<uint32_t>(index));
    }
  }
  return {};
}

Status Simulation::AdvanceUpdate() {
  while (true) {
    const RollingUpdate::Step step = update_.Advance(now_ms_, BatchIsEmpty());
    if (step == RollingUpdate::Step::kNone) return {};
    if (Status status = TakeUpdateStep(step); !status.ok()) return status;
    changed_ = true;
  }
}

Status Simulation::TakeUpdateStep(RollingUpdate::Step step) {
  if (step == RollingUpdate::Step::kEvacuate && update_.done() == 0) {
    AddEvent("rolling update starts");
  }
  for (const uint32_t cell : update_.batch()) {
    if (cluster_.HasFailed(cell)) continue;
    Status status;
    if (step == RollingUpdate::Step::kEvacuate) {
      status = EvacuateCell(cell);
    } else if (step == RollingUpdate::Step::kStopRest) {
      status = ledger_.ClearCell(cell, now_ms_);
    } else {
      const bool is_back = step == RollingUpdate::Step::kReturn;
      cluster_.SetEvacuating(cell, !is_back);
      cluster_.SetUp(cell, is_back);
    }
    if (!status.ok()) return status;
  }
  if (step == RollingUpdate::Step::kReturn && update_.done() == update_.batches()) {
    AddEvent("rolling update ends");
  }
  return {};
}

// Instances of LRPs run on until they have been placed elsewhere, tasks until they end.
Status Simulation::EvacuateCell(uint32_t cell) {
  cluster_.SetEvacuating(cell, true);
  for (const uint32_t instance : cluster_.InstancesOn(cell)) {
    if (ledger_.JobOf(instance).work->kind != Kind::kLrp) continue;
    if (Status status = ledger_.AuctionAgain(instance, now_ms_); !status.ok()) return status;
  }
  return {};
}

Status Simulation::TellStates() {
  const Cluster::Changes changes = cluster_.TakeChanges();
  return engine_.UseCache([&](Cache& cache) {
    for (const std::string& id : changes.gone) {
      // A cell may go before its first state was told.
      Status status = cache.Remove(id);
      if (!status.ok() && status.code() != Code::kNotFound) return status;
    }
    return cache.Update(changes.states);
  });
}

Status Simulation::RunRound() {
  changed_ = false;
  const uint64_t seed = options_.seed + static_cast<uint64_t>(result_.rounds);
  const Clock::time_point start = Clock::now();
  Expected<std::shared_ptr<const Round>> decided = engine_.RunRound(seed, now_ms_);
  const auto time = std::chrono::duration<double, std::nano>(Clock::now() - start);
  if (!decided.ok()) return decided.status();
  const Round& round = **decided;
  ++result_.rounds;
  round_nanoseconds_.push_back(time.count() / static_cast<double>(round.auctions().size()));

  if (Status status = Apply(round); !status.ok()) return status;
  return options_.record ? options_.record(round) : Status();
}

Status Simulation::Apply(const Round& round) {
  for (const Decision& decision : round.decisions()) {
    const Auction& auction = round.auctions()[decision.auction];
    if (!decision.placed) {
      ledger_.Refuse(auction, round.refusals()[decision.refusal], !scenario_.keeps_refused);
      continue;
    }
    if (Status status = ledger_.Place(auction, decision); !status.ok()) return status;
    changed_ = true;
    Plan(auction);
  }
  return {};
}

void Simulation::Plan(const Auction& auction) {
  const auto instance = static_cast<uint32_t>(auction.tag);
  const uint32_t placements = ledger_.PlacementsOf(instance);
  const int64_t started_ms = now_ms_ + scenario_.start_ms;
  starts_.push_back({started_ms, instance, placements});
  if (auction.kind() == Kind::kLrp) return;
  task_ends_.push({started_ms + ledger_.JobOf(instance).run_ms, instance, placements});
}

bool Simulation::BatchIsEmpty() const {
  return std::all_of(update_.batch().begin(), update_.batch().end(),
                     [&](uint32_t cell) { return cluster_.InstancesOn(cell).empty(); });
}

void Simulation::AddSample(int64_t time_ms) {
  ReportSample sample;
  sample.seconds = Seconds(time_ms);
  sample.memory_used_share = ShareOf(cluster_.used().memory, cluster_.total().memory);
  sample.disk_used_share = ShareOf(cluster_.used().disk, cluster_.total().disk);
  sample.cells_used = cluster_.cells_used();
  sample.running = cluster_.running();
  sample.refused_so_far = ledger_.counts().refused;
  sample.placed_so_far = ledger_.counts().placed;
  result_.samples.push_back(sample);
  result_.most_cells_used = std::max(result_.most_cells_used, sample.cells_used);
  result_.most_memory_used_share =
      std::max(result_.most_memory_used_share, sample.memory_used_share);
}

double Simulation::ShareDone() const {
  if (scenario_.fills) return result_.samples.back().memory_used_share;
  if (end_ms_ == begin_ms_) return 1;
  return std::min(1.0, static_cast<double>(now_ms_ - begin_ms_) /
                           static_cast<double>(end_ms_ - begin_ms_));
}

void Simulation::AddCells() {
  for (uint32_t i = 0; i < cluster_.size(); ++i) {
    const Cell& state = cluster_.State(i);
    ReportCell cell;
    cell.id = state.id;
    cell.zone = state.zone;
    cell.index = state.index;
    cell.memory_total_mb = state.total.memory / kAmountOne;
    cell.memory_free_mb = state.available.memory / kAmountOne;
    cell.disk_total_mb = state.total.disk / kAmountOne;
    cell.disk_free_mb = state.available.disk / kAmountOne;
    cell.containers_free = state.available.containers;
    cell.instances = static_cast<int64_t>(cluster_.InstancesOn(i).size());
    cell.failed = !cluster_.IsUp(i);
    result_.cells.push_back(std::move(cell));
  }
}

}  // namespace

Expected<RunResult> Simulate(const Scenario& scenario, const RunOptions& options) {
  return Simulation(scenario, options).Run();
}

}  // namespace rostrum::tools
