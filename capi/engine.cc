#include "capi/batch.h"
#include "capi/batch_reader.h"
#include "capi/batch_writer.h"
#include "capi/guard.h"
#include "capi/handles.h"
#include "lib/base/format.h"
#include "lib/strategy/table_strategy.h"

namespace {

using rostrum::Cache;
using rostrum::Expected;
using rostrum::Status;
using rostrum::Strategy;
using rostrum::capi::BatchReader;
using rostrum::capi::BatchWriter;
using rostrum::capi::Guard;
using rostrum::capi::GuardMake;
using rostrum::capi::RequireNotNull;
using rostrum::capi::StatusError;
using rostrum::capi::ThrowIfError;

// Most functions on cells and offers take an engine and an id, and do one thing to the cache.
template <typename Use>
rostrum_code_t UseCacheById(rostrum_engine_t* engine, const char* id, const char* name,
                            rostrum_error_t** error, Use use) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(id, name);
    return engine->engine.UseCache([&](Cache& cache) { return use(cache); });
  });
}

// Texts at the end of a batch, which go again unless they are kept. What a call takes out of the
// cache is written down before it is done, so that no id is lost where memory runs out.
class AddedTexts {
 public:
  AddedTexts(rostrum_batch_t* batch, const std::vector<std::string>& texts)
      : batch_(*batch), bytes_(batch->bytes.size()), texts_(batch->texts.size()) {
    try {
      BatchWriter(batch).AddTexts(texts);
    } catch (...) {
      TakeBack();
      throw;
    }
  }
  ~AddedTexts() {
    if (!is_kept_) TakeBack();
  }
  AddedTexts(const AddedTexts&) = delete;
  AddedTexts& operator=(const AddedTexts&) = delete;

  void Keep() { is_kept_ = true; }

 private:
  void TakeBack() {
    batch_.bytes.resize(bytes_);
    batch_.texts.resize(texts_);
  }

  rostrum_batch_t& batch_;
  const size_t bytes_;
  const size_t texts_;
  bool is_kept_ = false;
};

}  // namespace

rostrum_code_t rostrum_engine_create(rostrum_strategy_t* strategy, rostrum_engine_t** engine,
                                     rostrum_error_t** error) {
  return GuardMake(engine, "engine", error, [&] {
    RequireNotNull(strategy, "strategy");
    return new rostrum_engine(strategy->strategy);
  });
}

void rostrum_engine_destroy(rostrum_engine_t* engine) { delete engine; }

rostrum_code_t rostrum_engine_set_strategy(rostrum_engine_t* engine, rostrum_strategy_t* strategy,
                                           rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(strategy, "strategy");
    engine->engine.SetStrategy(strategy->strategy);
    return Status();
  });
}

rostrum_code_t rostrum_engine_set_option(rostrum_engine_t* engine, const char* key,
                                         const char* value, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(key, "key");
    RequireNotNull(value, "value");
    return engine->engine.SetOption(key, value);
  });
}

rostrum_code_t rostrum_option_at(size_t index, rostrum_option_t* option, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(option, "option");
    const std::span<const rostrum::Option> options = rostrum::Options();
    if (index >= options.size()) {
      return rostrum::NotFound(
          rostrum::Format("option {}: expected a number below {}", index, options.size()));
    }
    // All of them are literals, which end with a NUL.
    const rostrum::Option& found = options[index];
    *option = {found.key.data(), found.unit.data(), found.expected.data(),
               found.default_text.data(), found.description.data()};
    return Status();
  });
}

rostrum_code_t rostrum_engine_set_keep_refused(rostrum_engine_t* engine, int32_t keep,
                                               rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    engine->engine.SetKeepRefused(keep != 0);
    return Status();
  });
}

rostrum_code_t rostrum_engine_update_cells(rostrum_engine_t* engine, const rostrum_batch_t* batch,
                                           int32_t replace_all, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(batch, "batch");
    return engine->engine.UseCache(
        [&](Cache& cache) { return BatchReader(*batch).UpdateCells(&cache, replace_all != 0); });
  });
}

rostrum_code_t rostrum_engine_remove_cell(rostrum_engine_t* engine, const char* cell_id,
                                          rostrum_error_t** error) {
  return UseCacheById(engine, cell_id, "cell_id", error,
                      [&](Cache& cache) { return cache.Remove(cell_id); });
}

