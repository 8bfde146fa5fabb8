// How a session becomes and stays subscribed: rules 3, 6, 7, 10 to 25 of the contract.

#include "tests/unit/mesos/session_fixture.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

class SubscriptionTest : public SessionTest {
 protected:
  std::string LastUrl() const { return network.last().request.url; }
};

TEST_F(SubscriptionTest, TheFirstSubscribeHasNoIdAnywhere) {
  Begin();
  EXPECT_EQ(session->state(), ClientState::kSubscribing);
  const SchedulerCall call = LastSubscribe();
  EXPECT_EQ(call.type(), SchedulerCall::SUBSCRIBE);
  EXPECT_FALSE(call.has_framework_id());
  EXPECT_FALSE(call.subscribe().framework_info().has_id());
}

TEST_F(SubscriptionTest, TheRequestIsProtobufWithoutAStreamId) {
  Begin();
  const http::Request& request = network.last().request;
  const http::Head headers{.headers = request.headers};
  EXPECT_EQ(request.url, "http://master:5050/api/v1/scheduler");
  EXPECT_EQ(headers.Find("Content-Type"), "application/x-protobuf");
  EXPECT_EQ(headers.Find("Accept"), "application/x-protobuf");
  EXPECT_EQ(headers.Find("Mesos-Stream-Id"), "");
}

TEST_F(SubscriptionTest, TheFrameworkIsDescribedAsItsOptionsSay) {
  options.framework.roles = {"web", "batch"};
  options.framework.failover_timeout = seconds(1209600);
  options.framework.capabilities.gpu_resources = true;
  options.framework.minimal_offers["web"] = {{{"cpus", 500}}};
  options.framework.offer_constraints["web"] = {
      {{.attribute = "stack", .test = OfferConstraint::Test::kEquals, .text = "cflinuxfs4"},
       {.subject = OfferConstraint::Subject::kZone,
        .test = OfferConstraint::Test::kMatches,
        .text = "z[12]"}}};
  Begin();
  const SchedulerCall call = LastSubscribe();
  const v1::FrameworkInfo& info = call.subscribe().framework_info();
  EXPECT_EQ(info.user(), "root");
  EXPECT_TRUE(info.checkpoint());
  EXPECT_EQ(info.failover_timeout(), 1209600);
  EXPECT_FALSE(info.has_role());
  EXPECT_EQ(std::vector<std::string>(info.roles().begin(), info.roles().end()),
            (std::vector<std::string>{"web", "batch"}));
  std::set<int> capabilities;
  for (const auto& capability : info.capabilities()) capabilities.insert(capability.type());
  EXPECT_EQ(capabilities, (std::set<int>{2, 3, 5, 6, 7}));
  EXPECT_EQ(info.offer_filters()
                .at("web")
                .min_allocatable_resources()
                .quantities(0)
                .quantities()
                .at("cpus")
                .value(),
            0.5);
  const auto& groups = call.subscribe().offer_constraints().role_constraints().at("web").groups();
  ASSERT_EQ(groups.size(), 1);
  EXPECT_EQ(groups[0].attribute_constraints(0).selector().attribute_name(), "stack");
  EXPECT_EQ(groups[0].attribute_constraints(0).predicate().text_equals().value(), "cflinuxfs4");
  EXPECT_EQ(groups[0].attribute_constraints(1).selector().pseudoattribute_type(),
            v1::scheduler::AttributeConstraint::Selector::ZONE);
  EXPECT_EQ(groups[0].attribute_constraints(1).predicate().text_matches().value(), "z[12]");
}

TEST_F(SubscriptionTest, TheIdIsKeptBeforeAnythingElseHappens) {
  Begin();
  AnswerStream();
  EXPECT_EQ(store.saves, 0);
  SendSubscribed("id-7");
  EXPECT_EQ(store.id, "id-7");
  const auto told = Told<Subscribed>();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].framework_id, "id-7");
  EXPECT_TRUE(told[0].new_framework);
}

TEST_F(SubscriptionTest, WithANewIdTheStartIsKept) {
  options.generation = 7;
  Subscribe();
  EXPECT_EQ(store.generation, 7u);
}

