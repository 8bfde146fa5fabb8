/* The phases of c_test, each in a file of its own, c_test_*.c. */

#ifndef ROSTRUM_TESTS_CAPI_PHASES_H_
#define ROSTRUM_TESTS_CAPI_PHASES_H_

void test_versions(void);
void test_errors(void);
void test_batches(void);
void test_null_arguments(void);
void test_bad_positions(void);
void test_bad_values(void);
void test_settings(void);
void test_cells(void);
void test_snapshots(void);
void test_queue(void);
void test_instances_one_by_one(void);
void test_offers(void);
void test_rounds(void);
void test_accepting_rounds(void);
void test_hand_back(void);
void test_repetition(void);
void test_ownership(void);
void test_explanations(void);
void test_strategies(void);
void test_strategy_failures(void);
void test_strategy_tables(void);
void test_threads(void);

#endif /* ROSTRUM_TESTS_CAPI_PHASES_H_ */
