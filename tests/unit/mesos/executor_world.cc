#include "tests/unit/mesos/executor_world.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/executor/task_work.h"
#include "lib/mesos/recordio/encoder.h"
#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

constexpr char kAgentUrl[] = "http://agent:5051/slave(1)/api/v1/executor";
constexpr char kRepUrl[] = "http://rep:1801";

}  // namespace

std::string LrpData(const std::string& guid, int32_t index, int memory_mb) {
  return Format(
      R"({{"LRPs":[{{"instance_guid":"","process_guid":"{}","index":{},"domain":"d",)"
      R"("PlacementTags":null,"VolumeDrivers":null,"RootFs":"preloaded:cflinuxfs4","MemoryMB":{},)"
      R"("DiskMB":10,"MaxPids":5,"state":""}}],"Tasks":[]}})",
      guid, index, memory_mb);
}

std::string TaskData(const std::string& guid, int memory_mb) {
  return Format(
      R"({{"LRPs":[],"Tasks":[{{"TaskGuid":"{}","Domain":"d","PlacementTags":null,)"
      R"("VolumeDrivers":null,"RootFs":"docker:///busybox","MemoryMB":{},"DiskMB":10,"MaxPids":0,)"
      R"("state":"Invalid","failed":false}}]}})",
      guid, memory_mb);
}

// --- Rep.

PlayedContainer& PlayedRep::Lrp(const std::string& guid, int32_t index) {
  for (PlayedContainer& each : containers) {
    if (each.is_lrp && each.guid == guid && each.index == index) return each;
  }
  ADD_FAILURE() << "rep has no LRP " << guid << "." << index;
  return containers.emplace_back();
}

PlayedContainer& PlayedRep::Task(const std::string& guid) {
  for (PlayedContainer& each : containers) {
    if (!each.is_lrp && each.guid == guid) return each;
  }
  ADD_FAILURE() << "rep has no task " << guid;
  return containers.emplace_back();
}

void PlayedRep::Remove(const std::string& guid, int32_t index) {
  std::erase_if(containers,
                [&](const auto& each) { return each.guid == guid && each.index == index; });
}

size_t PlayedRep::CountOf(const std::string& request) const {
  return static_cast<size_t>(std::count(requests.begin(), requests.end(), request));
}

std::string PlayedRep::State() const {
  std::string lrps;
  std::string tasks;
  for (const PlayedContainer& each : containers) {
    if (each.is_lrp) {
      lrps += Format(
          R"({}{{"instance_guid":"{}","process_guid":"{}","index":{},"state":"{}"}})",
          lrps.empty() ? "" : ",", each.instance_guid, each.guid, each.index, each.state);
    } else {
      tasks += Format(R"({}{{"TaskGuid":"{}","state":"{}","failed":{}}})",
                           tasks.empty() ? "" : ",", each.guid, each.state, each.failed);
    }
  }
  return Format(
      R"({{"cell_id":"{}","Evacuating":{},"AvailableResources":{{"MemoryMB":{},"DiskMB":1000,)"
      R"("Containers":100}},"TotalResources":{{"MemoryMB":1000,"DiskMB":1000,"Containers":100}},)"
      R"("ProxyMemoryAllocationMB":0,"LRPs":[{}],"Tasks":[{}]}})",
      cell_id, evacuating, memory_mb, lrps, tasks);
}

MaybeAnswer PlayedRep::TakeWork(const std::string& body) {
  const Expected<TaskWork> work = ReadTaskWork(body);
  if (!work.ok()) return PlayedAnswer{400, ""};
  // As rep: work for another cell is refused.
  if (!cell_id.empty() && body.find(Format(R"("cell_id":"{}"}})", cell_id)) == body.npos) {
    return PlayedAnswer{500, ""};
  }
  const bool is_lrp = work->kind == Kind::kLrp;
  const bool is_there =
      !is_lrp && std::any_of(containers.begin(), containers.end(),
                             [&](auto& each) { return !each.is_lrp && each.guid == work->guid; });
  if (hands_back || evacuating || is_there) return PlayedAnswer{200, body};
  containers.push_back({.is_lrp = is_lrp,
                        .guid = work->guid,
                        .index = work->index,
                        .instance_guid = is_lrp ? Format("instance-{}", ++next_guid_) : "",
                        .state = is_lrp ? "CLAIMED" : "Running"});
  if (std::exchange(has_fault_for_work, false)) return std::nullopt;
  return PlayedAnswer{200, R"({"LRPs":null,"Tasks":null})"};
}

