/* Files, rounds and strategies for tests of recordings. Every function checks that its calls go
 * well. */

#ifndef ROSTRUM_TESTS_CAPI_C_TEST_RECORD_FIXTURE_H_
#define ROSTRUM_TESTS_CAPI_C_TEST_RECORD_FIXTURE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rostrum/record.h"

/* A temporary folder with room for one recording and its predecessor. */
void make_folder(void);
void remove_recordings(void);
void remove_folder(void);
const char* folder_path(void);
const char* recording_path(void);
const char* previous_path(void);

/* The bytes of a file; those of a file that is not there are none. */
typedef struct file_bytes {
  size_t size;
  char data[16384];
} file_bytes_t;
void read_file(const char* path, file_bytes_t* bytes);
void write_file(const char* path, const char* data, size_t size);
bool is_in_file(const char* path, const file_bytes_t* bytes);

/* What a strategy of a table does: each cell has the score `value`, one less if it is `cell_id`. */
typedef struct choice {
  double value;
  const char* cell_id;     /* NULL: none. */
  const char* refusal;     /* Why no cell is a choice; NULL: all are. */
  int32_t answer_to_begin; /* Not 0: no round can be begun. */
  bool smallest_first;     /* The order; else the largest are first. */
  int destroyed;           /* How often the table was let go of. */
} choice_t;
/* Its name is "choice". */
rostrum_strategy_t* make_choice(choice_t* choice);

/* A round of one task of 10 MB in a cluster of two cells, "a" and "b". NULL is "diego". */
rostrum_round_t* make_round(rostrum_strategy_t* strategy, const char* guid);

rostrum_recorder_t* open_recorder(uint64_t max_bytes);
/* Records a round of one task, as of "diego". */
void append_task(rostrum_recorder_t* recorder, const char* guid);
/* Goes on with the recording by one round. */
void record(const rostrum_round_t* round, const char* strategy_name);
/* Makes the recording anew, of so many rounds of "diego": "task-0", "task-1" and so on. */
void record_tasks(int count);

rostrum_replay_t* replay_of(const char* path, rostrum_strategy_t* strategy);
rostrum_replay_counts_t counts_of(const rostrum_replay_t* replay);
/* How many rounds a whole recording has. Each must come out as it did before. */
uint64_t rounds_in(const char* path);

/* An engine with cells of all flags, of which one has something in every field. */
rostrum_engine_t* make_full_engine(void);
/* The cells of an engine as bytes, the only text of a batch. */
rostrum_batch_t* write_snapshot(rostrum_engine_t* engine);

#endif /* ROSTRUM_TESTS_CAPI_C_TEST_RECORD_FIXTURE_H_ */
