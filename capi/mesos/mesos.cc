#include "rostrum/mesos.h"

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "capi/batch.h"
#include "capi/batch_reader.h"
#include "capi/guard.h"
#include "capi/handles.h"
#include "lib/mesos/framework/options.h"
#include "rostrum/mesos/framework.h"

struct rostrum_mesos_options {
  rostrum::mesos::NamedOptions options;
};

struct rostrum_mesos {
  std::unique_ptr<rostrum::mesos::Framework> framework;
};

struct rostrum_mesos_events {
  std::vector<rostrum_mesos_event_t> events;
  // Reasons, with the bytes of all texts.
  rostrum::capi::ReasonRecords reasons;
};

namespace {

using rostrum::Kind;
using rostrum::Status;
using rostrum::capi::AddText;
using rostrum::capi::BatchReader;
using rostrum::capi::Guard;
using rostrum::capi::GuardMake;
using rostrum::capi::RequireKind;
using rostrum::capi::RequireNotNull;
using rostrum::capi::RequireSameVersion;
using rostrum::capi::ThrowIfError;
using rostrum::mesos::Framework;
using rostrum::mesos::Outcome;
using rostrum::mesos::WorkRequest;

// The longest time that anybody waits in one call: an hour.
constexpr int64_t kWaitMaximum = 3'600'000;

std::chrono::milliseconds WaitOf(int64_t milliseconds) {
  return std::chrono::milliseconds(std::clamp<int64_t>(milliseconds, 0, kWaitMaximum));
}

void AddEvent(const Outcome& outcome, rostrum_mesos_events* events) {
  std::string* const bytes = &events->reasons.bytes;
  rostrum_mesos_event_t record{};
  record.kind = static_cast<int32_t>(outcome.kind);
  if (outcome.IsOfWork()) record.work_kind = static_cast<int32_t>(outcome.work_kind);
  record.guid = AddText(bytes, outcome.guid);
  record.domain = AddText(bytes, outcome.domain);
  record.index = outcome.index;
  record.state = static_cast<int32_t>(outcome.state);
  record.tag = outcome.tag;
  record.task_id = AddText(bytes, outcome.task_id);
  record.agent_id = AddText(bytes, outcome.agent_id);
  record.hostname = AddText(bytes, outcome.hostname);
  record.zone = AddText(bytes, outcome.zone);
  record.text = AddText(bytes, outcome.text);
  record.error = AddText(bytes, outcome.error);
  record.reasons = events->reasons.Add(outcome.reasons);
  record.wait_ms = outcome.wait_ms;
  record.code = static_cast<int32_t>(outcome.code);
  record.attempts = outcome.attempts;
  events->events.push_back(record);
}

std::vector<WorkRequest> ReadRequests(const rostrum_batch_t& batch) {
  BatchReader::Starts starts = BatchReader(batch).ReadWork();
  std::vector<WorkRequest> requests;
  for (rostrum::LrpStart& start : starts.lrps) {
    requests.push_back({std::move(start.work), std::move(start.indices), start.tag, nullptr});
  }
  for (rostrum::TaskStart& start : starts.tasks) {
    requests.push_back({std::move(start.work), {}, start.tag, nullptr});
  }
  return requests;
}

Status Cancel(rostrum_mesos_t* framework, Kind kind, const char* guid, std::optional<int32_t> index,
              uint64_t* found) {
  const size_t count = framework->framework->Cancel(kind, guid, index);
  if (found != nullptr) *found = count;
  return {};
}

}  // namespace

// --- Options.

rostrum_code_t rostrum_mesos_options_create(rostrum_mesos_options_t** options,
                                            rostrum_error_t** error) {
  return GuardMake(options, "options", error, [] { return new rostrum_mesos_options(); });
}

void rostrum_mesos_options_destroy(rostrum_mesos_options_t* options) { delete options; }

rostrum_code_t rostrum_mesos_options_set(rostrum_mesos_options_t* options, const char* key,
                                         const char* value, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(options, "options");
    RequireNotNull(key, "key");
    RequireNotNull(value, "value");
    return options->options.Set(key, value);
  });
}

// --- Frameworks.

