// Offers, suppression and revival, inverse offers: rules 8, 9, 30 to 41.

#include "tests/unit/mesos/session_fixture.h"

namespace rostrum::mesos {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

using OffersSessionTest = SessionTest;

TEST_F(OffersSessionTest, AcceptLaunchesTasksWithExactResourcesAndAFilter) {
  Subscribe();
  SendOffer("o1", "agent-1");
  SendOffer("o2", "agent-1");
  const auto made = Told<OffersMade>();
  ASSERT_EQ(made.size(), 2u);
  TaskInfo task = MakeTask("t1");
  task.resources = {Carve(made[0].offers[0].resources[0], 1500)};
  task.command.reset();
  task.executor = ExecutorInfo{.id = "e1", .command = CommandInfo{.value = "run"}};
  ASSERT_TRUE(session->Accept({.offer_ids = {"o1", "o2"}, .tasks = {task}}).ok());
  const SchedulerCall call = *CallUnderWay();
  EXPECT_EQ(call.accept().offer_ids_size(), 2);
  EXPECT_EQ(call.accept().filters().refuse_seconds(), 5);
  ASSERT_EQ(call.accept().operations_size(), 1);
  const v1::TaskInfo& launched = call.accept().operations(0).launch().task_infos(0);
  EXPECT_EQ(launched.resources(0).scalar().value(), 1.5);
  EXPECT_EQ(launched.resources(0).allocation_info().role(), "web");
  EXPECT_EQ(launched.executor().framework_id().value(), "id-1");
  EXPECT_EQ(launched.name(), "t1");
}

TEST_F(OffersSessionTest, AcceptTakesOnlyHeldOffersOfOneAgentAndRoleEachOnce) {
  options.framework.roles = {"web", "batch"};
  Subscribe();
  SendOffer("o1", "agent-1");
  SendOffer("o2", "agent-2");
  SendOffer("o3", "agent-1", "batch");
  const auto accept = [&](std::vector<std::string> ids) {
    return session->Accept({.offer_ids = std::move(ids), .tasks = {MakeTask("t1")}}).code();
  };
  EXPECT_EQ(accept({}), Code::kInvalidArgument);
  EXPECT_EQ(accept({"o1", "o1"}), Code::kInvalidArgument);
  EXPECT_EQ(accept({"o1", "o2"}), Code::kInvalidArgument);
  EXPECT_EQ(accept({"o1", "o3"}), Code::kInvalidArgument);
  EXPECT_EQ(accept({"o1", "gone"}), Code::kFailedPrecondition);
  EXPECT_EQ(accept({"o2"}), Code::kInvalidArgument) << "the task is for another agent";
  EXPECT_FALSE(CallUnderWay());
  EXPECT_EQ(accept({"o1"}), Code::kOk);
  EXPECT_EQ(accept({"o1"}), Code::kFailedPrecondition);
}

TEST_F(OffersSessionTest, AcceptRefusesWhatTheMasterWouldRefuse) {
  Subscribe();
  SendOffer("o1", "agent-1");
  const auto accept = [&](const std::function<void(TaskInfo*)>& change) {
    TaskInfo task = MakeTask("t1");
    change(&task);
    return session->Accept({.offer_ids = {"o1"}, .tasks = {task}}).code();
  };
  EXPECT_EQ(accept([](TaskInfo* t) { t->id = ""; }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->id = "a/b"; }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->id = std::string(256, 'x'); }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->id = "a\nb"; }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->resources.clear(); }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->command.reset(); }), Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->executor = ExecutorInfo{.id = "e"}; }),
            Code::kInvalidArgument);
  EXPECT_EQ(session->Accept({.offer_ids = {"o1"}, .tasks = {MakeTask("t"), MakeTask("t")}}).code(),
            Code::kInvalidArgument);
  EXPECT_EQ(accept([](TaskInfo* t) { t->id = std::string(255, 'x'); }), Code::kOk);
}

