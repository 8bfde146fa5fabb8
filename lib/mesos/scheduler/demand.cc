#include "lib/mesos/scheduler/demand.h"

#include <algorithm>

namespace rostrum::mesos {
namespace {

// So many REVIVEs may end a SUPPRESS without a delay.
constexpr size_t kUndelayed = 10;

}  // namespace

Demand::Demand(const SchedulerTimes& times, Random& random)
    : minimum_(times.revive_minimum),
      random_(random),
      backoff_(times.revive_initial, times.revive_maximum) {}

void Demand::SetRoles(const std::vector<std::string>& roles) {
  roles_ = std::set<std::string>(roles.begin(), roles.end());
  const auto is_foreign = [this](const std::string& role) { return roles_.count(role) == 0; };
  std::erase_if(suppressed_, is_foreign);
  std::erase_if(lifted_, is_foreign);
  std::erase_if(unconfirmed_, is_foreign);
  SettleDue();
}

std::vector<std::string> Demand::Named(std::span<const std::string> roles) const {
  if (roles.empty()) return {roles_.begin(), roles_.end()};
  std::vector<std::string> known;
  for (const std::string& role : roles) {
    if (roles_.count(role) != 0) known.push_back(role);
  }
  return known;
}

std::vector<std::string> Demand::Suppress(std::span<const std::string> roles) {
  std::vector<std::string> changed;
  for (const std::string& role : Named(roles)) {
    unconfirmed_.erase(role);
    const bool is_known = lifted_.erase(role) != 0;
    if (suppressed_.insert(role).second && !is_known) changed.push_back(role);
  }
  SettleDue();
  return changed;
}

// A REVIVE that names no role would be one for all of them.
void Demand::SettleDue() {
  if (!unconfirmed_.empty()) return;
  due_ = kNever;
  is_asked_ = false;
}

void Demand::Revive(std::span<const std::string> roles, TimePoint now) {
  bool is_lifted = false;
  for (const std::string& role : Named(roles)) {
    if (suppressed_.erase(role) != 0) lifted_.insert(role);
    is_lifted |= lifted_.count(role) != 0;
    unconfirmed_.insert(role);
  }
  if (unconfirmed_.empty()) return;
  due_ = std::min(due_, Earliest(is_lifted, now));
  is_asked_ = true;
  backoff_.Reset();
}

// A suppressed role gets nothing at all, so the REVIVE that ends that waits for fewer others.
TimePoint Demand::Earliest(bool lifts_suppression, TimePoint now) const {
  const size_t limit = lifts_suppression ? kUndelayed : 1;
  if (sent_.size() < limit) return now;
  const TimePoint first = sent_[sent_.size() - limit];
  return std::max(now, first + minimum_ * static_cast<int64_t>(limit));
}

std::optional<std::vector<std::string>> Demand::TakeDue(TimePoint now) {
  if (due_ > now) return std::nullopt;
  is_asked_ = false;
  due_ = now + backoff_.NextJittered(random_);
  lifted_.clear();
  sent_.push_back(now);
  if (sent_.size() > kUndelayed) sent_.pop_front();
  return std::vector<std::string>(unconfirmed_.begin(), unconfirmed_.end());
}

// A REVIVE that still waits for its minimum delay goes out all the same: this offer may be older
// than the work that it was asked for.
void Demand::Confirm(const std::string& role) {
  if (is_asked_) return;
  unconfirmed_.erase(role);
  SettleDue();
}

void Demand::Restart(TimePoint now) {
  // SUBSCRIBE has said which roles are suppressed.
  lifted_.clear();
  sent_.clear();
  if (unconfirmed_.empty()) return;
  backoff_.Reset();
  due_ = now;
}

}  // namespace rostrum::mesos