TEST_F(SubscriptionTest, LaterSubscriptionsHaveTheIdInBothPlaces) {
  store.id = "id-7";
  Subscribe();
  EXPECT_EQ(LastSubscribe().framework_id().value(), "id-7");
  EXPECT_EQ(LastSubscribe().subscribe().framework_info().id().value(), "id-7");
  EXPECT_EQ(store.saves, 0);
  EndStream();
  Advance(seconds(20));
  EXPECT_EQ(LastSubscribe().framework_id().value(), "id-7");
}

TEST_F(SubscriptionTest, AnIdThatCannotBeKeptMakesNoSubscriptionAndNoSecondFramework) {
  store.save_problem = Unavailable("the disk is full");
  Begin();
  AnswerStream();
  SendSubscribed("id-7");
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 1u);
  EXPECT_NE(std::get<Problem>(events[0]).text.find("the disk is full"), std::string::npos);
  store.save_problem = {};
  Advance(seconds(1));
  EXPECT_EQ(LastSubscribe().framework_id().value(), "id-7");
  AnswerStream();
  SendSubscribed("id-7");
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
  EXPECT_EQ(store.id, "id-7");
  EXPECT_TRUE(Told<Subscribed>().at(0).new_framework);
}

TEST_F(SubscriptionTest, AnIdThatCannotBeReadStartsNothing) {
  store.load_problem = Unavailable("permission denied");
  session = std::make_unique<Session>(options, store, leaders, network, clock, random);
  EXPECT_EQ(session->Begin().text(), "permission denied");
  EXPECT_TRUE(network.started.empty());
}

TEST_F(SubscriptionTest, AnotherIdThanOursIsNotTaken) {
  store.id = "id-7";
  Begin();
  AnswerStream();
  SendSubscribed("id-8");
  EXPECT_EQ(session->state(), ClientState::kFailed);
  EXPECT_EQ(store.id, "id-7");
}

TEST_F(SubscriptionTest, CallsCarryTheStreamIdOfTheirSubscription) {
  Subscribe();
  ASSERT_TRUE(session->SendMessage("executor", "agent-1", "hello").ok());
  EXPECT_EQ(http::Head{.headers = CallRequest().headers}.Find("Mesos-Stream-Id"), "stream-1");
  EXPECT_EQ(CallUnderWay()->framework_id().value(), "id-1");
  EndStream();
  Advance(seconds(1));
  AnswerStream(200, {{"mesos-stream-id", "stream-2"}});
  SendSubscribed();
  TakeCalls();
  ASSERT_TRUE(session->SendMessage("executor", "agent-1", "hello").ok());
  EXPECT_EQ(http::Head{.headers = CallRequest().headers}.Find("Mesos-Stream-Id"), "stream-2");
}

TEST_F(SubscriptionTest, AnAnswerWithoutAStreamIdIsNoSubscription) {
  Begin();
  AnswerStream(200, {});
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_TRUE(network.open.empty());
}

TEST_F(SubscriptionTest, NoCallIsMadeBeforeSubscribed) {
  Begin();
  AnswerStream();
  const Status status = session->SendMessage("executor", "agent-1", "hello");
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_TRUE(status.retriable());
  EXPECT_FALSE(CallUnderWay());
  SendSubscribed();
  EXPECT_TRUE(session->SendMessage("executor", "agent-1", "hello").ok());
}

TEST_F(SubscriptionTest, CallsGoOneAfterAnotherInTheirOrder) {
  Subscribe();
  const size_t before = network.started.size();
  for (const char* data : {"1", "2", "3"}) session->SendMessage("executor", "agent-1", data);
  EXPECT_EQ(network.started.size(), before + 1);
  std::string order;
  for (const SchedulerCall& call : TakeCalls()) order += call.message().data();
  EXPECT_EQ(order, "123");
}

TEST_F(SubscriptionTest, TooManyCallsAreRefused) {
  options.times.calls_maximum = 2;
  Subscribe();
  EXPECT_TRUE(session->SendMessage("executor", "agent-1", "1").ok());
  EXPECT_TRUE(session->SendMessage("executor", "agent-1", "2").ok());
  EXPECT_EQ(session->SendMessage("executor", "agent-1", "3").code(), Code::kFailedPrecondition);
}

