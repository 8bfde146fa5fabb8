/* The test of the C interface of Mesos, in C: every function of mesos.h, with a master that is not
 * there. What happens with a real one is tested in tests/mesos. */

#define _XOPEN_SOURCE 700

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "rostrum/mesos.h"
#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

/* Nobody listens there. */
static const char kNobody[] = "127.0.0.1:1";

static void set(rostrum_mesos_options_t* options, const char* key, const char* value) {
  CHECK_OK(rostrum_mesos_options_set(options, key, value, &error));
}

static rostrum_mesos_options_t* make_options(void) {
  rostrum_mesos_options_t* options = poison();
  CHECK_OK(rostrum_mesos_options_create(&options, &error));
  set(options, "master", kNobody);
  set(options, "executor_command", "rostrum-executor");
  set(options, "keep_waiting", "false");
  set(options, "window_ms", "0");
  return options;
}

static rostrum_strategy_t* make_strategy(void) {
  rostrum_strategy_t* strategy = poison();
  CHECK_OK(rostrum_strategy_create("diego", &strategy, &error));
  return strategy;
}

/* Destroys the options. */
static rostrum_mesos_t* make_framework(rostrum_mesos_options_t* options) {
  rostrum_strategy_t* strategy = make_strategy();
  rostrum_mesos_t* framework = poison();
  CHECK_OK(rostrum_mesos_create(options, strategy, &framework, &error));
  rostrum_strategy_destroy(strategy);
  rostrum_mesos_options_destroy(options);
  return framework;
}

/* Polls until an event of the kind comes; the caller destroys the events. NULL after a while. */
static rostrum_mesos_events_t* wait_for(rostrum_mesos_t* framework, int32_t kind, size_t* which) {
  for (int turn = 0; turn < 100; ++turn) {
    rostrum_mesos_events_t* events = poison();
    CHECK_OK(rostrum_mesos_poll(framework, 500, &events, &error));
    size_t count = 0;
    const rostrum_mesos_event_t* const all = rostrum_mesos_events_records(events, &count);
    for (size_t i = 0; i < count; ++i) {
      if (all[i].kind != kind) continue;
      *which = i;
      return events;
    }
    rostrum_mesos_events_destroy(events);
  }
  FAIL("the event came");
  return NULL;
}

static void test_options(void) {
  rostrum_mesos_options_t* options = poison();
  CHECK_OK(rostrum_mesos_options_create(&options, &error));
  set(options, "role", "web");
  set(options, "role", "batch");
  set(options, "bin_pack_first_fit_weight", "0.5");
  CHECK_INVALID("unknown option \"windows\"",
                rostrum_mesos_options_set(options, "windows", "1", &error));
  CHECK_INVALID("failover_timeout is \"soon\", expected a whole number from 0 to 100000000",
                rostrum_mesos_options_set(options, "failover_timeout", "soon", &error));
  CHECK_INVALID("window_ms is \"\"", rostrum_mesos_options_set(options, "window_ms", "", &error));
  rostrum_strategy_t* strategy = make_strategy();
  rostrum_mesos_t* framework = poison();
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "master is missing", framework,
                      rostrum_mesos_create(options, strategy, &framework, &error));
  set(options, "master", kNobody);
  set(options, "journal", "/tmp/journal");
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "journal is set without framework_id_file",
                      framework, rostrum_mesos_create(options, strategy, &framework, &error));
  rostrum_strategy_destroy(strategy);
  rostrum_mesos_options_destroy(options);
}