rostrum_code_t rostrum_engine_set_cell_disabled(rostrum_engine_t* engine, const char* cell_id,
                                                int32_t disabled, rostrum_error_t** error) {
  return UseCacheById(engine, cell_id, "cell_id", error,
                      [&](Cache& cache) { return cache.SetDisabled(cell_id, disabled != 0); });
}

rostrum_code_t rostrum_engine_drain_cell(rostrum_engine_t* engine, const char* cell_id,
                                         rostrum_error_t** error) {
  return UseCacheById(engine, cell_id, "cell_id", error,
                      [&](Cache& cache) { return cache.Drain(cell_id); });
}

rostrum_code_t rostrum_engine_snapshot(rostrum_engine_t* engine, rostrum_batch_t** batch,
                                       rostrum_error_t** error) {
  return GuardMake(batch, "batch", error, [&] {
    RequireNotNull(engine, "engine");
    auto made = std::make_unique<rostrum_batch>();
    BatchWriter(made.get()).AddCells(*engine->engine.TakeSnapshot());
    return made.release();
  });
}

rostrum_code_t rostrum_engine_add_offers(rostrum_engine_t* engine, const rostrum_batch_t* batch,
                                         rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(batch, "batch");
    return engine->engine.UseCache([&](Cache& cache) {
      BatchReader reader(*batch);
      for (size_t i = 0; i < reader.offer_count(); ++i) {
        if (Status status = cache.AddOffer(reader.ReadOffer(i)); !status.ok()) return status;
      }
      return Status();
    });
  });
}

rostrum_code_t rostrum_engine_rescind_offer(rostrum_engine_t* engine, const char* offer_id,
                                            rostrum_error_t** error) {
  return UseCacheById(engine, offer_id, "offer_id", error,
                      [&](Cache& cache) { return cache.RescindOffer(offer_id); });
}

rostrum_code_t rostrum_engine_decline_offer(rostrum_engine_t* engine, const char* offer_id,
                                            rostrum_error_t** error) {
  return UseCacheById(engine, offer_id, "offer_id", error,
                      [&](Cache& cache) { return cache.DeclineOffer(offer_id); });
}

rostrum_code_t rostrum_engine_accept_offers(rostrum_engine_t* engine, const char* agent_id,
                                            rostrum_batch_t* ids, rostrum_error_t** error) {
  return UseCacheById(engine, agent_id, "agent_id", error, [&](Cache& cache) {
    RequireNotNull(ids, "ids");
    AddedTexts added(ids, cache.OffersOf(agent_id));
    const auto accepted = cache.AcceptOffers(agent_id);
    if (accepted.ok()) added.Keep();
    return accepted.status();
  });
}

rostrum_code_t rostrum_engine_expire_offers(rostrum_engine_t* engine, int64_t oldest_ms,
                                            rostrum_batch_t* ids, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(ids, "ids");
    return engine->engine.UseCache([&](Cache& cache) {
      AddedTexts added(ids, cache.OffersBefore(oldest_ms));
      cache.ExpireOffers(oldest_ms);
      added.Keep();
      return Status();
    });
  });
}

rostrum_code_t rostrum_engine_lose_agent(rostrum_engine_t* engine, const char* agent_id,
                                         rostrum_error_t** error) {
  return UseCacheById(engine, agent_id, "agent_id", error,
                      [&](Cache& cache) { return cache.LoseAgent(agent_id); });
}

rostrum_code_t rostrum_engine_offer_state(rostrum_engine_t* engine, const char* offer_id,
                                          int32_t* state, rostrum_error_t** error) {
  return UseCacheById(engine, offer_id, "offer_id", error, [&](Cache& cache) {
    RequireNotNull(state, "state");
    const auto found = cache.StateOfOffer(offer_id);
    if (!found.ok()) return found.status();
    *state = static_cast<int32_t>(*found);
    return Status();
  });
}

rostrum_code_t rostrum_engine_count_offers(rostrum_engine_t* engine, rostrum_offer_counts_t* counts,
                                           rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(counts, "counts");
    return engine->engine.UseCache([&](Cache& cache) {
      const rostrum::OfferCounts found = cache.CountOffers();
      *counts = {found.added,     found.held,    found.accepted, found.declined,
                 found.rescinded, found.expired, {0, 0}};
      return cache.CheckOffers();
    });
  });
}

