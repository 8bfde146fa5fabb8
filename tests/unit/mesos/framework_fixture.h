// A framework whose master, clock, chance and disk are the test's.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_FRAMEWORK_FIXTURE_H_
#define ROSTRUM_TESTS_UNIT_MESOS_FRAMEWORK_FIXTURE_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/machine.h"
#include "rostrum/strategy.h"

namespace rostrum::mesos {

// A disk that the test may make fail; what was not synced is lost in a crash.
struct FakeDisk {
  std::vector<journal::Record> kept;
  bool fails = false;
  bool memory_runs_out = false;
  // Fails as soon as it is to hold a launch.
  bool fails_with_launches = false;
  int failures = 0;
  int rewrites = 0;
  // What each record takes, whatever is in it.
  uint64_t record_bytes = 0;

  bool HasLaunch(const std::string& task_id) const;
  // The last that it holds of a task; nothing if it has nothing.
  std::optional<journal::Record> LastOf(const std::string& task_id) const;
};

class FakeJournal : public Journal {
 public:
  explicit FakeJournal(FakeDisk& disk) : disk_(disk) {}
  void Append(const journal::Record& record) override;
  Status Sync() override;
  Status Rewrite(const std::vector<journal::Record>& records) override;
  uint64_t bytes() const override {
    return (disk_.kept.size() + pending_.size()) * disk_.record_bytes;
  }

 private:
  // Whether nothing can be written now.
  Status Fail();

  FakeDisk& disk_;
  std::vector<journal::Record> pending_;
};

// A master that checks each call as Mesos' own does, and remembers it.
class FakeMaster : public Calls {
 public:
  explicit FakeMaster(FakeDisk& disk) : disk_(disk) {}

  Status Accept(Acceptance acceptance) override;
  Status Decline(std::span<const std::string> offer_ids, std::optional<Milliseconds>) override;
  Status Acknowledge(const TaskStatus& status) override;
  Status AcknowledgeOperation(const OperationUpdate&) override { return {}; }
  Status Kill(const TaskPlace& task, std::optional<Milliseconds>) override;
  Status Suppress() override;
  Status Revive() override;
  Status AcceptInverseOffers(std::span<const std::string> ids) override;
  Status DeclineInverseOffers(std::span<const std::string> ids,
                              std::optional<Milliseconds>) override;
  void Track(const TaskPlace& task) override { tracked.insert(task.task_id); }
  void Forget(std::string_view task_id) override { forgotten.emplace(task_id); }

  // Puts an offer out; what is launched on it must be contained in it.
  const Offer& PutOut(Offer offer);

  std::map<std::string, Offer> out;  // Offers that the framework holds.
  std::vector<Acceptance> acceptances;
  std::map<std::string, TaskInfo> launched;  // Ever, by id.
  // By agent and id: what executors run there, as the first task brought them.
  std::map<std::pair<std::string, std::string>, ExecutorInfo> executors;
  std::vector<std::string> declined;
  std::vector<TaskStatus> acknowledged;
  std::vector<std::string> killed;
  std::set<std::string> tracked;
  std::set<std::string> forgotten;
  std::vector<std::string> inverse_accepted;
  std::vector<std::string> inverse_declined;
  int suppresses = 0;
  int revives = 0;
  bool wants_offers = false;
  bool subscribed = true;
  // The next ACCEPT is refused so.
  Status refuse_next;

 private:
  void CheckContained(const Acceptance& acceptance);

  FakeDisk& disk_;
};

Resource Plain(const std::string& name, int64_t whole);
Resource ReservedFor(const std::string& role, const std::string& name, int64_t whole);
Resource Ports(uint64_t begin, uint64_t end);
Attribute TextAttribute(const std::string& name, const std::string& text);

WorkRequest Lrp(const std::string& guid, std::vector<int32_t> indices, int64_t memory_mb);
WorkRequest Task(const std::string& guid, int64_t memory_mb);
// The same, handed to the executor.
WorkRequest ForCell(WorkRequest request);
CellExecutor SomeExecutor();

class FrameworkTest : public testing::Test {
 protected:
  FrameworkTest();

  // Makes the machine, with `options` and what the disk has, and connects it.
  void Start();
  // Makes it with what is given beside that.
  void Begin(Beginning beginning = {});
  // As if the process had been killed: what the disk has is all that is left.
  void Crash();
  void Connect(const std::string& framework_id = "framework-1");

  // An offer of an agent, with cpus and disk in plenty unless `resources` says what there is.
  Offer MakeOffer(const std::string& agent, int64_t memory_mb);
  Offer MakeOffer(const std::string& agent, std::vector<Resource> resources);
  void Give(Offer offer);
  void Send(Event event);
  void Advance(Milliseconds by);

  TaskStatus StatusOf(const std::string& task_id, TaskState state);
  void Update(const std::string& task_id, TaskState state, int32_t reason = kReasonNone);

  // The outcomes since the last call, of one kind or all.
  std::vector<Outcome> Outcomes();
  std::vector<Outcome> Outcomes(OutcomeKind kind);
  // The ids of the tasks that were launched for an instance, in order.
  std::vector<std::string> TasksOf(const std::string& identifier);

  FrameworkOptions options;
  FakeDisk disk;
  ManualClock clock;
  FixedRandom random{0.25};
  FakeMaster master{disk};
  std::unique_ptr<FakeJournal> journal;
  std::unique_ptr<FrameworkMachine> machine;
  int64_t wall_ns = 1'000'000'000'000;

 private:
  int offers_made_ = 0;
  int uuids_made_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_TESTS_UNIT_MESOS_FRAMEWORK_FIXTURE_H_
