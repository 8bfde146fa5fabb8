/* The test of the C interface of recordings, in C: every function of record.h, phase by phase. With
 * the name of a phase as argument it runs that one alone. */

#include <stdio.h>
#include <string.h>

#include "tests/capi/c_test_record_fixture.h"
#include "tests/capi/c_test_record_phases.h"
#include "tests/capi/check.h"

static const struct {
  const char* name;
  void (*run)(void);
} phases[] = {
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
};

int main(int argc, char** argv) {
  int runs = 0;
  make_folder();
  for (size_t i = 0; i < sizeof phases / sizeof phases[0]; ++i) {
    if (argc > 1 && strcmp(argv[1], phases[i].name) != 0) continue;
    start_phase(phases[i].name);
    remove_recordings();
    phases[i].run();
    ++runs;
  }
  remove_folder();
  printf("%d phases, %d checks failed\n", runs, failed_checks());
  return runs > 0 && failed_checks() == 0 ? 0 : 1;
}
