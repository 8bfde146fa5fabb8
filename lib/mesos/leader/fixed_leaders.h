// Masters that a user named, of which one leads.

#ifndef ROSTRUM_LIB_MESOS_LEADER_FIXED_LEADERS_H_
#define ROSTRUM_LIB_MESOS_LEADER_FIXED_LEADERS_H_

#include <mutex>
#include <vector>

#include "lib/mesos/leader/leader_source.h"

namespace rostrum::mesos {

// Names one after another, as they are skipped, and begins again after the last.
class FixedLeaders : public LeaderSource {
 public:
  // REQUIRES: not empty.
  explicit FixedLeaders(std::vector<Endpoint> endpoints) : endpoints_(std::move(endpoints)) {}

  Status Start(std::function<void()>) override { return {}; }
  void Stop() override {}
  std::optional<Endpoint> Leader() override;
  void Skip(const Endpoint& endpoint) override;
  bool authoritative() const override { return false; }
  std::string Problem() override { return ""; }

 private:
  const std::vector<Endpoint> endpoints_;
  std::mutex mutex_;
  size_t current_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_LEADER_FIXED_LEADERS_H_
