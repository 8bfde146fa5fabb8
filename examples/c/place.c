/* Places four instances of a web application and a task on three cells, and says why a second task
 * has no place. The strategy may be named: one of the library's own, or the path of a plug-in.
 *
 * cc place.c $(pkg-config --cflags --libs rostrum) -o place && ./place binpack */

#include <inttypes.h>
#include <rostrum/rostrum.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static rostrum_error_t* error;

/* Every call that can fail goes through here. */
static void check(rostrum_code_t code) {
  if (code == ROSTRUM_OK) return;
  fprintf(stderr, "place: %s: %s\n", rostrum_code_name(code), rostrum_error_text(error));
  exit(1);
}

static rostrum_text_t text(rostrum_batch_t* batch, const char* bytes) {
  rostrum_text_t position;
  check(rostrum_batch_add_text(batch, bytes, strlen(bytes), &position, &error));
  return position;
}

static void add_cell(rostrum_batch_t* batch, const char* id, const char* zone, uint32_t signature) {
  rostrum_cell_t cell = {.id = text(batch, id), .zone = text(batch, zone), .signature = signature};
  cell.total.memory = ROSTRUM_AMOUNT(1024);
  cell.total.disk = ROSTRUM_AMOUNT(4096);
  cell.total.containers = 10;
  cell.available = cell.total;
  check(rostrum_batch_add_cells(batch, &cell, 1, NULL, &error));
}

static void add_work(rostrum_batch_t* batch, int32_t kind, const char* guid, int64_t memory,
                     rostrum_range_t indices) {
  rostrum_work_t work = {.guid = text(batch, guid), .kind = kind, .indices = indices};
  work.domain = text(batch, "cf-apps");
  work.rootfs = text(batch, "docker:///library/httpd");
  work.asked.memory = ROSTRUM_AMOUNT(memory);
  work.asked.disk = ROSTRUM_AMOUNT(512);
  check(rostrum_batch_add_work(batch, &work, 1, NULL, &error));
}

static bool is_text(const char* bytes, rostrum_text_t text, const char* expected) {
  return text.length == strlen(expected) && memcmp(bytes + text.offset, expected, text.length) == 0;
}

/* Amounts are in thousandths, and what of depends on the resource. */
static void print_amount(const char* bytes, rostrum_text_t resource, int64_t amount) {
  const double units = (double)amount / (double)ROSTRUM_AMOUNT(1);
  if (is_text(bytes, resource, "memory") || is_text(bytes, resource, "disk")) {
    printf("%.15g MB", units);
  } else if (is_text(bytes, resource, "cpu")) {
    printf("%.15g cores", units);
  } else { /* "containers", and resources by other names, are counted. */
    printf("%.15g", units);
  }
}

/* Only a lack of a resource has amounts: those of the cell that comes nearest. */
static void print_reason(const char* bytes, const rostrum_reason_t* reason) {
  const int length = (int)reason->subject.length;
  const char* subject = bytes + reason->subject.offset;
  printf("  %" PRIu64 " cells ", reason->cells);
  if (reason->code != ROSTRUM_REASON_RESOURCE) {
    printf("refuse it: %s%s%.*s\n", rostrum_reason_code_name((rostrum_reason_code_t)reason->code),
           length > 0 ? ": " : "", length, subject);
    return;
  }
  printf("lack %.*s: ", length, subject);
  print_amount(bytes, reason->subject, reason->asked);
  printf(" asked, ");
  print_amount(bytes, reason->subject, reason->free);
  printf(" free at best\n");
}

/* Of the reasons of a refusal the first holds for the most cells. There may be none, as where too
 * many containers are starting or the strategy failed. */
static void print_refusal(const rostrum_round_t* round, const rostrum_refusal_t* refusal) {
  const char* bytes = rostrum_round_bytes(round, NULL);
  printf("%.*s\n", (int)refusal->error.length, bytes + refusal->error.offset);
  if (refusal->reasons.count == 0) return;
  print_reason(bytes, &rostrum_round_reasons(round, NULL)[refusal->reasons.first]);
}

static void print_round(const rostrum_round_t* round) {
  const char* bytes = rostrum_round_bytes(round, NULL);
  size_t count;
  const rostrum_decision_t* decision = rostrum_round_decisions(round, &count);
  for (; count > 0; --count, ++decision) {
    printf("%.*s: ", (int)decision->identifier.length, bytes + decision->identifier.offset);
    if (decision->code == ROSTRUM_REFUSAL_NONE) {
      printf("on %.*s\n", (int)decision->cell_id.length, bytes + decision->cell_id.offset);
    } else {
      print_refusal(round, &rostrum_round_refusals(round, NULL)[decision->refusal]);
    }
  }
}

int main(int argc, char** argv) {
  const char* name = argc > 1 ? argv[1] : "diego";
  rostrum_strategy_t* strategy;
  check(strchr(name, '/') != NULL ? rostrum_strategy_load(name, &strategy, &error)
                                  : rostrum_strategy_create(name, &strategy, &error));
  rostrum_engine_t* engine;
  check(rostrum_engine_create(strategy, &engine, &error));

  /* The cells run any image of the scheme "docker"; what they have in common is said once. */
  rostrum_batch_t* batch;
  check(rostrum_batch_create(&batch, &error));
  rostrum_provider_t provider = {.scheme = text(batch, "docker"),
                                 .type = ROSTRUM_PROVIDER_ARBITRARY};
  rostrum_signature_t signature = {.providers = {0, 0}};
  rostrum_range_t signatures;
  check(rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, &error));
  check(rostrum_batch_add_signatures(batch, &signature, 1, &signatures, &error));
  add_cell(batch, "cell-a", "zone-1", signatures.first);
  add_cell(batch, "cell-b", "zone-1", signatures.first);
  add_cell(batch, "cell-c", "zone-2", signatures.first);

  /* An LRP has the indices of its instances, a task has none. */
  const int32_t instances[] = {0, 1, 2, 3};
  rostrum_range_t indices;
  const rostrum_range_t none = {0, 0};
  check(rostrum_batch_add_indices(batch, instances, 4, &indices, &error));
  add_work(batch, ROSTRUM_LRP, "web", 256, indices);
  add_work(batch, ROSTRUM_TASK, "migrate", 128, none);
  add_work(batch, ROSTRUM_TASK, "train", 4096, none);

  rostrum_round_t* round;
  check(rostrum_engine_update_cells(engine, batch, 1, &error));
  check(rostrum_engine_submit(engine, batch, 0, NULL, &error));
  check(rostrum_engine_run_round(engine, 0, 0, &round, &error));
  print_round(round);

  rostrum_round_destroy(round);
  rostrum_batch_destroy(batch);
  rostrum_engine_destroy(engine);
  rostrum_strategy_destroy(strategy);
  return 0;
}
