// The plain values that the reference schedulers work on.
//
// Nothing here comes from the library: an oracle that shared a type with the engine could share its
// mistakes as well.
#ifndef ROSTRUM_TESTS_ORACLE_CLUSTER_H_
#define ROSTRUM_TESTS_ORACLE_CLUSTER_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace rostrum::oracle {

// What a cell has, in total or still free. Any amount may be zero or negative, because a cell
// reports what it likes.
struct Amounts {
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  int64_t containers = 0;
  int64_t cpu_milli = 0;
  int64_t gpu_milli = 0;  // The named resource "gpus".
};

// How a cell provides the root file systems of one URL scheme.
struct Provider {
  enum class Type { kArbitrary, kFixedSet, kUnknown };

  Type type = Type::kArbitrary;
  std::set<std::string> set;  // Looked at for kFixedSet alone.
};

struct Cell {
  std::string id;
  int64_t index = 0;
  std::optional<int64_t> first_fit_index;  // Counts in place of the index or the number.
  std::string zone;
  Amounts total;
  Amounts available;
  std::vector<std::string> lrps;  // The process guid of every instance on the cell.
  int64_t other_lrps = 0;         // Instances of processes that nobody auctions.
  int64_t task_count = 0;
  int64_t starting_containers = 0;
  int64_t proxy_memory_mb = 0;
  bool evacuating = false;
  std::map<std::string, Provider> rootfs_providers;  // By URL scheme.
  std::vector<std::string> volume_drivers;
  std::vector<std::string> placement_tags;
  std::vector<std::string> optional_placement_tags;
};

// What an LRP instance and a task ask in the same way.
struct Work {
  int64_t memory_mb = 0;
  int64_t disk_mb = 0;
  int64_t cpu_milli = 0;
  int64_t gpu_milli = 0;
  std::string rootfs;
  std::vector<std::string> placement_tags;
  std::vector<std::string> volume_drivers;
};

struct Lrp : Work {
  std::string process_guid;
  int64_t index = 0;
};

struct Task : Work {
  std::string guid;
};

struct Config {
  double bin_pack_first_fit_weight = 0;
  double starting_container_weight = 0;
  int64_t starting_container_count_maximum = 0;  // Zero and below mean no limit.
};

enum class Kind { kLrp, kTask };

struct Decision {
  Kind kind = Kind::kLrp;
  std::string identifier;
  bool placed = false;
  std::string cell_id;  // Of a placement.
  std::string error;    // Of a refusal.
  double score = 0;     // Of a placement by the Diego rules; zero otherwise.
};

// The decisions in the order in which they were made.
struct Outcome {
  std::vector<Decision> decisions;
};

}  // namespace rostrum::oracle

#endif  // ROSTRUM_TESTS_ORACLE_CLUSTER_H_
