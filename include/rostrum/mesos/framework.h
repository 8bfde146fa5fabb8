// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// A framework on Apache Mesos: work that waits is placed on offers by Rostrum's rounds, launched,
// and followed until it ends.

#ifndef ROSTRUM_MESOS_FRAMEWORK_H_
#define ROSTRUM_MESOS_FRAMEWORK_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/configuration.h"
#include "rostrum/mesos/scheduler_client.h"
#include "rostrum/resources.h"
#include "rostrum/round.h"
#include "rostrum/status.h"
#include "rostrum/strategy.h"

namespace rostrum::mesos {

// How work runs that Mesos' own command executor runs, beside no Diego cell.
struct Launch {
  CommandInfo command;
  std::optional<ContainerInfo> container;
  // Between the request to end and the end by force; nothing: the agent's default.
  std::optional<std::chrono::milliseconds> kill_grace_period;

  friend bool operator==(const Launch&, const Launch&) = default;
};

// A request to start instances of an LRP, or one task.
struct WorkRequest {
  // What `asked` leaves open is filled: see FrameworkSettings::cpu_per_instance. A scalar "ports"
  // is a number of ports; a command finds them in its environment as PORT0, PORT1 and so on, and
  // with commas in PORTS.
  std::shared_ptr<const Work> work;
  std::vector<int32_t> indices;  // Of an LRP at least one, of a task none.
  uint64_t tag = 0;              // Handed back with each outcome.
  // Null: it is handed to the executor, which hands it to the rep beside it.
  std::shared_ptr<const Launch> launch;
};

// A group of equal instances that is kept at its count, such as a router. Its instances are LRP
// instances, of the process guid `work->guid`, with the indices from 0.
struct Service {
  std::shared_ptr<const Work> work;
  std::shared_ptr<const Launch> launch;
  int32_t count = 1;  // Zero ends all of them, and the service.
  uint64_t tag = 0;
};

// The executor that is started on an agent when the first work comes to it, and what it takes for
// itself of the agent's resources.
struct CellExecutor {
  std::string name = "rostrum";  // The beginning of its id; the rest is a fingerprint.
  CommandInfo command;
  std::optional<ContainerInfo> container;
  std::vector<Label> labels;
  std::optional<std::chrono::milliseconds> shutdown_grace_period;
  // Memory, disk and cpu. At least 0.01 cpus and 32 MB, or Mesos warns and may not start it.
  Resources overhead;
};

// What an agent's attributes mean for placing. An attribute with a list is a text with commas, a
// set, or an attribute that comes several times.
struct AgentMapping {
  // Lists of names: each is a root file system "preloaded:NAME".
  std::string stack_attribute = "stack";
  // Lists of URL schemes of which the agent takes every root file system, such as docker.
  std::string rootfs_scheme_attribute = "rootfs_scheme";
  // What an agent has without these two attributes. One whose attribute "os" is windows has
  // `windows_stacks` and no scheme.
  std::vector<std::string> stacks = {"cflinuxfs3", "cflinuxfs4", "cflinuxfs5"};
  std::vector<std::string> rootfs_schemes = {"docker"};
  std::vector<std::string> windows_stacks = {"windows", "windows2019"};
  // Lists of tags that work must want, of such that it may want, and of volume drivers.
  std::string placement_tag_attribute = "placement_tags";
  std::string optional_placement_tag_attribute = "optional_placement_tags";
  std::string volume_driver_attribute = "volume_drivers";
  // The zone; without it, the zone of the agent's fault domain.
  std::string zone_attribute = "zone";
  // The cell's number, for the first-fit weight.
  std::string index_attribute = "cell_index";

  friend bool operator==(const AgentMapping&, const AgentMapping&) = default;
};

// Work with this root file system runs on every agent.
inline constexpr std::string_view kAnyRootfs = "mesos:any";
// Work that wants this tag runs on revocable resources, and only such work does.
inline constexpr std::string_view kRevocableTag = "revocable";
// Agents with GPUs take work that asks for the scalar "gpus", and no other.
inline constexpr std::string_view kGpuTag = "gpus";

// Everything that may be set of a framework beside its scheduler. Each has a key for
// SetFrameworkOption.
struct FrameworkSettings {
  // For how long offers are collected at most before a round takes place. It takes place at once if
  // all that waits can be placed on the offers in hand, or all of it that no round has refused yet.
  std::chrono::milliseconds window = std::chrono::milliseconds(1000);
  // The hoarding budget: an offer that a round had no use for is kept for so long, and so many of
  // them, in case that other work comes; then they are declined.
  std::chrono::milliseconds hoard = std::chrono::milliseconds(5000);
  int64_t hoard_offers = 1000;
  // For how long declined resources are not to be offered again. New work takes this back.
  std::chrono::milliseconds refuse = std::chrono::milliseconds(5000);

