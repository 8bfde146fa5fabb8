#include "lib/mesos/framework/tasks.h"

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/wire.h"

namespace rostrum::mesos {
namespace {

// Leaves room for the rest in the 255 bytes that Mesos allows.
constexpr size_t kReadableMaximum = 160;
// In place of a character that Mesos does not take.
constexpr char kNotPlain = '_';
// Of 64 bits.
constexpr size_t kLifeDigits = 16;

bool IsPlain(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-' || character == '_' ||
         character == '.';
}

std::string Readable(std::string_view guid) {
  std::string text(guid.substr(0, kReadableMaximum));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !IsPlain(c); }, kNotPlain);
  return text;
}

uint64_t Draw32(Random& random) { return static_cast<uint64_t>(random.Fraction() * 4294967296.0); }

}  // namespace

std::string WorkInTaskId(const Work& work, int32_t index) {
  if (work.kind == Kind::kTask) return Readable(work.guid);
  return Format("{}.{}", Readable(work.guid), index);
}

std::string_view WorkOfTaskId(std::string_view task_id) {
  const size_t dot = task_id.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view life = task_id.substr(dot + 1, kLifeDigits);
  const std::string_view number = task_id.substr(std::min(dot + 1 + kLifeDigits, task_id.size()));
  const bool is_ours =
      life.size() == kLifeDigits &&
      life.find_first_not_of("0123456789abcdef") == std::string_view::npos && number.size() > 1 &&
      number.front() == '-' && number.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return is_ours ? task_id.substr(0, dot) : std::string_view();
}

bool IsWholeName(std::string_view work) {
  return work.size() < kReadableMaximum && work.find(kNotPlain) == std::string_view::npos;
}

TaskIdMaker::TaskIdMaker(Random& random) {
  const uint64_t high = Draw32(random);
  life_ = Format("{:0{}x}", (high << 32) | Draw32(random), kLifeDigits);
}

std::string TaskIdMaker::Next(const Work& work, int32_t index) {
  ++number_;
  return Format("{}.{}-{}", WorkInTaskId(work, index), life_, number_);
}

namespace {

std::string ProcessKey(Kind kind, std::string_view guid) {
  return Format("{}:{}", KindName(kind), guid);
}

}  // namespace

std::string KeyOf(Kind kind, std::string_view guid, int32_t index) {
  return kind == Kind::kTask ? Format("task:{}", guid) : Format("lrp:{}.{}", guid, index);
}

LaunchedTask& TaskBook::Add(LaunchedTask task) {
  by_instance_[KeyOf(task.instance)].insert(task.id);
  by_agent_[task.agent_id].insert(task.id);
  by_process_[ProcessKey(task.instance.work->kind, task.instance.work->guid)].insert(task.id);
  const std::string id = task.id;
  return tasks_.insert_or_assign(id, std::move(task)).first->second;
}

LaunchedTask* TaskBook::Find(std::string_view task_id) {
  const auto at = tasks_.find(task_id);
  return at == tasks_.end() ? nullptr : &at->second;
}

void TaskBook::Remove(std::string_view task_id) {
  const auto at = tasks_.find(task_id);
  if (at == tasks_.end()) return;
  const LaunchedTask& task = at->second;
  Drop(&by_instance_, KeyOf(task.instance), task.id);
  Drop(&by_agent_, task.agent_id, task.id);
  Drop(&by_process_, ProcessKey(task.instance.work->kind, task.instance.work->guid), task.id);
  tasks_.erase(at);
}

void TaskBook::SetAgent(LaunchedTask& task, const std::string& agent_id) {
  Drop(&by_agent_, task.agent_id, task.id);
  task.agent_id = agent_id;
  by_agent_[agent_id].insert(task.id);
}

std::vector<LaunchedTask*> TaskBook::OfInstance(const std::string& key) {
  return Named(by_instance_, key);
}

std::vector<LaunchedTask*> TaskBook::OfAgent(std::string_view agent_id) {
  return Named(by_agent_, agent_id);
}

std::vector<LaunchedTask*> TaskBook::OfProcess(Kind kind, std::string_view guid) {
  return Named(by_process_, ProcessKey(kind, guid));
}

std::vector<LaunchedTask*> TaskBook::All() {
  std::vector<LaunchedTask*> all;
  all.reserve(tasks_.size());
  for (auto& [id, task] : tasks_) all.push_back(&task);
  return all;
}

std::vector<LaunchedTask*> TaskBook::Named(const StringMap<Ids>& index, std::string_view key) {
  std::vector<LaunchedTask*> found;
  const auto at = index.find(key);
  if (at == index.end()) return found;
  for (const std::string& id : at->second) found.push_back(&tasks_.find(id)->second);
  return found;
}

void TaskBook::Drop(StringMap<Ids>* index, std::string_view key, const std::string& id) {
  const auto at = index->find(key);
  if (at == index->end()) return;
  at->second.erase(id);
  if (at->second.empty()) index->erase(at);
}

ExecutorInfo MakeExecutor(const CellExecutor& executor, std::vector<Resource> resources) {
  ExecutorInfo info;
  info.name = executor.name;
  info.command = executor.command;
  info.container = executor.container;
  info.labels = executor.labels;
  info.shutdown_grace_period = executor.shutdown_grace_period;
  info.resources = std::move(resources);
  info.id = executor.name + "-" + ExecutorFingerprint(info);
  return info;
}

void ExecutorBook::Freeze(const std::string& agent_id, FrozenExecutor executor) {
  frozen_.insert_or_assign(agent_id, std::move(executor));
}

void ExecutorBook::SetSeen(const std::string& agent_id,
                           const std::vector<std::string>& executor_ids) {
  seen_[agent_id] = std::set<std::string>(executor_ids.begin(), executor_ids.end());
}

