// The framework as a state machine: fed with events, time and requests, it makes calls and tells
// outcomes. See include/rostrum/mesos/framework.h for what each request does.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_MACHINE_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_MACHINE_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/framework/calls.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/offers.h"
#include "lib/mesos/framework/start_files.h"
#include "lib/mesos/framework/tasks.h"
#include "rostrum/engine.h"
#include "rostrum/mesos/framework.h"

namespace rostrum::mesos {

inline constexpr std::string_view kGpuResource = "gpus";

// What an instance or a task goes through:
//
//   asked for ─▶ waiting ──round──▶ launched ──statuses──▶ over
//                  ▲  │ Cancel         │ │ the launch was dropped, or found to have come to nothing
//                  │  ▼                │ │
//                  │ cancelled         │ └────────▶ waiting, for a while not in the queue
//                  └── replaced ◀──────┘ unclear for too long, or asked for again
//
// and when rounds take place:
//
//   idle (nothing waits: no offers are wanted, none are held)
//     │ work comes: offers are asked for, the window begins
//     ▼
//   collecting ──all that waits, or all that is new, fits on the offers in hand,──▶ a round
//     ▲          or the window ends                                                  │
//     │ a new offer, or new work                            nothing waits: idle ◀────┤
//     └── sparing (what waits fits on nothing in hand; offers go back by and by) ◀───┘
//
// Thread safety: none. Every function but the readers may make calls and outcomes.
class FrameworkMachine {
 public:
  // `options` must have been validated. The others outlive the machine.
  // @param now_ns  nanoseconds since 1970, for maintenance windows.
  FrameworkMachine(const FrameworkOptions& options, Journal& journal, Calls& calls,
                   const Clock& clock, std::function<int64_t()> now_ns, Random& random);

  // Takes in what is known at the start. Returns the tasks that the scheduler client has to know.
  std::vector<TaskPlace> Begin(Beginning beginning);

  void TakeEvents(std::vector<Event> events);
  // To be called at Deadline() or later.
  void OnTime();
  TimePoint Deadline() const;

  Expected<size_t> Submit(std::span<const WorkRequest> requests);
  size_t Cancel(Kind kind, std::string_view guid, std::optional<int32_t> index);
  Status SetService(const Service& service);

  std::vector<Outcome> TakeOutcomes();
  FrameworkCounts counts() const;
  // Something went wrong in here, which left the machine in the middle of something. Nothing is
  // done any more, and nothing is written.
  void Break(std::string_view text) noexcept;

  // How the framework ended for the master; nothing as long as it has not.
  std::optional<FailureKind> failure() const { return failure_; }

 private:
  struct Waiting {
    Instance instance;
    // How it was refused last, so that the same is not said again.
    std::string refusal;
    // Why no offer will serve it, as far as that is known without one.
    std::optional<Refusal> hopeless;
  };
  // What is known of an agent, from its offers and from what runs there.
  struct Agent {
    AgentTraits traits;
    std::string hostname;
    std::optional<Unavailability> unavailability;
    std::vector<std::string> cells;  // Ids of its cells in the engine's cache.
  };
  // What runs on an agent, which is the same for each of its cells.
  struct Load {
    Resources used;
    std::vector<std::string> lrps;
    int64_t tasks = 0;
    int64_t starting = 0;
    const FrozenExecutor* executor = nullptr;  // That runs there; null: none.
    bool has_gpus = false;
    bool has_revocable = false;  // In the offers to the role of the round at hand.
  };
  // Where the cells in the engine's cache come from.
  struct CellSource {
    std::string agent_id;
    std::string role;
    bool revocable = false;
  };
  // What one ACCEPT will be made of.
  struct Parcel {
    std::string agent_id;
    std::string role;
    std::vector<const Auction*> plain;
    std::vector<const Auction*> revocable;
  };
  struct Launching {
    Acceptance acceptance;
    std::vector<LaunchedTask> tasks;
    // For which there turned out to be too little.
    std::vector<Instance> rejected;
    std::optional<FrozenExecutor> new_executor;
  };

