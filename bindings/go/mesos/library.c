//go:build linux && !android && cgo

#define _GNU_SOURCE /* dl_iterate_phdr */

#include "library.h"

#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* A pointer to a function, and one to an object as dlsym returns it, are the same on every system
 * that has dlsym; C alone has no cast between them. */
static int find(void* object, const char* name, void* function, size_t size, char* problem,
                size_t capacity) {
  void* const found = dlsym(object, name);
  if (found == NULL) {
    snprintf(problem, capacity, "%s", name);
    return 0;
  }
  memcpy(function, &found, size);
  return 1;
}

/* Whether the program, which comes first, names a dynamic linker. */
static int names_linker(struct dl_phdr_info* object, size_t size, void* has_linker) {
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    if (object->dlpi_phdr[i].p_type == PT_INTERP) *(int*)has_linker = 1;
  }
  return 1; /* The others do not matter. */
}

int rostrum_go_load(const char* path, rostrum_go_library_t* library, char* problem,
                    size_t capacity) {
  /* glibc's dlopen works in such a program, too, but what it loads has threads and a C library of
   * its own, and ends in a crash. */
  int has_linker = 0;
  dl_iterate_phdr(names_linker, &has_linker);
  if (!has_linker) return ROSTRUM_GO_NO_LINKER;
  void* const object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (object == NULL) {
    const char* const said = dlerror();
    snprintf(problem, capacity, "%s", said == NULL ? "the dynamic linker says nothing" : said);
    return ROSTRUM_GO_NOT_FOUND;
  }
  /* Found from the object on, so in the library and in what it needs itself. */
#define FIND(function)                                                                          \
  if (!find(object, #function, &library->function, sizeof library->function, problem, capacity)) { \
    dlclose(object);                                                                            \
    return ROSTRUM_GO_NO_FUNCTION;                                                              \
  }
  ROSTRUM_GO_MESOS_FUNCTIONS(FIND)
  ROSTRUM_GO_CORE_FUNCTIONS(FIND)
#undef FIND
  return ROSTRUM_GO_LOADED;
}

const char* rostrum_go_core_version(const rostrum_go_library_t* library) {
  return library->rostrum_version_string();
}

const char* rostrum_go_error_text(const rostrum_go_library_t* library,
                                  const rostrum_error_t* error) {
  return library->rostrum_error_text(error);
}

int32_t rostrum_go_error_retriable(const rostrum_go_library_t* library,
                                   const rostrum_error_t* error) {
  return library->rostrum_error_retriable(error);
}

void rostrum_go_error_destroy(const rostrum_go_library_t* library, rostrum_error_t* error) {
  library->rostrum_error_destroy(error);
}

rostrum_code_t rostrum_go_mesos_options_create(const rostrum_go_library_t* library,
                                               rostrum_mesos_options_t** options,
                                               rostrum_error_t** error) {
  return library->rostrum_mesos_options_create(options, error);
}

void rostrum_go_mesos_options_destroy(const rostrum_go_library_t* library,
                                      rostrum_mesos_options_t* options) {
  library->rostrum_mesos_options_destroy(options);
}

rostrum_code_t rostrum_go_mesos_options_set(const rostrum_go_library_t* library,
                                            rostrum_mesos_options_t* options, const char* key,
                                            const char* value, rostrum_error_t** error) {
  return library->rostrum_mesos_options_set(options, key, value, error);
}

rostrum_code_t rostrum_go_mesos_create(const rostrum_go_library_t* library,
                                       const rostrum_mesos_options_t* options,
                                       const char* strategy, int is_path,
                                       rostrum_mesos_t** framework, rostrum_error_t** error) {
  rostrum_strategy_t* made = NULL;
  rostrum_code_t code = is_path ? library->rostrum_strategy_load(strategy, &made, error)
                                : library->rostrum_strategy_create(strategy, &made, error);
  if (code != ROSTRUM_OK) return code;
  code = library->rostrum_mesos_create(options, made, framework, error);
  library->rostrum_strategy_destroy(made);
  return code;
}

void rostrum_go_mesos_destroy(const rostrum_go_library_t* library, rostrum_mesos_t* framework) {
  library->rostrum_mesos_destroy(framework);
}

rostrum_code_t rostrum_go_mesos_start(const rostrum_go_library_t* library,
                                      rostrum_mesos_t* framework, rostrum_error_t** error) {
  /* Faults of a thread's own are not for others to see. */
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT};
  sigset_t blocked, before;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof own / sizeof *own; ++i) sigdelset(&blocked, own[i]);
  const int is_blocked = pthread_sigmask(SIG_BLOCK, &blocked, &before) == 0;
  const rostrum_code_t code = library->rostrum_mesos_start(framework, error);
  if (is_blocked) pthread_sigmask(SIG_SETMASK, &before, NULL);
  return code;
}