TEST_F(SubscriptionTest, SilenceForFiveHeartbeatsEndsTheSubscription) {
  Begin();
  AnswerStream();
  SendSubscribed("id-1", 2);
  TakeCalls();
  Events();
  Advance(seconds(9));
  SchedulerEvent heartbeat;
  heartbeat.set_type(SchedulerEvent::HEARTBEAT);
  Send(heartbeat);
  Advance(Milliseconds(9999));
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
  Advance(Milliseconds(1));
  EXPECT_NE(session->state(), ClientState::kSubscribed);
  EXPECT_EQ(Told<Disconnected>().at(0).reason, "no event from http://master:5050 for 10000 ms");
}

TEST_F(SubscriptionTest, WithoutAnIntervalTheUsualOneIsWatched) {
  Begin();
  AnswerStream();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::SUBSCRIBED);
  event.mutable_subscribed()->mutable_framework_id()->set_value("id-1");
  Send(event);
  Advance(Milliseconds(74999));
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
  Advance(Milliseconds(1));
  EXPECT_NE(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, PartOfAnEventIsNoSignOfLife) {
  Subscribe();
  Advance(seconds(74));
  SendBytes("20\n12345");
  Advance(seconds(1));
  EXPECT_NE(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, AMasterThatDoesNotAnswerIsLeftInTime) {
  Begin();
  Advance(options.times.subscribe_timeout - Milliseconds(1));
  EXPECT_EQ(network.open.size(), 1u);
  Advance(Milliseconds(1));
  EXPECT_TRUE(network.open.empty());
  EXPECT_EQ(leaders.skipped, std::vector<std::string>{"master"});
}

TEST_F(SubscriptionTest, AHeadWithoutSubscribedIsNotWaitedForForEver) {
  Begin();
  AnswerStream();
  Advance(options.times.subscribe_timeout);
  EXPECT_NE(session->state(), ClientState::kSubscribing);
}

TEST_F(SubscriptionTest, AttemptsComeWithRandomDelaysWhoseBoundDoublesUpTo15Seconds) {
  random.Set(0.999999);
  Begin();
  std::vector<int64_t> delays;
  for (int i = 0; i < 8; ++i) {
    EndStream(Unavailable("connection refused"));
    delays.push_back(
        std::chrono::duration_cast<Milliseconds>(session->Deadline() - clock.Now()).count());
    Advance(seconds(15));
  }
  EXPECT_EQ(delays, (std::vector<int64_t>{499, 999, 1999, 3999, 7999, 14999, 14999, 14999}));
  random.Set(0);
  EndStream(Unavailable("connection refused"));
  EXPECT_EQ(session->Deadline(), clock.Now());
}

TEST_F(SubscriptionTest, ASubscriptionThatEndsAtOnceDoesNotBeginAnewWithoutDelay) {
  random.Set(0.999999);
  Begin();
  for (int i = 0; i < 6; ++i) {
    AnswerStream();
    SendSubscribed();
    EndStream();
    Advance(seconds(15));
  }
  AnswerStream();
  SendSubscribed();
  EndStream();
  EXPECT_GT(session->Deadline() - clock.Now(), seconds(14));
  // One that lasted does.
  Advance(seconds(15));
  AnswerStream();
  SendSubscribed();
  Advance(seconds(15));
  EndStream();
  EXPECT_LT(session->Deadline() - clock.Now(), seconds(1));
}

TEST_F(SubscriptionTest, ARedirectionIsFollowedAtOnceInEitherForm) {
  Begin();
  AnswerStream(307, {{"Location", "//leader:5051/master/api/v1/scheduler"}});
  EndStream();
  EXPECT_EQ(LastUrl(), "http://leader:5051/master/api/v1/scheduler");
  AnswerStream(307, {{"Location", "other:5052"}});
  EndStream();
  EXPECT_EQ(LastUrl(), "http://other:5052/api/v1/scheduler");
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
  session->SendMessage("executor", "agent-1", "hello");
  EXPECT_EQ(CallRequest().url, "http://other:5052/api/v1/scheduler");
}

TEST_F(SubscriptionTest, ARedirectionKeepsTheScheme) {
  leaders.leader->tls = true;
  Begin();
  AnswerStream(307, {{"Location", "//leader:5051/api/v1/scheduler"}});
  EndStream();
  EXPECT_EQ(LastUrl(), "https://leader:5051/api/v1/scheduler");
}

TEST_F(SubscriptionTest, RedirectionsInACircleEndInBackOff) {
  Begin();
  int hops = 0;
  while (session->state() == ClientState::kSubscribing && hops < 100) {
    ++hops;
    AnswerStream(307, {{"Location", "//master:5050/api/v1/scheduler"}});
    EndStream();
  }
  EXPECT_EQ(hops, 6);
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_EQ(Told<Problem>().at(0).http_status, 307);
}

TEST_F(SubscriptionTest, ARecoveringMasterIsAskedAgainAndTheNextOneToo) {
  Begin();
  AnswerStream(503, {});
  session->OnBytes(network.last().id, "Master has not finished recovery");
  EndStream();
  EXPECT_EQ(leaders.skipped, std::vector<std::string>{"master"});
  const auto problems = Told<Problem>();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].http_status, 503);
  EXPECT_NE(problems[0].text.find("503 (Master has not finished recovery)"), std::string::npos);
  Advance(seconds(1));
  EXPECT_EQ(session->state(), ClientState::kSubscribing);
}

