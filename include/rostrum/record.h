/* Copyright the Rostrum authors. Licensed under the Apache License 2.0. */

/** \file
 * Recordings: rounds and snapshots written to files and run again. The stable C interface of
 * librostrum-record, a library of its own so that librostrum needs no protobuf. The conventions are
 * those of rostrum.h.
 *
 * This header and its library are there only where Rostrum was built with -Dtools=true, which is
 * the default (meson_options.txt). The name for pkg-config is rostrum-record; it brings librostrum
 * along:
 *
 *     cc program.c $(pkg-config --cflags --libs rostrum-record)
 *
 * Both libraries must be of one version, since one reads the other's rounds; functions that are
 * given a handle of another version fail with ROSTRUM_FAILED_PRECONDITION.
 */

#ifndef ROSTRUM_RECORD_H_
#define ROSTRUM_RECORD_H_

#include <stddef.h>
#include <stdint.h>

#include "rostrum/rostrum.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Writes rounds to a file, as a flight recorder. One thread at a time. */
typedef struct rostrum_recorder rostrum_recorder_t;

/** Opens a recording, or goes on with the one that is there.
 * @param max_bytes  the most that the file and its predecessor, PATH.1, may have together, at least
 *                   1024; the oldest rounds go first. 0: no limit.
 * @return ROSTRUM_UNAVAILABLE if the file cannot be written; ROSTRUM_FAILED_PRECONDITION if it is
 * no recording, holds a damaged round, is larger than `max_bytes` or is written by another
 * recorder. The file is left as it is then. A last round that was not written to its end, since the
 * process died, is no damage: it is cut off. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_recorder_open(const char* path, uint64_t max_bytes,
                                                 rostrum_recorder_t** recorder,
                                                 rostrum_error_t** error);

/** Writes a round, with its whole input. After a failure the file is as before, and the round may
 * be written again.
 * @param strategy_name  by which the round is run again; see rostrum_strategy_name.
 * @return ROSTRUM_UNAVAILABLE if the file cannot be written; ROSTRUM_FAILED_PRECONDITION if it is
 * closed; ROSTRUM_INVALID_ARGUMENT if the round alone is larger than `max_bytes`, or could not be
 * read again. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_recorder_append(rostrum_recorder_t* recorder,
                                                   const rostrum_round_t* round,
                                                   const char* strategy_name,
                                                   rostrum_error_t** error);

/** Closes the file and says whether all of it was written. Closing again does nothing.
 * @return ROSTRUM_UNAVAILABLE if the last bytes may not have reached the file. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_recorder_close(rostrum_recorder_t* recorder,
                                                  rostrum_error_t** error);

/** Closes and destroys. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_recorder_destroy(rostrum_recorder_t* recorder);

/** What came of running a recording again. */
typedef struct rostrum_replay_counts {
  uint64_t rounds;
  uint64_t decisions;
  uint64_t now_refused;   /**< Placed before, refused now. */
  uint64_t now_placed;    /**< Refused before, placed now. */
  uint64_t moved;         /**< Placed on another cell. */
  uint64_t other_refusal; /**< Refused for something else. */
  uint64_t score_only;    /**< Placed on the same cell with another score. */
  uint64_t reserved;
} rostrum_replay_counts_t;

/** The outcome of a replay. Immutable. */
typedef struct rostrum_replay rostrum_replay_t;

/** Runs all rounds of a recording again.
 * @param strategy  what to run them with; NULL: each with the strategy of its own name, one of the
 *                  library's.
 * @return ROSTRUM_CORRUPT if the file is damaged, with the place; ROSTRUM_NOT_FOUND if there is no
 * such file, or `strategy` is NULL and a round's strategy does not come with the library;
 * ROSTRUM_UNAVAILABLE if the file cannot be read; ROSTRUM_FAILED_PRECONDITION if the strategy's
 * begin_round failed. A difference is no failure. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_replay_file(const char* path, rostrum_strategy_t* strategy,
                                               rostrum_replay_t** replay, rostrum_error_t** error);

/** 1 if every decision was the same to the last bit; 0 if not, or for NULL. Since 0.1. */
ROSTRUM_API int32_t rostrum_replay_identical(const rostrum_replay_t* replay);

/** The first decision that differs, in a sentence with both sides; "" if none does. Since 0.1. */
ROSTRUM_API const char* rostrum_replay_first_difference(const rostrum_replay_t* replay);

/** Counts what differs. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_replay_count(const rostrum_replay_t* replay,
                                                rostrum_replay_counts_t* counts,
                                                rostrum_error_t** error);

/** Destroys a replay. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_replay_destroy(rostrum_replay_t* replay);

/** All cells of an engine as bytes, for a file or another machine.
 * @param bytes  the batch to whose texts they are added, as one. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_snapshot_write(rostrum_engine_t* engine, rostrum_batch_t* bytes,
                                                  rostrum_error_t** error);

/** The reverse: the cells as a batch, for rostrum_engine_update_cells.
 * @return ROSTRUM_CORRUPT if the bytes are not of rostrum_snapshot_write. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_snapshot_read(const char* bytes, size_t size,
                                                 rostrum_batch_t** batch, rostrum_error_t** error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ROSTRUM_RECORD_H_ */