  // What work gets that asks for no cpu; Diego's asks for none. In thousandths.
  Amount cpu_per_instance = 100;
  int64_t containers_per_cell = 250;
  // Whether work that finds no place waits for other offers. If not, it is over once a round has
  // refused it: Diego's BBS asks again.
  bool keep_waiting = true;
  // Whether an instance or a task that runs already is launched once more when it is asked for
  // again, since whoever asks knows better. If not, such a request is passed over.
  bool launch_known = false;
  // An instance whose agent is unreachable for so long is placed again. Zero: never, unless it is
  // asked for. When the agent comes back the old one is killed.
  std::chrono::milliseconds replace_unreachable = std::chrono::milliseconds(0);
  // Whether an LRP instance that was lost with its agent is placed again. Diego's BBS asks itself.
  bool replace_lost = false;
  // A journal that is lost, damaged, an older copy or another framework's is refused, so that
  // nothing is started a second time. If this is set it is put aside instead, under its name with
  // ".refused" behind it, and the tasks that the master says run are adopted. What runs and is
  // asked for is not started again; what nobody asks for runs on, and may be cancelled.
  //
  // An adopted task that no readable part of the old journal knows is what its id says. Until it is
  // asked for, it has no amounts, so that its agent seems smaller, and is not placed again when it
  // is lost. An agent with an executor that nobody describes gets no work for it until that ends.
  bool adopt_running = false;
  // Whether to leave the framework whose id is kept behind, and to be a new one: for an id that the
  // master has removed. Id and journal are kept under their names with ".left" behind them, and a
  // kProblem says which tasks the journal knew; if the master has not removed the framework, they
  // run on until its failover timeout is over. For one start: the next one would do so again.
  bool new_framework = false;
  // Work is kept off agents whose maintenance begins within this time, and where there is a choice
  // off those with a later one.
  std::chrono::milliseconds maintenance_margin = std::chrono::minutes(10);
  // An instance of a service that ended is started again after a delay that doubles between these;
  // one that ran for longer than the second begins anew.
  std::chrono::milliseconds restart_initial = std::chrono::seconds(1);
  std::chrono::milliseconds restart_maximum = std::chrono::minutes(1);
  // Outcomes that wait for WaitOutcomes. With more than these the framework leaves the master until
  // they are taken: see SchedulerClient::Pause.
  int64_t unread_maximum = 1'000'000;
  // For plug-ins.
  uint64_t seed = 0;
  AgentMapping mapping;
};

// Sets one setting from its text: the field's name, those of times with "_ms" behind, those of the
// mapping as they are, lists with commas. An error that names key, value and what was expected.
Status SetFrameworkOption(FrameworkSettings* settings, std::string_view key,
                          std::string_view value);
struct FrameworkOption {
  std::string_view key;
  std::string_view description;
};
// All keys, in the order of the structs.
const std::vector<FrameworkOption>& FrameworkOptionList();

struct FrameworkOptions {
  // `tasks`, `start_suppressed` and `on_events` are the framework's own and must not be set.
  SchedulerOptions scheduler;
  std::shared_ptr<Strategy> strategy;
  Configuration configuration;
  FrameworkSettings settings;
  // Without it, work that has no Launch is refused.
  std::optional<CellExecutor> executor;
  // Where the launched tasks are kept over restarts; one process at a time. Only its owner may read
  // it. Empty: in memory only, and tasks of an earlier life are adopted when they are found, as by
  // adopt_running.
  std::string journal_path;
};

enum class OutcomeKind : int32_t {
  kPlaced = 1,     // A round found a place; the launch is on its way. `task_id` is new.
  kRefused = 2,    // A round found none. `error`, `code` and `reasons` say why. With
                   // keep_waiting it waits on, and this is not said again before it changes.
  kStatus = 3,     // A launched task is in another state, which `state` tells; it is not over.
  kEnded = 4,      // It is over for sure; or nobody knows of it, and it was replaced or stopped.
  kRequeued = 5,   // The launch came to nothing, by nobody's fault; it waits again.
  kUnclear = 6,    // Its agent is away: it may run or not. Nothing final.
  kReplaced = 7,   // It was unclear for too long, or asked for again, and waits for a new place.
  kCancelled = 8,  // It was taken out of the queue, as asked.
  // Of the framework as a whole:
  kConnected = 20,     // `text` names the master.
  kDisconnected = 21,  // It is tried again by itself.
  kProblem = 22,       // Something is wrong, and is tried again.
  kFailed = 23,        // The framework has ended for good; see SchedulerFailed.
};

const char* OutcomeKindName(OutcomeKind kind);

// Something that became of work, or of the framework.
struct Outcome {
  OutcomeKind kind = OutcomeKind::kStatus;
  Kind work_kind = Kind::kLrp;
  std::string guid;
  int32_t index = 0;
  std::string domain;
  uint64_t tag = 0;
  bool service = false;

