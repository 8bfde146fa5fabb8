/* The test of the C interface of recordings, in C: every function of record.h, phase by phase. With
 * the name of a phase as argument it runs that one alone. */

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"

static const phase_t phases[] = {
    {"null arguments", test_null_arguments_of_recordings},
    {"versions", test_versions_of_libraries},
    {"recorders", test_recorders},
    {"recorder failures", test_recorder_failures},
    {"size limits", test_size_limits},
    {"damaged recordings", test_damaged_recordings},
    {"replays", test_replays},
    {"differences", test_differences},
    {"snapshots", test_snapshot_bytes},
    {"bad snapshots", test_bad_snapshot_bytes},
    {"threads", test_threads_of_two_libraries},
};

int main(int argc, char** argv) {
  make_folder();
  const int result =
      run_phases(phases, sizeof phases / sizeof phases[0], argc, argv, remove_recordings);
  remove_folder();
  return result;
}
