// Offers, rescinds, updates in any order, losses and restarts, at random. Whatever happens, no
// auction is lost or launched twice, and nothing is used beyond what was offered: the latter, and
// that every launch was kept first, is checked by the fixture's master at each ACCEPT.

#include <random>
#include <set>
#include <string>

#include "lib/base/format.h"
#include "tests/property/cases.h"
#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::chrono_literals;

// A task as the cluster has it, whatever the framework believes.
struct Truth {
  std::string identifier;
  std::string agent;
  TaskState state = TaskState::kStaging;
  bool is_reachable = true;
};

class FrameworkRandom : public FrameworkTest {
 protected:
  static constexpr int kAgents = 6;

  uint64_t Draw(uint64_t count) { return dice_() % count; }
  int64_t DrawMb(uint64_t count) { return 50 * static_cast<int64_t>(Draw(count)); }
  bool Chance(int percent) { return Draw(100) < static_cast<uint64_t>(percent); }

  // Takes in what was accepted since: it may be lost on its way, or arrive.
  void Deliver() {
    for (; delivered_ < master.acceptances.size(); ++delivered_) {
      for (const TaskInfo& task : master.acceptances[delivered_].tasks) {
        if (Chance(10)) {
          pending_drops_.push_back(task.id);
        } else {
          truth_[task.id] = {task.name, task.agent_id, TaskState::kStaging};
        }
      }
    }
  }

  void SubmitSome() {
    const std::string guid = Format("app-{}", Draw(8));
    WorkRequest request = Chance(70) ? Lrp(guid, {static_cast<int32_t>(Draw(4))}, 50 + DrawMb(4))
                                     : Task(Format("task-{}", tasks_made_++), 50 + DrawMb(3));
    if (Chance(50)) request = ForCell(request);
    const auto added = machine->Submit({{request}});
    ASSERT_TRUE(added.ok()) << added.status().text();
    if (*added == 0) return;
    const std::string identifier = request.work->kind == Kind::kTask
                                       ? request.work->guid
                                       : Format("{}.{}", guid, request.indices.front());
    Note();
    asked_.insert(identifier);
    ended_.erase(identifier);
    stopped_.erase(identifier);
  }

  void OfferSome() {
    if (!master.subscribed || !master.wants_offers) return;
    const std::string agent = Format("agent-{}", Draw(kAgents));
    Offer offer = MakeOffer(agent, 100 + 2 * DrawMb(5));
    if (Chance(30)) offer.resources.push_back(ReservedFor("web", "mem", 100));
    offer.role = Chance(80) ? "web" : "batch";
    for (const auto& [place, executor] : master.executors) {
      if (place.first == agent) offer.executor_ids.push_back(place.second);
    }
    Give(offer);
  }

  void RescindSome() {
    if (master.out.empty()) return;
    auto at = master.out.begin();
    std::advance(at, Draw(master.out.size()));
    const std::string id = at->first;
    master.out.erase(at);
    // The word may come late: until then the framework may try to use it.
    if (Chance(50)) {
      late_rescinds_.push_back(id);
    } else {
      Send(OffersGone{OfferEnd::kRescinded, {id}});
    }
  }

  void TellTruth(const std::string& id, int32_t reason = kReasonNone) {
    const Truth& task = truth_[id];
    Update(id, task.is_reachable ? task.state : TaskState::kUnreachable, reason);
  }

  void ChangeSomeTask() {
    if (truth_.empty()) return;
    auto at = truth_.begin();
    std::advance(at, Draw(truth_.size()));
    Truth& task = at->second;
    if (!task.is_reachable || IsOver(task.state)) return;
    switch (task.state) {
      case TaskState::kStaging:
        task.state = Chance(50) ? TaskState::kStarting : TaskState::kRunning;
        break;
      case TaskState::kStarting:
        task.state = TaskState::kRunning;
        break;
      default:
        if (Chance(40)) task.state = Chance(50) ? TaskState::kFinished : TaskState::kFailed;
        break;
    }
    if (master.subscribed && Chance(90)) TellTruth(at->first);
    if (Chance(10) && master.subscribed) TellTruth(at->first);  // Twice.
  }

  void LoseOrFindAgent() {
    const std::string agent = Format("agent-{}", Draw(kAgents));
    const bool is_back = !away_.insert(agent).second;
    if (is_back) away_.erase(agent);
    for (auto& [id, task] : truth_) {
      if (task.agent != agent || IsOver(task.state)) continue;
      task.is_reachable = is_back;
      if (master.subscribed && Chance(80)) TellTruth(id);
    }
    if (Chance(50)) Send(AgentFailure{agent, "", {}});
  }

