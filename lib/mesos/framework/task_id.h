// Names for tasks that no other task ever has.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_ID_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_ID_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "lib/mesos/base/random.h"
#include "rostrum/auction.h"

namespace rostrum::mesos {

// Mesos refuses an id that it has seen, but forgets with time and with a new master what it saw. So
// an id ends with 64 bits that are drawn when a framework starts, and a number within its life:
//
//   web.2.9f3c1d0ab4e57786-17
//
// The beginning is for people: what work it is, without characters that Mesos does not take, and
// cut if it is long.
class TaskIdMaker {
 public:
  explicit TaskIdMaker(Random& random);

  std::string Next(const Work& work, int32_t index);

 private:
  std::string life_;
  uint64_t number_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_ID_H_
