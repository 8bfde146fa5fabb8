#define _XOPEN_SOURCE 700 /* For mkdtemp. */

#include "tests/capi/c_test_record_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/capi/check.h"
#include "tests/capi/fixture.h"

static char folder[256];
static char recording[300];
static char previous[300];

void make_folder(void) {
  const char* parent = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rostrum-record-XXXXXX", parent == NULL ? "/tmp" : parent);
  if (mkdtemp(folder) == NULL) FAIL("a temporary folder was made");
  snprintf(recording, sizeof recording, "%s/rounds", folder);
  snprintf(previous, sizeof previous, "%s/rounds.1", folder);
}

void remove_recordings(void) {
  remove(recording);
  remove(previous);
}

void remove_folder(void) {
  remove_recordings();
  CHECK(rmdir(folder) == 0); /* Nothing else was left in it. */
}

const char* folder_path(void) { return folder; }
const char* recording_path(void) { return recording; }
const char* previous_path(void) { return previous; }

void read_file(const char* path, file_bytes_t* bytes) {
  bytes->size = 0;
  FILE* file = fopen(path, "rb");
  if (file == NULL) return;
  bytes->size = fread(bytes->data, 1, sizeof bytes->data, file);
  CHECK(bytes->size < sizeof bytes->data);
  fclose(file);
}

void write_file(const char* path, const char* data, size_t size) {
  FILE* file = fopen(path, "wb");
  if (file == NULL) {
    FAIL("a file was opened");
    return;
  }
  CHECK(fwrite(data, 1, size, file) == size);
  CHECK(fclose(file) == 0);
}

bool is_in_file(const char* path, const file_bytes_t* bytes) {
  static file_bytes_t found;
  read_file(path, &found);
  return found.size == bytes->size && memcmp(found.data, bytes->data, found.size) == 0;
}

static int32_t begin(void* user_data, const rostrum_round_context_t* context) {
  (void)context;
  return ((const choice_t*)user_data)->answer_to_begin;
}

static double order_key(void* user_data, const rostrum_auction_view_t* auction) {
  const double memory = (double)auction->memory;
  return ((const choice_t*)user_data)->smallest_first ? memory : -memory;
}

static int32_t accepts(void* user_data, const rostrum_auction_view_t* auction,
                       const rostrum_cell_view_t* cell, char* reason, size_t capacity) {
  (void)auction;
  (void)cell;
  const choice_t* choice = user_data;
  if (choice->refusal == NULL) return 1;
  snprintf(reason, capacity, "%s", choice->refusal);
  return 0;
}

static int32_t score(void* user_data, const rostrum_auction_view_t* auction,
                     const rostrum_cell_view_t* cell, rostrum_score_t* score) {
  (void)auction;
  const choice_t* choice = user_data;
  const bool is_chosen = choice->cell_id != NULL && strlen(choice->cell_id) == cell->id_length &&
                         memcmp(choice->cell_id, cell->id, cell->id_length) == 0;
  score->value = choice->value - (is_chosen ? 1 : 0);
  return 0;
}

static void count_destroyed(void* user_data) { ++((choice_t*)user_data)->destroyed; }

rostrum_strategy_t* make_choice(choice_t* choice) {
  const rostrum_strategy_table_t table = {.size = sizeof table,
                                          .name = "choice",
                                          .order = ROSTRUM_ORDER_BY_KEY,
                                          .begin_round = begin,
                                          .order_key = order_key,
                                          .accepts = accepts,
                                          .score = score,
                                          .destroy = count_destroyed};
  rostrum_strategy_t* strategy = NULL;
  CHECK_OK(rostrum_strategy_create_from_table(&table, choice, &strategy, &error));
  return strategy;
}

rostrum_round_t* make_round(rostrum_strategy_t* strategy, const char* guid) {
  rostrum_engine_t* engine = make_engine_of_two("diego");
  if (strategy != NULL) CHECK_OK(rostrum_engine_set_strategy(engine, strategy, &error));
  rostrum_batch_t* batch = make_batch();
  add_task(batch, guid, 10);
  feed(engine, batch);
  rostrum_round_t* round = run_round(engine);
  rostrum_engine_destroy(engine);
  return round;
}

rostrum_recorder_t* open_recorder(uint64_t max_bytes) {
  rostrum_recorder_t* recorder = NULL;
  CHECK_OK(rostrum_recorder_open(recording, max_bytes, &recorder, &error));
  return recorder;
}

void append_task(rostrum_recorder_t* recorder, const char* guid) {
  rostrum_round_t* round = make_round(NULL, guid);
  CHECK_OK(rostrum_recorder_append(recorder, round, "diego", &error));
  rostrum_round_destroy(round);
}

void record(const rostrum_round_t* round, const char* strategy_name) {
  rostrum_recorder_t* recorder = open_recorder(0);
  CHECK_OK(rostrum_recorder_append(recorder, round, strategy_name, &error));
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  rostrum_recorder_destroy(recorder);
}