TEST_F(SubscriptionTest, TheSameProblemIsToldOnce) {
  Begin();
  for (int i = 0; i < 5; ++i) {
    EndStream(Unavailable("connection refused"));
    Advance(seconds(15));
  }
  EXPECT_EQ(Told<Problem>().size(), 1u);
}

// Of several masters, or of the two paths of one, each says something else; and how long an attempt
// took is another time with each.
TEST_F(SubscriptionTest, ProblemsThatTakeTurnsAreToldOnceEach) {
  Begin();
  for (int i = 0; i < 6; ++i) {
    EndStream(Unavailable("master-" + std::to_string(i % 2) + ": failed to connect after " +
                          std::to_string(7 * i) + " ms: refused"));
    Advance(seconds(15));
  }
  EXPECT_EQ(Told<Problem>().size(), 2u);
  AnswerStream();
  SendSubscribed();
  EndStream();
  Events();
  Advance(seconds(15));
  EndStream(Unavailable("master-0: failed to connect after 5 ms: refused"));
  EXPECT_EQ(Told<Problem>().size(), 1u) << "it is another time";
}

TEST_F(SubscriptionTest, WithoutRoutesTheOtherPathIsTriedThenAllAgain) {
  Begin();
  EXPECT_EQ(LastUrl(), "http://master:5050/api/v1/scheduler");
  AnswerStream(404, {});
  EndStream();
  EXPECT_EQ(LastUrl(), "http://master:5050/master/api/v1/scheduler");
  AnswerStream(404, {});
  EndStream();
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  Advance(seconds(1));
  AnswerStream(404, {});
  EndStream();
  EXPECT_EQ(LastUrl(), "http://master:5050/api/v1/scheduler");
  AnswerStream();
  SendSubscribed();
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, AWrongSecretIsToldAndTriedAgainWithBackOff) {
  Begin();
  AnswerStream(401, {{"WWW-Authenticate", "Basic realm=\"mesos-master-scheduler\""}});
  EndStream();
  EXPECT_EQ(Told<Problem>().at(0).http_status, 401);
  EXPECT_EQ(session->state(), ClientState::kWaiting);
}

TEST_F(SubscriptionTest, ARemovedFrameworkEndsForGood) {
  store.id = "id-1";
  Begin();
  AnswerStream();
  SendError("Framework has been removed");
  const auto failed = Told<SchedulerFailed>();
  ASSERT_EQ(failed.size(), 1u);
  EXPECT_EQ(failed[0].kind, FailureKind::kRemoved);
  EXPECT_EQ(store.id, "id-1") << "an operator decides what becomes of it";
  const size_t requests = network.started.size();
  Advance(std::chrono::hours(24));
  EXPECT_EQ(network.started.size(), requests);
  EXPECT_TRUE(network.open.empty());
}

