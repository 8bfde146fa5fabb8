#include "tests/unit/mesos/framework_fixture.h"

#include <new>
#include <tuple>
#include <utility>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

std::string TaskOf(const journal::Record& record) {
  switch (record.what_case()) {
    case journal::Record::kLaunched:
      return record.launched().task_id();
    case journal::Record::kStatus:
      return record.status().task_id();
    case journal::Record::kEnded:
      return record.ended();
    case journal::Record::kStopping:
      return record.stopping();
    case journal::Record::kReplaced:
      return record.replaced();
    default:
      return "";
  }
}

// Everything that makes a resource the object that it is, but for the amount.
std::string ObjectOf(const Resource& resource) {
  std::string text =
      Format("{} {} {} {} {} {}", resource.name, static_cast<int>(resource.type),
             resource.allocation_role, resource.revocable, resource.shared, resource.special_disk);
  for (const Reservation& step : resource.reservations) {
    text += Format(" [{} {} {} {}]", step.role, step.dynamic, step.principal, step.labels.size());
  }
  return text;
}

// Amounts and ports by object.
struct Heap {
  std::map<std::string, Amount> scalars;
  std::multiset<std::pair<std::string, uint64_t>> ports;

  void Add(const Resource& resource) {
    const std::string object = ObjectOf(resource);
    if (resource.type == ValueType::kScalar) scalars[object] += resource.scalar;
    for (const ValueRange& range : resource.ranges) {
      for (uint64_t port = range.begin; port <= range.end; ++port) ports.insert({object, port});
    }
  }
  void Take(const Resource& resource, const std::string& by) {
    const std::string object = ObjectOf(resource);
    if (resource.type == ValueType::kScalar) {
      EXPECT_GT(resource.scalar, 0) << by << " has nothing of " << object;
      scalars[object] -= resource.scalar;
      EXPECT_GE(scalars[object], 0) << by << " has more of " << object << " than was offered";
    }
    for (const ValueRange& range : resource.ranges) {
      for (uint64_t port = range.begin; port <= range.end; ++port) {
        const auto at = ports.find({object, port});
        ASSERT_TRUE(at != ports.end()) << by << " has port " << port << ", which was not offered";
        ports.erase(at);
      }
    }
  }
};

}  // namespace

// --- The disk.

bool FakeDisk::HasLaunch(const std::string& task_id) const {
  return std::any_of(kept.begin(), kept.end(), [&](const journal::Record& record) {
    return record.has_launched() && record.launched().task_id() == task_id;
  });
}

std::optional<journal::Record> FakeDisk::LastOf(const std::string& task_id) const {
  const auto at = std::find_if(kept.rbegin(), kept.rend(), [&](const journal::Record& record) {
    return TaskOf(record) == task_id;
  });
  if (at == kept.rend()) return std::nullopt;
  return *at;
}

void FakeJournal::Append(const journal::Record& record) {
  if (disk_.memory_runs_out) throw std::bad_alloc();
  pending_.push_back(record);
}

Status FakeJournal::Fail() {
  const bool has_launch =
      std::any_of(pending_.begin(), pending_.end(),
                  [](const journal::Record& record) { return record.has_launched(); });
  if (!disk_.fails && !(disk_.fails_with_launches && has_launch)) return {};
  ++disk_.failures;
  return Unavailable("the disk is full");
}

Status FakeJournal::Sync() {
  if (Status status = Fail(); !status.ok()) {
    pending_.clear();
    return status;
  }
  disk_.kept.insert(disk_.kept.end(), pending_.begin(), pending_.end());
  pending_.clear();
  return {};
}

Status FakeJournal::Rewrite(const std::vector<journal::Record>& records) {
  if (Status status = Fail(); !status.ok()) return status;
  ++disk_.rewrites;
  pending_.clear();
  disk_.kept = records;
  return {};
}

// --- The master.

const Offer& FakeMaster::PutOut(Offer offer) {
  for (Resource& resource : offer.resources) resource.allocation_role = offer.role;
  std::string id = offer.id;
  return out.insert_or_assign(std::move(id), std::move(offer)).first->second;
}