TEST_F(OffersSessionTest, OperationsComeBeforeTheLaunch) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Acceptance acceptance{.offer_ids = {"o1"}, .tasks = {MakeTask("t1")}};
  Resource reserved = MakeScalar("disk", WholeAmount(10));
  reserved.reservations = {{.dynamic = true, .role = "web", .principal = "cf"}};
  acceptance.operations = {
      {.kind = Operation::Kind::kReserve, .resources = {reserved}, .id = "op"}};
  ASSERT_TRUE(session->Accept(acceptance).ok());
  const SchedulerCall call = *CallUnderWay();
  ASSERT_EQ(call.accept().operations_size(), 2);
  EXPECT_EQ(call.accept().operations(0).type(), v1::Offer::Operation::RESERVE);
  EXPECT_EQ(call.accept().operations(0).id().value(), "op");
  EXPECT_EQ(call.accept().operations(0).reserve().resources(0).reservations(0).role(), "web");
  EXPECT_EQ(call.accept().operations(1).type(), v1::Offer::Operation::LAUNCH);
}

TEST_F(OffersSessionTest, ARefusedAcceptDropsItsLaunch) {
  Subscribe();
  SendOffer("o1", "agent-1");
  ASSERT_TRUE(session->Accept({.offer_ids = {"o1"}, .tasks = {MakeTask("t1")}}).ok());
  AnswerCall(400, "Failed to validate");
  const auto dropped = Told<LaunchDropped>();
  ASSERT_EQ(dropped.size(), 1u);
  EXPECT_EQ(dropped[0].task_ids, std::vector<std::string>{"t1"});
  EXPECT_EQ(session->counts().tasks_tracked, 0u);
}

TEST_F(OffersSessionTest, DeclinedOffersComeBackAfterTheTimeThatWasAsked) {
  Subscribe();
  SendOffer("o1", "agent-1");
  SendOffer("o2", "agent-2");
  const std::vector<std::string> both = {"o1", "gone", "o2"};
  ASSERT_TRUE(session->Decline(both, std::chrono::hours(24 * 1000)).ok());
  const auto calls = TakeCalls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].decline().offer_ids_size(), 2);
  EXPECT_EQ(calls[0].decline().filters().refuse_seconds(), 365 * 24 * 3600);
  ASSERT_TRUE(session->Decline(both, {}).ok());
  EXPECT_FALSE(CallUnderWay()) << "they are not held any more";
  SendOffer("o3", "agent-1");
  session->Decline(std::vector<std::string>{"o3"}, Milliseconds(-5));
  EXPECT_EQ(CallUnderWay()->decline().filters().refuse_seconds(), 0);
}

TEST_F(OffersSessionTest, ARescindedOfferIsGone) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Events();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::RESCIND);
  event.mutable_rescind()->mutable_offer_id()->set_value("o1");
  Send(event);
  const auto gone = Told<OffersGone>();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].why, OfferEnd::kRescinded);
  EXPECT_EQ(session->Accept({.offer_ids = {"o1"}}).code(), Code::kFailedPrecondition);
}

TEST_F(OffersSessionTest, ADisconnectVoidsAllOffers) {
  Subscribe();
  SendOffer("o1", "agent-1");
  SendOffer("o2", "agent-2");
  Events();
  EndStream();
  const auto gone = Told<OffersGone>();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].why, OfferEnd::kDisconnected);
  EXPECT_EQ(gone[0].offer_ids, (std::vector<std::string>{"o1", "o2"}));
  EXPECT_EQ(session->counts().offers_held, 0u);
}

TEST_F(OffersSessionTest, AnotherSubscribedVoidsAllOffers) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Events();
  SendSubscribed("id-1");
  const std::vector<Event> events = Events();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(std::get<OffersGone>(events[0]).why, OfferEnd::kDisconnected);
  EXPECT_TRUE(std::holds_alternative<Subscribed>(events[1]));
}

TEST_F(OffersSessionTest, OldOffersAreDeclined) {
  options.times.offer_age_maximum = minutes(1);
  Subscribe();
  SendOffer("o1", "agent-1");
  Advance(seconds(30));
  SendOffer("o2", "agent-2");
  Events();
  Advance(Milliseconds(29'999));
  EXPECT_TRUE(Told<OffersGone>().empty());
  Advance(Milliseconds(1));
  const auto gone = Told<OffersGone>();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].why, OfferEnd::kExpired);
  EXPECT_EQ(gone[0].offer_ids, std::vector<std::string>{"o1"});
  EXPECT_EQ(CallUnderWay()->decline().offer_ids(0).value(), "o1");
}