TEST_F(SubscriptionTest, AReplacedSchedulerEndsForGoodAndItsOffersAreGone) {
  Subscribe();
  SendOffer("o1", "agent-1");
  session->SendMessage("executor", "agent-1", "under way");
  Acceptance acceptance{.offer_ids = {"o1"}, .tasks = {MakeTask("t1")}};
  ASSERT_TRUE(session->Accept(acceptance).ok());
  SendOffer("o2", "agent-2");
  Events();
  SendError("Framework failed over");
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(std::get<OffersGone>(events[0]).offer_ids, std::vector<std::string>{"o2"});
  EXPECT_EQ(std::get<LaunchDropped>(events[1]).task_ids, std::vector<std::string>{"t1"});
  EXPECT_TRUE(std::holds_alternative<Disconnected>(events[2]));
  EXPECT_EQ(std::get<SchedulerFailed>(events[3]).kind, FailureKind::kReplaced);
  EXPECT_TRUE(network.open.empty());
}

TEST_F(SubscriptionTest, ErrorsOfAStreamThatWasReplacedAreNotHeard) {
  Subscribe();
  const http::RequestId old_stream = *network.open.begin();
  Advance(seconds(75));  // Silence.
  Advance(seconds(1));
  AnswerStream();
  SendSubscribed();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::ERROR);
  event.mutable_error()->set_message("Framework failed over");
  const std::string bytes = event.SerializeAsString();
  session->OnBytes(old_stream, std::to_string(bytes.size()) + "\n" + bytes);
  session->OnEnd(old_stream, Status());
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, OtherErrorsAreRefusals) {
  Begin();
  AnswerStream();
  SendError("Role 'web' is not present in the master's --roles");
  EXPECT_EQ(Told<SchedulerFailed>().at(0).kind, FailureKind::kRefused);
}

TEST_F(SubscriptionTest, BrokenFramingAndBrokenEventsEndTheSubscription) {
  for (const std::string_view bytes :
       {"0\n", "x\n", "\n", "99999999999999999999\n", "4\n\xff\xff\xff\xff"}) {
    store.id.clear();
    Subscribe();
    SendBytes(bytes);
    EXPECT_EQ(session->state(), ClientState::kWaiting) << bytes;
    EXPECT_TRUE(network.open.empty());
    EXPECT_NE(Told<Disconnected>().at(0).reason.find("is broken"), std::string::npos);
  }
}

TEST_F(SubscriptionTest, EventsBeforeSubscribedAreAnError) {
  Begin();
  AnswerStream();
  SendOffer("o1", "agent-1");
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_TRUE(Told<OffersMade>().empty());
}

TEST_F(SubscriptionTest, UnknownEventsArePassedOver) {
  Subscribe();
  SendBytes(std::string("2\n\x08\x63"));  // type: 99
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, ACallThatFailsEndsTheSubscription) {
  Subscribe();
  session->SendMessage("executor", "agent-1", "1");
  const http::RequestId call = *network.open.rbegin();
  network.open.erase(call);
  session->OnEnd(call, Unavailable("timed out"));
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_EQ(Told<Disconnected>().at(0).reason, "MESSAGE failed: timed out");
}

TEST_F(SubscriptionTest, AnswersThatSayThatWeAreNotSubscribedEndTheSubscription) {
  struct Case {
    int status;
    const char* text;
  };
  for (const Case& each : std::vector<Case>{{403, "Framework is not subscribed"},
                                            {401, ""},
                                            {404, ""},
                                            {503, "No leader elected"},
                                            {400,
                                             "The stream ID 'x' included in this request "
                                             "didn't match the stream ID currently associated"},
                                            {400, "Framework cannot be found"}}) {
    Subscribe();
    session->SendMessage("executor", "agent-1", "1");
    AnswerCall(each.status, each.text);
    EXPECT_EQ(session->state(), ClientState::kWaiting) << each.status << each.text;
    EXPECT_EQ(Told<Disconnected>().size(), 1u);
  }
}

TEST_F(SubscriptionTest, ACallThatIsRedirectedLeadsToTheNewLeader) {
  Subscribe();
  session->SendMessage("executor", "agent-1", "1");
  AnswerCall(307, "", {{"Location", "//leader:5051/api/v1/scheduler"}});
  Advance(seconds(1));
  EXPECT_EQ(LastUrl(), "http://leader:5051/api/v1/scheduler");
}

TEST_F(SubscriptionTest, ARefusedCallIsToldAndTheNextOneGoes) {
  Subscribe();
  session->ShutdownExecutor("executor", "agent-1");
  session->SendMessage("executor", "agent-1", "next");
  AnswerCall(400, "Expecting 'shutdown' to be present");
  const auto refused = Told<CallRefused>();
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].call, "SHUTDOWN");
  EXPECT_EQ(refused[0].http_status, 400);
  EXPECT_EQ(CallUnderWay()->message().data(), "next");
}

