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

#include "rostrum/auction.h"

namespace rostrum::mesos {

// Fractions of a MB are rounded up, since the wire has whole ones only.
std::string WriteWorkData(const Work& work, int32_t index);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_WORK_DATA_H_