  // Of launched work:
  std::string task_id;
  std::string agent_id;
  std::string hostname;
  std::string zone;
  TaskState state = TaskState::kStaging;

  // People's words: of a status, of a problem; why a launch was dropped.
  std::string text;
  // If refused:
  std::string error;
  RefusalCode code = RefusalCode::kNone;
  std::vector<ReasonCount> reasons;

  int32_t attempts = 0;
  int64_t wait_ms = 0;  // From the request to this outcome, of kPlaced and kRefused.

  // Whether it is of work, and not of the framework as a whole.
  bool IsOfWork() const { return kind < OutcomeKind::kConnected; }
  // "GUID.INDEX" of an LRP instance, the guid of a task.
  std::string Identifier() const;
};

struct FrameworkCounts {
  uint64_t waiting = 0;   // In the queue.
  uint64_t launched = 0;  // Tasks that are not over, those that are unclear included.
  uint64_t running = 0;   // Those of them that are TASK_RUNNING.
  uint64_t unclear = 0;
  uint64_t offers_held = 0;
  uint64_t rounds = 0;
  uint64_t placed = 0;  // Since the start.
  uint64_t ended = 0;
  uint64_t requeued = 0;
  bool connected = false;
  bool failed = false;
};

// Runs a framework on two threads of its own: the client's, and one for rounds and the journal.
//
// Thread safety: every function may be called by any thread at any time, but Stop, TearDown and the
// destructor by one only. A call waits for at most a round and a write to the journal.
//
// Invariants:
//   1. What is asked for waits, runs, or had an outcome that said that it is over.
//   2. No task is launched before the journal has it, and no task id is used twice.
//   3. What is launched on an offer is contained in it, object by object.
//   4. A status is acknowledged after the journal has it.
class Framework {
 public:
  // Reads the id and the journal, and counts the start in both. kInvalidArgument for options that
  // can't be right; kFailedPrecondition if another process has the journal; kCorrupt if it is
  // damaged, or not the newest one of the framework whose id is kept: see adopt_running. Nothing
  // was changed then. May wait for the id's store.
  static Expected<std::unique_ptr<Framework>> Create(FrameworkOptions options);
  ~Framework();

  // An error of the id's store if it could not be read; nothing is done then.
  Status Start();
  // Ends the threads within `flush` and a little more. The framework stays registered for its
  // failover timeout, its tasks go on, and the journal knows them when it is started again.
  void Stop(std::chrono::milliseconds flush = std::chrono::milliseconds(500));
  // Ends all tasks and the framework for good, then the threads, and forgets the id and the
  // journal. kUnavailable if the master did not take it within `timeout`; kFailedPrecondition if
  // there is no subscription, or if another scheduler has taken the framework over: then nothing is
  // forgotten.
  Status TearDown(std::chrono::milliseconds timeout);

  // Adds work to the queue. Returns how many instances and tasks were added: what waits already, or
  // runs (see launch_known), is passed over. If one is not valid nothing is added, and the error
  // names it: also for a NUL, an index below 0, or a variable's name that is empty or holds "=".
  Expected<size_t> Submit(std::span<const WorkRequest> requests);
  // Takes instances or tasks out of the queue, and kills them where they run. Those of a service
  // are started again; SetService with a count of zero ends it.
  // @param index  of an LRP; nothing: all its instances.
  // @return how many were found.
  size_t Cancel(Kind kind, std::string_view guid, std::optional<int32_t> index = {});
  // Adds a service, or changes it. Instances that run go on as they are. Errors as of Submit.
  Status SetService(const Service& service);

  // What became of work since the last call, in order. Waits until there is something or the time
  // is over; at once after Stop. Who does not call it makes the framework leave the master once
  // unread_maximum outcomes wait.
  std::vector<Outcome> WaitOutcomes(std::chrono::milliseconds timeout);
  // Lets a WaitOutcomes that waits now return, or the next one.
  void Interrupt();

  FrameworkCounts counts() const;
  std::string framework_id() const;

 private:
  struct Impl;
  explicit Framework(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_FRAMEWORK_H_
