/* Copyright the Rostrum authors. Licensed under the Apache License 2.0. */

/** \file
 * Rostrum: an auction runner in a library. The stable C interface; all of it.
 *
 * An engine knows what every cell can take (rostrum_engine_update_cells, or offers of Apache
 * Mesos), queues what wants to run (rostrum_engine_submit), decides what goes where
 * (rostrum_engine_run_round), says why not (the refusals of a round, rostrum_engine_explain), and
 * takes back what a cell would not have (rostrum_engine_hand_back).
 *
 * Conventions
 *
 *  1. Handles (rostrum_engine_t and so on) are opaque. Each is made by a function that hands it out
 *     through its last pointer argument but one, and destroyed by its own _destroy function, which
 *     accepts NULL. An out-argument is written last: on failure one for a handle is set to NULL,
 *     and any other stays as it was.
 *  2. Errors: a function that can fail returns a rostrum_code_t, ROSTRUM_OK or the kind of error,
 *     and takes a rostrum_error_t** as its last argument. If that is not NULL, it receives an error
 *     object with the text on failure (to be destroyed by the caller), and NULL on success. There
 *     is no other way in which an error is told. On failure nothing has changed, unless the
 *     function says otherwise. Where memory ran out (ROSTRUM_OUT_OF_MEMORY) that holds too, and the
 *     call may be repeated; only a batch that was being written may hold a part. There may be no
 *     memory for an error object then, so *error may be NULL after a failure: look at the code to
 *     know whether there was one.
 *     Each function lists the codes that have a cause of their own; ROSTRUM_INVALID_ARGUMENT for an
 *     argument that can never be accepted and ROSTRUM_OUT_OF_MEMORY can come of any.
 *  3. Texts are bytes with a length. Where a function takes a `const char*` alone, it is
 *     NUL-terminated. Where it returns one, it belongs to the handle that it was asked of and lives
 *     as long, unless the function says otherwise. Text is meant to be UTF-8 but never looked into,
 *     but for this: the ids of cells, offers and agents and the guids of work must not hold a NUL
 *     byte, since the functions that take them alone could not name them.
 *  4. Batches of cells, offers and work go in and out as flat records in a rostrum_batch_t: arrays
 *     of fixed-width structs without pointers, whose texts are positions in one block of bytes
 *     (rostrum_text_t) and whose lists are ranges of another array (rostrum_range_t). Fields named
 *     `reserved` must be 0. Set a record to all zeros before you fill it in. Records never change
 *     their layout; what is new will come in new ones.
 *  5. Amounts are fixed-point int64_t: thousandths of a MB of memory and disk, of a core (so
 *     milli-CPU), or of one of any other named resource. ROSTRUM_AMOUNT(256) is 256 MB. Containers
 *     are counted whole; only in a rostrum_reason_t they are an amount like the rest. Times are in
 *     milliseconds of a clock of the caller's choice; the library never reads one. They are handed
 *     on and subtracted, and nothing is decided by them, so a clock may run back: a wait is
 *     negative then.
 *  6. Threads: an engine may be used from any number of threads at once; functions on it wait for
 *     each other where they must, and rounds run one after the other. A round, an explanation and
 *     an error are immutable: any thread may read them. A batch belongs to one thread at a time,
 *     and so do a strategy's functions; see rostrum_strategy_t. Each function repeats what holds
 *     for it, where there is more to say. After fork() the child may use what no other thread was
 *     using. An engine that one was using is of no more use there, and destroying it frees nothing.
 *     No function on it waits for that thread: those that need what it held fail with
 *     ROSTRUM_FAILED_PRECONDITION (or do nothing, or answer as for an empty engine, if they cannot
 *     fail); the others still tell what the engine held, without the work of the round that ran.
 *  7. A pointer argument must not be NULL unless its function allows it; if it is, the function
 *     fails with ROSTRUM_INVALID_ARGUMENT (or does nothing, if it cannot fail). An array of 0
 *     elements may be NULL.
 *  8. Nothing is thrown across this interface; nothing exits, aborts, prints or installs a signal
 *     handler. The library keeps no global state: engines know nothing of each other.
 *  9. Enumerators have fixed numbers, and more may come: treat an unknown one as "other".
 */

#ifndef ROSTRUM_ROSTRUM_H_
#define ROSTRUM_ROSTRUM_H_

#include <stddef.h>
#include <stdint.h>

#include "rostrum/version.h"

#if defined(__GNUC__)
#define ROSTRUM_API __attribute__((visibility("default")))
#else
#define ROSTRUM_API
#endif

/* In C++ an enumeration of a fixed width may hold numbers that this header does not know yet. */
#ifdef __cplusplus
#define ROSTRUM_ENUM(name) enum name : int32_t
#else
#define ROSTRUM_ENUM(name) enum name
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------------------------------------------
 * Version
 */

/** The version of the library as one number, as ROSTRUM_VERSION_NUMBER. Since 0.1. */
ROSTRUM_API uint32_t rostrum_version_number(void);

/** The version of the library as "MAJOR.MINOR.PATCH"; static. Since 0.1. */
ROSTRUM_API const char* rostrum_version_string(void);

/* ------------------------------------------------------------------------------------------------
 * Errors
 */

/** The kinds of error. */
typedef ROSTRUM_ENUM(rostrum_code) {
  ROSTRUM_OK = 0,
  ROSTRUM_INVALID_ARGUMENT = 1,    /**< A value that can never be accepted; the text names it. */
  ROSTRUM_NOT_FOUND = 2,           /**< There is no such cell, offer, auction, file and so on. */
  ROSTRUM_FAILED_PRECONDITION = 3, /**< The call does not fit the state of the object. */
  ROSTRUM_OUT_OF_MEMORY = 4,       /**< Memory ran out; see convention 2. */
  ROSTRUM_CORRUPT = 5,             /**< Data that cannot be what it claims to be. */
  ROSTRUM_UNAVAILABLE = 6,         /**< Something outside failed, such as a file. */
  ROSTRUM_INTERNAL = 7             /**< A fault of this library; please report it. */
} rostrum_code_t;