MaybeAnswer PlayedRep::Answer(const http::Request& request) {
  const std::string path = request.url.substr(std::string(kRepUrl).size());
  requests.push_back(request.method + " " + path);
  if (!is_up) return std::nullopt;
  if (fault) {
    // A fault that gives no answer is one that has not chosen this request.
    if (MaybeAnswer answer = fault(request)) {
      if (answer->status == 0) return std::nullopt;
      return answer;
    }
  }
  if (path == "/state") return PlayedAnswer{state_status, State()};
  if (path == "/work") return TakeWork(request.body);
  if (path == "/container_metrics") return PlayedAnswer{200, R"({"lrps":[],"tasks":[]})"};
  for (PlayedContainer& each : containers) {
    const std::string stop =
        each.is_lrp ? StopPath(each.guid, each.instance_guid) : CancelPath(each.guid);
    if (path != stop) continue;
    each.stops = true;
    return PlayedAnswer{202, ""};
  }
  return PlayedAnswer{path.starts_with("/v1/tasks") ? 202 : 500, ""};
}

// --- The agent.

void PlayedAgent::Take(const v1::TaskStatus& status) {
  if (!uuids.insert(status.uuid()).second) return;
  updates.push_back(status);
}

MaybeAnswer PlayedAgent::Answer(const v1::executor::Call& call) {
  calls.push_back(call);
  if (call.type() == v1::executor::Call::HEARTBEAT) return PlayedAnswer{heartbeat_status, ""};
  if (call.type() != v1::executor::Call::UPDATE) return PlayedAnswer{202, ""};
  const v1::TaskStatus& status = call.update().status();
  if (update_status != 202) return PlayedAnswer{update_status, "not now"};
  Take(status);
  if (acknowledges) {
    v1::executor::Event event;
    event.set_type(v1::executor::Event::ACKNOWLEDGED);
    *event.mutable_acknowledged()->mutable_task_id() = status.task_id();
    event.mutable_acknowledged()->set_uuid(status.uuid());
    outgoing.push_back(event);
  }
  return PlayedAnswer{202, ""};
}

// --- The world.

ExecutorWorld::ExecutorWorld(uint64_t seed) : random(seed) {
  options.environment.framework_id = "framework-1";
  options.environment.executor_id = "executor-1";
  options.environment.agent_id = "agent-1";
  options.environment.url = kAgentUrl;
  options.environment.checkpoint = true;
  options.rep_url = kRepUrl;
  options.times.usage = Milliseconds(0);
  options.wall_clock = [] { return 1000.0; };
  options.log = [this](const std::string& text) { log.push_back(text); };
}

ExecutorWorld::~ExecutorWorld() = default;

void ExecutorWorld::Begin() {
  http::Network& network = *this;
  executor = std::make_unique<Executor>(options, network, clock, random);
  executor->Start();
  Settle();
}

void ExecutorWorld::Cancel(http::RequestId id) {
  open_.erase(id);
  if (stream_ == id) stream_ = 0;
}

void ExecutorWorld::Finish(http::RequestId id, const MaybeAnswer& answer) {
  open_.erase(id);
  if (!answer) return executor->OnEnd(id, Unavailable("the connection broke"));
  executor->OnHead(id, {.status = answer->status});
  if (!answer->body.empty()) executor->OnBytes(id, answer->body);
  executor->OnEnd(id, Status());
}

void ExecutorWorld::ServeAgent(http::RequestId id, const http::Request& request) {
  v1::executor::Call call;
  ASSERT_TRUE(call.ParseFromString(request.body));
  EXPECT_EQ(call.executor_id().value(), "executor-1");
  EXPECT_EQ(call.framework_id().value(), "framework-1");
  if (call.type() != v1::executor::Call::SUBSCRIBE) return Finish(id, agent.Answer(call));
  agent.calls.push_back(call);
  if (agent.refuses != 0) return Finish(id, PlayedAnswer{agent.refuses, agent.refusal_text});
  EXPECT_TRUE(request.stream);
  stream_ = id;
  for (const auto& update : call.subscribe().unacknowledged_updates()) {
    v1::executor::Call again;
    again.set_type(v1::executor::Call::UPDATE);
    *again.mutable_update()->mutable_status() = update.status();
    const int status = std::exchange(agent.update_status, 202);
    static_cast<void>(agent.Answer(again));
    agent.calls.pop_back();
    agent.update_status = status;
  }
  executor->OnHead(id, {.status = 200});
  if (agent.is_silent) return;
  v1::executor::Event event;
  event.set_type(v1::executor::Event::SUBSCRIBED);
  if (agent.knows_killing) {
    event.mutable_subscribed()->mutable_framework_info()->add_capabilities()->set_type(
        v1::FrameworkInfo::Capability::TASK_KILLING_STATE);
  }
  Send(event);
}

