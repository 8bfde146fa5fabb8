/* What a program that has the installed library only does with recordings: records a round, and
 * runs it again. record FILE */

#include <rostrum/record.h>

#include "expect.h"

int main(int argc, char** argv) {
  EXPECT(argc == 2);
  rostrum_strategy_t* strategy = NULL;
  rostrum_engine_t* engine = NULL;
  rostrum_batch_t* batch = NULL;
  EXPECT(rostrum_strategy_create("diego", &strategy, &error) == ROSTRUM_OK);
  EXPECT(rostrum_engine_create(strategy, &engine, &error) == ROSTRUM_OK);
  EXPECT(rostrum_batch_create(&batch, &error) == ROSTRUM_OK);

  rostrum_work_t task = {.kind = ROSTRUM_TASK};
  EXPECT(rostrum_batch_add_text(batch, "task", 4, &task.guid, &error) == ROSTRUM_OK);
  EXPECT(rostrum_batch_add_text(batch, "preloaded:linux", 15, &task.rootfs, &error) == ROSTRUM_OK);
  task.asked.memory = ROSTRUM_AMOUNT(1);
  EXPECT(rostrum_batch_add_work(batch, &task, 1, NULL, &error) == ROSTRUM_OK);
  EXPECT(rostrum_engine_submit(engine, batch, 0, NULL, &error) == ROSTRUM_OK);
  rostrum_round_t* round = NULL;
  EXPECT(rostrum_engine_run_round(engine, 0, 0, &round, &error) == ROSTRUM_OK);

  rostrum_recorder_t* recorder = NULL;
  EXPECT(rostrum_recorder_open(argv[1], 1 << 20, &recorder, &error) == ROSTRUM_OK);
  EXPECT(rostrum_recorder_append(recorder, round, "diego", &error) == ROSTRUM_OK);
  EXPECT(rostrum_recorder_close(recorder, &error) == ROSTRUM_OK);
  rostrum_replay_t* replay = NULL;
  rostrum_replay_counts_t counts;
  EXPECT(rostrum_replay_file(argv[1], strategy, &replay, &error) == ROSTRUM_OK);
  EXPECT(rostrum_replay_count(replay, &counts, &error) == ROSTRUM_OK);
  EXPECT(rostrum_replay_identical(replay) && counts.rounds == 1 && counts.decisions == 1);

  rostrum_replay_destroy(replay);
  rostrum_recorder_destroy(recorder);
  rostrum_round_destroy(round);
  rostrum_batch_destroy(batch);
  rostrum_engine_destroy(engine);
  rostrum_strategy_destroy(strategy);
  return 0;
}