/** The stable name of a code, such as "INVALID_ARGUMENT"; static. Since 0.1. */
ROSTRUM_API const char* rostrum_code_name(rostrum_code_t code);

/** What went wrong. */
typedef struct rostrum_error rostrum_error_t;

/** The code of an error; ROSTRUM_OK for NULL. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_error_code(const rostrum_error_t* error);

/** One line for people that names the input, the value and what was expected; "" for NULL. Lives
 * as long as the error. Since 0.1. */
ROSTRUM_API const char* rostrum_error_text(const rostrum_error_t* error);

/** 1 if the same call may succeed later as it is, else 0. Since 0.1. */
ROSTRUM_API int32_t rostrum_error_retriable(const rostrum_error_t* error);

/** Destroys an error. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_error_destroy(rostrum_error_t* error);

/* ------------------------------------------------------------------------------------------------
 * Records
 */

/** Whole units (MB, cores, pieces) as an amount. */
#define ROSTRUM_AMOUNT(units) ((int64_t)(units)*1000)

/** The largest amount that is accepted, and with its sign turned the smallest. */
#define ROSTRUM_AMOUNT_MAXIMUM INT64_C(4000000000000000)

/** A text: `length` bytes of the block of bytes from `offset` on. */
typedef struct rostrum_text {
  uint32_t offset;
  uint32_t length;
} rostrum_text_t;

/** A list: `count` elements of another array from `first` on. */
typedef struct rostrum_range {
  uint32_t first;
  uint32_t count;
} rostrum_range_t;

/** A resource by name, such as "gpus". */
typedef struct rostrum_scalar {
  rostrum_text_t name;
  int64_t amount; /**< In thousandths of one. */
} rostrum_scalar_t;

/** A vector of resources. */
typedef struct rostrum_resources {
  int64_t memory;          /**< In thousandths of a MB. */
  int64_t disk;            /**< In thousandths of a MB. */
  int64_t cpu;             /**< In thousandths of a core. */
  int64_t containers;      /**< Whole containers. Ignored for work, which takes one. */
  rostrum_range_t scalars; /**< Of rostrum_scalar_t; each name once. */
} rostrum_resources_t;

/** How a cell provides the root file systems of one URL scheme. */
typedef ROSTRUM_ENUM(rostrum_provider_type) {
  ROSTRUM_PROVIDER_ARBITRARY = 1, /**< Any URL of the scheme. */
  ROSTRUM_PROVIDER_FIXED_SET = 2, /**< Those whose opaque part is in the set. */
  ROSTRUM_PROVIDER_UNKNOWN = 3    /**< None. */
} rostrum_provider_type_t;

typedef struct rostrum_provider {
  rostrum_text_t scheme;
  int32_t type; /**< A rostrum_provider_type_t. */
  uint32_t reserved;
  rostrum_range_t set; /**< Of texts. */
} rostrum_provider_t;

/** What a cell offers for placement constraints. Every cell and every offer needs one, of the same
 * batch, though it may be all zeros; many may refer to one. */
typedef struct rostrum_signature {
  rostrum_range_t providers;               /**< Of rostrum_provider_t. */
  rostrum_range_t volume_drivers;          /**< Of texts. */
  rostrum_range_t placement_tags;          /**< Of texts: work must want all of these. */
  rostrum_range_t optional_placement_tags; /**< Of texts: work may want these. */
} rostrum_signature_t;

/** Flags of a cell. */
#define ROSTRUM_CELL_EVACUATING 1u  /**< It takes nothing, by its own word. */
#define ROSTRUM_CELL_DISABLED 2u    /**< It takes nothing, by the operator's word. */
#define ROSTRUM_CELL_DRAINING 4u    /**< It takes nothing, and is dropped when it is empty. */
#define ROSTRUM_CELL_NOT_STARTED 8u /**< Its overhead is taken off with the first work on it. */
#define ROSTRUM_CELL_FIRST_FIT_INDEX 16u /**< Its first_fit_index holds. Not for offers. */
/** A resource of which the cell has none in total, and of which the work asks for none, has no part
 * in the score that `diego` gives the cell. Without it that is Diego's 0 / 0, and the cell takes
 * nothing. Every cell that is made of offers is so. Not for offers. */
#define ROSTRUM_CELL_IGNORE_ABSENT 32u

/** The state of a cell, as a Diego rep answers it to GET /state. */
typedef struct rostrum_cell {
  rostrum_text_t id;             /**< The key. Not empty, at most 1,024 bytes. */
  rostrum_text_t zone;           /**< May be empty, which is a zone like any other. */
  int64_t index;                 /**< The cell's number in its deployment; breaks ties. */
  int64_t first_fit_index;       /**< What bin_pack_first_fit_weight multiplies, if flags say
                                      ..._FIRST_FIT_INDEX; else that is `index`, or with a weight
                                      above 0 the cell's number in its zone. Ties are broken by
                                      `index` still. */
  rostrum_resources_t total;     /**< May be zero, negative or less than what is available, as a
                                      rep may say: shares are computed as they come, and what is
                                      asked beyond it can never fit there. */
  rostrum_resources_t available; /**< What is free; may be negative. */
  rostrum_resources_t overhead;  /**< What the cell takes itself once it has to be started. */
  int64_t proxy_memory;          /**< Needed on top of an LRP's memory, not reserved. If it is
                                      negative, that much less is needed, as in Diego. */
  int64_t starting_containers;   /**< Of the cell's containers those that have yet to start. They
                                      count for starting_container_count_maximum and for Diego. */
  int64_t task_count;            /**< Tasks on the cell. */
  int64_t other_lrps;   /**< LRP instances beyond `lrps`: of processes that need no name, since none
                             of their instances is auctioned before the cell's next state. */
  rostrum_range_t lrps; /**< Of texts: the process guid of each LRP instance on the cell. */
  uint32_t signature;   /**< The position of its rostrum_signature_t in the batch. */
  uint32_t flags;
  uint64_t tag; /**< Any number; handed back with what is placed here. */
} rostrum_cell_t;

