#include "rostrum/record.h"

#include <memory>
#include <string>

#include "capi/batch_writer.h"
#include "capi/guard.h"
#include "capi/handles.h"
#include "lib/base/format.h"
#include "lib/record/recording.h"
#include "lib/record/round_bytes.h"

struct rostrum_recorder {
  std::unique_ptr<rostrum::record::RoundRecorder> recorder;
};

struct rostrum_replay {
  rostrum_replay_counts_t counts{};
  std::string first_difference;
};

namespace {

using rostrum::Expected;
using rostrum::Format;
using rostrum::Status;
using rostrum::Strategy;
using rostrum::capi::Guard;
using rostrum::capi::GuardMake;
using rostrum::capi::RequireNotNull;
using rostrum::capi::RequireSameVersion;
using rostrum::capi::StatusError;
using rostrum::capi::ThrowIfError;
using rostrum::record::RecordedDecision;
using rostrum::record::RecordedRound;

std::string Describe(const RecordedRound& round, const RecordedDecision& decision) {
  const rostrum::Auction& auction = round.input.auctions[decision.auction];
  const std::string name = Format("{} {}", rostrum::KindName(auction.kind()), auction.Identifier());
  if (!decision.placed) return Format("{} refused: {}", name, decision.error);
  return Format("{} on {} with score {} (tier {})", name, decision.cell_id, decision.score.value,
                decision.score.tier);
}

std::shared_ptr<Strategy> StrategyOf(const RecordedRound& round) {
  std::shared_ptr<Strategy> strategy = rostrum::MakeStrategy(round.strategy_name);
  if (strategy != nullptr) return strategy;
  throw StatusError{rostrum::NotFound(Format(
      "the recording's strategy \"{}\" does not come with the library, expected the caller to give "
      "it",
      round.strategy_name))};
}

void Replay(const RecordedRound& round, Strategy& strategy, rostrum_replay* replay) {
  const auto result = rostrum::record::ReplayRound(round, strategy, nullptr);
  ThrowIfError(result.status());
  rostrum_replay_counts_t& counts = replay->counts;
  ++counts.rounds;
  counts.decisions += result->decisions;
  counts.now_refused += result->counts.now_refused;
  counts.now_placed += result->counts.now_placed;
  counts.moved += result->counts.moved;
  counts.other_refusal += result->counts.other_refusal;
  counts.score_only += result->counts.score_only;
  if (result->identical() || !replay->first_difference.empty()) return;
  replay->first_difference =
      Format("round {}, decision {}: {}; now {}", counts.rounds, result->first->position + 1,
             Describe(round, result->first->before), Describe(round, result->first->now));
}

}  // namespace

rostrum_code_t rostrum_recorder_open(const char* path, uint64_t max_bytes,
                                     rostrum_recorder_t** recorder, rostrum_error_t** error) {
  return GuardMake(recorder, "recorder", error, [&] {
    RequireNotNull(path, "path");
    auto opened = rostrum::record::RoundRecorder::Open(path, {.max_bytes = max_bytes});
    ThrowIfError(opened.status());
    return new rostrum_recorder{std::move(*opened)};
  });
}

rostrum_code_t rostrum_recorder_append(rostrum_recorder_t* recorder, const rostrum_round_t* round,
                                       const char* strategy_name, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(recorder, "recorder");
    RequireNotNull(round, "round");
    RequireNotNull(strategy_name, "strategy_name");
    RequireSameVersion("librostrum-record");
    return recorder->recorder->Append(*round->round, strategy_name);
  });
}

rostrum_code_t rostrum_recorder_close(rostrum_recorder_t* recorder, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(recorder, "recorder");
    return recorder->recorder->Close();
  });
}

void rostrum_recorder_destroy(rostrum_recorder_t* recorder) { delete recorder; }

rostrum_code_t rostrum_replay_file(const char* path, rostrum_strategy_t* strategy,
                                   rostrum_replay_t** replay, rostrum_error_t** error) {
  return GuardMake(replay, "replay", error, [&] {
    RequireNotNull(path, "path");
    if (strategy != nullptr) RequireSameVersion("librostrum-record");
    auto reader = rostrum::record::RoundReader::Open(path);
    ThrowIfError(reader.status());
    auto made = std::make_unique<rostrum_replay>();
    for (;;) {
      auto round = (*reader)->Next();
      ThrowIfError(round.status());
      if (!round->has_value()) return made.release();
      const std::shared_ptr<Strategy> used =
          strategy != nullptr ? strategy->strategy : StrategyOf(**round);
      Replay(**round, *used, made.get());
    }
  });
}

int32_t rostrum_replay_identical(const rostrum_replay_t* replay) {
  return replay != nullptr && replay->first_difference.empty() ? 1 : 0;
}

const char* rostrum_replay_first_difference(const rostrum_replay_t* replay) {
  return replay == nullptr ? "" : replay->first_difference.c_str();
}

rostrum_code_t rostrum_replay_count(const rostrum_replay_t* replay, rostrum_replay_counts_t* counts,
                                    rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(replay, "replay");
    RequireNotNull(counts, "counts");
    *counts = replay->counts;
    return Status();
  });
}

void rostrum_replay_destroy(rostrum_replay_t* replay) { delete replay; }

rostrum_code_t rostrum_snapshot_write(rostrum_engine_t* engine, rostrum_batch_t* bytes,
                                      rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(bytes, "bytes");
    RequireSameVersion("librostrum-record");
    Expected<std::string> written =
        rostrum::record::SerializeSnapshot(*engine->engine.TakeSnapshot());
    if (!written.ok()) return written.status();
    rostrum::capi::BatchWriter(bytes).AddTexts({std::move(*written)});
    return Status();
  });
}

rostrum_code_t rostrum_snapshot_read(const char* bytes, size_t size, rostrum_batch_t** batch,
                                     rostrum_error_t** error) {
  return GuardMake(batch, "batch", error, [&] {
    if (size > 0) RequireNotNull(bytes, "bytes");
    RequireSameVersion("librostrum-record");
    auto snapshot = rostrum::record::ParseSnapshot({size > 0 ? bytes : "", size});
    ThrowIfError(snapshot.status());
    auto made = std::make_unique<rostrum_batch>();
    rostrum::capi::BatchWriter(made.get()).AddCells(**snapshot);
    return made.release();
  });
}
