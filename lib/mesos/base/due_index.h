// Which key is due when.

#ifndef ROSTRUM_LIB_MESOS_BASE_DUE_INDEX_H_
#define ROSTRUM_LIB_MESOS_BASE_DUE_INDEX_H_

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/strings.h"
#include "lib/mesos/base/clock.h"

namespace rostrum::mesos {

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

  bool Has(std::string_view key) const { return times_.find(key) != times_.end(); }
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

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_BASE_DUE_INDEX_H_
