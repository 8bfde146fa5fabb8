#include "lib/mesos/framework/failed_launches.h"

#include <utility>

namespace rostrum::mesos {
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

}  // namespace rostrum::mesos
