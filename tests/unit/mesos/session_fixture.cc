#include "tests/unit/mesos/session_fixture.h"

#include "lib/mesos/recordio/encoder.h"

namespace rostrum::mesos {

void SessionTest::Begin() {
  session = std::make_unique<Session>(options, store, leaders, network, clock, random);
  const Status status = session->Begin();
  ASSERT_TRUE(status.ok()) << status.text();
  session->OnTime();
}

void SessionTest::Subscribe() {
  Begin();
  AnswerStream();
  SendSubscribed(store.id.empty() ? "id-1" : store.id);
  ASSERT_EQ(session->state(), ClientState::kSubscribed);
  TakeCalls();
  Events();
}

const FakeNetwork::Started* SessionTest::Open(bool stream) const {
  const FakeNetwork::Started* found = nullptr;
  for (const FakeNetwork::Started& started : network.started) {
    if (started.request.stream == stream && network.open.count(started.id) != 0) found = &started;
  }
  return found;
}

SchedulerCall SessionTest::LastSubscribe() const {
  SchedulerCall call;
  for (const FakeNetwork::Started& started : network.started) {
    if (!started.request.stream) continue;
    EXPECT_TRUE(call.ParseFromString(started.request.body));
  }
  return call;
}

void SessionTest::AnswerStream(int status, const std::vector<http::Header>& headers) {
  const auto* stream = Open(true);
  ASSERT_NE(stream, nullptr) << "no stream is open";
  session->OnHead(stream->id, {.status = status, .headers = headers});
}

void SessionTest::EndStream(const Status& status) {
  const auto* stream = Open(true);
  ASSERT_NE(stream, nullptr) << "no stream is open";
  const http::RequestId id = stream->id;
  network.open.erase(id);
  session->OnEnd(id, status);
}

void SessionTest::SendBytes(std::string_view bytes) {
  const auto* stream = Open(true);
  ASSERT_NE(stream, nullptr) << "no stream is open";
  session->OnBytes(stream->id, bytes);
}

void SessionTest::Send(const SchedulerEvent& event) {
  std::string bytes;
  AppendRecord(event.SerializeAsString(), &bytes);
  SendBytes(bytes);
}

void SessionTest::SendSubscribed(const std::string& id, double heartbeat_seconds) {
  SchedulerEvent event;
  event.set_type(SchedulerEvent::SUBSCRIBED);
  event.mutable_subscribed()->mutable_framework_id()->set_value(id);
  event.mutable_subscribed()->set_heartbeat_interval_seconds(heartbeat_seconds);
  Send(event);
}

void SessionTest::SendOffer(const std::string& id, const std::string& agent,
                            const std::string& role) {
  SchedulerEvent event;
  event.set_type(SchedulerEvent::OFFERS);
  v1::Offer* offer = event.mutable_offers()->add_offers();
  offer->mutable_id()->set_value(id);
  offer->mutable_agent_id()->set_value(agent);
  offer->set_hostname(agent + ".example");
  offer->mutable_allocation_info()->set_role(role);
  const std::pair<const char*, double> amounts[] = {{"cpus", 4}, {"mem", 1024}};
  for (const auto& [name, amount] : amounts) {
    v1::Resource* resource = offer->add_resources();
    resource->set_name(name);
    resource->set_type(v1::Value::SCALAR);
    resource->mutable_scalar()->set_value(amount);
    resource->mutable_allocation_info()->set_role(role);
  }
  Send(event);
}

void SessionTest::SendUpdate(const std::string& task, v1::TaskState state,
                             const std::string& uuid, const std::string& agent) {
  SchedulerEvent event;
  event.set_type(SchedulerEvent::UPDATE);
  v1::TaskStatus* status = event.mutable_update()->mutable_status();
  status->mutable_task_id()->set_value(task);
  status->set_state(state);
  status->mutable_agent_id()->set_value(agent);
  if (!uuid.empty()) status->set_uuid(uuid);
  Send(event);
}

void SessionTest::SendError(const std::string& text) {
  SchedulerEvent event;
  event.set_type(SchedulerEvent::ERROR);
  event.mutable_error()->set_message(text);
  Send(event);
}

std::optional<SchedulerCall> SessionTest::CallUnderWay() const {
  const auto* open = Open(false);
  if (open == nullptr) return std::nullopt;
  SchedulerCall call;
  EXPECT_TRUE(call.ParseFromString(open->request.body));
  return call;
}

const http::Request& SessionTest::CallRequest() const { return Open(false)->request; }

void SessionTest::AnswerCall(int status, const std::string& text,
                             const std::vector<http::Header>& headers) {
  const auto* open = Open(false);
  ASSERT_NE(open, nullptr) << "no call is under way";
  const http::RequestId id = open->id;
  session->OnHead(id, {.status = status, .headers = headers});
  session->OnBytes(id, text);
  network.open.erase(id);
  session->OnEnd(id, Status());
}

std::vector<SchedulerCall> SessionTest::TakeCalls() {
  std::vector<SchedulerCall> calls;
  while (auto call = CallUnderWay()) {
    calls.push_back(*call);
    AnswerCall();
  }
  return calls;
}

void SessionTest::Advance(Milliseconds by) {
  const TimePoint end = clock.Now() + by;
  while (session->Deadline() <= end) {
    if (session->Deadline() > clock.Now()) clock.Set(session->Deadline());
    session->OnTime();
  }
  clock.Set(end);
  session->OnTime();
}

TaskInfo SessionTest::MakeTask(const std::string& id, const std::string& agent) {
  TaskInfo task;
  task.id = id;
  task.agent_id = agent;
  task.resources = {MakeScalar("cpus", 100), MakeScalar("mem", WholeAmount(32))};
  task.command = CommandInfo{.value = "sleep 1"};
  return task;
}

}  // namespace rostrum::mesos
