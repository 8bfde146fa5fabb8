#include "tests/capi/check.h"

#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int failures;

int failed_checks(void) { return atomic_load(&failures); }

int run_phases(const phase_t* phases, size_t count, int argc, char** argv, void (*prepare)(void)) {
  int runs = 0;
  for (size_t i = 0; i < count; ++i) {
    if (argc > 1 && strcmp(argv[1], phases[i].name) != 0) continue;
    printf("=== %s\n", phases[i].name);
    if (prepare != NULL) prepare();
    phases[i].run();
    ++runs;
  }
  printf("%d phases, %d checks failed\n", runs, failed_checks());
  return runs > 0 && failed_checks() == 0 ? 0 : 1;
}

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