void FakeMaster::CheckContained(const Acceptance& acceptance) {
  Heap heap;
  std::set<std::pair<std::string, std::string>> places;
  for (const std::string& id : acceptance.offer_ids) {
    const Offer& offer = out.find(id)->second;
    places.insert({offer.agent_id, offer.role});
    for (const Resource& resource : offer.resources) heap.Add(resource);
  }
  EXPECT_EQ(places.size(), 1u) << "the offers of one ACCEPT are of one agent and one role";
  for (const TaskInfo& task : acceptance.tasks) {
    EXPECT_EQ(task.agent_id, places.begin()->first);
    EXPECT_TRUE(ValidateTask(task).ok()) << ValidateTask(task).text();
    EXPECT_TRUE(disk_.HasLaunch(task.id)) << task.id << " was launched before it was kept";
    EXPECT_TRUE(launched.emplace(task.id, task).second) << task.id << " was used twice";
    for (const Resource& resource : task.resources) heap.Take(resource, task.id);
    if (!task.executor) continue;
    const auto [at, is_new] =
        executors.emplace(std::pair(task.agent_id, task.executor->id), *task.executor);
    EXPECT_EQ(ExecutorFingerprint(at->second), ExecutorFingerprint(*task.executor))
        << "the executor is another one under the same id";
    if (!is_new) continue;
    for (const Resource& resource : task.executor->resources) {
      heap.Take(resource, task.executor->id);
    }
  }
}

Status FakeMaster::Accept(Acceptance acceptance) {
  if (!subscribed) return FailedPrecondition("not subscribed");
  if (!refuse_next.ok()) return std::exchange(refuse_next, Status());
  for (const std::string& id : acceptance.offer_ids) {
    if (out.find(id) == out.end()) return FailedPrecondition("offer " + id + " is not held");
  }
  CheckContained(acceptance);
  for (const std::string& id : acceptance.offer_ids) out.erase(id);
  acceptances.push_back(std::move(acceptance));
  return {};
}

Status FakeMaster::Decline(std::span<const std::string> offer_ids, std::optional<Milliseconds>) {
  for (const std::string& id : offer_ids) {
    if (out.erase(id) != 0) declined.push_back(id);
  }
  return {};
}

Status FakeMaster::Acknowledge(const TaskStatus& status) {
  EXPECT_FALSE(status.uuid.empty());
  // Whatever was launched and is acknowledged is on the disk in that state, or as over.
  const auto last = disk_.LastOf(status.task_id);
  if (last && launched.count(status.task_id) != 0 && !IsUnclear(status.state)) {
    EXPECT_FALSE(last->has_launched() && !last->launched().has_status() &&
                 status.state != TaskState::kStaging)
        << status.task_id << " was acknowledged before its status was kept";
  }
  acknowledged.push_back(status);
  return {};
}

Status FakeMaster::Kill(const TaskPlace& task, std::optional<Milliseconds>) {
  killed.push_back(task.task_id);
  return {};
}

Status FakeMaster::Suppress() {
  ++suppresses;
  wants_offers = false;
  out.clear();
  return {};
}

Status FakeMaster::Revive() {
  ++revives;
  wants_offers = true;
  return {};
}

Status FakeMaster::AcceptInverseOffers(std::span<const std::string> ids) {
  inverse_accepted.insert(inverse_accepted.end(), ids.begin(), ids.end());
  return {};
}

Status FakeMaster::DeclineInverseOffers(std::span<const std::string> ids,
                                        std::optional<Milliseconds>) {
  inverse_declined.insert(inverse_declined.end(), ids.begin(), ids.end());
  return {};
}

// --- Values.

Resource Plain(const std::string& name, int64_t whole) {
  return MakeScalar(name, WholeAmount(whole));
}

Resource ReservedFor(const std::string& role, const std::string& name, int64_t whole) {
  Resource resource = Plain(name, whole);
  resource.reservations.push_back({.role = role});
  return resource;
}

Resource Ports(uint64_t begin, uint64_t end) {
  Resource resource;
  resource.name = "ports";
  resource.type = ValueType::kRanges;
  resource.ranges = {{begin, end}};
  return resource;
}

Attribute TextAttribute(const std::string& name, const std::string& text) {
  Attribute attribute;
  attribute.name = name;
  attribute.text = text;
  return attribute;
}

WorkRequest Lrp(const std::string& guid, std::vector<int32_t> indices, int64_t memory_mb) {
  auto work = std::make_shared<Work>();
  work->guid = guid;
  work->domain = "domain";
  work->asked.memory = WholeAmount(memory_mb);
  work->constraint.rootfs = "preloaded:cflinuxfs4";
  auto launch = std::make_shared<Launch>();
  launch->command.value = "sleep 1000";
  return {std::move(work), std::move(indices), 0, std::move(launch)};
}