TEST_F(OffersSessionTest, OffersWithoutIdOrAgentAndRepeatedOnesAreNotTold) {
  Subscribe();
  SendOffer("", "agent-1");
  SendOffer("o1", "");
  EXPECT_TRUE(Told<OffersMade>().empty());
  SendOffer("o1", "agent-1");
  SendOffer("o1", "agent-1");
  EXPECT_EQ(Told<OffersMade>().size(), 1u);
}

TEST_F(OffersSessionTest, SuppressGivesBackWhatIsHeldFirst) {
  Subscribe();
  SendOffer("o1", "agent-1");
  Events();
  ASSERT_TRUE(session->Suppress({}).ok());
  const auto gone = Told<OffersGone>();
  ASSERT_EQ(gone.size(), 1u);
  EXPECT_EQ(gone[0].why, OfferEnd::kSuppressed);
  const auto calls = TakeCalls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].type(), SchedulerCall::DECLINE);
  EXPECT_EQ(calls[1].type(), SchedulerCall::SUPPRESS);
  EXPECT_EQ(calls[1].suppress().roles(0), "web");
  ASSERT_TRUE(session->Suppress({}).ok());
  EXPECT_FALSE(CallUnderWay()) << "once is enough";
}

TEST_F(OffersSessionTest, AnOfferForASuppressedRoleGoesBackUnseen) {
  Subscribe();
  session->Suppress({});
  TakeCalls();
  SendOffer("late", "agent-1");
  EXPECT_TRUE(Told<OffersMade>().empty());
  EXPECT_EQ(CallUnderWay()->decline().offer_ids(0).value(), "late");
}

TEST_F(OffersSessionTest, SuppressionHoldsOverADisconnect) {
  options.framework.roles = {"web", "batch"};
  Subscribe();
  session->Suppress(std::vector<std::string>{"batch", "unknown"});
  EndStream();
  Advance(seconds(1));
  const SchedulerCall call = LastSubscribe();
  ASSERT_EQ(call.subscribe().suppressed_roles_size(), 1);
  EXPECT_EQ(call.subscribe().suppressed_roles(0), "batch");
}

TEST_F(OffersSessionTest, AFrameworkMayBeginSuppressed) {
  options.start_suppressed = true;
  Subscribe();
  EXPECT_EQ(LastSubscribe().subscribe().suppressed_roles(0), "web");
  session->Revive({});
  EXPECT_EQ(CallUnderWay()->revive().roles(0), "web");
}

TEST_F(OffersSessionTest, ReviveIsSentOnceAndRepeatedUntilAnOfferComes) {
  random.Set(0.999999);
  Subscribe();
  session->Revive({});
  session->Revive({});
  auto calls = TakeCalls();
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].type(), SchedulerCall::REVIVE);
  // The second was asked for within the minimum of a second.
  Advance(seconds(1));
  EXPECT_EQ(TakeCalls().size(), 1u);
  Advance(seconds(9));
  EXPECT_EQ(TakeCalls().size(), 0u);
  Advance(seconds(1));
  EXPECT_EQ(TakeCalls().size(), 1u);
  Advance(seconds(19));
  EXPECT_EQ(TakeCalls().size(), 0u);
  SendOffer("o1", "agent-1");
  Advance(seconds(60));
  EXPECT_EQ(TakeCalls().size(), 0u);
}

TEST_F(OffersSessionTest, ARoleThatIsGivenUpIsNotRevivedAgainNorAreAllOthers) {
  options.framework.roles = {"web", "batch"};
  Subscribe();
  session->Revive(std::vector<std::string>{"batch"});
  EXPECT_EQ(TakeCalls().size(), 1u);
  FrameworkInfo framework = options.framework;
  framework.roles = {"web"};
  ASSERT_TRUE(session->UpdateFramework(framework).ok());
  AnswerCall(200);
  Advance(seconds(60));
  for (const SchedulerCall& call : TakeCalls()) EXPECT_NE(call.type(), SchedulerCall::REVIVE);
}