  void DropSome() {
    for (const std::string& id : std::exchange(pending_drops_, {})) {
      if (!master.subscribed || Chance(50)) {
        pending_drops_.push_back(id);
      } else if (Chance(50)) {
        Update(id, TaskState::kDropped, kReasonInvalidOffers);
      } else {
        Send(LaunchDropped{{id}, "test"});
      }
    }
  }

  void DisconnectOrConnect() {
    if (master.subscribed) {
      master.subscribed = false;
      std::vector<std::string> gone;
      for (const auto& [id, offer] : master.out) gone.push_back(id);
      master.out.clear();
      Send(OffersGone{OfferEnd::kDisconnected, gone});
      Send(Disconnected{"test"});
    } else {
      Connect();
      Reconcile();
    }
  }

  // What the client's reconciliation brings about.
  void Reconcile() {
    Deliver();
    DoKills();
    for (const auto& [id, task] : truth_) TellTruth(id, kReasonReconciliation);
    for (const auto& [id, task] : master.launched) {
      if (truth_.count(id) == 0) Update(id, TaskState::kGone, kReasonReconciliation);
    }
    pending_drops_.clear();
  }

  void DoKills() {
    for (const std::string& id : std::exchange(master.killed, {})) {
      const auto at = truth_.find(id);
      if (at == truth_.end() || IsOver(at->second.state)) continue;
      if (!at->second.is_reachable) {
        master.killed.push_back(id);
        continue;
      }
      at->second.state = TaskState::kKilled;
      if (master.subscribed) TellTruth(id);
    }
  }

  void StopSome() {
    if (asked_.empty()) return;
    auto at = asked_.begin();
    std::advance(at, Draw(asked_.size()));
    const std::string identifier = *at;
    const size_t dot = identifier.rfind('.');
    const size_t found =
        dot == std::string::npos
            ? machine->Cancel(Kind::kTask, identifier, {})
            : machine->Cancel(Kind::kLrp, identifier.substr(0, dot),
                              static_cast<int32_t>(std::stoi(identifier.substr(dot + 1))));
    if (found > 0) stopped_.insert(identifier);
  }

  void CrashAndStart() {
    Deliver();
    // What waits is not kept: whoever asked asks again. Its outcomes are gone with the process.
    Note();
    const std::set<std::string> asked = asked_;
    Crash();
    master.wants_offers = false;
    // As it is in earnest, where there is a past; or the first start, which waits for nothing.
    Begin({.has_past = Chance(50)});
    Connect();
    Reconcile();
    for (const std::string& identifier : asked) {
      if (ended_.count(identifier) != 0 || stopped_.count(identifier) != 0) continue;
      AskAgain(identifier);
    }
  }

  void AskAgain(const std::string& identifier) {
    const size_t dot = identifier.rfind('.');
    const WorkRequest request =
        dot == std::string::npos
            ? Task(identifier, 50)
            : Lrp(identifier.substr(0, dot), {std::stoi(identifier.substr(dot + 1))}, 50);
    ASSERT_TRUE(machine->Submit({{request}}).ok());
  }

  // Takes the outcomes in, and checks what holds at any moment.
  void Note() {
    for (const Outcome& outcome : machine->TakeOutcomes()) {
      if (outcome.guid.empty()) continue;
      const std::string identifier = outcome.Identifier();
      switch (outcome.kind) {
        case OutcomeKind::kPlaced:
          ended_.erase(identifier);
          break;
        case OutcomeKind::kEnded:
        case OutcomeKind::kCancelled:
          ended_.insert(identifier);
          break;
        case OutcomeKind::kRequeued:
          ended_.erase(identifier);
          break;
        case OutcomeKind::kReplaced:
          ended_.erase(identifier);
          replaced_.insert(outcome.task_id);
          break;
        default:
          break;
      }
    }
  }

  // No instance runs twice, but for one that is being killed, or that will be once it is heard of:
  // its place was taken while nobody knew whether it runs.
  void CheckNotTwice() {
    std::map<std::string, std::vector<std::string>> alive;
    for (const auto& [id, task] : truth_) {
      if (IsOver(task.state) || !task.is_reachable || replaced_.count(id) != 0) continue;
      if (std::count(master.killed.begin(), master.killed.end(), id) != 0) continue;
      alive[task.identifier].push_back(id);
    }
    for (const auto& [identifier, ids] : alive) {
      EXPECT_LE(ids.size(), 1u) << identifier << " runs as " << ids.front() << " and "
                                << ids.back();
    }
  }