void rostrum_go_mesos_stop(const rostrum_go_library_t* library, rostrum_mesos_t* framework,
                           int64_t flush_ms) {
  library->rostrum_mesos_stop(framework, flush_ms);
}

rostrum_code_t rostrum_go_mesos_tear_down(const rostrum_go_library_t* library,
                                          rostrum_mesos_t* framework, int64_t timeout_ms,
                                          rostrum_error_t** error) {
  return library->rostrum_mesos_tear_down(framework, timeout_ms, error);
}

rostrum_code_t rostrum_go_mesos_submit(const rostrum_go_library_t* library,
                                       rostrum_mesos_t* framework, const char* bytes,
                                       size_t byte_count, const rostrum_text_t* texts,
                                       size_t text_count, const rostrum_scalar_t* scalars,
                                       size_t scalar_count, const int32_t* indices,
                                       size_t index_count, const rostrum_work_t* work,
                                       size_t work_count, uint64_t* added,
                                       rostrum_error_t** error) {
  rostrum_batch_t* batch = NULL;
  rostrum_text_t block;
  rostrum_code_t code = library->rostrum_batch_create(&batch, error);
  if (code != ROSTRUM_OK) return code;
  /* The block of bytes goes in whole and first, so that positions in it stay as they are. */
  code = library->rostrum_batch_add_text(batch, bytes, byte_count, &block, error);
#define ADD(array, records, count)                                                    \
  if (code == ROSTRUM_OK && (count) > 0) {                                            \
    code = library->rostrum_batch_add_##array(batch, records, count, NULL, error);    \
  }
  ADD(texts, texts, text_count)
  ADD(scalars, scalars, scalar_count)
  ADD(indices, indices, index_count)
  ADD(work, work, work_count)
#undef ADD
  if (code == ROSTRUM_OK) code = library->rostrum_mesos_submit(framework, batch, added, error);
  library->rostrum_batch_destroy(batch);
  return code;
}

rostrum_code_t rostrum_go_mesos_cancel(const rostrum_go_library_t* library,
                                       rostrum_mesos_t* framework, int32_t kind, const char* guid,
                                       uint64_t* found, rostrum_error_t** error) {
  return library->rostrum_mesos_cancel(framework, (rostrum_kind_t)kind, guid, found, error);
}

rostrum_code_t rostrum_go_mesos_stop_instance(const rostrum_go_library_t* library,
                                              rostrum_mesos_t* framework,
                                              const char* process_guid, int32_t index,
                                              uint64_t* found, rostrum_error_t** error) {
  return library->rostrum_mesos_stop_instance(framework, process_guid, index, found, error);
}

rostrum_code_t rostrum_go_mesos_count(const rostrum_go_library_t* library,
                                      const rostrum_mesos_t* framework,
                                      rostrum_mesos_counts_t* counts, rostrum_error_t** error) {
  return library->rostrum_mesos_count(framework, counts, error);
}

void rostrum_go_mesos_interrupt(const rostrum_go_library_t* library, rostrum_mesos_t* framework) {
  library->rostrum_mesos_interrupt(framework);
}

rostrum_go_polled_t rostrum_go_mesos_poll(const rostrum_go_library_t* library,
                                          rostrum_mesos_t* framework, int64_t timeout_ms) {
  rostrum_go_polled_t polled = {.events = NULL};
  polled.code =
      library->rostrum_mesos_poll(framework, timeout_ms, &polled.events, &polled.error);
  if (polled.code != ROSTRUM_OK) return polled;
  polled.records = library->rostrum_mesos_events_records(polled.events, &polled.record_count);
  polled.reasons = library->rostrum_mesos_events_reasons(polled.events, &polled.reason_count);
  polled.bytes = library->rostrum_mesos_events_bytes(polled.events, &polled.byte_count);
  return polled;
}

void rostrum_go_mesos_events_destroy(const rostrum_go_library_t* library,
                                     rostrum_mesos_events_t* events) {
  library->rostrum_mesos_events_destroy(events);
}
