/* librostrum-mesos-c as it is found when the program runs. The program does not link it, so that it
 * runs where there is no Mesos, no libcurl and no ZooKeeper's client. */

#ifndef ROSTRUM_GO_MESOS_LIBRARY_H_
#define ROSTRUM_GO_MESOS_LIBRARY_H_

#include <rostrum/mesos.h>
#include <rostrum/rostrum.h>

/* All functions of mesos.h. */
#define ROSTRUM_GO_MESOS_FUNCTIONS(X) \
  X(rostrum_mesos_options_create)     \
  X(rostrum_mesos_options_destroy)    \
  X(rostrum_mesos_options_set)        \
  X(rostrum_mesos_create)             \
  X(rostrum_mesos_destroy)            \
  X(rostrum_mesos_start)              \
  X(rostrum_mesos_stop)               \
  X(rostrum_mesos_tear_down)          \
  X(rostrum_mesos_submit)             \
  X(rostrum_mesos_cancel)             \
  X(rostrum_mesos_stop_instance)      \
  X(rostrum_mesos_count)              \
  X(rostrum_mesos_poll)               \
  X(rostrum_mesos_interrupt)          \
  X(rostrum_mesos_events_destroy)     \
  X(rostrum_mesos_events_records)     \
  X(rostrum_mesos_events_reasons)     \
  X(rostrum_mesos_events_bytes)

/* Those of rostrum.h that make what these take. They are of the librostrum that the library itself
 * uses, which is another one than the program's if that is linked statically: so no object of one
 * ever comes to the other. */
#define ROSTRUM_GO_CORE_FUNCTIONS(X) \
  X(rostrum_version_string)          \
  X(rostrum_error_text)              \
  X(rostrum_error_retriable)         \
  X(rostrum_error_destroy)           \
  X(rostrum_strategy_create)         \
  X(rostrum_strategy_load)           \
  X(rostrum_strategy_destroy)        \
  X(rostrum_batch_create)            \
  X(rostrum_batch_destroy)           \
  X(rostrum_batch_add_text)          \
  X(rostrum_batch_add_texts)         \
  X(rostrum_batch_add_scalars)       \
  X(rostrum_batch_add_indices)       \
  X(rostrum_batch_add_work)

/* A pointer to each, of the type that the header gives it. */
typedef struct rostrum_go_library {
#define ROSTRUM_GO_FIELD(function) __typeof__(&function) function;
  ROSTRUM_GO_MESOS_FUNCTIONS(ROSTRUM_GO_FIELD)
  ROSTRUM_GO_CORE_FUNCTIONS(ROSTRUM_GO_FIELD)
#undef ROSTRUM_GO_FIELD
} rostrum_go_library_t;

/* How loading went. */
enum rostrum_go_load {
  ROSTRUM_GO_LOADED = 0,
  ROSTRUM_GO_NOT_FOUND = 1,   /* `problem` is what the dynamic linker says. */
  ROSTRUM_GO_NO_FUNCTION = 2, /* `problem` is the function that it lacks. */
  ROSTRUM_GO_NO_LINKER = 3    /* The program has no dynamic linker. */
};

/* Loads the library and finds its functions. It stays loaded. `problem` is ended by NUL. */
int rostrum_go_load(const char* path, rostrum_go_library_t* library, char* problem,
                    size_t capacity);

/* Each calls the function of that name. */
const char* rostrum_go_core_version(const rostrum_go_library_t* library);
const char* rostrum_go_error_text(const rostrum_go_library_t* library,
                                  const rostrum_error_t* error);
int32_t rostrum_go_error_retriable(const rostrum_go_library_t* library,
                                   const rostrum_error_t* error);
void rostrum_go_error_destroy(const rostrum_go_library_t* library, rostrum_error_t* error);
rostrum_code_t rostrum_go_mesos_options_create(const rostrum_go_library_t* library,
                                               rostrum_mesos_options_t** options,
                                               rostrum_error_t** error);
void rostrum_go_mesos_options_destroy(const rostrum_go_library_t* library,
                                      rostrum_mesos_options_t* options);
rostrum_code_t rostrum_go_mesos_options_set(const rostrum_go_library_t* library,
                                            rostrum_mesos_options_t* options, const char* key,
                                            const char* value, rostrum_error_t** error);
void rostrum_go_mesos_destroy(const rostrum_go_library_t* library, rostrum_mesos_t* framework);
void rostrum_go_mesos_stop(const rostrum_go_library_t* library, rostrum_mesos_t* framework,
                           int64_t flush_ms);
rostrum_code_t rostrum_go_mesos_tear_down(const rostrum_go_library_t* library,
                                          rostrum_mesos_t* framework, int64_t timeout_ms,
                                          rostrum_error_t** error);
rostrum_code_t rostrum_go_mesos_cancel(const rostrum_go_library_t* library,
                                       rostrum_mesos_t* framework, int32_t kind, const char* guid,
                                       uint64_t* found, rostrum_error_t** error);
rostrum_code_t rostrum_go_mesos_stop_instance(const rostrum_go_library_t* library,
                                              rostrum_mesos_t* framework,
                                              const char* process_guid, int32_t index,
                                              uint64_t* found, rostrum_error_t** error);
rostrum_code_t rostrum_go_mesos_count(const rostrum_go_library_t* library,
                                      const rostrum_mesos_t* framework,
                                      rostrum_mesos_counts_t* counts, rostrum_error_t** error);
void rostrum_go_mesos_interrupt(const rostrum_go_library_t* library, rostrum_mesos_t* framework);

/* Makes the strategy, the framework with it, and lets go of the strategy. `is_path` says that it is
 * a plug-in's path and not a name. */
rostrum_code_t rostrum_go_mesos_create(const rostrum_go_library_t* library,
                                       const rostrum_mesos_options_t* options,
                                       const char* strategy, int is_path,
                                       rostrum_mesos_t** framework, rostrum_error_t** error);

/* Starts the framework with threads that get no signal of the process: those are for Go's own. */
rostrum_code_t rostrum_go_mesos_start(const rostrum_go_library_t* library,
                                      rostrum_mesos_t* framework, rostrum_error_t** error);

/* Makes a batch of the arrays, which stay the caller's, and submits it. */
rostrum_code_t rostrum_go_mesos_submit(const rostrum_go_library_t* library,
                                       rostrum_mesos_t* framework, const char* bytes,
                                       size_t byte_count, const rostrum_text_t* texts,
                                       size_t text_count, const rostrum_scalar_t* scalars,
                                       size_t scalar_count, const int32_t* indices,
                                       size_t index_count, const rostrum_work_t* work,
                                       size_t work_count, uint64_t* added,
                                       rostrum_error_t** error);

/* Events with all that they are made of, which lives as long as `events`. */
typedef struct rostrum_go_polled {
  rostrum_code_t code;
  rostrum_error_t* error;
  rostrum_mesos_events_t* events;
  const rostrum_mesos_event_t* records;
  const rostrum_reason_t* reasons;
  const char* bytes;
  size_t record_count;
  size_t reason_count;
  size_t byte_count;
} rostrum_go_polled_t;

rostrum_go_polled_t rostrum_go_mesos_poll(const rostrum_go_library_t* library,
                                          rostrum_mesos_t* framework, int64_t timeout_ms);
void rostrum_go_mesos_events_destroy(const rostrum_go_library_t* library,
                                     rostrum_mesos_events_t* events);

#endif /* ROSTRUM_GO_MESOS_LIBRARY_H_ */
