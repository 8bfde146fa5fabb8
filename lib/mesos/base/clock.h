// Time, as state machines see it: injected, so that tests need not sleep.

#ifndef ROSTRUM_LIB_MESOS_BASE_CLOCK_H_
#define ROSTRUM_LIB_MESOS_BASE_CLOCK_H_

#include <chrono>

namespace rostrum::mesos {

using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// Later than anything that can be waited for.
inline constexpr TimePoint kNever = TimePoint::max();

class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint Now() const = 0;
};

// The machine's steady clock.
class SteadyClock : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::steady_clock::now(); }
};

// Stands still until it is told to go on.
class ManualClock : public Clock {
 public:
  TimePoint Now() const override { return now_; }
  void Advance(std::chrono::nanoseconds by) { now_ += by; }
  void Set(TimePoint now) { now_ = now; }

 private:
  TimePoint now_{std::chrono::hours(1)};
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_CLOCK_H_
