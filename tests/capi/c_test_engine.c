/* Settings, cells and the queue. */

#include <stdint.h>
#include <string.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"
#include "tests/capi/phases.h"

void test_settings(void) {
  rostrum_engine_t* engine = make_engine("diego");
  CHECK_OK(rostrum_engine_set_option(engine, "bin_pack_first_fit_weight", "1.5", &error));
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_weight", "1e-3", &error));
  CHECK_OK(rostrum_engine_set_option(engine, "starting_container_count_maximum", "7", &error));
  CHECK_INVALID("unknown setting \"weight\"",
                rostrum_engine_set_option(engine, "weight", "1", &error));
  CHECK_INVALID("is \"inf\"",
                rostrum_engine_set_option(engine, "starting_container_weight", "inf", &error));
  CHECK_INVALID("is \"nan\"",
                rostrum_engine_set_option(engine, "bin_pack_first_fit_weight", "nan", &error));
  CHECK_INVALID("is \"\"",
                rostrum_engine_set_option(engine, "bin_pack_first_fit_weight", "", &error));
  CHECK_INVALID("is \"1.5\"", rostrum_engine_set_option(engine, "starting_container_count_maximum",
                                                        "1.5", &error));

  rostrum_option_t option;
  const char* const keys[] = {"bin_pack_first_fit_weight", "starting_container_weight",
                              "starting_container_count_maximum"};
  for (size_t i = 0; i < 3; ++i) {
    CHECK_OK(rostrum_option_at(i, &option, &error));
    CHECK_TEXT(option.key, keys[i]);
    CHECK(option.unit[0] != 0 && option.expected[0] != 0 && option.description[0] != 0);
    rostrum_engine_t* other = make_engine("diego");
    CHECK_OK(rostrum_engine_set_option(other, option.key, option.default_value, &error));
    rostrum_engine_destroy(other);
  }
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "option 3: expected a number below 3",
              rostrum_option_at(3, &option, &error));

  /* What was accepted is what a round is run with. */
  rostrum_round_t* round = NULL;
  CHECK_OK(rostrum_engine_run_round(engine, 11, 12, &round, &error));
  rostrum_round_context_t context;
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_round_input(round, &context, &batch, &error));
  CHECK(context.seed == 11 && context.now_ms == 12);
  CHECK(context.bin_pack_first_fit_weight == 1.5);
  CHECK(context.starting_container_weight == 1e-3);
  CHECK(context.starting_container_count_maximum == 7);
  rostrum_batch_destroy(batch);
  rostrum_round_destroy(round);
  rostrum_engine_destroy(engine);
}

static size_t count_cells(rostrum_engine_t* engine) {
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  size_t count = 0;
  rostrum_batch_cells(snapshot, &count);
  rostrum_batch_destroy(snapshot);
  return count;
}

/* The flags of the cell that is first in order. */
static uint32_t first_flags(rostrum_engine_t* engine) {
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  const uint32_t flags = rostrum_batch_cells(snapshot, NULL)->flags;
  rostrum_batch_destroy(snapshot);
  return flags;
}

static void update(rostrum_engine_t* engine, const char* id, int32_t replace_all) {
  rostrum_batch_t* batch = make_batch();
  add_cell(batch, id, "zone", 1000);
  CHECK_OK(rostrum_engine_update_cells(engine, batch, replace_all, &error));
  rostrum_batch_destroy(batch);
}

