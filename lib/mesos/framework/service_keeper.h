// Services: which of their instances are to be started, and when.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_SERVICE_KEEPER_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_SERVICE_KEEPER_H_

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/mesos/base/backoff.h"
#include "lib/mesos/base/clock.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

// Thread safety: none.
class ServiceKeeper {
 public:
  ServiceKeeper(Milliseconds restart_initial, Milliseconds restart_maximum)
      : restart_initial_(restart_initial), restart_maximum_(restart_maximum) {}

  void Set(const Service& service);
  // Null if there is none.
  const Service* Find(std::string_view guid) const;
  std::vector<const Service*> All() const;

  // An instance ended by itself after it ran for `ran`; it is due again after a delay.
  void Ended(std::string_view guid, int32_t index, Milliseconds ran, TimePoint now);
  // Whether an instance that neither waits nor runs is due.
  bool IsDue(std::string_view guid, int32_t index, TimePoint now) const;
  // It was asked for again.
  void Started(std::string_view guid, int32_t index);
  // When the next instance is due that ended and was not asked for again.
  TimePoint Deadline() const;

 private:
  struct Restart {
    Backoff backoff;
    TimePoint due;  // kNever: it was asked for again.
  };

  const Milliseconds restart_initial_;
  const Milliseconds restart_maximum_;
  std::map<std::string, Service, std::less<>> services_;
  std::map<std::pair<std::string, int32_t>, Restart> restarts_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_SERVICE_KEEPER_H_
