#include "lib/tools/simulate/simulate_verb.h"

#include <string_view>
#include <vector>

namespace rostrum::tools {
namespace {

std::vector<FlagGroup> FlagGroups() {
  return {
      {"A made cluster",
       {{"cells", "N", "how many cells", "1000"},
        {"zones", "Z", "how many zones they are spread over", "3, or as many as there are cells"},
        {"apps", "N", "how many apps and tasks come", "as many as fill 75 % of all memory"},
        {"duration", "SECONDS", "how long it runs", "3600"},
        {"round-every", "SECONDS", "how much time there is between two rounds", "10"},
        {"start-seconds", "SECONDS", "how long a container takes to start", "10"}}},
      {"A cluster and its work from CSV files, one of them may be - for standard input",
       {{"nodes", "FILE",
         "nodes: columns sn (or name), cpu_milli, memory_mib; it may have disk_mib, containers, "
         "gpu (or num_gpu), model (or gpu_model), zone"},
        {"pods", "FILE",
         "pods: columns name, cpu_milli, memory_mib; it may have disk_mib, num_gpu (or gpu), "
         "gpu_milli, gpu_spec (models, parted by |), creation_time, deletion_time. A node's GPUs "
         "count as one "
         "sum"},
        {"batch", "N", "how many pods come at once, in the order of the file", "1"},
        {"fill", "", "let the pods come again and again, until the first refusal"},
        {"by-time", "",
         "let the pods come and go by creation_time (below zero: before the trace began) and "
         "deletion_time; takes --round-every and --start-seconds (default: 0)"}}},
      {"What goes wrong",
       {{"fail-cells", "N",
         "this many cells fail in the middle of the run; their work is placed again"},
        {"fail-zone", "NAME", "all cells of a zone fail in the middle of the run"},
        {"rolling-update", "",
         "from a quarter of the time on, a tenth of the cells at a time are evacuated, restarted "
         "and come back empty"}}},
      {"Placing",
       {{"strategy", "NAMES",
         "diego, binpack, spread, bestfit, all, or the path of a plug-in (a shared object); "
         "several with commas between, side by side on the same work",
         "diego", true},
        {"set", "KEY=VALUE",
         "one of Diego's settings: bin_pack_first_fit_weight (default 0), "
         "starting_container_weight (0.25), starting_container_count_maximum (0: no limit)",
         "", true},
        {"seed", "S", "what all random draws follow from", "1"}}},
      {"Output",
       {{"format", "FORM", "text, for people; or json", "text"},
        {"report", "FILE", "also write an HTML page with charts"},
        {"record", "FILE",
         "also append every round to a recording, for rostrum replay; a new one if there is no "
         "file"},
        {"no-time", "",
         "leave out times and the date, so that the same command gives the same bytes"}}},
  };
}

constexpr std::string_view kSummary =
    "Runs a cluster over time with no cluster at all: work comes and goes, cells fail or are "
    "updated, and at regular rounds the strategy places what waits. At the end a table says how "
    "each strategy did.\n"
    "By default cells and work are made from the seed: cells of 32, 64 and 128 GiB, small apps of "
    "which most run one or two instances and a few very many, tasks, an isolation segment and a "
    "second stack.";

}  // namespace

const Verb& SimulateVerb() {
  static const Verb verb = {
      .name = "simulate",
      .operands = "",
      .summary = kSummary,
      .groups = FlagGroups(),
      .examples = {{"Do bin packing and spreading use fewer cells than Diego? With charts.",
                    "rostrum simulate --cells 500 --strategy all --report report.html"},
                   {"Is there room for everything if a zone fails?",
                    "rostrum simulate --cells 300 --fail-zone z2 --duration 7200"},
                   {"How many pods of this mix fit on these nodes?",
                    "rostrum simulate --nodes nodes.csv --pods pods.csv --fill --strategy all"}},
  };
  return verb;
}

}  // namespace rostrum::tools