TEST_F(OffersSessionTest, ReviveAfterSuppressNeverWaits) {
  Subscribe();
  session->Revive({});
  session->Suppress({});
  session->Revive({});
  const auto calls = TakeCalls();
  ASSERT_EQ(calls.size(), 3u);
  EXPECT_EQ(calls[0].type(), SchedulerCall::REVIVE);
  EXPECT_EQ(calls[1].type(), SchedulerCall::SUPPRESS);
  EXPECT_EQ(calls[2].type(), SchedulerCall::REVIVE);
}

TEST_F(OffersSessionTest, AReviveOfADisconnectedTimeIsSentOnceSubscribed) {
  Begin();
  session->Revive({});
  EXPECT_FALSE(CallUnderWay());
  AnswerStream();
  SendSubscribed();
  int revives = 0;
  for (const SchedulerCall& call : TakeCalls()) revives += call.type() == SchedulerCall::REVIVE;
  EXPECT_EQ(revives, 1);
}

TEST_F(OffersSessionTest, DeclineBeforeReviveStaysInThatOrder) {
  Subscribe();
  SendOffer("o1", "agent-1");
  session->Decline(std::vector<std::string>{"o1"}, {});
  session->Revive({});
  const auto calls = TakeCalls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].type(), SchedulerCall::DECLINE);
  EXPECT_EQ(calls[1].type(), SchedulerCall::REVIVE);
}

TEST_F(OffersSessionTest, InverseOffersAreToldAnsweredAndWithdrawn) {
  Subscribe();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::INVERSE_OFFERS);
  for (const char* id : {"i1", "i2", "i3"}) {
    v1::InverseOffer* offer = event.mutable_inverse_offers()->add_inverse_offers();
    offer->mutable_id()->set_value(id);
    offer->mutable_agent_id()->set_value("agent-1");
    offer->mutable_unavailability()->mutable_start()->set_nanoseconds(17);
  }
  Send(event);
  const auto made = Told<InverseOffersMade>();
  ASSERT_EQ(made.size(), 1u);
  EXPECT_EQ(made[0].offers[0].unavailability, (Unavailability{17, std::nullopt}));
  ASSERT_TRUE(session->AcceptInverseOffers(std::vector<std::string>{"i1"}).ok());
  ASSERT_TRUE(session->DeclineInverseOffers(std::vector<std::string>{"i2"}, seconds(60)).ok());
  const auto calls = TakeCalls();
  EXPECT_EQ(calls[0].accept_inverse_offers().inverse_offer_ids(0).value(), "i1");
  EXPECT_EQ(calls[1].decline_inverse_offers().inverse_offer_ids(0).value(), "i2");
  EXPECT_EQ(calls[1].decline_inverse_offers().filters().refuse_seconds(), 60);
  event.Clear();
  event.set_type(SchedulerEvent::RESCIND_INVERSE_OFFER);
  event.mutable_rescind_inverse_offer()->mutable_inverse_offer_id()->set_value("i3");
  Send(event);
  EXPECT_EQ(Told<InverseOffersGone>().at(0).offer_ids, std::vector<std::string>{"i3"});
}

TEST_F(OffersSessionTest, InverseOffersThatWereAnsweredAreForgotten) {
  Subscribe();
  SchedulerEvent event;
  event.set_type(SchedulerEvent::INVERSE_OFFERS);
  for (const char* id : {"i1", "i2", "i3"}) {
    event.mutable_inverse_offers()->add_inverse_offers()->mutable_id()->set_value(id);
  }
  Send(event);
  ASSERT_TRUE(session->AcceptInverseOffers(std::vector<std::string>{"i1"}).ok());
  ASSERT_TRUE(session->DeclineInverseOffers(std::vector<std::string>{"i2"}, {}).ok());
  EndStream();
  EXPECT_EQ(Told<InverseOffersGone>().at(0).offer_ids, std::vector<std::string>{"i3"});
}

TEST_F(OffersSessionTest, WithoutMultiRoleAnOfferIsOfTheOnlyRole) {
  options.framework.capabilities.multi_role = false;
  Subscribe();
  EXPECT_EQ(LastSubscribe().subscribe().framework_info().role(), "web");
  EXPECT_EQ(LastSubscribe().subscribe().framework_info().roles_size(), 0);
  SendOffer("o1", "agent-1", "");
  EXPECT_EQ(Told<OffersMade>().at(0).offers[0].role, "web");
}

}  // namespace
}  // namespace rostrum::mesos