static void test_updates(rostrum_engine_t* engine) {
  update(engine, "c", 0);
  CHECK(count_cells(engine) == 3);
  update(engine, "c", 0);
  CHECK(count_cells(engine) == 3);
  CHECK_OK(rostrum_engine_remove_cell(engine, "c", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"c\"", rostrum_engine_remove_cell(engine, "c", &error));
  CHECK(count_cells(engine) == 2);
  update(engine, "a", 1);
  CHECK(count_cells(engine) == 1);
}

/* Of the engine's only cell, "a". */
static void test_marks(rostrum_engine_t* engine) {
  CHECK_OK(rostrum_engine_set_cell_disabled(engine, "a", 1, &error));
  CHECK(first_flags(engine) == ROSTRUM_CELL_DISABLED);
  update(engine, "a", 0); /* Whatever its later states say. */
  CHECK(first_flags(engine) == ROSTRUM_CELL_DISABLED);
  rostrum_batch_t* batch = make_batch();
  add_task(batch, "task", 1);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  CHECK(is_refused(round, "task", ROSTRUM_REFUSAL_NO_CELLS,
                   "unable to communicate to compatible cells"));
  rostrum_round_destroy(round);

  CHECK_OK(rostrum_engine_set_cell_disabled(engine, "a", 0, &error));
  CHECK(first_flags(engine) == 0);
  round = run_round(engine);
  CHECK(is_on(round, "task", "a"));

  /* A drained cell goes with the last work on it, and does not come back by itself. */
  CHECK_OK(rostrum_engine_drain_cell(engine, "a", &error));
  CHECK(first_flags(engine) == ROSTRUM_CELL_DRAINING);
  const uint32_t position = position_of(round, "task");
  uint64_t undone = 0;
  CHECK_OK(rostrum_engine_hand_back(engine, round, &position, 1, &undone, &error));
  CHECK(undone == 1 && count_cells(engine) == 0);
  rostrum_round_destroy(round);
  update(engine, "a", 0);
  CHECK(count_cells(engine) == 0);
  CHECK_OK(rostrum_engine_set_cell_disabled(engine, "a", 0, &error));
  update(engine, "a", 0);
  CHECK(count_cells(engine) == 1);
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"x\"", rostrum_engine_drain_cell(engine, "x", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"x\"", rostrum_engine_set_cell_disabled(engine, "x", 1, &error));
}

/* A cell that says of itself that it takes nothing. */
static void test_closed_cells(rostrum_engine_t* engine) {
  static const struct {
    uint32_t flag;
    int32_t reason;
  } closed[] = {{ROSTRUM_CELL_EVACUATING, ROSTRUM_REASON_EVACUATING},
                {ROSTRUM_CELL_DISABLED, ROSTRUM_REASON_DISABLED},
                {ROSTRUM_CELL_DRAINING, ROSTRUM_REASON_DRAINING}};
  for (size_t i = 0; i < 3; ++i) {
    rostrum_batch_t* batch = make_batch();
    rostrum_cell_t cell = make_cell(batch, "a", "zone", 1000);
    cell.flags = closed[i].flag;
    cell.task_count = 1;
    CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
    add_task(batch, "task", 1);
    feed(engine, batch);
    CHECK(first_flags(engine) == closed[i].flag);
    rostrum_round_t* round = run_round(engine);
    CHECK(decision_of(round, "task")->code == ROSTRUM_REFUSAL_NO_CELLS);
    CHECK(rostrum_round_reasons(round, NULL)->code == closed[i].reason);
    rostrum_round_destroy(round);
  }
}

/* What the operator said reaches another engine with the snapshot, and can be taken back there. */
static void test_resume_after_snapshot(void) {
  rostrum_engine_t* engine = make_engine_of_two("diego");
  CHECK_OK(rostrum_engine_set_cell_disabled(engine, "a", 1, &error));
  rostrum_batch_t* snapshot = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &snapshot, &error));
  rostrum_engine_t* other = make_engine("diego");
  feed(other, snapshot);
  CHECK(first_flags(other) == ROSTRUM_CELL_DISABLED);
  CHECK_OK(rostrum_engine_set_cell_disabled(other, "a", 0, &error));
  CHECK(first_flags(other) == 0);
  rostrum_engine_destroy(other);
  rostrum_engine_destroy(engine);
}

void test_cells(void) {
  rostrum_engine_t* engine = make_engine_of_two("diego");
  test_updates(engine);
  test_marks(engine);
  test_closed_cells(engine);
  rostrum_engine_destroy(engine);
  test_resume_after_snapshot();
}

static void add_full_cell(rostrum_batch_t* batch) {
  rostrum_provider_t provider = {.scheme = text_in(batch, "preloaded"),
                                 .type = ROSTRUM_PROVIDER_FIXED_SET};
  provider.set = texts_in(batch, (const char* const[]){"linux", "windows", NULL});
  rostrum_signature_t signature;
  CHECK_OK(rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, &error));
  signature.volume_drivers = texts_in(batch, (const char* const[]){"nfs", NULL});
  signature.placement_tags = texts_in(batch, (const char* const[]){"gpu", NULL});
  signature.optional_placement_tags = texts_in(batch, (const char* const[]){"fast", "new", NULL});
  rostrum_range_t signatures = {0, 0};
  CHECK_OK(rostrum_batch_add_signatures(batch, &signature, 1, &signatures, &error));

  rostrum_cell_t cell = make_cell(batch, "full", "zone", 1000);
  cell.signature = signatures.first;
  cell.index = 7;
  const rostrum_scalar_t scalar = {text_in(batch, "gpus"), ROSTRUM_AMOUNT(4)};
  CHECK_OK(rostrum_batch_add_scalars(batch, &scalar, 1, &cell.total.scalars, &error));
  cell.available = cell.total;
  cell.overhead.memory = ROSTRUM_AMOUNT(10);
  cell.proxy_memory = ROSTRUM_AMOUNT(5);
  cell.starting_containers = 3;
  cell.task_count = 2;
  cell.lrps = texts_in(batch, (const char* const[]){"web", "web", "db", NULL});
  cell.flags = ROSTRUM_CELL_NOT_STARTED;
  cell.tag = UINT64_MAX;
  CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
}