void ExecutorBook::SetGone(const std::string& agent_id, std::string_view executor_id) {
  const auto at = seen_.find(agent_id);
  if (at == seen_.end()) return;
  if (executor_id.empty()) {
    at->second.clear();
  } else {
    at->second.erase(std::string(executor_id));
  }
}

const FrozenExecutor* ExecutorBook::Running(std::string_view agent_id, bool has_task) const {
  const auto at = frozen_.find(agent_id);
  if (at == frozen_.end()) return nullptr;
  if (has_task) return &at->second;
  const auto seen = seen_.find(agent_id);
  const bool is_seen = seen != seen_.end() && seen->second.count(at->second.info.id) != 0;
  return is_seen ? &at->second : nullptr;
}

std::vector<std::string> ExecutorBook::Strangers(std::string_view agent_id) const {
  const auto seen = seen_.find(agent_id);
  if (seen == seen_.end()) return {};
  const auto at = frozen_.find(agent_id);
  std::vector<std::string> strangers;
  for (const std::string& id : seen->second) {
    if (at == frozen_.end() || at->second.info.id != id) strangers.push_back(id);
  }
  return strangers;
}

void ExecutorBook::Thaw(std::string_view agent_id) {
  if (const auto at = frozen_.find(agent_id); at != frozen_.end()) frozen_.erase(at);
}

namespace {

constexpr Milliseconds kFirst(1'000);
constexpr Milliseconds kLongest(60'000);
// After so long without another failed launch, an agent's earlier ones are forgotten.
constexpr Milliseconds kForgotten(600'000);
// How often an instance may be launched again after the master called its launch an error.
constexpr int kErrorsMaximum = 3;

}  // namespace

FailedLaunches::Failures::Failures() : backoff(kFirst, kLongest) {}

bool FailedLaunches::SetAside(const std::string& agent_id, TimePoint launched, TimePoint now) {
  for (const std::string& id : quiet_.TakeDue(now)) agents_.erase(id);
  const auto [at, is_new] = agents_.try_emplace(agent_id, Agent{Backoff(kFirst, kLongest), now});
  Agent& agent = at->second;
  if (!is_new && launched <= agent.since) return false;
  agent.since = now;
  const TimePoint until = now + agent.backoff.NextJittered(random_);
  aside_.Set(agent_id, until);
  quiet_.Set(agent_id, until + kForgotten);
  return is_new;
}

TimePoint FailedLaunches::Delay(const std::string& instance, TimePoint now) {
  Failures& failures = instances_[instance];
  if (std::exchange(failures.is_first, false)) return now;
  return now + failures.backoff.NextJittered(random_);
}

bool FailedLaunches::TakeError(const std::string& instance) {
  return ++instances_[instance].errors <= kErrorsMaximum;
}

void FailedLaunches::Started(const std::string& agent_id, const std::string& instance,
                             TimePoint launched) {
  Forget(instance);
  const auto at = agents_.find(agent_id);
  if (at == agents_.end() || launched <= at->second.since) return;
  agents_.erase(at);
  aside_.Erase(agent_id);
  quiet_.Erase(agent_id);
}

void FailedLaunches::Forget(std::string_view instance) {
  if (const auto at = instances_.find(instance); at != instances_.end()) instances_.erase(at);
}

std::vector<std::string> FailedLaunches::TakeDue(TimePoint now) { return aside_.TakeDue(now); }

void ServiceKeeper::Set(const Service& service) {
  const std::string& guid = service.work->guid;
  std::erase_if(restarts_, [&](const auto& restart) {
    return restart.first.first == guid && restart.first.second >= service.count;
  });
  if (service.count == 0) {
    services_.erase(guid);
  } else {
    services_.insert_or_assign(guid, service);
  }
}

const Service* ServiceKeeper::Find(std::string_view guid) const {
  const auto at = services_.find(guid);
  return at == services_.end() ? nullptr : &at->second;
}

std::vector<const Service*> ServiceKeeper::All() const {
  std::vector<const Service*> all;
  for (const auto& [guid, service] : services_) all.push_back(&service);
  return all;
}

void ServiceKeeper::Ended(std::string_view guid, int32_t index, Milliseconds ran, TimePoint now) {
  const auto [at, is_new] = restarts_.try_emplace(
      {std::string(guid), index}, Restart{Backoff(restart_initial_, restart_maximum_), now});
  Restart& restart = at->second;
  if (ran >= restart_maximum_) restart.backoff.Reset();
  restart.due = now + restart.backoff.Next();
}

bool ServiceKeeper::IsDue(std::string_view guid, int32_t index, TimePoint now) const {
  const auto at = restarts_.find({std::string(guid), index});
  return at == restarts_.end() || at->second.due == kNever || at->second.due <= now;
}

void ServiceKeeper::Started(std::string_view guid, int32_t index) {
  const auto at = restarts_.find({std::string(guid), index});
  if (at != restarts_.end()) at->second.due = kNever;
}

TimePoint ServiceKeeper::Deadline() const {
  TimePoint first = kNever;
  for (const auto& [instance, restart] : restarts_) first = std::min(first, restart.due);
  return first;
}

std::string WriteWorkData(const Work& work, int32_t index) {
  Auction auction;
  // The caller's work outlives the call.
  auction.work = std::shared_ptr<const Work>(std::shared_ptr<const Work>(), &work);
  auction.index = index;
  const Auction* const one = &auction;
  const std::span<const Auction* const> all(&one, 1);
  if (work.kind == Kind::kLrp) return wire::WriteWork("", all, {});
  return wire::WriteWork("", {}, all);
}

}  // namespace rostrum::mesos