/** An offer of Apache Mesos. All offers of one agent are one cell, with the agent's id. What an
 * offer says of its agent, and not of itself, holds until the agent's next offer says otherwise. */
typedef struct rostrum_offer {
  rostrum_text_t id;             /**< Not empty, and never used before. */
  rostrum_text_t agent_id;       /**< Not empty. */
  rostrum_text_t zone;           /**< Of the agent; may be empty, as a cell's. */
  int64_t index;                 /**< Of the agent, as a cell's. */
  rostrum_resources_t resources; /**< What is offered. */
  rostrum_resources_t used;      /**< Of the agent: what our own work there takes already. It is no
                                      part of what is offered, but of what the cell has in all. */
  rostrum_resources_t overhead;  /**< What a cell takes itself, if flags say ..._NOT_STARTED. */
  int64_t received_ms;           /**< When it came; see rostrum_engine_expire_offers. */
  int64_t task_count;            /**< Of the agent: our own tasks that run there. */
  rostrum_range_t lrps; /**< Of texts: the process guid of each LRP instance of ours there. */
  uint32_t signature;   /**< Of the agent: the position of its rostrum_signature_t in the batch. */
  uint32_t flags;       /**< ROSTRUM_CELL_NOT_STARTED or 0. */
  uint64_t tag;         /**< Of the agent: any number; handed back with what is placed there. */
} rostrum_offer_t;

/** The kinds of work. */
typedef ROSTRUM_ENUM(rostrum_kind) {
  ROSTRUM_LRP = 1, /**< Instances of a long-running process. */
  ROSTRUM_TASK = 2 /**< Work that ends. */
} rostrum_kind_t;

/** Work to start: instances of one LRP, each of which is an auction of its own, or one task. */
typedef struct rostrum_work {
  rostrum_text_t guid;            /**< Process guid or task guid. Not empty, at most 1,024 bytes. */
  rostrum_text_t domain;          /**< Not empty for an LRP. */
  rostrum_text_t rootfs;          /**< A URL such as "preloaded:cflinuxfs4". Not empty. */
  rostrum_resources_t asked;      /**< By one instance; nothing negative. */
  rostrum_range_t placement_tags; /**< Of texts. */
  rostrum_range_t volume_drivers; /**< Of texts. */
  rostrum_range_t indices;        /**< Of indices; for an LRP at least one, for a task none. */
  int32_t kind;                   /**< A rostrum_kind_t. */
  int32_t max_pids;               /**< For the cell, as it was given; has no part in placing. */
  /* The next three are written by rostrum_engine_waiting and rostrum_round_input, and are not
   * looked at when work is submitted. */
  int32_t attempts;     /**< Read only: how many rounds have refused it, or placed it in vain. */
  int32_t last_refusal; /**< Read only: the rostrum_refusal_code_t of the last of them; 0 if new. */
  int64_t queue_time_ms; /**< Read only: when it came into the queue. */
  uint64_t tag; /**< Any number; handed back with the result, plus the position in `indices`. */
} rostrum_work_t;

/* ------------------------------------------------------------------------------------------------
 * Batches
 */

/** Records on their way in or out. One thread at a time. */
typedef struct rostrum_batch rostrum_batch_t;

/** Makes an empty batch. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_batch_create(rostrum_batch_t** batch, rostrum_error_t** error);

/** Destroys a batch. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_batch_destroy(rostrum_batch_t* batch);

/** Empties a batch but keeps its memory for the next use. Since 0.1. */
ROSTRUM_API void rostrum_batch_clear(rostrum_batch_t* batch);

/** Adds bytes to the block and says where they are: for the text fields of records.
 * @param text  `length` bytes; copied.
 * @param out   receives the position.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_batch_add_text(rostrum_batch_t* batch, const char* text,
                                                  size_t length, rostrum_text_t* out,
                                                  rostrum_error_t** error);

/** Each adds `count` records, copied, and says in `out` (which may be NULL) which range of the
 * batch's array they are: for the range fields of other records. Positions in records are looked at
 * only when the batch is used. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_batch_add_texts(rostrum_batch_t* batch,
                                                   const rostrum_text_t* texts, size_t count,
                                                   rostrum_range_t* out, rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_scalars(rostrum_batch_t* batch,
                                                     const rostrum_scalar_t* scalars, size_t count,
                                                     rostrum_range_t* out, rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_providers(rostrum_batch_t* batch,
                                                       const rostrum_provider_t* providers,
                                                       size_t count, rostrum_range_t* out,
                                                       rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_signatures(rostrum_batch_t* batch,
                                                        const rostrum_signature_t* signatures,
                                                        size_t count, rostrum_range_t* out,
                                                        rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_indices(rostrum_batch_t* batch, const int32_t* indices,
                                                     size_t count, rostrum_range_t* out,
                                                     rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_cells(rostrum_batch_t* batch,
                                                   const rostrum_cell_t* cells, size_t count,
                                                   rostrum_range_t* out, rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_offers(rostrum_batch_t* batch,
                                                    const rostrum_offer_t* offers, size_t count,
                                                    rostrum_range_t* out, rostrum_error_t** error);
ROSTRUM_API rostrum_code_t rostrum_batch_add_work(rostrum_batch_t* batch,
                                                  const rostrum_work_t* work, size_t count,
                                                  rostrum_range_t* out, rostrum_error_t** error);

/** Each returns a batch's array and writes its length. Valid until the batch is next changed or
 * destroyed. NULL and 0 for a NULL batch. Since 0.1. */
ROSTRUM_API const char* rostrum_batch_bytes(const rostrum_batch_t* batch, size_t* size);
ROSTRUM_API const rostrum_text_t* rostrum_batch_texts(const rostrum_batch_t* batch, size_t* count);
ROSTRUM_API const rostrum_scalar_t* rostrum_batch_scalars(const rostrum_batch_t* batch,
                                                          size_t* count);
ROSTRUM_API const rostrum_provider_t* rostrum_batch_providers(const rostrum_batch_t* batch,
                                                              size_t* count);
ROSTRUM_API const rostrum_signature_t* rostrum_batch_signatures(const rostrum_batch_t* batch,
                                                                size_t* count);
