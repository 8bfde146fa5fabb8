/* What a program that has the installed library only does with a framework on Mesos: makes one,
 * starts it for a master that is not there, hears that there is none, and ends it. */

#include <rostrum/mesos.h>
#include <string.h>

#include "expect.h"

/* Whether one of the events is a problem. */
static int tells_problem(const rostrum_mesos_events_t* events) {
  size_t count = 0;
  const rostrum_mesos_event_t* const all = rostrum_mesos_events_records(events, &count);
  for (size_t i = 0; i < count; ++i) {
    if (all[i].kind == ROSTRUM_MESOS_PROBLEM) return 1;
  }
  return 0;
}

int main(void) {
  rostrum_mesos_options_t* options = NULL;
  EXPECT(rostrum_mesos_options_create(&options, &error) == ROSTRUM_OK);
  EXPECT(rostrum_mesos_options_set(options, "master", "127.0.0.1:1", &error) == ROSTRUM_OK);
  EXPECT(rostrum_mesos_options_set(options, "executor_command", "rostrum-executor", &error) ==
         ROSTRUM_OK);
  EXPECT(rostrum_mesos_options_set(options, "window_ms", "soon", &error) ==
         ROSTRUM_INVALID_ARGUMENT);
  EXPECT(strstr(rostrum_error_text(error), "window_ms is \"soon\"") != NULL);
  rostrum_error_destroy(error);
  error = NULL;

  rostrum_strategy_t* strategy = NULL;
  EXPECT(rostrum_strategy_create("binpack", &strategy, &error) == ROSTRUM_OK);
  rostrum_mesos_t* framework = NULL;
  EXPECT(rostrum_mesos_create(options, strategy, &framework, &error) == ROSTRUM_OK);
  rostrum_mesos_options_destroy(options);
  rostrum_strategy_destroy(strategy);
  EXPECT(rostrum_mesos_start(framework, &error) == ROSTRUM_OK);
  int is_told = 0;
  for (int turn = 0; turn < 600 && !is_told; ++turn) {
    rostrum_mesos_events_t* events = NULL;
    EXPECT(rostrum_mesos_poll(framework, 100, &events, &error) == ROSTRUM_OK);
    is_told = tells_problem(events);
    rostrum_mesos_events_destroy(events);
  }
  EXPECT(is_told);
  rostrum_mesos_stop(framework, 0);
  rostrum_mesos_destroy(framework);
  return 0;
}
