// What rep says of its containers, and what it is told.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_REP_WIRE_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_REP_WIRE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

struct RepLrp {
  std::string instance_guid;
  std::string process_guid;
  int32_t index = 0;
  std::string state;  // CLAIMED, RUNNING, CRASHED or SHUTDOWN.
};

struct RepTask {
  std::string guid;
  std::string state;  // Running or Completed.
  bool failed = false;
};

struct RepRoom {
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  int64_t containers = 0;
};

// The part of GET /state that an executor goes by.
struct RepState {
  std::string cell_id;
  bool evacuating = false;
  RepRoom available;
  RepRoom total;
  int64_t proxy_memory_mb = 0;
  std::vector<RepLrp> lrps;
  std::vector<RepTask> tasks;
};

// One container's use, of GET /container_metrics.
struct Usage {
  Kind kind = Kind::kLrp;
  std::string guid;  // The process guid of an LRP, the task guid of a task.
  int32_t index = 0;
  std::string instance_guid;
  double cpu_fraction = 0;  // Of one core.
  int64_t memory_bytes = 0;
  int64_t memory_quota_bytes = 0;
  int64_t disk_bytes = 0;
  int64_t disk_quota_bytes = 0;
  // Older cells do not count these.
  std::optional<int64_t> received_bytes;
  std::optional<int64_t> sent_bytes;
};

// Work that a cell hands back.
struct HandedBack {
  struct LrpKey {
    std::string process_guid;
    int32_t index = 0;
  };
  std::vector<LrpKey> lrps;
  std::vector<std::string> tasks;
};

// Each error says what is wrong where in the text.
Expected<RepState> ReadRepState(std::string_view json);
Expected<HandedBack> ReadHandedBack(std::string_view json);
Expected<std::vector<Usage>> ReadUsage(std::string_view json);

// A body for POST /work that only this cell takes: rep refuses work with another cell's id. An
// empty id is left out, and any cell takes the work. REQUIRES: the body is a JSON object with a
// member.
std::string WorkFor(std::string_view cell_id, std::string body);

// The paths of the two ways to end something, with guids made safe for a URL.
std::string StopPath(std::string_view process_guid, std::string_view instance_guid);
std::string CancelPath(std::string_view task_guid);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_REP_WIRE_H_
