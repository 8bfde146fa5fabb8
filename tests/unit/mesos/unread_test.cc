// What becomes of a client and of a framework whose embedder does not take what they tell.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/mesos/scheduler_client.h"
#include "rostrum/strategy.h"
#include "tests/unit/mesos/local_server.h"
#include "tests/unit/mesos/played_events.h"

namespace rostrum::mesos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using v1::scheduler::Call;

// `count` events, a message each.
std::string Messages(int count) {
  std::string records;
  for (int i = 0; i < count; ++i) {
    v1::scheduler::Event event;
    event.set_type(v1::scheduler::Event::MESSAGE);
    event.mutable_message()->mutable_agent_id()->set_value("agent-1");
    event.mutable_message()->mutable_executor_id()->set_value("executor-1");
    event.mutable_message()->set_data(std::to_string(i));
    records += RecordOf(event);
  }
  return records;
}

// One event with `count` offers.
std::string Offers(int count) {
  v1::scheduler::Event event;
  event.set_type(v1::scheduler::Event::OFFERS);
  for (int i = 0; i < count; ++i) {
    v1::Offer& offer = *event.mutable_offers()->add_offers();
    offer.mutable_id()->set_value("offer-" + std::to_string(i));
    offer.mutable_agent_id()->set_value("agent-" + std::to_string(i));
    offer.mutable_framework_id()->set_value("framework-1");
    offer.set_hostname("host");
    offer.mutable_allocation_info()->set_role("*");
  }
  return RecordOf(event);
}

// A master that takes everybody in and tells each subscription the same.
class TalkingMaster {
 public:
  explicit TalkingMaster(std::string records)
      : records_(std::move(records)), server_([this](http::Peer& peer) { Serve(peer); }) {}

  SchedulerOptions Options() const {
    SchedulerOptions options;
    options.master = server_.Url("");
    options.framework.name = "test";
    options.framework.user = "root";
    options.id_store = MakeMemoryStore();
    options.times.backoff_initial = milliseconds(1);
    options.times.backoff_maximum = milliseconds(1);
    return options;
  }
  int subscriptions() const { return subscriptions_; }
  int ended() const { return ended_; }

 private:
  void Serve(http::Peer& peer) {
    while (const auto request = peer.ReadRequest()) {
      Call call;
      EXPECT_TRUE(call.ParseFromString(request->substr(request->find("\r\n\r\n") + 4)));
      if (call.type() != Call::SUBSCRIBE) {
        peer.Answer("", "202 Accepted");
        continue;
      }
      ++subscriptions_;
      peer.Send(SubscribedAnswer() + records_);
      peer.WaitForEnd();
      ++ended_;
      return;
    }
  }

  const std::string records_;
  std::atomic<int> subscriptions_ = 0;
  std::atomic<int> ended_ = 0;
  http::Server server_;
};

template <typename Condition>
bool Eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + seconds(60);
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(milliseconds(1));
  }
  return false;
}

template <typename Kind>
std::vector<Kind> Of(const std::vector<Event>& events) {
  std::vector<Kind> found;
  for (const Event& event : events) {
    if (const auto* kind = std::get_if<Kind>(&event)) found.push_back(*kind);
  }
  return found;
}

TEST(UnreadTest, AClientWhoseEventsNobodyTakesLeavesUntilTheyAreTaken) {
  TalkingMaster master(Messages(100));
  SchedulerOptions options = master.Options();
  options.times.events_maximum = 20;
  const auto client = SchedulerClient::Create(options);
  ASSERT_TRUE(client.ok()) << client.status().text();
  ASSERT_TRUE((*client)->Start().ok());
  ASSERT_TRUE(Eventually([&] { return master.ended() == 1; }));
  ASSERT_TRUE(Eventually([&] { return (*client)->state() == ClientState::kWaiting; }));
  EXPECT_EQ(master.subscriptions(), 1);

  // What was read is all there, and then why it left.
  std::vector<Event> events;
  ASSERT_TRUE(Eventually([&] {
    for (Event& event : (*client)->WaitEvents(milliseconds(0))) events.push_back(std::move(event));
    return !Of<Problem>(events).empty();
  }));
  EXPECT_GT(Of<ExecutorMessage>(events).size(), 18u);
  EXPECT_NE(Of<Problem>(events).front().text.find("events wait to be taken, expected at most 20"),
            std::string::npos)
      << Of<Problem>(events).front().text;
  EXPECT_EQ(Of<Disconnected>(events).front().reason, Of<Problem>(events).front().text);
  // That they were taken was the sign to come back.
  EXPECT_TRUE(Eventually([&] { return master.subscriptions() == 2; }));
}

