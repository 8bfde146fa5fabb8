// Time and chance: clocks, deadlines, back-off, and Mesos' texts of durations.

#ifndef ROSTRUM_LIB_MESOS_BASE_TIME_H_
#define ROSTRUM_LIB_MESOS_BASE_TIME_H_

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/strings.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Time, as state machines see it: injected, so that tests need not sleep.
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

// Chance, injected as time is.
class Random {
 public:
  virtual ~Random() = default;
  // At least 0 and less than 1.
  virtual double Fraction() = 0;
};

// Of the machine. Any thread.
class SystemRandom : public Random {
 public:
  double Fraction() override;
};

// Always the same.
class FixedRandom : public Random {
 public:
  explicit FixedRandom(double fraction) : fraction_(fraction) {}
  double Fraction() override { return fraction_; }
  void Set(double fraction) { fraction_ = fraction; }

 private:
  double fraction_;
};

// Growing delays, so that many clients do not come back at one moment.
//
// A bound that begins at `initial` and doubles with each delay until it is `maximum`.
class Backoff {
 public:
  Backoff(Milliseconds initial, Milliseconds maximum);

  // Anything from nothing to the bound: for peers that all lost the same server.
  Milliseconds NextRandom(Random& random);
  // Between three quarters of the bound and the bound: for what must not come too early.
  Milliseconds NextJittered(Random& random);
  // The bound itself.
  Milliseconds Next();

  void Reset() { bound_ = initial_; }

 private:
  Milliseconds initial_;
  Milliseconds maximum_;
  Milliseconds bound_;
};

// Which key is due when.
//
// Keys with a time each; the earliest is found at once. Keys that are due together come in the
// order of their times, then of their names, so that a run can be repeated.
class DueIndex {
 public:
  // Gives the key a time, in place of the one it had.
  void Set(std::string_view key, TimePoint due) {
    Erase(key);
    if (due == kNever) return;
    order_.emplace(due, key);
    times_.emplace(key, due);
  }

  void Erase(std::string_view key) {
    const auto found = times_.find(key);
    if (found == times_.end()) return;
    order_.erase({found->second, found->first});
    times_.erase(found);
  }

  void Clear() {
    order_.clear();
    times_.clear();
  }

  // kNever if the key has no time.
  TimePoint DueOf(std::string_view key) const {
    const auto found = times_.find(key);
    return found == times_.end() ? kNever : found->second;
  }
  TimePoint First() const { return order_.empty() ? kNever : order_.begin()->first; }

  // Takes out what is due.
  std::vector<std::string> TakeDue(TimePoint now) {
    std::vector<std::string> keys;
    while (!order_.empty() && order_.begin()->first <= now) {
      keys.push_back(order_.begin()->second);
      times_.erase(order_.begin()->second);
      order_.erase(order_.begin());
    }
    return keys;
  }

 private:
  std::set<std::pair<TimePoint, std::string>> order_;
  StringMap<TimePoint> times_;
};

// Durations as Mesos writes them into an executor's environment: "5secs", "250ms", "1.5mins".
//
// A number, then one of ns, us, ms, secs, mins, hrs, days, weeks. kInvalidArgument for all else,
// for what is negative, and for more than 292 years.
Expected<std::chrono::nanoseconds> ParseDuration(std::string_view text);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_TIME_H_