rostrum_code_t rostrum_engine_submit(rostrum_engine_t* engine, const rostrum_batch_t* batch,
                                     int64_t now_ms, uint64_t* added, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(batch, "batch");
    const BatchReader::Starts starts = BatchReader(*batch).ReadWork();
    const auto count = engine->engine.Submit(starts.lrps, starts.tasks, now_ms);
    if (!count.ok()) return count.status();
    if (added != nullptr) *added = *count;
    return Status();
  });
}

rostrum_code_t rostrum_engine_cancel(rostrum_engine_t* engine, rostrum_kind_t kind,
                                     const char* identifier, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(identifier, "identifier");
    const rostrum::Kind cpp_kind = rostrum::capi::RequireKind(kind);
    if (engine->engine.Cancel(cpp_kind, identifier)) return Status();
    return rostrum::NotFound(std::string("no ") + rostrum::KindName(cpp_kind) + " \"" + identifier +
                             "\" waits");
  });
}

uint64_t rostrum_engine_queue_size(const rostrum_engine_t* engine) {
  return engine == nullptr ? 0 : engine->engine.QueueSize();
}

int64_t rostrum_engine_oldest_queue_time_ms(const rostrum_engine_t* engine) {
  return engine == nullptr ? -1 : engine->engine.OldestQueueTimeMs();
}

rostrum_code_t rostrum_engine_waiting(rostrum_engine_t* engine, rostrum_batch_t** batch,
                                      rostrum_error_t** error) {
  return GuardMake(batch, "batch", error, [&] {
    RequireNotNull(engine, "engine");
    auto made = std::make_unique<rostrum_batch>();
    BatchWriter(made.get()).AddAuctions(engine->engine.WaitingAuctions());
    return made.release();
  });
}

rostrum_code_t rostrum_engine_run_round(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms,
                                        rostrum_round_t** round, rostrum_error_t** error) {
  return GuardMake(round, "round", error, [&] {
    RequireNotNull(engine, "engine");
    // Before the round, so that a round that took place is never lost for want of memory.
    auto made = std::make_unique<rostrum_round>();
    auto result = engine->engine.RunRound(seed, now_ms);
    ThrowIfError(result.status());
    made->round = std::move(*result);
    return made.release();
  });
}

rostrum_code_t rostrum_engine_run_round_if(rostrum_engine_t* engine, uint64_t seed, int64_t now_ms,
                                           rostrum_accept_round_t accept, void* user_data,
                                           rostrum_round_t** round, rostrum_error_t** error) {
  return GuardMake(round, "round", error, [&]() -> rostrum_round_t* {
    RequireNotNull(engine, "engine");
    RequireNotNull(reinterpret_cast<const void*>(accept), "accept");
    auto made = std::make_unique<rostrum_round>();
    auto result = engine->engine.RunRound(seed, now_ms, [&](const rostrum::Round& decided) {
      // The records that are made of it now are those of the round that is returned.
      made->round = std::shared_ptr<const rostrum::Round>(std::shared_ptr<const void>(), &decided);
      return accept(user_data, made.get()) != 0;
    });
    ThrowIfError(result.status());
    if (*result == nullptr) return nullptr;
    made->round = std::move(*result);
    return made.release();
  });
}

rostrum_code_t rostrum_engine_hand_back(rostrum_engine_t* engine, const rostrum_round_t* round,
                                        const uint32_t* decisions, size_t count, uint64_t* undone,
                                        rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(round, "round");
    if (count > 0) RequireNotNull(decisions, "decisions");
    const auto result = engine->engine.HandBack(*round->round, {decisions, count});
    if (!result.ok()) return result.status();
    if (undone != nullptr) *undone = *result;
    return Status();
  });
}

namespace {

rostrum_explanation_t* MakeHandle(rostrum::Explanation explanation) {
  auto made = std::make_unique<rostrum_explanation>();
  made->explanation = std::move(explanation);
  std::string* const bytes = &made->reasons.bytes;
  for (const rostrum::CellAnswer& answer : made->explanation.answers) {
    rostrum_answer_t record{};
    record.cell_id = rostrum::capi::AddText(bytes, answer.cell_id);
    record.zone = rostrum::capi::AddText(bytes, answer.zone);
    record.fits = answer.fits ? 1 : 0;
    record.winner = answer.winner ? 1 : 0;
    record.score = {answer.score.value, answer.score.tier};
    record.reasons = made->reasons.Add(answer.reasons);
    made->answers.push_back(record);
  }
  return made.release();
}

}  // namespace

