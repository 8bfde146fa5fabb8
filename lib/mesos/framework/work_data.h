// The bytes in TaskInfo.data, by which a framework tells rostrum-executor what to start.
//
// They are the body of rep's POST /work, in Diego's wire form, with exactly one LRP instance or one
// task and without a cell_id, so that the executor can send them on as they are:
//
//   {"LRPs":[{"instance_guid":"","process_guid":"web","index":2,"domain":"cf-apps",...}],"Tasks":[]}
//   {"LRPs":[],"Tasks":[{"TaskGuid":"staging-1","Domain":"cf-app-staging",...}]}

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_WORK_DATA_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_WORK_DATA_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Whose bytes they are.
struct WorkIdentity {
  Kind kind = Kind::kLrp;
  std::string guid;    // The process guid of an LRP, the task guid of a task.
  int32_t index = 0;   // Zero for a task.
  std::string domain;  // May be empty for a task.

  friend bool operator==(const WorkIdentity&, const WorkIdentity&) = default;
};

// Fractions of a MB are rounded up, since the wire has whole ones only.
std::string WriteWorkData(const Work& work, int32_t index);

// kInvalidArgument, with the place and what was expected there, unless the bytes hold exactly one
// LRP instance or one task with a guid. Keys that are not known are passed over.
Expected<WorkIdentity> ReadWorkData(std::string_view data);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_WORK_DATA_H_
