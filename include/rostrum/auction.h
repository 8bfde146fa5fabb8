// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// What wants to run.

#ifndef ROSTRUM_AUCTION_H_
#define ROSTRUM_AUCTION_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "rostrum/constraint.h"
#include "rostrum/resources.h"
#include "rostrum/status.h"

namespace rostrum {

enum class RefusalCode : int32_t;  // See round.h.

enum class Kind : int32_t {
  kLrp = 1,   // An instance of a long-running process.
  kTask = 2,  // Work that ends.
};

// "lrp" or "task".
const char* KindName(Kind kind);

// What all instances of one LRP, or one task, have in common. Immutable once it is shared.
struct Work {
  Kind kind = Kind::kLrp;
  // The process guid of an LRP, the task guid of a task.
  std::string guid;
  std::string domain;
  // What one instance asks for. The number of containers is ignored: it is always one.
  Resources asked;
  Constraint constraint;
  // Handed on to the cell; not used in placing.
  int32_t max_pids = 0;

  friend bool operator==(const Work&, const Work&) = default;
};

// A request to start instances of one LRP.
struct LrpStart {
  std::shared_ptr<const Work> work;
  std::vector<int32_t> indices;
  // Handed back with each instance's result, plus the instance's position in `indices`.
  uint64_t tag = 0;
};

// A request to start a task.
struct TaskStart {
  std::shared_ptr<const Work> work;
  uint64_t tag = 0;
};

// One instance of an LRP, or one task, that waits for a cell.
struct Auction {
  std::shared_ptr<const Work> work;
  int32_t index = 0;  // Zero for a task.
  // How many rounds have refused it so far, or placed it in vain.
  int32_t attempts = 0;
  // When it came into the queue, in milliseconds of the caller's clock.
  int64_t queue_time_ms = 0;
  uint64_t tag = 0;
  // Why it waits again: how the last round refused it, or that its cell handed it back. kNone for
  // one that is new.
  RefusalCode last_refusal{};
  // The number of its arrival in the queue; of two, the one with the smaller number is older. Zero
  // for one that never was in a queue.
  uint64_t arrival = 0;

  Kind kind() const { return work->kind; }
  // "PROCESS-GUID.INDEX" of an LRP instance, the guid of a task: unique within its kind.
  std::string Identifier() const;
};

// An error unless the work has a guid, asks for nothing negative and names a root file system; an
// LRP must have a domain too. Source of the rules: cloudfoundry/auctioneer, Validate.
Status ValidateWork(const Work& work);
// ValidateWork, of an LRP, and at least one index. Diego takes negative ones too.
Status ValidateLrpStart(const LrpStart& start);
// ValidateWork, of a task.
Status ValidateTaskStart(const TaskStart& start);

}  // namespace rostrum

#endif  // ROSTRUM_AUCTION_H_
