#include "capi/batch.h"
#include "capi/guard.h"
#include "capi/handles.h"

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
  return rostrum::capi::GuardMake(explanation, "explanation", error, [&] {
    rostrum::capi::RequireNotNull(engine, "engine");
    rostrum::capi::RequireNotNull(round, "round");
    rostrum::capi::RequireNotNull(identifier, "identifier");
    auto result = engine->engine.Explain(*round->round, rostrum::capi::RequireKind(kind),
                                         identifier);
    rostrum::capi::ThrowIfError(result.status());
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
