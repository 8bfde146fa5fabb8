/* The phases of c_test_record, each in one of the files c_test_record_*.c. */

#ifndef ROSTRUM_TESTS_CAPI_C_TEST_RECORD_PHASES_H_
#define ROSTRUM_TESTS_CAPI_C_TEST_RECORD_PHASES_H_

void test_null_arguments_of_recordings(void);
void test_versions_of_libraries(void);
void test_recorders(void);
void test_recorder_failures(void);
void test_size_limits(void);
void test_damaged_recordings(void);
void test_replays(void);
void test_differences(void);
void test_snapshot_bytes(void);
void test_bad_snapshot_bytes(void);
void test_threads_of_two_libraries(void);

#endif /* ROSTRUM_TESTS_CAPI_C_TEST_RECORD_PHASES_H_ */