TEST(UnreadTest, AClientWhoseEventsAreTakenStays) {
  TalkingMaster master(Messages(100));
  SchedulerOptions options = master.Options();
  options.times.events_maximum = 1000;
  const auto client = SchedulerClient::Create(options);
  ASSERT_TRUE(client.ok()) << client.status().text();
  ASSERT_TRUE((*client)->Start().ok());
  size_t messages = 0;
  ASSERT_TRUE(Eventually([&] {
    messages += Of<ExecutorMessage>((*client)->WaitEvents(milliseconds(10))).size();
    return messages == 100;
  }));
  EXPECT_EQ((*client)->state(), ClientState::kSubscribed);
  EXPECT_EQ(master.subscriptions(), 1);
}

TEST(UnreadTest, EachOfferCountsAsAnEvent) {
  TalkingMaster master(Offers(30));
  SchedulerOptions options = master.Options();
  options.times.events_maximum = 20;
  const auto client = SchedulerClient::Create(options);
  ASSERT_TRUE(client.ok()) << client.status().text();
  ASSERT_TRUE((*client)->Start().ok());
  EXPECT_TRUE(Eventually([&] { return master.ended() == 1; }));
}

WorkRequest SomeTask(const std::string& guid) {
  auto work = std::make_shared<Work>();
  work->kind = Kind::kTask;
  work->guid = guid;
  work->domain = "domain";
  work->asked.memory = WholeAmount(32);
  work->constraint.rootfs = std::string(kAnyRootfs);
  auto launch = std::make_shared<Launch>();
  launch->command.value = "true";
  return {std::move(work), {}, 0, std::move(launch)};
}

TEST(UnreadTest, AFrameworkWhoseOutcomesNobodyTakesLeavesUntilTheyAreTaken) {
  TalkingMaster master("");
  FrameworkOptions options;
  options.scheduler = master.Options();
  options.settings.unread_maximum = 10;
  options.strategy = MakeStrategy("binpack");
  auto made = Framework::Create(options);
  ASSERT_TRUE(made.ok()) << made.status().text();
  Framework& framework = **made;
  ASSERT_TRUE(framework.Start().ok());
  ASSERT_TRUE(Eventually([&] { return framework.counts().connected; }));

  // Each task that is taken out of the queue again is one outcome.
  for (int i = 0; i < 10; ++i) {
    const std::string guid = "task-" + std::to_string(i);
    const std::vector<WorkRequest> requests = {SomeTask(guid)};
    ASSERT_TRUE(framework.Submit(requests).ok());
    EXPECT_EQ(framework.Cancel(Kind::kTask, guid), 1u);
  }
  ASSERT_TRUE(Eventually([&] { return master.ended() == 1; }));
  ASSERT_TRUE(Eventually([&] { return !framework.counts().connected; }));
  EXPECT_EQ(master.subscriptions(), 1);

  std::vector<Outcome> outcomes;
  const auto count = [&](OutcomeKind kind) {
    return std::count_if(outcomes.begin(), outcomes.end(),
                         [&](const Outcome& outcome) { return outcome.kind == kind; });
  };
  ASSERT_TRUE(Eventually([&] {
    for (Outcome& outcome : framework.WaitOutcomes(milliseconds(1))) {
      outcomes.push_back(std::move(outcome));
    }
    return count(OutcomeKind::kConnected) == 2;
  }));
  // Nothing was dropped, and what was wrong is told.
  EXPECT_EQ(count(OutcomeKind::kCancelled), 10);
  EXPECT_EQ(count(OutcomeKind::kDisconnected), 1);
  const auto problem = std::find_if(outcomes.begin(), outcomes.end(), [](const Outcome& outcome) {
    return outcome.kind == OutcomeKind::kProblem;
  });
  ASSERT_NE(problem, outcomes.end());
  EXPECT_EQ(problem->text, "11 outcomes wait to be taken, expected at most 10");
  EXPECT_EQ(master.subscriptions(), 2);
}

TEST(UnreadTest, ALimitThatIsNoneIsNamed) {
  TalkingMaster master("");
  SchedulerOptions scheduler = master.Options();
  scheduler.times.events_maximum = 0;
  EXPECT_EQ(SchedulerClient::Create(scheduler).status().text(),
            "times.events_maximum is 0, expected at least 1");
  FrameworkOptions options;
  options.scheduler = master.Options();
  options.strategy = MakeStrategy("binpack");
  options.settings.unread_maximum = 0;
  const auto framework = Framework::Create(options);
  ASSERT_FALSE(framework.ok());
  EXPECT_EQ(framework.status().text(), "settings.unread_maximum is 0, expected at least 1");
  EXPECT_EQ(SetFrameworkOption(&options.settings, "unread_maximum", "0").text(),
            "unread_maximum is \"0\", expected a whole number from 1 to 1000000000");
}

}  // namespace
}  // namespace rostrum::mesos