ROSTRUM_API const int32_t* rostrum_batch_indices(const rostrum_batch_t* batch, size_t* count);
ROSTRUM_API const rostrum_cell_t* rostrum_batch_cells(const rostrum_batch_t* batch, size_t* count);
ROSTRUM_API const rostrum_offer_t* rostrum_batch_offers(const rostrum_batch_t* batch,
                                                        size_t* count);
ROSTRUM_API const rostrum_work_t* rostrum_batch_work(const rostrum_batch_t* batch, size_t* count);

/* ------------------------------------------------------------------------------------------------
 * Strategies
 */

/** How one cell is preferred to another.
 *
 * The handle may be named, given to engines and destroyed while rounds run with it: engines keep
 * the strategy itself alive, and its name never changes. But its functions are called by one thread
 * at a time within one engine only. So engines whose rounds, explanations or replays may run at the
 * same time must not share a strategy that keeps state, as Diego's does (its settings) and every
 * one that is made of a table or loaded (the auction at hand); make one for each.
 */
typedef struct rostrum_strategy rostrum_strategy_t;

/** Lower is better: the tier first, then the value. Zero is a score like any other. */
typedef struct rostrum_score {
  double value; /**< NaN is an error, which costs the auction. */
  int64_t tier;
} rostrum_score_t;

/** An auction as a strategy sees it. Valid during the call only. Fields may be added at the end. */
typedef struct rostrum_auction_view {
  const char* guid; /**< Not NUL-terminated. */
  uint64_t guid_length;
  int32_t kind; /**< A rostrum_kind_t. */
  int32_t index;
  int32_t attempts;
  uint32_t reserved;
  int64_t queue_time_ms;
  int64_t memory; /**< What is asked; amounts. */
  int64_t disk;
  int64_t cpu;
} rostrum_auction_view_t;

/** A cell as a strategy sees it, with all that the round has placed on it so far. Valid during the
 * call only. Fields may be added at the end. */
typedef struct rostrum_cell_view {
  int64_t memory_total;
  int64_t memory_free;
  int64_t disk_total;
  int64_t disk_free;
  int64_t cpu_total;
  int64_t cpu_free;
  int64_t containers_total;
  int64_t containers_free;
  int64_t proxy_memory;
  int64_t starting_containers;
  int64_t lrp_count;
  int64_t task_count;
  int64_t instances; /**< Of the auction's process on the cell. */
  int64_t index;     /**< Its first_fit_index, if it has one. */
  int64_t position;  /**< In its zone, from 0, by index and id; open cells only. Likewise. */
  uint64_t tag;
  const char* id; /**< Not NUL-terminated. */
  uint64_t id_length;
  const char* zone; /**< Not NUL-terminated. */
  uint64_t zone_length;
} rostrum_cell_view_t;

/** What a round tells a strategy before its first auction. Never grows: rostrum_round_input writes
 * one of the caller's. */
typedef struct rostrum_round_context {
  uint64_t seed; /**< As rostrum_engine_run_round was given it. */
  int64_t now_ms;
  double bin_pack_first_fit_weight;
  double starting_container_weight;
  int64_t starting_container_count_maximum;
} rostrum_round_context_t;

/** In which order the auctions of a batch take their turn. */
typedef ROSTRUM_ENUM(rostrum_order) {
  ROSTRUM_ORDER_DIEGO = 1,        /**< As Diego's own runner. */
  ROSTRUM_ORDER_LARGER_FIRST = 2, /**< LRPs by index, then larger memory; then tasks likewise. */
  ROSTRUM_ORDER_BY_KEY = 3        /**< By order_key, lowest first; equal ones as queued. */
} rostrum_order_t;

/** LRPs go to the zones that have the fewest instances of their process first, as in Diego. */
#define ROSTRUM_STRATEGY_BALANCES_ZONES 1u

/** A strategy as a table of functions. Those that are NULL have the default that is given.
 *
 * The library itself sees to constraints, resources, limits and ties: of equal scores the cell that
 * is first by zone name, index and id wins. For the same arguments a function must answer the same,
 * or rounds cannot be repeated. A function that fails (and a C++ one that throws) costs the auction
 * at hand, which is refused with a text that says so, and why, if there is a failure_text; so does
 * one that contradicts itself.
 *
 * Functions are called from the thread that runs the round, the explanation or the replay, one at a
 * time. They, and destroy, must not call the engine that runs them: such a call fails with
 * ROSTRUM_FAILED_PRECONDITION. They have to return, or throw: one that ends its thread
 * (pthread_exit, cancellation) ends the process, since it may not unwind through the library; one
 * that leaves by longjmp leaves the engine locked for good, and what it was making is lost. */
typedef struct rostrum_strategy_table {
  uint32_t size;    /**< sizeof(rostrum_strategy_table_t), by which the library knows its age: a
                         table that ends before a function has that function's default. */
  uint32_t flags;   /**< ROSTRUM_STRATEGY_... */
  const char* name; /**< A short name in lower case; copied. */
  int32_t order;    /**< A rostrum_order_t. */
  uint32_t reserved;
  /** Called at the start of each round, and of each explanation or replay of one. 0: go on; else
   * the round fails with ROSTRUM_FAILED_PRECONDITION. Default: nothing. */
  int32_t (*begin_round)(void* user_data, const rostrum_round_context_t* context);
  /** For ROSTRUM_ORDER_BY_KEY, which needs it. NaN refuses the auction. */
  double (*order_key)(void* user_data, const rostrum_auction_view_t* auction);
  /** Whether a cell, on which the work fits, is a choice: 1 yes, 0 no, negative: failure. For 0, a
   * NUL-terminated reason for people may be written to `reason`, of `capacity` bytes. Default: yes.
   */
  int32_t (*accepts)(void* user_data, const rostrum_auction_view_t* auction,
                     const rostrum_cell_view_t* cell, char* reason, size_t capacity);
  /** The score of a cell. 0: `score` was written; else: failure. NULL only if base_score is not. */
  int32_t (*score)(void* user_data, const rostrum_auction_view_t* auction,
                   const rostrum_cell_view_t* cell, rostrum_score_t* score);
  /** For a strategy whose score depends on the cell alone and that accepts every cell: that score,
   * which lets the library search instead of scan. `score`, if given too, must agree with it. 0:
   * written; else: failure. */
  int32_t (*base_score)(void* user_data, const rostrum_cell_view_t* cell, rostrum_score_t* score);
  /** Called once when `user_data` is no longer needed; also when the table is refused. */
  void (*destroy)(void* user_data);
  /** Called right after a function has failed, or order_key has returned NaN, by the same thread.
   * It may write what went wrong to `text`, of `capacity` bytes: one NUL-terminated line. The
   * refusal, the explanation or the error of the round names it. Default: they name the function
   * that failed, and what it returned. */
  void (*failure_text)(void* user_data, char* text, size_t capacity);
} rostrum_strategy_table_t;