static void check_full_cell(const rostrum_batch_t* batch) {
  const char* bytes = rostrum_batch_bytes(batch, NULL);
  const rostrum_text_t* texts = rostrum_batch_texts(batch, NULL);
  size_t count = 0;
  const rostrum_cell_t* cell = rostrum_batch_cells(batch, &count);
  CHECK(count == 1);
  CHECK(is_text(bytes, cell->id, "full") && is_text(bytes, cell->zone, "zone"));
  CHECK(cell->index == 7 && cell->total.memory == ROSTRUM_AMOUNT(1000));
  CHECK(cell->available.cpu == ROSTRUM_AMOUNT(64) && cell->available.containers == 1000);
  const rostrum_scalar_t* scalar =
      &rostrum_batch_scalars(batch, NULL)[cell->available.scalars.first];
  CHECK(cell->available.scalars.count == 1 && is_text(bytes, scalar->name, "gpus"));
  CHECK(scalar->amount == ROSTRUM_AMOUNT(4));
  CHECK(cell->overhead.memory == ROSTRUM_AMOUNT(10) && cell->proxy_memory == ROSTRUM_AMOUNT(5));
  CHECK(cell->starting_containers == 3 && cell->task_count == 2);
  CHECK(cell->lrps.count == 3 && is_text(bytes, texts[cell->lrps.first], "web"));
  CHECK(cell->flags == ROSTRUM_CELL_NOT_STARTED && cell->tag == UINT64_MAX);

  const rostrum_signature_t* signature = &rostrum_batch_signatures(batch, NULL)[cell->signature];
  const rostrum_provider_t* provider =
      &rostrum_batch_providers(batch, NULL)[signature->providers.first];
  CHECK(signature->providers.count == 1 && is_text(bytes, provider->scheme, "preloaded"));
  CHECK(provider->type == ROSTRUM_PROVIDER_FIXED_SET && provider->set.count == 2);
  CHECK(is_text(bytes, texts[provider->set.first + 1], "windows"));
  CHECK(is_text(bytes, texts[signature->volume_drivers.first], "nfs"));
  CHECK(is_text(bytes, texts[signature->placement_tags.first], "gpu"));
  CHECK(signature->optional_placement_tags.count == 2);
}

void test_snapshots(void) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  add_full_cell(batch);
  feed(engine, batch);

  rostrum_batch_t* first = NULL;
  CHECK_OK(rostrum_engine_snapshot(engine, &first, &error));
  check_full_cell(first);
  /* Another engine that is given the snapshot has the same one. */
  rostrum_engine_t* other = make_engine("binpack");
  CHECK_OK(rostrum_engine_update_cells(other, first, 0, &error));
  rostrum_batch_t* second = NULL;
  CHECK_OK(rostrum_engine_snapshot(other, &second, &error));
  check_full_cell(second);
  size_t first_size = 0;
  size_t second_size = 0;
  const char* first_bytes = rostrum_batch_bytes(first, &first_size);
  const char* second_bytes = rostrum_batch_bytes(second, &second_size);
  CHECK(first_size == second_size && memcmp(first_bytes, second_bytes, first_size) == 0);
  CHECK(memcmp(rostrum_batch_cells(first, NULL), rostrum_batch_cells(second, NULL),
               sizeof(rostrum_cell_t)) == 0);
  rostrum_batch_destroy(second);
  rostrum_batch_destroy(first);
  rostrum_engine_destroy(other);
  rostrum_engine_destroy(engine);
}