TEST_F(SubscriptionTest, WhenEveryCallIsRefusedWeSubscribeAnew) {
  Subscribe();
  for (int i = 0; i < 10; ++i) {
    session->SendMessage("executor", "agent-1", "1");
    AnswerCall(400, "something that a newer master says");
  }
  EXPECT_EQ(session->state(), ClientState::kWaiting);
}

TEST_F(SubscriptionTest, NobodyLeadsUntilTheElectionSaysSo) {
  leaders.leader.reset();
  leaders.elected = true;
  Begin();
  EXPECT_EQ(session->state(), ClientState::kDetecting);
  EXPECT_EQ(session->Deadline(), kNever);
  leaders.leader = Endpoint{.host = "first"};
  session->OnLeaderChanged();
  Advance(seconds(1));
  EXPECT_EQ(LastUrl(), "http://first:5050/api/v1/scheduler");
}

TEST_F(SubscriptionTest, ANewLeaderEndsTheSubscriptionAtOnce) {
  leaders.elected = true;
  Subscribe();
  leaders.leader = Endpoint{.host = "second"};
  session->OnLeaderChanged();
  EXPECT_EQ(Told<Disconnected>().at(0).reason, "another master leads: http://second:5050");
  Advance(seconds(1));
  EXPECT_EQ(LastUrl(), "http://second:5050/api/v1/scheduler");
}

TEST_F(SubscriptionTest, ALostLeaderEndsTheSubscriptionAtOnce) {
  leaders.elected = true;
  Subscribe();
  leaders.leader.reset();
  leaders.problem = "no master is there";
  session->OnLeaderChanged();
  EXPECT_EQ(session->state(), ClientState::kDetecting);
  EXPECT_TRUE(network.open.empty());
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(std::get<Disconnected>(events[0]).reason, "no master leads any more");
  EXPECT_EQ(std::get<Problem>(events[1]).text, "no master is there");
}

// It ended before another one was there.
TEST_F(SubscriptionTest, WhyNobodyLeadsIsToldToOneThatHasLostItsMasterBefore) {
  leaders.elected = true;
  Subscribe();
  EndStream();
  Events();
  leaders.leader.reset();
  leaders.problem = "no master is there";
  session->OnLeaderChanged();
  Advance(seconds(1));
  EXPECT_EQ(session->state(), ClientState::kDetecting);
  const auto problems = Told<Problem>();
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].text, "no master is there");
}

TEST_F(SubscriptionTest, TheSameLeaderChangesNothing) {
  leaders.elected = true;
  Subscribe();
  session->OnLeaderChanged();
  EXPECT_EQ(session->state(), ClientState::kSubscribed);
}

TEST_F(SubscriptionTest, AProblemOfTheElectionIsTold) {
  leaders.leader.reset();
  leaders.problem = "no ZooKeeper server answers";
  Begin();
  session->OnLeaderChanged();
  EXPECT_EQ(Told<Problem>().at(0).text, "no ZooKeeper server answers");
}

// The election may be faster than the first attempt.
TEST_F(SubscriptionTest, AProblemOfTheElectionThatIsKnownFromTheBeginIsToldToo) {
  leaders.leader.reset();
  leaders.elected = true;
  leaders.problem = "no master is there";
  Begin();
  EXPECT_EQ(Told<Problem>().at(0).text, "no master is there");
  session->OnLeaderChanged();
  EXPECT_TRUE(Events().empty()) << "it is told once";
}

TEST_F(SubscriptionTest, PausedItLeavesAndComesBackWhenItMay) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Events();
  session->Pause("there is no room");
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_TRUE(network.open.empty());
  std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(std::get<OffersGone>(events[0]).offer_ids, std::vector<std::string>{"o1"});
  EXPECT_EQ(std::get<Disconnected>(events[1]).reason, "there is no room");
  EXPECT_EQ(std::get<Problem>(events[2]).text, "there is no room");
  // Twice is as once, whatever time goes by, and whoever leads.
  session->Pause("there is still no room");
  leaders.elected = true;
  leaders.leader = Endpoint{.host = "other", .port = 5050};
  session->OnLeaderChanged();
  Advance(std::chrono::hours(1));
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  EXPECT_TRUE(Events().empty());
  session->Resume();
  Advance(seconds(16));
  EXPECT_EQ(session->state(), ClientState::kSubscribing);
  EXPECT_EQ(LastUrl(), "http://other:5050/api/v1/scheduler");
  EXPECT_EQ(LastSubscribe().framework_id().value(), "id-1");
}

