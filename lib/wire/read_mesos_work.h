// Work for a framework on Mesos: Diego's wire with more keys, and services.
//
// All of these may stand in an LRP, a task or a service:
//   command            what runs: a line for /bin/sh -c, or with "arguments" the path of a program
//   arguments          of the program, without its own name
//   image              a container image in which it runs
//   environment        an object {NAME: TEXT}
//   cpus               such as 0.5
//   gpus, ports        how many
//   kill_grace_seconds between the request to end and the end by force
// A service has also name, count and, as an LRP, MemoryMB, DiskMB, MaxPids, RootFs (not needed),
// PlacementTags and VolumeDrivers.

#ifndef ROSTRUM_LIB_WIRE_READ_MESOS_WORK_H_
#define ROSTRUM_LIB_WIRE_READ_MESOS_WORK_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/status.h"

namespace rostrum::wire {

struct MesosWork {
  Work work;  // `asked` has cpus, "gpus" and "ports" too. A service without RootFs has none.
  std::vector<int32_t> indices;  // Of an LRP.
  int32_t count = 1;             // Of a service.
  std::string command;
  std::vector<std::string> arguments;
  std::string image;
  std::vector<std::pair<std::string, std::string>> environment;
  std::optional<int32_t> kill_grace_seconds;

  // Whether it says how it runs.
  bool has_launch() const { return !command.empty() || !image.empty(); }
};

// Each reads an array, one element, or several one after the other. No two tasks have one guid, no
// two services one name, and no two LRPs one index of one guid. Errors are as those of
// lib/wire/wire.h.
Expected<std::vector<MesosWork>> ReadMesosLrps(std::string_view text, std::string_view file_name);
Expected<std::vector<MesosWork>> ReadMesosTasks(std::string_view text, std::string_view file_name);
Expected<std::vector<MesosWork>> ReadServices(std::string_view text, std::string_view file_name);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_READ_MESOS_WORK_H_
