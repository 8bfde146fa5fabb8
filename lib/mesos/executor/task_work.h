// What is to run: the bytes in TaskInfo.data, as rep takes them.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// One LRP instance or one task of Diego.
struct TaskWork {
  Kind kind = Kind::kLrp;
  std::string guid;  // The process guid of an LRP, the task guid of a task.
  int32_t index = 0;
  std::string domain;
  std::string rootfs;
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  // The body for POST /work. It is handed on as it came, with whatever a newer Diego says in it.
  std::string body;

  // "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task.
  std::string Identifier() const;
};

// Takes what framework/work_data.h writes, the body for POST /work with exactly one LRP instance or
// task; or that LRP or task alone, as one JSON object with process_guid or with TaskGuid. An error
// says what is wrong where.
Expected<TaskWork> ReadTaskWork(std::string_view data);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_TASK_WORK_H_