static void test_nulls(void) {
  rostrum_mesos_options_t* options = make_options();
  rostrum_strategy_t* strategy = make_strategy();
  rostrum_mesos_t* framework = poison();
  rostrum_mesos_events_t* events = poison();
  rostrum_batch_t* batch = make_batch();
  rostrum_mesos_counts_t counts;
  CHECK_INVALID("options is NULL", rostrum_mesos_options_create(NULL, &error));
  CHECK_INVALID("options is NULL", rostrum_mesos_options_set(NULL, "name", "a", &error));
  CHECK_INVALID("key is NULL", rostrum_mesos_options_set(options, NULL, "a", &error));
  CHECK_INVALID("value is NULL", rostrum_mesos_options_set(options, "name", NULL, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "options is NULL", framework,
                      rostrum_mesos_create(NULL, strategy, &framework, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "strategy is NULL", framework,
                      rostrum_mesos_create(options, NULL, &framework, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_create(options, strategy, NULL, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_start(NULL, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_tear_down(NULL, 0, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_submit(NULL, batch, NULL, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_cancel(NULL, ROSTRUM_LRP, "a", NULL, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_stop_instance(NULL, "a", 0, NULL, &error));
  CHECK_INVALID("framework is NULL", rostrum_mesos_count(NULL, &counts, &error));
  CHECK_MAKES_NOTHING(ROSTRUM_INVALID_ARGUMENT, "framework is NULL", events,
                      rostrum_mesos_poll(NULL, 0, &events, &error));
  rostrum_mesos_stop(NULL, 0);
  rostrum_mesos_interrupt(NULL);
  rostrum_mesos_destroy(NULL);
  rostrum_mesos_options_destroy(NULL);
  rostrum_mesos_events_destroy(NULL);
  size_t count = 7;
  CHECK(rostrum_mesos_events_records(NULL, &count) == NULL && count == 0);
  count = 7;
  CHECK(rostrum_mesos_events_reasons(NULL, &count) == NULL && count == 0);
  count = 7;
  CHECK(rostrum_mesos_events_bytes(NULL, &count) == NULL && count == 0);

  framework = make_framework(options);
  CHECK_INVALID("batch is NULL", rostrum_mesos_submit(framework, NULL, NULL, &error));
  CHECK_INVALID("guid is NULL", rostrum_mesos_cancel(framework, ROSTRUM_LRP, NULL, NULL, &error));
  CHECK_INVALID("kind is 3", rostrum_mesos_cancel(framework, (rostrum_kind_t)3, "a", NULL, &error));
  CHECK_INVALID("process_guid is NULL",
                rostrum_mesos_stop_instance(framework, NULL, 0, NULL, &error));
  CHECK_INVALID("counts is NULL", rostrum_mesos_count(framework, NULL, &error));
  CHECK_INVALID("events is NULL", rostrum_mesos_poll(framework, 0, NULL, &error));
  rostrum_mesos_destroy(framework);
  rostrum_batch_destroy(batch);
  rostrum_strategy_destroy(strategy);
}

static void test_work_that_no_master_takes(void) {
  rostrum_mesos_t* framework = make_framework(make_options());
  CHECK_OK(rostrum_mesos_start(framework, &error));
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "already started",
              rostrum_mesos_start(framework, &error));

  size_t which = 0;
  rostrum_mesos_events_t* events = wait_for(framework, ROSTRUM_MESOS_PROBLEM, &which);
  const rostrum_mesos_event_t problem = rostrum_mesos_events_records(events, NULL)[which];
  CHECK(problem.work_kind == 0 && problem.text.length > 0);
  rostrum_mesos_events_destroy(events);

  rostrum_batch_t* batch = make_batch();
  rostrum_work_t lrp = make_lrp(batch, "web", 64, 2);
  lrp.tag = 40;
  CHECK_OK(rostrum_batch_add_work(batch, &lrp, 1, NULL, &error));
  uint64_t added = 0;
  CHECK_OK(rostrum_mesos_submit(framework, batch, &added, &error));
  CHECK(added == 2);
  rostrum_batch_destroy(batch);

  events = wait_for(framework, ROSTRUM_MESOS_REFUSED, &which);
  const rostrum_mesos_event_t refused = rostrum_mesos_events_records(events, NULL)[which];
  size_t size = 0;
  const char* const bytes = rostrum_mesos_events_bytes(events, &size);
  CHECK(size > 0);
  CHECK(refused.work_kind == ROSTRUM_LRP);
  CHECK(is_text(bytes, refused.guid, "web"));
  CHECK(refused.tag == 40u + (uint64_t)refused.index);
  CHECK(refused.code == ROSTRUM_REFUSAL_NO_CELLS);
  CHECK(refused.error.length > 0);
  CHECK(refused.attempts == 1);
  size_t reasons = 7;
  rostrum_mesos_events_reasons(events, &reasons);
  CHECK(refused.reasons.first + refused.reasons.count <= reasons);
  rostrum_mesos_events_destroy(events);

  rostrum_mesos_counts_t counts;
  CHECK_OK(rostrum_mesos_count(framework, &counts, &error));
  CHECK(counts.waiting == 0 && counts.launched == 0 && counts.rounds == 1);
  CHECK(counts.connected == 0 && counts.failed == 0);
  CHECK_FAILS(ROSTRUM_FAILED_PRECONDITION, "not subscribed",
              rostrum_mesos_tear_down(framework, 10, &error));
  rostrum_mesos_destroy(framework);
}

static void test_work_that_waits(void) {
  rostrum_mesos_options_t* options = make_options();
  set(options, "keep_waiting", "true");
  rostrum_mesos_t* framework = make_framework(options);
  rostrum_batch_t* batch = make_batch();
  add_lrp(batch, "web", 64, 3);
  add_task(batch, "job", 64);
  uint64_t added = 0;
  CHECK_OK(rostrum_mesos_submit(framework, batch, &added, &error));
  CHECK(added == 4);
  CHECK_OK(rostrum_mesos_submit(framework, batch, &added, &error));
  CHECK(added == 0);
  rostrum_batch_destroy(batch);

  uint64_t found = 0;
  CHECK_OK(rostrum_mesos_stop_instance(framework, "web", 1, &found, &error));
  CHECK(found == 1);
  CHECK_OK(rostrum_mesos_cancel(framework, ROSTRUM_LRP, "web", &found, &error));
  CHECK(found == 2);
  CHECK_OK(rostrum_mesos_cancel(framework, ROSTRUM_TASK, "nothing", &found, &error));
  CHECK(found == 0);
  rostrum_mesos_counts_t counts;
  CHECK_OK(rostrum_mesos_count(framework, &counts, &error));
  CHECK(counts.waiting == 1);

  rostrum_mesos_events_t* events = poison();
  CHECK_OK(rostrum_mesos_poll(framework, 0, &events, &error));
  size_t count = 0;
  const rostrum_mesos_event_t* const all = rostrum_mesos_events_records(events, &count);
  CHECK(count == 3);
  for (size_t i = 0; i < count; ++i) CHECK(all[i].kind == ROSTRUM_MESOS_CANCELLED);
  rostrum_mesos_events_destroy(events);

  /* Nothing comes, so only the interrupt lets this end before a minute is over. */
  rostrum_mesos_interrupt(framework);
  CHECK_OK(rostrum_mesos_poll(framework, 60000, &events, &error));
  rostrum_mesos_events_records(events, &count);
  CHECK(count == 0);
  rostrum_mesos_events_destroy(events);
  rostrum_mesos_stop(framework, 0);
  rostrum_mesos_stop(framework, 0);
  CHECK_OK(rostrum_mesos_poll(framework, 60000, &events, &error));
  rostrum_mesos_events_destroy(events);
  rostrum_mesos_destroy(framework);
}

static void test_work_without_an_executor(void) {
  rostrum_mesos_options_t* options = make_options();
  set(options, "executor_command", "");
  rostrum_mesos_t* framework = make_framework(options);
  rostrum_batch_t* batch = make_batch();
  add_task(batch, "job", 64);
  CHECK_INVALID("has no command", rostrum_mesos_submit(framework, batch, NULL, &error));
  rostrum_batch_destroy(batch);
  rostrum_mesos_destroy(framework);
}

static void test_journals(void) {
  char folder[] = "/tmp/rostrum-mesos-XXXXXX";
  CHECK(mkdtemp(folder) != NULL);
  char id_path[64];
  char journal_path[64];
  snprintf(id_path, sizeof id_path, "%s/id", folder);
  snprintf(journal_path, sizeof journal_path, "%s/id.journal", folder);
  rostrum_mesos_options_t* options = make_options();
  set(options, "framework_id_file", id_path);
  rostrum_mesos_t* framework = make_framework(options);
  /* One process has it at a time. */
  options = make_options();
  set(options, "framework_id_file", id_path);
  rostrum_strategy_t* strategy = make_strategy();
  rostrum_mesos_t* second = poison();
  CHECK_MAKES_NOTHING(ROSTRUM_FAILED_PRECONDITION, journal_path, second,
                      rostrum_mesos_create(options, strategy, &second, &error));
  rostrum_mesos_destroy(framework);
  FILE* const file = fopen(journal_path, "w");
  CHECK(file != NULL && fputs("no journal", file) >= 0 && fclose(file) == 0);
  CHECK_MAKES_NOTHING(ROSTRUM_CORRUPT, "is not the journal", second,
                      rostrum_mesos_create(options, strategy, &second, &error));
  rostrum_strategy_destroy(strategy);
  rostrum_mesos_options_destroy(options);
  unlink(journal_path);
  CHECK(rmdir(folder) == 0);
}

static const phase_t phases[] = {
    {"options", test_options},
    {"null arguments", test_nulls},
    {"work that no master takes", test_work_that_no_master_takes},
    {"work that waits", test_work_that_waits},
    {"work without an executor", test_work_without_an_executor},
    {"journals", test_journals},
};

int main(int argc, char** argv) {
  return run_phases(phases, sizeof phases / sizeof phases[0], argc, argv, NULL);
}