TEST_F(SubscriptionTest, PausedBeforeItIsSubscribedItGivesTheAttemptUp) {
  Begin();
  session->Pause("there is no room");
  EXPECT_TRUE(network.open.empty());
  EXPECT_EQ(Told<Problem>().size(), 1u);
  Advance(seconds(60));
  EXPECT_EQ(session->state(), ClientState::kWaiting);
  session->Resume();
  session->Resume();
  Advance(seconds(1));
  EXPECT_EQ(session->state(), ClientState::kSubscribing);
}

TEST_F(SubscriptionTest, StopClosesTheStreamAndNothingFollows) {
  Subscribe();
  session->Stop();
  EXPECT_TRUE(network.open.empty());
  Advance(std::chrono::hours(1));
  EXPECT_TRUE(network.open.empty());
  EXPECT_EQ(session->SendMessage("executor", "agent-1", "1").code(), Code::kFailedPrecondition);
}

TEST_F(SubscriptionTest, AnUpdateOfTheFrameworkIsInForceWhenItIsAnswered) {
  Subscribe();
  FrameworkInfo framework = options.framework;
  framework.roles = {"web", "batch"};
  ASSERT_TRUE(session->UpdateFramework(framework).ok());
  const SchedulerCall call = *CallUnderWay();
  EXPECT_EQ(call.update_framework().framework_info().id().value(), "id-1");
  EXPECT_EQ(call.update_framework().framework_info().roles_size(), 2);
  EXPECT_EQ(session->UpdateFramework(framework).code(), Code::kFailedPrecondition);
  AnswerCall(200);
  EXPECT_TRUE(Told<FrameworkUpdated>().at(0).applied);
  EndStream();
  Advance(seconds(1));
  EXPECT_EQ(LastSubscribe().subscribe().framework_info().roles_size(), 2);
}

TEST_F(SubscriptionTest, ARefusedUpdateOfTheFrameworkChangesNothing) {
  for (const int status : {400, 403, 409}) {
    Subscribe();
    FrameworkInfo framework = options.framework;
    framework.roles = {"forbidden"};
    ASSERT_TRUE(session->UpdateFramework(framework).ok());
    AnswerCall(status, "no");
    const auto updated = Told<FrameworkUpdated>();
    ASSERT_EQ(updated.size(), 1u);
    EXPECT_FALSE(updated[0].applied);
    EXPECT_EQ(updated[0].http_status, status);
    EXPECT_EQ(session->state(), ClientState::kSubscribed);
    EndStream();
    Advance(seconds(1));
    EXPECT_EQ(LastSubscribe().subscribe().framework_info().roles(0), "web");
  }
}

TEST_F(SubscriptionTest, WhatNeverChangesCannotBeUpdated) {
  Subscribe();
  for (const auto& change : std::vector<std::function<void(FrameworkInfo*)>>{
           [](FrameworkInfo* info) { info->user = "nobody"; },
           [](FrameworkInfo* info) { info->principal = "other"; },
           [](FrameworkInfo* info) { info->checkpoint = false; }}) {
    FrameworkInfo framework = options.framework;
    change(&framework);
    EXPECT_EQ(session->UpdateFramework(framework).code(), Code::kInvalidArgument);
  }
  EXPECT_FALSE(CallUnderWay());
}

TEST_F(SubscriptionTest, TornDownTheFrameworkIsRemoved) {
  Subscribe();
  ASSERT_TRUE(session->Teardown().ok());
  EXPECT_EQ(CallUnderWay()->type(), SchedulerCall::TEARDOWN);
  AnswerCall();
  EXPECT_EQ(Told<SchedulerFailed>().at(0).kind, FailureKind::kRemoved);
}

}  // namespace
}  // namespace rostrum::mesos