/** Makes one of the library's own strategies: "diego", "binpack", "spread" or "bestfit".
 * @return ROSTRUM_NOT_FOUND for another name. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_strategy_create(const char* name, rostrum_strategy_t** strategy,
                                                   rostrum_error_t** error);

/** Makes a strategy of a table, which is copied. `user_data` is passed to each function and, in any
 * case, to `destroy` in the end.
 * @return ROSTRUM_INVALID_ARGUMENT if the table is not valid; the text says what it lacks.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_strategy_create_from_table(const rostrum_strategy_table_t* table,
                                                              void* user_data,
                                                              rostrum_strategy_t** strategy,
                                                              rostrum_error_t** error);

/** What a plug-in, a shared object, exports as "rostrum_strategy_plugin". It returns its table,
 * which is copied, and writes the user data for it; or returns NULL if it cannot work with a
 * library of this version. */
typedef const rostrum_strategy_table_t* (*rostrum_strategy_plugin_t)(uint32_t version_number,
                                                                     void** user_data);

/** Loads a strategy from a shared object. A path without a slash is looked for as the dynamic
 * linker does. The object stays loaded until the strategy is destroyed.
 * @return ROSTRUM_UNAVAILABLE if it cannot be loaded; ROSTRUM_INVALID_ARGUMENT if it is no plug-in
 * or its table is not valid; ROSTRUM_FAILED_PRECONDITION if it does not work with this version.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_strategy_load(const char* path, rostrum_strategy_t** strategy,
                                                 rostrum_error_t** error);

/** The name of a strategy; "" for NULL. Since 0.1. */
ROSTRUM_API const char* rostrum_strategy_name(const rostrum_strategy_t* strategy);

/** Lets go of a strategy. An engine that has it keeps it alive. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_strategy_destroy(rostrum_strategy_t* strategy);

/* ------------------------------------------------------------------------------------------------
 * Engines
 */

/** Cells, queue, strategy and settings. Any thread at any time. */
typedef struct rostrum_engine rostrum_engine_t;

/** Makes an engine without cells. It shares the strategy with the caller. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_create(rostrum_strategy_t* strategy,
                                                 rostrum_engine_t** engine,
                                                 rostrum_error_t** error);

/** Destroys an engine, which no other thread may be using. Its rounds live on. NULL is accepted.
 * Since 0.1. */
ROSTRUM_API void rostrum_engine_destroy(rostrum_engine_t* engine);

/** Sets the strategy from the next round on. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_set_strategy(rostrum_engine_t* engine,
                                                       rostrum_strategy_t* strategy,
                                                       rostrum_error_t** error);

/** Sets one of the options that rostrum_option_at() lists from text, from the next round on:
 * bin_pack_first_fit_weight (0), starting_container_weight (0.25),
 * starting_container_count_maximum (0); their defaults are in parentheses.
 * @return ROSTRUM_INVALID_ARGUMENT for another key, or a value that is not a number. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_set_option(rostrum_engine_t* engine, const char* key,
                                                     const char* value, rostrum_error_t** error);

/** What there is to know of an option of engines. All texts are the library's, and stay. */
typedef struct rostrum_option {
  const char* key;
  const char* unit;          /**< Of the value, such as "containers". */
  const char* expected;      /**< What a value may be, such as "a finite number such as 0.25". */
  const char* default_value; /**< As rostrum_engine_set_option() takes it. */
  const char* description;   /**< What it is, without a full stop. */
} rostrum_option_t;

/** Tells of one option, counted from 0. Any thread at any time.
 * @return ROSTRUM_NOT_FOUND behind the last. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_option_at(size_t index, rostrum_option_t* option,
                                             rostrum_error_t** error);

/** Whether auctions that are refused or handed back wait for the next round (1, the default) or
 * leave the engine with their result (0: Diego asks for them again itself). Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_set_keep_refused(rostrum_engine_t* engine, int32_t keep,
                                                           rostrum_error_t** error);

/* --- Cells of states (Diego). */

/** Adds the batch's cells, or replaces those of the same id; what a round had placed on those
 * counts no longer. If one of them is not valid nothing changes, and the error names it.
 * @param replace_all  1 to remove every cell of states that is not in the batch, else 0.
 * @return ROSTRUM_INVALID_ARGUMENT if a record is not valid or an id appears twice;
 * ROSTRUM_FAILED_PRECONDITION if an id is that of a cell of offers. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_update_cells(rostrum_engine_t* engine,
                                                       const rostrum_batch_t* batch,
                                                       int32_t replace_all,
                                                       rostrum_error_t** error);

/** Removes a cell, of states or of offers, which are expired then (see rostrum_offer_state_t). What
 * set_cell_disabled and drain_cell said of its id holds on, for a cell that comes with that id
 * later.
 * @return ROSTRUM_NOT_FOUND if there is none. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_remove_cell(rostrum_engine_t* engine, const char* cell_id,
                                                      rostrum_error_t** error);

/** Stops (1) or resumes (0) placing on a cell. Stopped, its id stays so whatever later states say,
 * and even where the cell goes and comes again. Resuming lifts both this and a drain of its id; the
 * cell itself is no longer disabled or draining then, even if its state said so, until its next
 * state says it again. A cell that said itself that it is evacuating still takes nothing.
 * @return ROSTRUM_NOT_FOUND if there is no such cell, and nothing was said of its id before.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_set_cell_disabled(rostrum_engine_t* engine,
                                                            const char* cell_id, int32_t disabled,
                                                            rostrum_error_t** error);

/** Stops placing on a cell and drops it as soon as nothing runs on it, which may be at once. Its id
 * stays barred: a later state or offer of it is dropped in the same way, until
 * rostrum_engine_set_cell_disabled(..., 0). The offers of a cell that is dropped are expired (see
 * rostrum_offer_state_t).
 * @return ROSTRUM_NOT_FOUND if there is no such cell. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_drain_cell(rostrum_engine_t* engine, const char* cell_id,
                                                     rostrum_error_t** error);

/** All cells as they are now, with what rounds have placed on them.
 * @param batch  receives a batch of cells, which can be given to another engine. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_snapshot(rostrum_engine_t* engine,
                                                   rostrum_batch_t** batch,
                                                   rostrum_error_t** error);

/* --- Cells of offers (Apache Mesos). */