static void check_waiting(rostrum_engine_t* engine) {
  rostrum_batch_t* batch = NULL;
  CHECK_OK(rostrum_engine_waiting(engine, &batch, &error));
  const char* bytes = rostrum_batch_bytes(batch, NULL);
  const int32_t* indices = rostrum_batch_indices(batch, NULL);
  size_t count = 0;
  const rostrum_work_t* work = rostrum_batch_work(batch, &count);
  CHECK(count == 3);
  /* One record for each auction, in the order in which they came. */
  CHECK(is_text(bytes, work[0].guid, "lrp") && work[0].kind == ROSTRUM_LRP);
  CHECK(work[0].indices.count == 1 && indices[work[0].indices.first] == 0 && work[0].tag == 50);
  CHECK(indices[work[1].indices.first] == 1 && work[1].tag == 51);
  CHECK(is_text(bytes, work[1].domain, "domain") && work[1].max_pids == 9);
  CHECK(is_text(bytes, work[1].rootfs, "docker:///image") && work[1].attempts == 0);
  CHECK(work[1].asked.memory == ROSTRUM_AMOUNT(10) && work[1].queue_time_ms == 1000);
  CHECK(is_text(bytes, work[2].guid, "task") && work[2].kind == ROSTRUM_TASK);
  CHECK(work[2].indices.count == 0 && work[2].queue_time_ms == 2000);
  const rostrum_text_t* texts = rostrum_batch_texts(batch, NULL);
  CHECK(work[0].placement_tags.count == 1 && work[0].volume_drivers.count == 1);
  CHECK(is_text(bytes, texts[work[0].placement_tags.first], "gpu"));
  CHECK(is_text(bytes, texts[work[0].volume_drivers.first], "nfs"));
  rostrum_batch_destroy(batch);
}

