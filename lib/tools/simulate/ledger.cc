#include "lib/tools/simulate/ledger.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/format.h"

namespace rostrum::tools {
namespace {

std::string ReasonText(const Refusal& refusal) {
  // Which resource is short is worth a line of its own; the other texts name single apps' tags or
  // come from a strategy, and may be as many as there are apps.
  if (refusal.code == RefusalCode::kInsufficientResources) return refusal.error;
  return RefusalCodeName(refusal.code);
}

Status Broken(std::string text) { return Status(Code::kInternal, std::move(text)); }

}  // namespace

void Ledger::AddJob(Job job) {
  Instance instance;
  instance.job = static_cast<uint32_t>(jobs_.size());
  instances_.insert(instances_.end(), static_cast<size_t>(job.instances), instance);
  cluster_->AddInstances(job);
  jobs_.push_back(std::move(job));
}

Status Ledger::Arrive(uint32_t number, int64_t now_ms) {
  const Job& job = jobs_[number];
  for (int32_t index = 0; index < job.instances; ++index) {
    Instance& instance = instances_[job.first_instance + static_cast<uint32_t>(index)];
    instance.came = true;
    instance.queued = true;
  }
  counts_.came += job.instances;
  std::vector<int32_t> indices(static_cast<size_t>(job.instances));
  std::iota(indices.begin(), indices.end(), 0);
  return Submit(job, std::move(indices), now_ms);
}

void Ledger::Stop(uint32_t number) {
  Instance& instance = instances_[number];
  if (!instance.came || instance.ended) return;
  const Job& job = jobs_[instance.job];
  if (std::exchange(instance.queued, false)) {
    const auto index = static_cast<int32_t>(number - job.first_instance);
    engine_->Cancel(job.work->kind, Auction{job.work, index}.Identifier());
    ++counts_.cancelled;
  }
  if (cluster_->CellOf(number)) cluster_->TakeOff(number);
  instance.ended = true;
  if (!instance.seen) {
    ++counts_.left_before_round;
    return;
  }
  ++counts_.ended;
  counts_.ended_without_running += instance.placements == 0;
}

Status Ledger::AuctionAgain(uint32_t number, int64_t now_ms) {
  Instance& instance = instances_[number];
  if (std::exchange(instance.queued, true)) return {};
  instance.refused = false;
  ++counts_.again;
  const Job& job = jobs_[instance.job];
  return Submit(job, {static_cast<int32_t>(number - job.first_instance)}, now_ms);
}

Status Ledger::ClearCell(uint32_t cell, int64_t now_ms) {
  const std::vector<uint32_t> instances = cluster_->InstancesOn(cell);
  for (const uint32_t instance : instances) {
    cluster_->TakeOff(instance);
    if (Status status = AuctionAgain(instance, now_ms); !status.ok()) return status;
  }
  return {};
}

// The tag of every auction is the number of its instance.
Status Ledger::Submit(const Job& job, std::vector<int32_t> indices, int64_t now_ms) {
  const size_t count = indices.size();
  const uint64_t tag = job.first_instance + static_cast<uint64_t>(indices.front());
  Expected<size_t> added = size_t{0};
  if (job.work->kind == Kind::kTask) {
    const TaskStart start{job.work, tag};
    added = engine_->Submit({}, {&start, 1}, now_ms);
  } else {
    const LrpStart start{job.work, std::move(indices), tag};
    added = engine_->Submit({&start, 1}, {}, now_ms);
  }
  if (!added.ok()) return added.status();
  if (*added == count) return {};
  return Broken(
      Format("\"{}\": the queue took {} auctions, expected {}", job.work->guid, *added, count));
}

Status Ledger::Place(const Auction& auction, const Decision& decision) {
  const auto number = static_cast<uint32_t>(auction.tag);
  Instance& instance = instances_[number];
  if (!std::exchange(instance.queued, false)) {
    return Broken(Format("\"{}\" was placed, but did not wait", auction.Identifier()));
  }
  instance.seen = true;
  // What is evacuated leaves its old cell once it has a new one.
  const std::optional<uint32_t> old_cell = cluster_->CellOf(number);
  if (old_cell && cluster_->State(*old_cell).evacuating) cluster_->TakeOff(number);
  ++instance.placements;
  ++counts_.placed;
  return cluster_->Put(number, static_cast<uint32_t>(decision.cell_tag));
}

void Ledger::Refuse(const Auction& auction, const Refusal& refusal, bool for_good) {
  Instance& instance = instances_[auction.tag];
  instance.seen = true;
  if (for_good) {
    instance.queued = false;
    instance.refused = true;
    ++counts_.refused_for_good;
  }
  if (auction.attempts > 0) return;
  ++counts_.refused;
  std::string text = ReasonText(refusal);
  const auto at = std::find_if(reasons_.begin(), reasons_.end(),
                               [&](const ReportReason& reason) { return reason.text == text; });
  if (at == reasons_.end()) {
    reasons_.push_back({std::move(text), 1});
  } else {
    ++at->count;
  }
}

std::vector<uint32_t> Ledger::JobNumbers() const {
  std::vector<uint32_t> numbers;
  numbers.reserve(instances_.size());
  for (const Instance& instance : instances_) numbers.push_back(instance.job);
  return numbers;
}

uint64_t Ledger::WorkRunning() const {
  constexpr uint64_t kBasis = 14695981039346656037U;  // Of FNV-1a.
  constexpr uint64_t kPrime = 1099511628211U;
  uint64_t hash = kBasis;
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    if (cluster_->CellOf(i)) hash = (hash ^ i) * kPrime;
  }
  return hash;
}

Expected<RunCounts> Ledger::FinalCounts() const {
  RunCounts counts = counts_;
  for (uint32_t i = 0; i < instances_.size(); ++i) {
    const Instance& instance = instances_[i];
    if (!instance.came || instance.ended) continue;
    const bool runs = cluster_->CellOf(i).has_value();
    counts.running += runs;
    counts.waiting_to_move += instance.queued && runs;
    counts.waiting += instance.queued && !runs;
    counts.lost += instance.refused && !instance.queued && !runs;
  }
  const int64_t instances = counts.InstancesFound();
  const int64_t queued = counts.waiting + counts.waiting_to_move;
  const int64_t auctions = counts.AuctionsFound();
  const auto in_queue = static_cast<int64_t>(engine_->QueueSize());
  if (counts.came == instances && counts.came + counts.again == auctions && queued == in_queue &&
      counts.running == cluster_->running()) {
    return counts;
  }
  return Broken(
      Format("work was lost or doubled: of {} that came {} are accounted for, and of {} "
             "auctions {}; {} wait, and {} are in the queue",
             counts.came, instances, counts.came + counts.again, auctions, queued, in_queue));
}

std::vector<ReportReason> Ledger::Reasons() const {
  std::vector<ReportReason> reasons = reasons_;
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const ReportReason& a, const ReportReason& b) { return a.count > b.count; });
  return reasons;
}

}  // namespace rostrum::tools