/** Where an offer is. Each is in exactly one state.
 *
 * Offers become EXPIRED without being listed where their cell goes: by rostrum_engine_remove_cell
 * and rostrum_engine_lose_agent, and, where it drains and nothing runs on it any more, by
 * rostrum_engine_drain_cell, rostrum_engine_hand_back and rostrum_engine_add_offers, which may be
 * of the offers that it has just added. The master does not know of that. So ask
 * rostrum_engine_offer_state for the offers in question after such a call and decline at the master
 * those that are expired, or decline the agent's offers before it. */
typedef ROSTRUM_ENUM(rostrum_offer_state) {
  ROSTRUM_OFFER_HELD = 1,
  ROSTRUM_OFFER_ACCEPTED = 2,
  ROSTRUM_OFFER_DECLINED = 3,
  ROSTRUM_OFFER_RESCINDED = 4,
  ROSTRUM_OFFER_EXPIRED = 5
} rostrum_offer_state_t;

/** How many offers were added in all, and where they are; added is the sum of the others. */
typedef struct rostrum_offer_counts {
  uint64_t added;
  uint64_t held;
  uint64_t accepted;
  uint64_t declined;
  uint64_t rescinded;
  uint64_t expired;
  uint64_t reserved[2];
} rostrum_offer_counts_t;

/** Adds the batch's offers, in order. On failure those before the one that the error names have
 * been added. Offers of an agent that was drained may be expired at once; see
 * rostrum_offer_state_t.
 * @return ROSTRUM_INVALID_ARGUMENT if a record is not valid, an id was used before, or the agent's
 * cell would have more than ROSTRUM_AMOUNT_MAXIMUM; ROSTRUM_FAILED_PRECONDITION if the agent's id
 * is that of a cell of states. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_add_offers(rostrum_engine_t* engine,
                                                     const rostrum_batch_t* batch,
                                                     rostrum_error_t** error);

/** An offer that the master took back. What was placed on its agent stays there, so less than
 * nothing may be free on the cell until the agent's next offer, or until it is handed back.
 * @return ROSTRUM_FAILED_PRECONDITION if it is not held any more, which may well be: a rescind can
 * cross an accept; ROSTRUM_NOT_FOUND as for rostrum_engine_offer_state. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_rescind_offer(rostrum_engine_t* engine,
                                                        const char* offer_id,
                                                        rostrum_error_t** error);

/** An offer that the caller gives back. Otherwise as rostrum_engine_rescind_offer. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_decline_offer(rostrum_engine_t* engine,
                                                        const char* offer_id,
                                                        rostrum_error_t** error);

/** Takes all offers of an agent out as accepted; what was placed on it runs there from now on, and
 * cannot be taken off the cell by rostrum_engine_hand_back any more.
 * @param ids  the batch to whose texts the offers' ids are added, in the order they came; none if
 *             the agent's cell holds no offer at this time.
 * @return ROSTRUM_NOT_FOUND if the agent has no cell, or one of states. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_accept_offers(rostrum_engine_t* engine,
                                                        const char* agent_id, rostrum_batch_t* ids,
                                                        rostrum_error_t** error);

/** Takes out all offers that came before `oldest_ms`, as expired; the caller declines them.
 * @param ids  as for rostrum_engine_accept_offers. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_expire_offers(rostrum_engine_t* engine, int64_t oldest_ms,
                                                        rostrum_batch_t* ids,
                                                        rostrum_error_t** error);

/** An agent is lost: its cell goes, and its offers are expired. The same as
 * rostrum_engine_remove_cell.
 * @return ROSTRUM_NOT_FOUND if it has no cell. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_lose_agent(rostrum_engine_t* engine, const char* agent_id,
                                                     rostrum_error_t** error);

/** Where an offer is: a rostrum_offer_state_t. The ids of the last 100,000 that went are known.
 * @return ROSTRUM_NOT_FOUND for one that was never added, or went before those. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_offer_state(rostrum_engine_t* engine,
                                                      const char* offer_id, int32_t* state,
                                                      rostrum_error_t** error);

/** Counts the offers, and checks the sum.
 * @return ROSTRUM_INTERNAL if it is wrong; the counts are written all the same. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_count_offers(rostrum_engine_t* engine,
                                                       rostrum_offer_counts_t* counts,
                                                       rostrum_error_t** error);

/* --- The queue. */

/** Queues the batch's work: one auction for each index of an LRP, one for each task. An auction
 * that waits already, by kind and identifier, is passed over. One that is in a round at this
 * moment, or was placed, does not wait, so it is queued again: see to it that work is not submitted
 * twice. If the round refuses it and it goes back into the queue, the older one of the two stays.
 * If a record is not valid nothing is queued, and the error names it.
 * @param added  receives how many auctions were added; may be NULL. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_submit(rostrum_engine_t* engine,
                                                 const rostrum_batch_t* batch, int64_t now_ms,
                                                 uint64_t* added, rostrum_error_t** error);

/** Takes a waiting auction out of the queue.
 * @param identifier  "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task.
 * @return ROSTRUM_NOT_FOUND if it does not wait; one that is in a round at this moment does not.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_cancel(rostrum_engine_t* engine, rostrum_kind_t kind,
                                                 const char* identifier, rostrum_error_t** error);

/** How many auctions wait; 0 for NULL. Since 0.1. */
ROSTRUM_API uint64_t rostrum_engine_queue_size(const rostrum_engine_t* engine);

