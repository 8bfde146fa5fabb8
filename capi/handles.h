// What the opaque handles hold.

#ifndef ROSTRUM_CAPI_HANDLES_H_
#define ROSTRUM_CAPI_HANDLES_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "rostrum/engine.h"
#include "rostrum/rostrum.h"

namespace rostrum::capi {

// Refusals and reasons as records, with their texts.
struct ReasonRecords {
  std::string bytes;
  std::vector<rostrum_reason_t> reasons;

  rostrum_range_t Add(const std::vector<ReasonCount>& counts);
};

// A round's results as records. Made when somebody first asks, since an embedder that only counts
// does not need them.
struct RoundRecords {
  std::vector<rostrum_decision_t> decisions;
  std::vector<rostrum_refusal_t> refusals;
  ReasonRecords reasons;
};

}  // namespace rostrum::capi

struct rostrum_strategy {
  std::shared_ptr<rostrum::Strategy> strategy;
  std::string name;
};

struct rostrum_engine {
  explicit rostrum_engine(std::shared_ptr<rostrum::Strategy> strategy)
      : engine(std::move(strategy)) {}
  rostrum::Engine engine;
};

struct rostrum_round {
  std::shared_ptr<const rostrum::Round> round;

  // Null if memory ran out.
  const rostrum::capi::RoundRecords* Records() const noexcept;

 private:
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const rostrum::capi::RoundRecords> records_;
};

struct rostrum_explanation {
  rostrum::Explanation explanation;
  rostrum::capi::ReasonRecords reasons;
  std::vector<rostrum_answer_t> answers;
};

#endif  // ROSTRUM_CAPI_HANDLES_H_
