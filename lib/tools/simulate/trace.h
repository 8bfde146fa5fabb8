// A cluster and its work as a trace tells of them: two CSV files, one of nodes, one of pods.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_TRACE_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_TRACE_H_

#include <cstdint>
#include <string>

#include "lib/tools/simulate/csv.h"
#include "lib/tools/simulate/scenario.h"
#include "rostrum/status.h"

namespace rostrum::tools {

// When the pods of a trace come.
enum class TraceOrder : uint8_t {
  kInFileOrder,  // A batch a second, one after the other; they stay, and a refusal is final.
  kFill,         // The same again and again, until the first refusal.
  kByTime,       // When the trace says, and they leave when it says; ends when the last one comes.
};

struct TraceOptions {
  TraceOrder order = TraceOrder::kInFileOrder;
  // How many pods come at once. Not for kByTime.
  int64_t batch = 1;
  // For kByTime.
  int64_t round_every_ms = 10'000;
  int64_t start_ms = 0;
};

// The columns, in any order; others are passed over.
//   nodes: sn or name, cpu_milli, memory_mib; they may have gpu or num_gpu, model, zone.
//   pods: name, cpu_milli, memory_mib; they may have num_gpu or gpu, gpu_milli, gpu_spec; for
//     kByTime also creation_time, and they may have deletion_time.
// A field that may be missing may be empty too. Numbers are taken to the nearest thousandth, which is
// as much as an Amount holds; only containers and GPUs are counted and must be whole. A pod with a
// negative creation_time came before the trace began: time runs from the first of them. GPUs are the scalar "gpus": a pod asks for num_gpu
// times gpu_milli thousandths of one; which of a node's GPUs it gets is not modelled. A gpu_spec
// such as "T4|P100" wants a node of one of these models.
Expected<Scenario> ReadTrace(const CsvTable& nodes, const CsvTable& pods,
                             const TraceOptions& options);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_TRACE_H_
