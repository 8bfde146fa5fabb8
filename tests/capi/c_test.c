/* The first test of the C interface, in C: every function of rostrum.h, phase by phase. With the
 * name of a phase as argument it runs that one alone. */

#include <stddef.h>

#include "tests/capi/check.h"
#include "tests/capi/phases.h"

static const phase_t phases[] = {
    {"versions", test_versions},
    {"errors", test_errors},
    {"batches", test_batches},
    {"null arguments", test_null_arguments},
    {"bad positions", test_bad_positions},
    {"bad values", test_bad_values},
    {"settings", test_settings},
    {"cells", test_cells},
    {"snapshots", test_snapshots},
    {"queue", test_queue},
    {"instances one by one", test_instances_one_by_one},
    {"offers", test_offers},
    {"rounds", test_rounds},
    {"accepting rounds", test_accepting_rounds},
    {"hand back", test_hand_back},
    {"repetition", test_repetition},
    {"ownership", test_ownership},
    {"explanations", test_explanations},
    {"strategies", test_strategies},
    {"strategy failures", test_strategy_failures},
    {"strategy tables", test_strategy_tables},
    {"threads", test_threads},
};

int main(int argc, char** argv) {
  return run_phases(phases, sizeof phases / sizeof phases[0], argc, argv, NULL);
}