WorkRequest Task(const std::string& guid, int64_t memory_mb) {
  WorkRequest request = Lrp(guid, {}, memory_mb);
  auto work = std::make_shared<Work>(*request.work);
  work->kind = Kind::kTask;
  request.work = std::move(work);
  return request;
}

WorkRequest ForCell(WorkRequest request) {
  request.launch = nullptr;
  return request;
}

CellExecutor SomeExecutor() {
  CellExecutor executor;
  executor.command.value = "rostrum-executor";
  executor.overhead.cpu = 200;
  executor.overhead.memory = WholeAmount(100);
  return executor;
}

// --- The test.

FrameworkTest::FrameworkTest() {
  options.strategy = MakeStrategy("binpack");
  options.scheduler.framework.roles = {"web"};
}

void FrameworkTest::Start() {
  Begin();
  Connect();
}

void FrameworkTest::Begin(Beginning beginning) {
  journal = std::make_unique<FakeJournal>(disk);
  machine = std::make_unique<FrameworkMachine>(
      options, *journal, master, clock, [this] { return wall_ns; }, random);
  beginning.records = disk.kept;
  machine->Begin(std::move(beginning));
}

void FrameworkTest::Crash() {
  machine.reset();
  journal.reset();
  master.out.clear();
  random.Set(random.Fraction() + 0.01);
}

void FrameworkTest::Connect(const std::string& framework_id) {
  master.subscribed = true;
  Subscribed subscribed;
  subscribed.framework_id = framework_id;
  Send(subscribed);
}

Offer FrameworkTest::MakeOffer(const std::string& agent, int64_t memory_mb) {
  return MakeOffer(agent, {Plain("cpus", 8), Plain("mem", memory_mb), Plain("disk", 10'000)});
}

Offer FrameworkTest::MakeOffer(const std::string& agent, std::vector<Resource> resources) {
  Offer offer;
  offer.id = Format("offer-{}", ++offers_made_);
  offer.agent_id = agent;
  offer.hostname = agent + ".example";
  offer.role = options.scheduler.framework.roles.front();
  offer.resources = std::move(resources);
  return offer;
}

void FrameworkTest::Give(Offer offer) { Send(OffersMade{{master.PutOut(std::move(offer))}}); }

void FrameworkTest::Send(Event event) {
  std::vector<Event> events;
  events.push_back(std::move(event));
  machine->TakeEvents(std::move(events));
}

void FrameworkTest::Advance(Milliseconds by) {
  const TimePoint end = clock.Now() + by;
  while (machine->Deadline() <= end) {
    clock.Set(std::max(clock.Now(), machine->Deadline()));
    // The thread looks at the deadline again once the time has come.
    ASSERT_LE(machine->Deadline(), clock.Now());
    machine->OnTime();
    ASSERT_GT(machine->Deadline(), clock.Now()) << "it asks to be called at once, for ever";
  }
  clock.Set(end);
}

TaskStatus FrameworkTest::StatusOf(const std::string& task_id, TaskState state) {
  TaskStatus status;
  status.task_id = task_id;
  status.state = state;
  const auto at = master.launched.find(task_id);
  status.agent_id = at == master.launched.end() ? "agent-?" : at->second.agent_id;
  status.uuid = Format("{:016}", ++uuids_made_);
  return status;
}

void FrameworkTest::Update(const std::string& task_id, TaskState state, int32_t reason) {
  TaskStatus status = StatusOf(task_id, state);
  status.reason = reason;
  Send(TaskUpdate{std::move(status), true});
}

std::vector<Outcome> FrameworkTest::Outcomes() { return machine->TakeOutcomes(); }

std::vector<Outcome> FrameworkTest::Outcomes(OutcomeKind kind) {
  std::vector<Outcome> found = machine->TakeOutcomes();
  std::erase_if(found, [&](const Outcome& outcome) { return outcome.kind != kind; });
  return found;
}

std::vector<std::string> FrameworkTest::TasksOf(const std::string& identifier) {
  std::vector<std::string> ids;
  for (const Acceptance& acceptance : master.acceptances) {
    for (const TaskInfo& task : acceptance.tasks) {
      if (task.name == identifier) ids.push_back(task.id);
    }
  }
  return ids;
}

}  // namespace rostrum::mesos
