/* Checks that print where they fail and go on, for tests in C. */

#ifndef ROSTRUM_TESTS_CAPI_CHECK_H_
#define ROSTRUM_TESTS_CAPI_CHECK_H_

#include <stdbool.h>
#include <stddef.h>

#include "rostrum/rostrum.h"

/* Any thread may check. A program exits with failed_checks() > 0. */
int failed_checks(void);

/* A part of a test. */
typedef struct phase {
  const char* name;
  void (*run)(void);
} phase_t;

/* Runs all phases, or only the one that the program's first argument names; before each of them
 * `prepare`, which may be NULL. Prints what came of it. Returns main's result. */
int run_phases(const phase_t* phases, size_t count, int argc, char** argv, void (*prepare)(void));

void check_that(bool holds, const char* file, int line, const char* what);
void check_text(const char* text, const char* expected, const char* file, int line);

/* What a call that can fail has returned: its code, an error object if and only if it failed, and
 * in its text `part`. Destroys the error. */
void check_result(rostrum_code_t code, rostrum_error_t* error, rostrum_code_t expected,
                  const char* part, const char* file, int line, const char* call);

/* An address for out-arguments, to see that they are written. Never looked at. */
void* poison(void);

#define CHECK(condition) check_that((condition), __FILE__, __LINE__, #condition)
#define FAIL(what) check_that(false, __FILE__, __LINE__, (what))
#define CHECK_TEXT(text, expected) check_text((text), (expected), __FILE__, __LINE__)

/* These make a call whose last argument is &error. */
#define CHECK_FAILS(expected, part, call)                                     \
  do {                                                                        \
    rostrum_error_t* error = poison();                                        \
    rostrum_code_t code = (call);                                             \
    check_result(code, error, (expected), (part), __FILE__, __LINE__, #call); \
  } while (0)
#define CHECK_OK(call) CHECK_FAILS(ROSTRUM_OK, "", call)
#define CHECK_INVALID(part, call) CHECK_FAILS(ROSTRUM_INVALID_ARGUMENT, part, call)

/* A call that hands out an object and must fail: it has to set the object to NULL. */
#define CHECK_MAKES_NOTHING(expected, part, object, call) \
  do {                                                    \
    (object) = poison();                                  \
    CHECK_FAILS(expected, part, call);                    \
    CHECK((object) == NULL);                              \
  } while (0)

#endif /* ROSTRUM_TESTS_CAPI_CHECK_H_ */
