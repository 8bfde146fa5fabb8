#include "tests/capi/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int failures;

int failed_checks(void) { return atomic_load(&failures); }

void start_phase(const char* name) { printf("=== %s\n", name); }

static void fail(const char* file, int line) {
  atomic_fetch_add(&failures, 1);
  printf("%s:%d: failed: ", file, line);
}

void check_that(bool holds, const char* file, int line, const char* what) {
  if (holds) return;
  fail(file, line);
  printf("%s\n", what);
}

void check_text(const char* text, const char* expected, const char* file, int line) {
  if (text != NULL && strcmp(text, expected) == 0) return;
  fail(file, line);
  printf("is \"%s\", expected \"%s\"\n", text == NULL ? "(NULL)" : text, expected);
}

void check_result(rostrum_code_t code, rostrum_error_t* error, rostrum_code_t expected,
                  const char* part, const char* file, int line, const char* call) {
  if (error == poison()) {
    fail(file, line);
    printf("%s: the error object was not written\n", call);
    return;
  }
  const char* text = rostrum_error_text(error);
  if (code != expected || rostrum_error_code(error) != expected || strstr(text, part) == NULL) {
    fail(file, line);
    printf("%s: %s, \"%s\", expected %s, \"%s\"\n", call, rostrum_code_name(code), text,
           rostrum_code_name(expected), part);
  }
  if (code != ROSTRUM_OK && (text[0] == '\0' || strchr(text, '\n') != NULL)) {
    fail(file, line);
    printf("%s: the text \"%s\" is no line\n", call, text);
  }
  rostrum_error_destroy(error);
}

void* poison(void) {
  static char nothing;
  return &nothing;
}