rostrum_code_t rostrum_mesos_create(const rostrum_mesos_options_t* options,
                                    const rostrum_strategy_t* strategy, rostrum_mesos_t** framework,
                                    rostrum_error_t** error) {
  return GuardMake(framework, "framework", error, [&] {
    RequireNotNull(options, "options");
    RequireNotNull(strategy, "strategy");
    RequireSameVersion("librostrum-mesos-c");
    auto finished = options->options.Finish(strategy->strategy);
    ThrowIfError(finished.status());
    auto made = Framework::Create(std::move(*finished));
    ThrowIfError(made.status());
    return new rostrum_mesos{std::move(*made)};
  });
}

void rostrum_mesos_destroy(rostrum_mesos_t* framework) { delete framework; }

rostrum_code_t rostrum_mesos_start(rostrum_mesos_t* framework, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    return framework->framework->Start();
  });
}

void rostrum_mesos_stop(rostrum_mesos_t* framework, int64_t flush_ms) {
  if (framework == nullptr) return;
  static_cast<void>(Guard(nullptr, [&] {
    framework->framework->Stop(WaitOf(flush_ms));
    return Status();
  }));
}

rostrum_code_t rostrum_mesos_tear_down(rostrum_mesos_t* framework, int64_t timeout_ms,
                                       rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    return framework->framework->TearDown(WaitOf(timeout_ms));
  });
}

rostrum_code_t rostrum_mesos_submit(rostrum_mesos_t* framework, const rostrum_batch_t* batch,
                                    uint64_t* added, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    RequireNotNull(batch, "batch");
    const auto count = framework->framework->Submit(ReadRequests(*batch));
    if (!count.ok()) return count.status();
    if (added != nullptr) *added = *count;
    return Status();
  });
}

rostrum_code_t rostrum_mesos_cancel(rostrum_mesos_t* framework, rostrum_kind_t kind,
                                    const char* guid, uint64_t* found, rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    RequireNotNull(guid, "guid");
    return Cancel(framework, RequireKind(kind), guid, {}, found);
  });
}

rostrum_code_t rostrum_mesos_stop_instance(rostrum_mesos_t* framework, const char* process_guid,
                                           int32_t index, uint64_t* found,
                                           rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    RequireNotNull(process_guid, "process_guid");
    return Cancel(framework, Kind::kLrp, process_guid, index, found);
  });
}

rostrum_code_t rostrum_mesos_count(const rostrum_mesos_t* framework, rostrum_mesos_counts_t* counts,
                                   rostrum_error_t** error) {
  return Guard(error, [&] {
    RequireNotNull(framework, "framework");
    RequireNotNull(counts, "counts");
    const rostrum::mesos::FrameworkCounts now = framework->framework->counts();
    *counts = {now.waiting,       now.launched, now.running, now.unclear,  now.offers_held,
               now.rounds,        now.placed,   now.ended,   now.requeued, now.connected ? 1 : 0,
               now.failed ? 1 : 0};
    return Status();
  });
}

// --- Events.

rostrum_code_t rostrum_mesos_poll(rostrum_mesos_t* framework, int64_t timeout_ms,
                                  rostrum_mesos_events_t** events, rostrum_error_t** error) {
  return GuardMake(events, "events", error, [&] {
    RequireNotNull(framework, "framework");
    auto made = std::make_unique<rostrum_mesos_events>();
    for (const Outcome& outcome : framework->framework->WaitOutcomes(WaitOf(timeout_ms))) {
      AddEvent(outcome, made.get());
    }
    return made.release();
  });
}

void rostrum_mesos_interrupt(rostrum_mesos_t* framework) {
  if (framework != nullptr) framework->framework->Interrupt();
}

void rostrum_mesos_events_destroy(rostrum_mesos_events_t* events) { delete events; }

const rostrum_mesos_event_t* rostrum_mesos_events_records(const rostrum_mesos_events_t* events,
                                                          size_t* count) {
  if (count != nullptr) *count = events == nullptr ? 0 : events->events.size();
  return events == nullptr ? nullptr : events->events.data();
}

const rostrum_reason_t* rostrum_mesos_events_reasons(const rostrum_mesos_events_t* events,
                                                     size_t* count) {
  if (count != nullptr) *count = events == nullptr ? 0 : events->reasons.reasons.size();
  return events == nullptr ? nullptr : events->reasons.reasons.data();
}

const char* rostrum_mesos_events_bytes(const rostrum_mesos_events_t* events, size_t* size) {
  if (size != nullptr) *size = events == nullptr ? 0 : events->reasons.bytes.size();
  return events == nullptr ? nullptr : events->reasons.bytes.data();
}