void record_tasks(int count) {
  remove_recordings();
  rostrum_recorder_t* recorder = open_recorder(0);
  for (int i = 0; i < count; ++i) {
    char guid[24];
    snprintf(guid, sizeof guid, "task-%d", i);
    append_task(recorder, guid);
  }
  CHECK_OK(rostrum_recorder_close(recorder, &error));
  rostrum_recorder_destroy(recorder);
}

rostrum_replay_t* replay_of(const char* path, rostrum_strategy_t* strategy) {
  rostrum_replay_t* replay = NULL;
  CHECK_OK(rostrum_replay_file(path, strategy, &replay, &error));
  return replay;
}

rostrum_replay_counts_t counts_of(const rostrum_replay_t* replay) {
  rostrum_replay_counts_t counts;
  memset(&counts, 0xff, sizeof counts);
  CHECK_OK(rostrum_replay_count(replay, &counts, &error));
  CHECK(counts.reserved == 0);
  return counts;
}

uint64_t rounds_in(const char* path) {
  rostrum_replay_t* replay = replay_of(path, NULL);
  CHECK(rostrum_replay_identical(replay) == 1);
  CHECK_TEXT(rostrum_replay_first_difference(replay), "");
  const uint64_t rounds = counts_of(replay).rounds;
  rostrum_replay_destroy(replay);
  return rounds;
}

rostrum_batch_t* write_snapshot(rostrum_engine_t* engine) {
  rostrum_batch_t* written = make_batch();
  CHECK_OK(rostrum_snapshot_write(engine, written, &error));
  size_t count = 0;
  const rostrum_text_t* texts = rostrum_batch_texts(written, &count);
  size_t size = 0;
  rostrum_batch_bytes(written, &size);
  CHECK(count == 1 && texts[0].offset == 0 && texts[0].length == size);
  return written;
}

/* A cell with something in every field. */
static rostrum_cell_t make_full_cell(rostrum_batch_t* batch) {
  rostrum_cell_t cell = make_cell(batch, "full", "z\xff", 1000);
  rostrum_provider_t providers[] = {
      {.scheme = text_in(batch, "docker"), .type = ROSTRUM_PROVIDER_ARBITRARY},
      {.scheme = text_in(batch, "preloaded"), .type = ROSTRUM_PROVIDER_FIXED_SET}};
  providers[1].set = texts_in(batch, (const char* const[]){"linux", "windows", NULL});
  rostrum_signature_t signature;
  CHECK_OK(rostrum_batch_add_providers(batch, providers, 2, &signature.providers, &error));
  signature.volume_drivers = texts_in(batch, (const char* const[]){"nfs", NULL});
  signature.placement_tags = texts_in(batch, (const char* const[]){"gpu", "new", NULL});
  signature.optional_placement_tags = texts_in(batch, (const char* const[]){"fast", NULL});
  rostrum_range_t signatures = {0, 0};
  CHECK_OK(rostrum_batch_add_signatures(batch, &signature, 1, &signatures, &error));
  cell.signature = signatures.first;
  const rostrum_scalar_t scalars[] = {{text_in(batch, "gpus"), 4001},
                                      {text_in(batch, "licenses"), ROSTRUM_AMOUNT_MAXIMUM}};
  CHECK_OK(rostrum_batch_add_scalars(batch, scalars, 2, &cell.total.scalars, &error));
  cell.available.scalars = cell.total.scalars;
  CHECK_OK(rostrum_batch_add_scalars(batch, scalars, 1, &cell.overhead.scalars, &error));
  cell.index = INT64_MIN;
  cell.available.memory = -ROSTRUM_AMOUNT_MAXIMUM;
  cell.available.cpu = -1;
  cell.overhead.memory = 7;
  cell.overhead.containers = 1;
  cell.proxy_memory = ROSTRUM_AMOUNT(5);
  cell.starting_containers = 3;
  cell.task_count = 2;
  cell.lrps = texts_in(batch, (const char* const[]){"web", "db", "web", "", "web", NULL});
  cell.tag = UINT64_MAX;
  return cell;
}

rostrum_engine_t* make_full_engine(void) {
  rostrum_engine_t* engine = make_engine("diego");
  rostrum_batch_t* batch = make_batch();
  const rostrum_cell_t full = make_full_cell(batch);
  CHECK_OK(rostrum_batch_add_cells(batch, &full, 1, NULL, &error));
  static const char* const ids[] = {"z", "y", "x", "w", "v"};
  static const uint32_t flags[] = {ROSTRUM_CELL_EVACUATING, ROSTRUM_CELL_DISABLED,
                                   ROSTRUM_CELL_DRAINING, ROSTRUM_CELL_NOT_STARTED, 0};
  for (int i = 0; i < 5; ++i) {
    rostrum_cell_t cell = make_cell(batch, ids[i], i % 2 == 0 ? "" : "z2", 500);
    cell.flags = flags[i];
    cell.task_count = 1; /* Or the draining one would be gone. */
    CHECK_OK(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
  }
  feed(engine, batch);
  return engine;
}