bool ExecutorWorld::ServeOne() {
  for (const auto& [id, request] : open_) {
    if (id == stream_) continue;
    if (request.url == kAgentUrl) {
      ServeAgent(id, http::Request(request));
    } else {
      Finish(id, rep.Answer(http::Request(request)));
    }
    return true;
  }
  return false;
}

void ExecutorWorld::Settle() {
  // Each turn of the loop does something; a machine that never comes to rest is an error.
  for (int turns = 0; turns < 100'000; ++turns) {
    if (ServeOne()) continue;
    if (!agent.outgoing.empty() && stream_ != 0) {
      const v1::executor::Event event = agent.outgoing.front();
      agent.outgoing.erase(agent.outgoing.begin());
      Send(event);
      continue;
    }
    if (executor->Deadline() > clock.Now()) return;
    executor->OnTime();
  }
  FAIL() << "the executor never comes to rest";
}

void ExecutorWorld::Advance(Milliseconds by) {
  const TimePoint end = clock.Now() + by;
  while (executor->Deadline() <= end) {
    clock.Set(std::max(clock.Now(), executor->Deadline()));
    executor->OnTime();
    Settle();
    if (testing::Test::HasFatalFailure()) return;
  }
  clock.Set(end);
  Settle();
}

void ExecutorWorld::SendBytes(const std::string& bytes, size_t piece) {
  for (size_t at = 0; at < bytes.size(); at += piece) {
    if (stream_ == 0) return;
    executor->OnBytes(stream_, std::string_view(bytes).substr(at, piece));
  }
}

void ExecutorWorld::Send(const v1::executor::Event& event) {
  ASSERT_NE(stream_, 0u) << "nobody hears this event";
  std::string bytes;
  AppendRecord(event.SerializeAsString(), &bytes);
  SendBytes(bytes, bytes.size());
}

void ExecutorWorld::Launch(const std::string& task_id, const std::string& data) {
  v1::executor::Event event;
  event.set_type(v1::executor::Event::LAUNCH);
  v1::TaskInfo* task = event.mutable_launch()->mutable_task();
  task->mutable_task_id()->set_value(task_id);
  task->set_data(data);
  Send(event);
  Settle();
}

void ExecutorWorld::LaunchGroup(const std::vector<std::pair<std::string, std::string>>& tasks) {
  v1::executor::Event event;
  event.set_type(v1::executor::Event::LAUNCH_GROUP);
  for (const auto& [task_id, data] : tasks) {
    v1::TaskInfo* task = event.mutable_launch_group()->mutable_task_group()->add_tasks();
    task->mutable_task_id()->set_value(task_id);
    task->set_data(data);
  }
  Send(event);
  Settle();
}

void ExecutorWorld::Kill(const std::string& task_id) {
  v1::executor::Event event;
  event.set_type(v1::executor::Event::KILL);
  event.mutable_kill()->mutable_task_id()->set_value(task_id);
  Send(event);
  Settle();
}

void ExecutorWorld::BreakStream() {
  const http::RequestId id = std::exchange(stream_, 0);
  ASSERT_NE(id, 0u);
  open_.erase(id);
  agent.outgoing.clear();
  executor->OnEnd(id, Status());
  Settle();
}

std::string ExecutorWorld::StatesOf(const std::string& task_id) const {
  std::string states;
  std::string last;
  for (const v1::TaskStatus& status : agent.updates) {
    if (status.task_id().value() != task_id) continue;
    std::string name = TaskStateName(ReadTaskStatus(status).state);
    if (name.starts_with("TASK_")) name = name.substr(5);
    if (name == last) continue;
    last = name;
    states += (states.empty() ? "" : " ") + name;
  }
  return states;
}

v1::TaskStatus ExecutorWorld::LastOf(const std::string& task_id) const {
  for (auto status = agent.updates.rbegin(); status != agent.updates.rend(); ++status) {
    if (status->task_id().value() == task_id) return *status;
  }
  ADD_FAILURE() << "no update of " << task_id;
  return {};
}

size_t ExecutorWorld::CallsOf(v1::executor::Call::Type type) const {
  return static_cast<size_t>(std::count_if(agent.calls.begin(), agent.calls.end(),
                                           [&](const auto& call) { return call.type() == type; }));
}

}  // namespace rostrum::mesos
