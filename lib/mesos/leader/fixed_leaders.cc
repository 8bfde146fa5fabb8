#include "lib/mesos/leader/fixed_leaders.h"

namespace rostrum::mesos {

std::optional<Endpoint> FixedLeaders::Leader() {
  std::lock_guard lock(mutex_);
  return endpoints_[current_];
}

void FixedLeaders::Skip(const Endpoint& endpoint) {
  std::lock_guard lock(mutex_);
  if (endpoints_[current_] == endpoint) current_ = (current_ + 1) % endpoints_.size();
}

}  // namespace rostrum::mesos
