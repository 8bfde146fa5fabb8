/* What both programs check with. */

#ifndef ROSTRUM_TESTS_CAPI_INSTALLED_EXPECT_H_
#define ROSTRUM_TESTS_CAPI_INSTALLED_EXPECT_H_

#include <rostrum/rostrum.h>
#include <stdio.h>

static rostrum_error_t* error;

/* Ends the program if a call did not come out as it should. For main alone. */
#define EXPECT(condition)                                                 \
  do {                                                                    \
    if (!(condition)) {                                                   \
      fprintf(stderr, "line %d: expected %s; %s\n", __LINE__, #condition, \
              error == NULL ? "no error" : rostrum_error_text(error));    \
      return 1;                                                           \
    }                                                                     \
  } while (0)

#endif