/** The queue time of the auction that waits longest, or -1. Since 0.1. */
ROSTRUM_API int64_t rostrum_engine_oldest_queue_time_ms(const rostrum_engine_t* engine);

/** What waits, in order.
 * @param batch  receives a batch of work with one record for each auction. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_waiting(rostrum_engine_t* engine, rostrum_batch_t** batch,
                                                  rostrum_error_t** error);

/* ------------------------------------------------------------------------------------------------
 * Rounds
 */

/** The outcome of a round. Immutable: any thread may read it. */
typedef struct rostrum_round rostrum_round_t;

/** What kind of refusal it is. */
typedef ROSTRUM_ENUM(rostrum_refusal_code) {
  ROSTRUM_REFUSAL_NONE = 0, /**< It was placed. */
  ROSTRUM_REFUSAL_NO_CELLS = 1,
  ROSTRUM_REFUSAL_ROOTFS_MISMATCH = 2,
  ROSTRUM_REFUSAL_VOLUME_DRIVER_MISMATCH = 3,
  ROSTRUM_REFUSAL_PLACEMENT_TAG_MISMATCH = 4,
  ROSTRUM_REFUSAL_INSUFFICIENT_RESOURCES = 5,
  ROSTRUM_REFUSAL_INFLIGHT_LIMIT = 6,  /**< Too many containers are starting. */
  ROSTRUM_REFUSAL_STRATEGY_REFUSED = 7, /**< It fits, but the strategy accepts no such cell. */
  ROSTRUM_REFUSAL_STRATEGY_FAILED = 8,  /**< The strategy failed or contradicted itself. */
  ROSTRUM_REFUSAL_HANDED_BACK = 9       /**< Placed, and handed back: the last_refusal of work that
                                             waits; never of a decision. */
} rostrum_refusal_code_t;

/** What was decided for one auction. */
typedef struct rostrum_decision {
  rostrum_text_t identifier;
  rostrum_text_t cell_id; /**< If it was placed; else empty. */
  int32_t kind;           /**< A rostrum_kind_t. */
  int32_t code;           /**< A rostrum_refusal_code_t; 0 if it was placed. */
  uint32_t refusal;       /**< If refused: the position of its rostrum_refusal_t. */
  int32_t attempts;       /**< How many rounds have decided on it, this one included. */
  rostrum_score_t score;  /**< If it was placed. */
  int64_t wait_ms;        /**< From its queue time to the round. */
  uint64_t tag;           /**< The auction's. */
  uint64_t cell_tag;      /**< The cell's, if it was placed. */
} rostrum_decision_t;

/** Why auctions were refused. Those that were refused alike share one. */
typedef struct rostrum_refusal {
  rostrum_text_t error;    /**< Diego's text where Diego has one. */
  rostrum_range_t reasons; /**< Of rostrum_reason_t, most cells first. May be empty. */
  int32_t code;            /**< A rostrum_refusal_code_t. */
  uint32_t reserved;
} rostrum_refusal_t;

/** Why cells were no choice. */
typedef ROSTRUM_ENUM(rostrum_reason_code) {
  ROSTRUM_REASON_ROOTFS = 1,
  ROSTRUM_REASON_VOLUME_DRIVER = 2,
  ROSTRUM_REASON_PLACEMENT_TAG = 3,
  ROSTRUM_REASON_RESOURCE = 4, /**< Too little of the resource that `subject` names. */
  ROSTRUM_REASON_SCORE = 5,    /**< Its score is not a number (a total of zero). */
  ROSTRUM_REASON_STRATEGY = 6, /**< Not accepted by the strategy; `subject` is its reason. */
  ROSTRUM_REASON_EVACUATING = 7,
  ROSTRUM_REASON_DISABLED = 8,
  ROSTRUM_REASON_DRAINING = 9
} rostrum_reason_code_t;

/** Cells that refused for one reason.
 *
 * `subject` is, for ROSTRUM_REASON_RESOURCE, "memory", "disk", "cpu", "containers" or the name of
 * another resource as in a rostrum_scalar_t; for ROSTRUM_REASON_STRATEGY what the strategy said;
 * otherwise empty. The three amounts are in thousandths, those of "containers" too (unlike
 * everywhere else): one container is 1000. They are 0 for other reasons than a resource. */
typedef struct rostrum_reason {
  rostrum_text_t subject;
  rostrum_text_t cell_id; /**< For a resource: the cell that comes nearest. */
  int32_t code;           /**< A rostrum_reason_code_t. */
  int32_t is_static;      /**< 1 if these cells can never take it as they are. */
  uint64_t cells;         /**< How many refused for it. */
  int64_t asked;          /**< For a resource, on the cell that comes nearest: what was asked, with
                               proxy memory and the cell's overhead; */
  int64_t free;           /**< what was free; */
  int64_t short_by;       /**< and the difference. */
} rostrum_reason_t;

/** Decides all that waits. Cells and work that come in meanwhile are for the next round. On failure
 * everything waits as before. The same cells, queue, settings, seed and time give the same
 * decisions, on any machine and after any number of rounds.
 *
 * What is placed is taken off its cell at once, until the cell's next state, or until it is handed
 * back.
 * @param seed    for the strategy's begin_round and for recordings. No strategy of the library uses
 *                it: they draw no lots.
 * @param now_ms  likewise; also what the wait of each decision is counted to.
 * @return ROSTRUM_FAILED_PRECONDITION if the strategy's begin_round failed. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_run_round(rostrum_engine_t* engine, uint64_t seed,
                                                    int64_t now_ms, rostrum_round_t** round,
                                                    rostrum_error_t** error);

/** Whether a round that is decided is to take place: not 0 for yes. `round` is valid during the call
 * only, and may be read by every function that takes a round alone. The function may use the engine,
 * which shows cells and queue without the round, but for running and explaining rounds, which give
 * ROSTRUM_FAILED_PRECONDITION. Called in the thread that runs the round. Since 0.1. */
