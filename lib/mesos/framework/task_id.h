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
// The beginning says what work it is, without characters that Mesos does not take, and cut if it is
// long: for people, and for a framework whose journal does not know the task.
class TaskIdMaker {
 public:
  explicit TaskIdMaker(Random& random);

  std::string Next(const Work& work, int32_t index);

 private:
  std::string life_;
  uint64_t number_ = 0;
};

// What an id begins with: "web.2".
std::string WorkInTaskId(const Work& work, int32_t index);

// The same, "web.2", of an id that a TaskIdMaker made; "" of any other.
std::string_view WorkOfTaskId(std::string_view task_id);

// Whether such a name can only be that of work with exactly this name.
bool IsWholeName(std::string_view work);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_TASK_ID_H_