rostrum_code_t rostrum_engine_explain(rostrum_engine_t* engine, const rostrum_round_t* round,
                                      rostrum_kind_t kind, const char* identifier,
                                      rostrum_explanation_t** explanation,
                                      rostrum_error_t** error) {
  return GuardMake(explanation, "explanation", error, [&] {
    RequireNotNull(engine, "engine");
    RequireNotNull(round, "round");
    RequireNotNull(identifier, "identifier");
    auto result =
        engine->engine.Explain(*round->round, rostrum::capi::RequireKind(kind), identifier);
    ThrowIfError(result.status());
    return MakeHandle(std::move(*result));
  });
}

void rostrum_explanation_destroy(rostrum_explanation_t* explanation) { delete explanation; }

const rostrum_answer_t* rostrum_explanation_answers(const rostrum_explanation_t* explanation,
                                                    size_t* count) {
  if (count != nullptr) *count = explanation == nullptr ? 0 : explanation->answers.size();
  return explanation == nullptr ? nullptr : explanation->answers.data();
}

const rostrum_reason_t* rostrum_explanation_reasons(const rostrum_explanation_t* explanation,
                                                    size_t* count) {
  if (count != nullptr) *count = explanation == nullptr ? 0 : explanation->reasons.reasons.size();
  return explanation == nullptr ? nullptr : explanation->reasons.reasons.data();
}

const char* rostrum_explanation_bytes(const rostrum_explanation_t* explanation, size_t* size) {
  if (size != nullptr) *size = explanation == nullptr ? 0 : explanation->reasons.bytes.size();
  return explanation == nullptr ? nullptr : explanation->reasons.bytes.data();
}

const char* rostrum_explanation_error(const rostrum_explanation_t* explanation) {
  return explanation == nullptr ? "" : explanation->explanation.refusal.error.c_str();
}

const char* rostrum_explanation_remedy(const rostrum_explanation_t* explanation) {
  return explanation == nullptr ? "" : explanation->explanation.remedy.c_str();
}

namespace {

rostrum_strategy_t* MakeHandle(std::shared_ptr<Strategy> strategy) {
  std::string name(strategy->Name());
  return new rostrum_strategy{std::move(strategy), std::move(name)};
}

rostrum_strategy_t* MakeHandle(Expected<std::shared_ptr<Strategy>> strategy) {
  ThrowIfError(strategy.status());
  return MakeHandle(std::move(*strategy));
}

}  // namespace

rostrum_code_t rostrum_strategy_create(const char* name, rostrum_strategy_t** strategy,
                                       rostrum_error_t** error) {
  return GuardMake(strategy, "strategy", error, [&] {
    RequireNotNull(name, "name");
    std::shared_ptr<Strategy> made = rostrum::MakeStrategy(name);
    if (made == nullptr) {
      throw StatusError{rostrum::NotFound(
          std::string("there is no strategy \"") + name +
          "\", expected \"diego\", \"binpack\", \"spread\" or \"bestfit\", or a plug-in by "
          "rostrum_strategy_load")};
    }
    return MakeHandle(std::move(made));
  });
}

rostrum_code_t rostrum_strategy_create_from_table(const rostrum_strategy_table_t* table,
                                                  void* user_data, rostrum_strategy_t** strategy,
                                                  rostrum_error_t** error) {
  // The user data is destroyed in any case, so it must reach MakeTableStrategy whatever `strategy`
  // is.
  if (strategy != nullptr) *strategy = nullptr;
  return Guard(error, [&] {
    Expected<std::shared_ptr<Strategy>> made = rostrum::MakeTableStrategy(table, user_data);
    RequireNotNull(strategy, "strategy");
    *strategy = MakeHandle(std::move(made));
    return Status();
  });
}

rostrum_code_t rostrum_strategy_load(const char* path, rostrum_strategy_t** strategy,
                                     rostrum_error_t** error) {
  return GuardMake(strategy, "strategy", error, [&] {
    RequireNotNull(path, "path");
    return MakeHandle(rostrum::LoadPlugin(path));
  });
}

const char* rostrum_strategy_name(const rostrum_strategy_t* strategy) {
  return strategy == nullptr ? "" : strategy->name.c_str();
}

void rostrum_strategy_destroy(rostrum_strategy_t* strategy) { delete strategy; }