  void Act() {
    switch (Draw(16)) {
      case 0:
      case 1:
      case 2:
        return SubmitSome();
      case 3:
      case 4:
      case 5:
      case 6:
        return OfferSome();
      case 7:
        return RescindSome();
      case 8:
      case 9:
      case 10:
        return ChangeSomeTask();
      case 11:
        return Chance(20) ? LoseOrFindAgent() : DropSome();
      case 12:
        return Chance(15) ? DisconnectOrConnect() : DoKills();
      case 13:
        return Chance(20) ? StopSome() : DropSome();
      case 14:
        if (Chance(10)) CrashAndStart();
        return;
      default:
        disk.fails = Chance(10);
        return Advance(Milliseconds(Draw(800)));
    }
  }

  // Everything works again, and everybody waits for long enough.
  void Settle() {
    disk.fails = false;
    if (!master.subscribed) DisconnectOrConnect();
    for (auto& [id, task] : truth_) task.is_reachable = true;
    for (const std::string& id : std::exchange(late_rescinds_, {})) {
      Send(OffersGone{OfferEnd::kRescinded, {id}});
    }
    for (int turn = 0; turn < 40; ++turn) {
      Advance(2s);
      for (int agent = 0; agent < kAgents && master.wants_offers; ++agent) {
        Offer offer = MakeOffer(Format("agent-{}", agent), 2000);
        for (const auto& [place, executor] : master.executors) {
          if (place.first == offer.agent_id) offer.executor_ids.push_back(place.second);
        }
        Give(offer);
      }
      Deliver();
      Reconcile();
      Note();
    }
  }

  // What was asked for, was not stopped and has not ended is there, exactly once.
  void CheckNoneLost() {
    EXPECT_EQ(machine->counts().waiting, 0u);
    std::map<std::string, int> alive;
    for (const auto& [id, task] : truth_) {
      if (!IsOver(task.state)) ++alive[task.identifier];
    }
    for (const std::string& identifier : asked_) {
      if (ended_.count(identifier) != 0 || stopped_.count(identifier) != 0) continue;
      EXPECT_EQ(alive[identifier], 1) << identifier;
    }
    for (const auto& [identifier, count] : alive) EXPECT_LE(count, 1) << identifier;
  }

  std::mt19937_64 dice_;
  std::map<std::string, Truth> truth_;
  std::set<std::string> asked_;
  std::set<std::string> ended_;
  std::set<std::string> stopped_;
  std::set<std::string> replaced_;
  std::set<std::string> away_;
  std::vector<std::string> pending_drops_;
  std::vector<std::string> late_rescinds_;
  size_t delivered_ = 0;
  int tasks_made_ = 0;
};

class FrameworkRandomRuns : public FrameworkRandom, public testing::WithParamInterface<int> {};

TEST_P(FrameworkRandomRuns, NothingIsLostLaunchedTwiceOrTakenTwice) {
  static const uint64_t first_seed = AnySeed();
  const uint64_t seed = first_seed + static_cast<uint64_t>(GetParam());
  SCOPED_TRACE(Format("ROSTRUM_PROPERTY_SEED={} with the first run", seed));
  if (GetParam() == 0) PrintFormat(stdout, "seed {}\n", first_seed);
  dice_.seed(seed);
  options.executor = SomeExecutor();
  options.scheduler.framework.roles = {"web", "batch"};
  options.strategy = MakeStrategy(Chance(50) ? "binpack" : "spread");
  options.settings.replace_lost = true;
  // So that the journal is written anew now and then.
  disk.record_bytes = Draw(3) * 50'000;
  options.settings.replace_unreachable = Chance(50) ? Milliseconds(2000) : Milliseconds(0);
  Start();
  for (int step = 0; step < 400 && !HasFailure(); ++step) {
    Act();
    Deliver();
    if (!late_rescinds_.empty() && Chance(30)) {
      Send(OffersGone{OfferEnd::kRescinded, {late_rescinds_.back()}});
      late_rescinds_.pop_back();
    }
    Note();
    CheckNotTwice();
  }
  Settle();
  CheckNoneLost();
}

INSTANTIATE_TEST_SUITE_P(Seeds, FrameworkRandomRuns, testing::Range(0, 60));

}  // namespace
}  // namespace rostrum::mesos