typedef int32_t (*rostrum_accept_round_t)(void* user_data, const rostrum_round_t* round);

/** As rostrum_engine_run_round, but the round takes place only if `accept`, which is called once
 * after all is decided, says so. Otherwise it is as if it had not been run: nothing is placed, all
 * waits as before, and `round` receives NULL. So a caller can try what a round would come to, and
 * have it, at the price of one.
 * @param accept     not NULL.
 * @param user_data  passed to `accept`; used during this call only.
 * @return ROSTRUM_OK in either case; errors as of rostrum_engine_run_round, with `accept` not
 * called. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_run_round_if(rostrum_engine_t* engine, uint64_t seed,
                                                       int64_t now_ms,
                                                       rostrum_accept_round_t accept,
                                                       void* user_data, rostrum_round_t** round,
                                                       rostrum_error_t** error);

/** Undoes placements that the outside would not have: they are taken off their cells and, if
 * refused auctions are kept, wait again. A cell whose state was updated since, or whose offers were
 * accepted, is left as it is. A cell that drains goes with the last work on it.
 * @param decisions  positions in the round's decisions, of auctions that were placed.
 * @param undone     receives how many were taken off a cell; may be NULL.
 * @return ROSTRUM_NOT_FOUND, with nothing changed, if the round belongs to another engine, or one
 * was not placed by this round, or was handed back before. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_hand_back(rostrum_engine_t* engine,
                                                    const rostrum_round_t* round,
                                                    const uint32_t* decisions, size_t count,
                                                    uint64_t* undone, rostrum_error_t** error);

/** Lets go of a round. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_round_destroy(rostrum_round_t* round);

/** How many auctions were placed, and refused; 0 for NULL. Since 0.1. */
ROSTRUM_API uint64_t rostrum_round_placed_count(const rostrum_round_t* round);
ROSTRUM_API uint64_t rostrum_round_refused_count(const rostrum_round_t* round);

/** Each returns one of the round's arrays and writes its length; they live as long as the round.
 * The decisions are in the order in which they were made. NULL and 0 for NULL, or if memory ran
 * out. Since 0.1. */
ROSTRUM_API const rostrum_decision_t* rostrum_round_decisions(const rostrum_round_t* round,
                                                              size_t* count);
ROSTRUM_API const rostrum_refusal_t* rostrum_round_refusals(const rostrum_round_t* round,
                                                            size_t* count);
ROSTRUM_API const rostrum_reason_t* rostrum_round_reasons(const rostrum_round_t* round,
                                                          size_t* count);
/** The block of bytes that the texts of the above are in. */
ROSTRUM_API const char* rostrum_round_bytes(const rostrum_round_t* round, size_t* size);

/** What the round was run on, to record it or to run it again elsewhere. Work that is submitted
 * again starts with no attempts and a queue time of its own; no strategy of the library looks at
 * either, but a plug-in may. rostrum_recorder_t (record.h) keeps both.
 * @param batch    receives the cells and the work, one record for each auction, as queued.
 * @param context  receives the seed, the time and the settings.
 * Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_round_input(const rostrum_round_t* round,
                                               rostrum_round_context_t* context,
                                               rostrum_batch_t** batch, rostrum_error_t** error);

/** The name of a refusal code or a reason for people, such as "insufficient resources"; static.
 * Since 0.1. */
ROSTRUM_API const char* rostrum_refusal_code_name(rostrum_refusal_code_t code);
ROSTRUM_API const char* rostrum_reason_code_name(rostrum_reason_code_t code);

/* ------------------------------------------------------------------------------------------------
 * Explanations
 */

/** Every cell's answer to one auction of a round. Immutable. */
typedef struct rostrum_explanation rostrum_explanation_t;

/** One cell's answer. */
typedef struct rostrum_answer {
  rostrum_text_t cell_id;
  rostrum_text_t zone;
  int32_t fits;            /**< 1 if it could have had the auction. */
  int32_t winner;          /**< 1 if it got it. */
  rostrum_score_t score;   /**< If it fits. */
  rostrum_range_t reasons; /**< If not: of the explanation's reasons, each of 1 cell. */
} rostrum_answer_t;

/** Explains what a round decided for one auction, by running it again up to there with the strategy
 * that decided it; so this waits for a round that is under way.
 * @return ROSTRUM_NOT_FOUND if the round belongs to another engine, or had no such auction;
 * ROSTRUM_FAILED_PRECONDITION if the strategy's begin_round failed. Since 0.1. */
ROSTRUM_API rostrum_code_t rostrum_engine_explain(rostrum_engine_t* engine,
                                                  const rostrum_round_t* round, rostrum_kind_t kind,
                                                  const char* identifier,
                                                  rostrum_explanation_t** explanation,
                                                  rostrum_error_t** error);

/** Destroys an explanation. NULL is accepted. Since 0.1. */
ROSTRUM_API void rostrum_explanation_destroy(rostrum_explanation_t* explanation);

/** All cells by zone name, index and id, the reasons they refer to, and the block of bytes that the
 * texts of both are in. They live as long as the explanation. Since 0.1. */
ROSTRUM_API const rostrum_answer_t* rostrum_explanation_answers(
    const rostrum_explanation_t* explanation, size_t* count);
ROSTRUM_API const rostrum_reason_t* rostrum_explanation_reasons(
    const rostrum_explanation_t* explanation, size_t* count);
ROSTRUM_API const char* rostrum_explanation_bytes(const rostrum_explanation_t* explanation,
                                                  size_t* size);

/** The refusal's text, "" if it was placed. Since 0.1. */
ROSTRUM_API const char* rostrum_explanation_error(const rostrum_explanation_t* explanation);

/** What would have placed it, in a sentence; "" if nothing can be said. Since 0.1. */
ROSTRUM_API const char* rostrum_explanation_remedy(const rostrum_explanation_t* explanation);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ROSTRUM_ROSTRUM_H_ */