  // machine.cc: requests.
  Status Validate(const WorkRequest& request) const;
  std::shared_ptr<const Work> FillIn(const Work& work) const;
  std::optional<Refusal> WhyHopeless(const Work& work) const;
  bool IsWanted(const std::string& key);
  size_t Enqueue(Instance instance);
  size_t CancelWaiting(Kind kind, std::string_view guid, std::optional<int32_t> index);
  void EnterQueue(const Instance& instance);
  void EndDelays();
  void Stop(LaunchedTask& task);
  void Kill(const LaunchedTask& task);
  void Replay(const journal::Record& record);
  bool IsLrp(std::string_view guid);
  Instance InstanceOf(const Service& service, int32_t index) const;
  void KeepServices();
  void StopSurplus(const Service& service);

  // machine_events.cc: what the client tells.
  void TakeLateEvents(std::span<const Event> events);
  void Take(const Subscribed& event);
  void Take(const Disconnected& event);
  void Take(OffersMade& event);
  void Take(const OffersGone& event);
  void Take(const InverseOffersMade& event);
  void Take(const TaskUpdate& event);
  void Take(const LaunchDropped& event);
  void Take(const AgentFailure& event);
  void Take(const OperationUpdate& event);
  void Take(const CallRefused& event);
  void Take(const Problem& event);
  void Take(const SchedulerFailed& event);
  void Take(const InverseOffersGone&) {}
  void Take(const ExecutorMessage&) {}
  void Take(const FrameworkUpdated&) {}
  void Acknowledge(const TaskStatus& status);
  void TakeStranger(const TaskStatus& status);
  void TakeDoubles();
  bool IsRunningAlready(const Instance& instance);
  void Adopt(const TaskStatus& status, const Instance& instance);
  LaunchedTask MakeAdopted(const TaskStatus& status, const Instance& instance);
  void AdoptExecutor(const LaunchedTask& task);
  void TakeFromQueue(const LaunchedTask& task);
  std::string KeyOfWaiting(std::string_view work) const;
  void Claim(const Instance& instance);
  void Claim(LaunchedTask task, const Instance& instance);
  void TakeOver(LaunchedTask& task, const TaskStatus& status);
  void TakeUnclear(LaunchedTask& task, const TaskStatus& status);
  void TakeAlive(LaunchedTask& task, const TaskStatus& status);
  bool CanRun(const LaunchedTask& task) const;
  bool CameToNothing(const LaunchedTask& task, const TaskStatus& status);
  void RetryLaunch(LaunchedTask& task, const std::string& text);
  void SetAside(const LaunchedTask& task, const std::string& text);
  void End(LaunchedTask& task, const std::string& text);
  void Remove(const LaunchedTask& task);
  void Requeue(LaunchedTask& task, const std::string& text, OutcomeKind kind, TimePoint due);
  void Replace(LaunchedTask& task, const std::string& text);
  void EndIfForgotten(LaunchedTask& task);
  void Abandon(const std::string& task_id);
  void ForgetTasks(const std::string& text);

  // machine_round.cc: offers, rounds, launches.
  void Step();
  void Place();
  void OpenWindow();
  bool IsRoundDue(TimePoint now);
  void WantOffers();
  void WantNoOffers();
  void DeclineSpared();
  void News() { news_ = untried_ = true; }
  void MarkDirty(const std::string& agent_id) { dirty_.insert(agent_id); }
  void FeedCells();
  void FeedAgent(const std::string& agent_id, std::vector<Cell>* cells,
                 std::vector<std::string>* gone);
  Load LoadOf(const std::string& agent_id);
  Cell MakeCell(const std::string& agent_id, const Agent& agent, const Load& load,
                const std::string& role, bool revocable) const;
  int64_t FreeContainers(const Load& load, bool revocable) const;
  bool IsMaintained(const Agent& agent) const;
  bool IsClosed(const std::string& agent_id, const Load& load, const std::string& role,
                Purse purse) const;
  bool HasExecutorTask(const std::string& agent_id);
  bool CanServe();
  // Leaves those that find no place on the cells as they are now; false if that cannot be found out.
  bool TryRound(std::vector<Auction>* auctions);
  void RunRounds();
  std::shared_ptr<const Round> RunTurns();
  void UseMaintained(bool use);
  std::vector<std::string> RolesInTurn(const std::string& agent_id, const Load& load) const;
  size_t Turns() const;
  void UseTurn(size_t turn);
  std::shared_ptr<const Round> RunRound();
  std::map<std::pair<std::string, std::string>, Parcel> Sort(const Round& round) const;
  Launching Prepare(const Parcel& parcel);
  void PrepareTask(const Auction& auction, const Parcel& parcel, Purse* purse,
                   Launching* launching);
  const FrozenExecutor* PrepareExecutor(const Parcel& parcel, Purse* purse, Launching* launching);
  void SendLaunches(std::vector<Launching> launchings);
  void Launched(LaunchedTask task);
  void TakeFailedLaunch(const Launching& launching, const Status& status);
  void EraseWaiting(const std::string& key);
  void Return(const Instance& instance, const std::string& text, TimePoint due);
  // Into the queue at `due`.
  void PutBack(const Instance& instance, TimePoint due);
  void TellRefused(const Round& round);
  void TellRefusal(Waiting* waiting, const Refusal& refusal, int32_t attempts);