static void check_cancel(rostrum_engine_t* engine) {
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"lrp.2\"",
              rostrum_engine_cancel(engine, ROSTRUM_LRP, "lrp.2", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"lrp\"",
              rostrum_engine_cancel(engine, ROSTRUM_LRP, "lrp", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"\"", rostrum_engine_cancel(engine, ROSTRUM_LRP, "", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "\"lrp.1\"",
              rostrum_engine_cancel(engine, ROSTRUM_TASK, "lrp.1", &error));
  CHECK_OK(rostrum_engine_cancel(engine, ROSTRUM_LRP, "lrp.0", &error));
  CHECK_FAILS(ROSTRUM_NOT_FOUND, "lrp \"lrp.0\"",
              rostrum_engine_cancel(engine, ROSTRUM_LRP, "lrp.0", &error));
  CHECK_OK(rostrum_engine_cancel(engine, ROSTRUM_LRP, "lrp.1", &error));
  CHECK(rostrum_engine_queue_size(engine) == 1);
  CHECK(rostrum_engine_oldest_queue_time_ms(engine) == 2000);
  CHECK_OK(rostrum_engine_cancel(engine, ROSTRUM_TASK, "task", &error));
  CHECK(rostrum_engine_queue_size(engine) == 0);
}

void test_queue(void) {
  rostrum_engine_t* engine = make_engine("diego");
  CHECK(rostrum_engine_queue_size(engine) == 0);
  CHECK(rostrum_engine_oldest_queue_time_ms(engine) == -1);
  rostrum_batch_t* batch = make_batch();
  rostrum_work_t lrp = make_lrp(batch, "lrp", 10, 2);
  lrp.tag = 50;
  lrp.max_pids = 9;
  lrp.placement_tags = texts_in(batch, (const char* const[]){"gpu", NULL});
  lrp.volume_drivers = texts_in(batch, (const char* const[]){"nfs", NULL});
  lrp.attempts = 12; /* Read only, so these two are passed over. */
  lrp.queue_time_ms = 13;
  CHECK_OK(rostrum_batch_add_work(batch, &lrp, 1, NULL, &error));
  uint64_t added = 0;
  CHECK_OK(rostrum_engine_submit(engine, batch, 1000, &added, &error));
  CHECK(added == 2);
  /* What waits already is passed over, and keeps its queue time. */
  add_task(batch, "task", 10);
  CHECK_OK(rostrum_engine_submit(engine, batch, 2000, &added, &error));
  CHECK(added == 1);
  CHECK_OK(rostrum_engine_submit(engine, batch, 3000, &added, &error));
  CHECK(added == 0);
  CHECK(rostrum_engine_queue_size(engine) == 3);
  CHECK(rostrum_engine_oldest_queue_time_ms(engine) == 1000);
  rostrum_batch_destroy(batch);
  check_waiting(engine);
  check_cancel(engine);
  rostrum_engine_destroy(engine);
}

static rostrum_work_t make_instance(rostrum_batch_t* batch, int32_t index) {
  rostrum_range_t indices;
  CHECK_OK(rostrum_batch_add_indices(batch, &index, 1, &indices, &error));
  rostrum_work_t lrp = make_lrp(batch, "lrp", 10, 1);
  lrp.indices = indices;
  lrp.placement_tags = texts_in(batch, (const char* const[]){"gpu", NULL});
  lrp.tag = (uint64_t)index;
  return lrp;
}

/* Makes one field another one. */
static void change(rostrum_batch_t* batch, rostrum_work_t* lrp, int number) {
  const rostrum_scalar_t gpus = {.name = text_in(batch, "gpus"), .amount = ROSTRUM_AMOUNT(1)};
  switch (number) {
    case 0:
      lrp->asked.memory = ROSTRUM_AMOUNT(11);
      break;
    case 1:
      ++lrp->asked.disk;
      break;
    case 2:
      ++lrp->asked.cpu;
      break;
    case 3:
      CHECK_OK(rostrum_batch_add_scalars(batch, &gpus, 1, &lrp->asked.scalars, &error));
      break;
    case 4:
      lrp->domain = text_in(batch, "other");
      break;
    case 5:
      lrp->rootfs = text_in(batch, "docker:///other");
      break;
    case 6:
      lrp->placement_tags = texts_in(batch, (const char* const[]){"other", NULL});
      break;
    case 7:
      lrp->placement_tags.count = 0;
      break;
    case 8:
      lrp->volume_drivers = texts_in(batch, (const char* const[]){"nfs", NULL});
      break;
    case 9:
      ++lrp->max_pids;
      break;
    default:
      CHECK(false);
  }
}

/* Whether two records, each in a batch of its own, say the same but for the index. */
static bool say_the_same(const rostrum_batch_t* batch, const rostrum_work_t* work,
                         const rostrum_batch_t* expected_batch, const rostrum_work_t* expected) {
  const char* bytes = rostrum_batch_bytes(batch, NULL);
  const char* expected_bytes = rostrum_batch_bytes(expected_batch, NULL);
  const rostrum_text_t pairs[][2] = {{work->guid, expected->guid},
                                     {work->domain, expected->domain},
                                     {work->rootfs, expected->rootfs}};
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; ++i) {
    if (pairs[i][0].length != pairs[i][1].length ||
        memcmp(bytes + pairs[i][0].offset, expected_bytes + pairs[i][1].offset,
               pairs[i][0].length) != 0) {
      return false;
    }
  }
  const rostrum_text_t* texts = rostrum_batch_texts(batch, NULL);
  const rostrum_text_t* expected_texts = rostrum_batch_texts(expected_batch, NULL);
  const bool has_tag = expected->placement_tags.count == 1;
  return work->asked.memory == expected->asked.memory && work->asked.disk == expected->asked.disk &&
         work->asked.cpu == expected->asked.cpu &&
         work->asked.scalars.count == expected->asked.scalars.count &&
         work->placement_tags.count == expected->placement_tags.count &&
         work->volume_drivers.count == expected->volume_drivers.count &&
         work->max_pids == expected->max_pids && work->tag == expected->tag &&
         (!has_tag || texts[work->placement_tags.first].length ==
                          expected_texts[expected->placement_tags.first].length);
}

/* Instances of one LRP may come in records of their own, and each counts as it is. */
void test_instances_one_by_one(void) {
  for (int number = 0; number <= 9; ++number) {
    rostrum_engine_t* engine = make_engine("diego");
    rostrum_batch_t* batch = make_batch();
    for (int32_t index = 0; index < 4; ++index) {
      rostrum_work_t lrp = make_instance(batch, index);
      if (index == 2) change(batch, &lrp, number);
      CHECK_OK(rostrum_batch_add_work(batch, &lrp, 1, NULL, &error));
    }
    uint64_t added = 0;
    CHECK_OK(rostrum_engine_submit(engine, batch, 0, &added, &error));
    CHECK(added == 4);
    rostrum_batch_t* waiting = NULL;
    CHECK_OK(rostrum_engine_waiting(engine, &waiting, &error));
    size_t count = 0;
    const rostrum_work_t* work = rostrum_batch_work(waiting, &count);
    CHECK(count == 4);
    for (size_t i = 0; i < count; ++i) {
      CHECK(say_the_same(waiting, &work[i], batch, &rostrum_batch_work(batch, NULL)[i]));
    }
    rostrum_batch_destroy(waiting);
    rostrum_batch_destroy(batch);
    rostrum_engine_destroy(engine);
  }
}