  // The journal.
  void Record(const journal::Record& record);
  // Makes what was recorded durable; false if it could not be. May write the journal anew, so that
  // what was recorded must be in the books.
  bool Sync();
  bool IsKept(const Status& status);
  std::vector<journal::Record> Everything();
  void SendAcknowledgements();
  void ForgetAcknowledgements();

  Outcome OutcomeOf(OutcomeKind kind, const Instance& instance) const;
  Outcome OutcomeOf(OutcomeKind kind, const LaunchedTask& task) const;
  void Tell(Outcome outcome) { outcomes_.push_back(std::move(outcome)); }
  void TellText(OutcomeKind kind, std::string text);
  int64_t NowMs() const;

  const FrameworkSettings settings_;
  const std::optional<CellExecutor> executor_;
  const bool is_multi_role_;
  const Capabilities capabilities_;
  const bool limits_starting_;
  const std::shared_ptr<Strategy> strategy_;
  Journal& journal_;
  Calls& calls_;
  const Clock& clock_;
  const std::function<int64_t()> now_ns_;
  TaskIdMaker task_ids_;
  Engine engine_;

  std::string framework_id_;
  bool connected_ = false;
  bool failed_ = false;
  bool is_broken_ = false;
  std::optional<FailureKind> failure_;

  uint64_t generation_ = 0;
  // Whether the journal may not know all that was launched: see Beginning.
  bool adopts_all_ = false;
  bool has_past_ = false;
  // Before that, no round: Mesos is telling what runs. It begins with the first subscription.
  TimePoint rounds_from_ = TimePoint::min();
  // Of a journal that is not used: tasks by id, and executors by agent.
  StringMap<journal::Launched> salvaged_;
  StringMap<journal::Record::Executor> salvaged_executors_;
  bool has_unclaimed_ = false;  // Tasks that were adopted.
  // Tasks that were given up though they may run, the oldest first.
  std::vector<std::string> abandoned_;
  StringSet left_alone_;  // Tasks of which that was told.
  // Tasks that were found while the master was telling what runs, and for whose instance the journal
  // has another one: it may be the older one, and over.
  std::map<std::string, TaskStatus> doubles_;

  StringMap<Waiting> waiting_;
  size_t waiting_for_executor_ = 0;  // Those of `waiting_` that have no Launch.
  TaskBook tasks_;
  ServiceKeeper services_;
  ExecutorBook executors_;
  OfferPool offers_;
  std::map<std::string, Agent> agents_;
  std::map<std::string, CellSource, std::less<>> cells_;
  std::set<std::string> dirty_;  // Agents whose cells are to be fed anew.
  // How cells are fed: whether some of the waiting work needs the executor, and whether agents with
  // a maintenance window to come may be used.
  bool fed_for_executor_ = false;
  bool uses_maintained_ = false;
  // Which of an agent's roles is its cell in the round at hand, in the order of RolesInTurn; the
  // last one, if it has fewer.
  size_t turn_ = 0;

  bool wants_offers_ = false;
  bool declined_since_revive_ = false;
  // Whether there is something that no round has seen.
  bool news_ = false;
  bool untried_ = false;  // The same, for the trial whether everything has a place.
  TimePoint window_end_ = kNever;
  DueIndex replace_due_;  // Unclear tasks, by id.
  FailedLaunches failed_launches_;
  DueIndex queue_due_;  // Of `waiting_`, by key, those that are not in the engine's queue yet.

  bool journal_failed_ = false;
  TimePoint journal_retry_ = kNever;
  uint64_t rewritten_bytes_ = 0;
  // To be sent once the journal has what they acknowledge, and their uuids.
  std::vector<TaskStatus> acknowledgements_;
  std::set<std::string> unacknowledged_;

  std::vector<Outcome> outcomes_;
  FrameworkCounts counts_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_MACHINE_H_
