// When the framework runs rounds, and what it launches on which offers.

#include <string>

#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::chrono_literals;

class FrameworkRound : public FrameworkTest {};

TEST_F(FrameworkRound, WithoutWorkNoOffersAreWanted) {
  Start();
  EXPECT_EQ(master.revives, 0);
  // One that was under way all the same.
  Give(MakeOffer("agent-1", 1000));
  EXPECT_TRUE(master.out.empty());
  EXPECT_EQ(machine->counts().offers_held, 0u);
}

TEST_F(FrameworkRound, WorkAsksForOffersOnceAndIsPlacedAsSoonAsTheyAreEnough) {
  Start();
  EXPECT_EQ(*machine->Submit({{Lrp("web", {0, 1}, 600)}}), 2u);
  EXPECT_EQ(master.revives, 1);
  Give(MakeOffer("agent-1", 1000));
  EXPECT_TRUE(master.acceptances.empty()) << "the second one has no place yet";
  Give(MakeOffer("agent-2", 1000));
  EXPECT_EQ(master.acceptances.size(), 2u);
  EXPECT_EQ(Outcomes(OutcomeKind::kPlaced).size(), 2u);
  EXPECT_EQ(master.revives, 1);
  EXPECT_EQ(master.suppresses, 1) << "nothing waits any more";
}

TEST_F(FrameworkRound, TheWindowEndsTheWait) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1}, 600)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  Advance(options.settings.window - 1ms);
  EXPECT_TRUE(master.acceptances.empty());
  Advance(1ms);
  EXPECT_EQ(TasksOf("web.0").size() + TasksOf("web.1").size(), 1u);
  const auto outcomes = Outcomes(OutcomeKind::kRefused);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].error, "insufficient resources: memory");
  ASSERT_FALSE(outcomes[0].reasons.empty());
  EXPECT_EQ(outcomes[0].reasons[0].short_by, WholeAmount(200));
  EXPECT_EQ(machine->counts().waiting, 1u) << "it waits for other offers";
  EXPECT_EQ(master.suppresses, 0);
}

TEST_F(FrameworkRound, WorkThatWaitsForOtherOffersDelaysNoOtherWork) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("huge", {0}, 50'000)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  ASSERT_TRUE(machine->Submit({{Lrp("early", {0}, 10)}}).ok());
  EXPECT_TRUE(master.acceptances.empty()) << "no round has seen the huge one yet";
  Advance(options.settings.window);
  EXPECT_EQ(TasksOf("early.0").size(), 1u);

  Give(MakeOffer("agent-2", 1000));
  ASSERT_TRUE(machine->Submit({{Lrp("small", {0}, 10)}}).ok());
  EXPECT_EQ(TasksOf("small.0").size(), 1u) << "at once, though the huge one still waits";
  Give(MakeOffer("agent-3", 1000));
  ASSERT_TRUE(machine->Submit({{Lrp("pair", {0, 1}, 600)}}).ok());
  EXPECT_TRUE(TasksOf("pair.0").empty()) << "the second one has no place yet";
  Give(MakeOffer("agent-4", 1000));
  EXPECT_EQ(TasksOf("pair.0").size() + TasksOf("pair.1").size(), 2u);
  EXPECT_EQ(machine->counts().waiting, 1u);
}

TEST_F(FrameworkRound, TheSameRefusalIsToldOnce) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  EXPECT_EQ(Outcomes(OutcomeKind::kRefused).size(), 1u);
  Give(MakeOffer("agent-2", 1000));
  Advance(1s);
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty());
}

TEST_F(FrameworkRound, WhatIsNotKeptWaitingIsOverOnceARoundHasRefusedIt) {
  options.settings.keep_waiting = false;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  Advance(1s);
  const auto outcomes = Outcomes(OutcomeKind::kRefused);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].code, RefusalCode::kNoCells);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(master.suppresses, 1);
  EXPECT_EQ(machine->Deadline(), kNever);
}

TEST_F(FrameworkRound, WithoutAMasterWorkWaits) {
  Start();
  Send(Disconnected{"test"});
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 10)}}).ok());
  EXPECT_EQ(machine->Deadline(), kNever);
  Advance(1h);
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty());
  Connect();
  Give(MakeOffer("agent-1", 100));
  EXPECT_EQ(TasksOf("web.0").size(), 1u);
}

TEST_F(FrameworkRound, WithoutAMasterWorkThatIsNotKeptWaitingIsRefused) {
  options.settings.keep_waiting = false;
  Start();
  Send(Disconnected{"test"});
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 10)}}).ok());
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty()) << "before the window ends";
  Advance(options.settings.window);
  const auto outcomes = Outcomes(OutcomeKind::kRefused);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].code, RefusalCode::kNoCells);
  EXPECT_EQ(machine->counts().waiting, 0u);
  EXPECT_EQ(machine->Deadline(), kNever);
}

TEST_F(FrameworkRound, OffersThatNoRoundCouldUseAreDeclinedWithinTheBudgetOfTime) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  EXPECT_EQ(machine->counts().offers_held, 1u) << "more may come of this agent";
  Give(MakeOffer("agent-1", 4000));
  EXPECT_EQ(TasksOf("web.0").size(), 1u) << "two offers of one agent are one place";

  ASSERT_TRUE(machine->Submit({{Lrp("huge", {0}, 50'000)}}).ok());
  Give(MakeOffer("agent-2", 1000));
  Advance(1s + options.settings.hoard);
  EXPECT_EQ(master.declined.size(), 1u);
  EXPECT_EQ(machine->counts().offers_held, 0u);
  const int revives = master.revives;
  ASSERT_TRUE(machine->Submit({{Lrp("small", {0}, 10)}}).ok());
  EXPECT_EQ(master.revives, revives + 1) << "what was declined may be what this work needs";
}

TEST_F(FrameworkRound, OffersThatNoRoundCouldUseAreDeclinedBeyondTheBudgetOfNumber) {
  options.settings.hoard_offers = 2;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 5000)}}).ok());
  for (int i = 0; i < 5; ++i) Give(MakeOffer("agent-" + std::to_string(i), 100));
  Advance(1s);
  EXPECT_EQ(machine->counts().offers_held, 2u);
  EXPECT_EQ(master.declined.size(), 3u);
}

TEST_F(FrameworkRound, AnExactFitFits) {
  Start();
  WorkRequest request = Lrp("web", {0}, 64);
  auto work = std::make_shared<Work>(*request.work);
  work->asked.cpu = 1000;
  work->asked.disk = WholeAmount(5);
  request.work = work;
  ASSERT_TRUE(machine->Submit({{request}}).ok());
  Give(MakeOffer("agent-1", {Plain("cpus", 1), Plain("mem", 64), Plain("disk", 5)}));
  ASSERT_EQ(TasksOf("web.0").size(), 1u);
  EXPECT_EQ(master.launched.begin()->second.resources.size(), 3u);
}

TEST_F(FrameworkRound, AllOfAnAgentGoesIntoOneAcceptWithAFilter) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2}, 10), Task("job", 10)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  ASSERT_EQ(master.acceptances.size(), 1u);
  EXPECT_EQ(master.acceptances[0].tasks.size(), 4u);
  EXPECT_EQ(master.acceptances[0].refuse, options.settings.refuse);
}

TEST_F(FrameworkRound, TheRestOfAnOfferIsWantedBackAtOnceIfWorkStillWaits) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 10), Lrp("huge", {0}, 5000)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  ASSERT_EQ(master.acceptances.size(), 1u);
  EXPECT_EQ(master.acceptances[0].refuse, 0ms);
}

TEST_F(FrameworkRound, TheOverheadOfACellIsPaidByTheFirstWorkThatNeedsOne) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0, 1}, 100))}}).ok());
  // 100 MB for the cell, and one instance fits exactly.
  Give(MakeOffer("agent-1", {Plain("cpus", 8), Plain("mem", 299)}));
  Advance(1s);
  ASSERT_EQ(master.launched.size(), 1u);
  const TaskInfo first = master.launched.begin()->second;
  ASSERT_TRUE(first.executor.has_value());
  EXPECT_EQ(first.executor->resources.size(), 2u);
  EXPECT_NE(first.data.find(R"("process_guid":"web")"), std::string::npos) << first.data;
  // The cell runs, so the second one pays for itself alone.
  Offer rest = MakeOffer("agent-1", {Plain("cpus", 1), Plain("mem", 100)});
  rest.executor_ids = {first.executor->id};
  Give(rest);
  EXPECT_EQ(master.launched.size(), 2u);
}

TEST_F(FrameworkRound, AnExactFitWithTheOverheadFits) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  Offer offer = MakeOffer("agent-1", {Plain("cpus", 1), Plain("mem", 200)});
  offer.resources[0].scalar = 300;
  Give(offer);
  EXPECT_EQ(master.launched.size(), 1u);
}

TEST_F(FrameworkRound, WorkWithACommandPaysForNoCell) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Give(MakeOffer("agent-1", {Plain("cpus", 1), Plain("mem", 100)}));
  ASSERT_EQ(master.launched.size(), 1u);
  EXPECT_FALSE(master.launched.begin()->second.executor.has_value());
  EXPECT_EQ(master.launched.begin()->second.command->value, "sleep 1000");
}

TEST_F(FrameworkRound, AnExecutorThatRunsIsNeverDescribedOtherwise) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  // Its overhead comes from reserved resources here, which are part of its description.
  Give(MakeOffer("agent-1", {ReservedFor("web", "cpus", 4), Plain("mem", 1000)}));
  const std::string task_id = TasksOf("web.0").at(0);
  Update(task_id, TaskState::kRunning);
  const ExecutorInfo before = *master.launched[task_id].executor;
  Crash();
  options.executor->command.value = "rostrum-executor --newer";
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("api", {0}, 100))}}).ok());
  Offer offer = MakeOffer("agent-1", 1000);
  offer.executor_ids = {before.id};
  Give(offer);
  const ExecutorInfo& after = *master.launched[TasksOf("api.0").at(0)].executor;
  EXPECT_EQ(after.id, before.id);
  EXPECT_EQ(ExecutorFingerprint(after), ExecutorFingerprint(before));
  // On another agent the new one is started, under another id.
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("db", {0}, 100))}}).ok());
  Give(MakeOffer("agent-2", 1000));
  EXPECT_NE(master.launched[TasksOf("db.0").at(0)].executor->id, before.id);
}

TEST_F(FrameworkRound, NoSecondCellIsStartedBesideOneThatNobodyKnows) {
  options.executor = SomeExecutor();
  Start();
  ASSERT_TRUE(machine->Submit({{ForCell(Lrp("web", {0}, 100))}}).ok());
  Offer offer = MakeOffer("agent-1", 1000);
  offer.executor_ids = {"rostrum-of-a-lost-journal"};
  Give(offer);
  Advance(1s);
  EXPECT_TRUE(master.launched.empty());
  Give(MakeOffer("agent-2", 1000));
  EXPECT_EQ(master.launched.size(), 1u);
}

TEST_F(FrameworkRound, OffersOfTwoRolesAreNeverPutTogether) {
  options.scheduler.framework.roles = {"web", "batch"};
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 150)}}).ok());
  Offer one = MakeOffer("agent-1", 100);
  Offer two = MakeOffer("agent-1", 100);
  two.role = "batch";
  Give(one);
  Give(two);
  Advance(1s);
  EXPECT_TRUE(master.launched.empty()) << "neither role has enough for it";
  Offer three = MakeOffer("agent-1", 100);
  three.role = "batch";
  Give(three);
  Advance(1s);
  EXPECT_EQ(master.launched.size(), 1u);
}

// The agents' offers are divided between two roles, and each agent is one host all the same.
TEST_F(FrameworkRound, InstancesAreSpreadOverAgentsNotOverTheirRoles) {
  options.scheduler.framework.roles = {"web", "batch"};
  options.strategy = MakeStrategy("spread");
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2, 3}, 100)}}).ok());
  OffersMade made;
  for (const char* const agent : {"agent-1", "agent-2"}) {
    for (const std::string& role : options.scheduler.framework.roles) {
      Offer offer = MakeOffer(agent, 1000);
      offer.role = role;
      made.offers.push_back(master.PutOut(std::move(offer)));
    }
  }
  Send(std::move(made));
  Advance(1s);
  std::map<std::string, int> instances;
  for (const auto& [id, task] : master.launched) ++instances[task.agent_id];
  EXPECT_EQ(instances, (std::map<std::string, int>{{"agent-1", 2}, {"agent-2", 2}}));
}

TEST_F(FrameworkRound, ContainersAreCountedOverAllRolesOfAnAgent) {
  options.scheduler.framework.roles = {"web", "batch"};
  options.settings.containers_per_cell = 3;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2, 3, 4, 5}, 100)}}).ok());
  for (const std::string& role : options.scheduler.framework.roles) {
    Offer offer = MakeOffer("agent-1", 1000);
    offer.role = role;
    Give(offer);
  }
  Advance(1s);
  EXPECT_EQ(machine->counts().launched, 3u);
  EXPECT_EQ(machine->counts().waiting, 3u);
}

TEST_F(FrameworkRound, ContainersAreCountedOverRevocableResourcesToo) {
  options.scheduler.framework.capabilities.revocable_resources = true;
  options.settings.containers_per_cell = 3;
  Start();
  Resource cpus = Plain("cpus", 8);
  Resource memory = Plain("mem", 1000);
  cpus.revocable = memory.revocable = true;
  std::vector<WorkRequest> requests;
  for (int i = 0; i < 6; ++i) {
    requests.push_back(Task("task" + std::to_string(i), 10));
    if (i % 2 == 0) continue;
    auto work = std::make_shared<Work>(*requests.back().work);
    work->constraint.placement_tags = {std::string(kRevocableTag)};
    requests.back().work = work;
  }
  ASSERT_TRUE(machine->Submit(requests).ok());
  for (int i = 0; i < 5; ++i) {
    Give(MakeOffer("agent-1", {Plain("cpus", 8), Plain("mem", 1000), cpus, memory}));
    Advance(1s);
  }
  EXPECT_EQ(machine->counts().launched, 3u);
}

// What one role of an agent has too little of, another one may have.
TEST_F(FrameworkRound, WorkThatDoesNotFitInOneRoleGoesToTheNextAtOnce) {
  options.scheduler.framework.roles = {"web", "batch"};
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2}, 100)}}).ok());
  for (const std::string& role : options.scheduler.framework.roles) {
    Offer offer = MakeOffer("agent-1", role == "web" ? 250 : 100);
    offer.role = role;
    Give(offer);
  }
  EXPECT_EQ(machine->counts().launched, 3u) << "before the window is over";
  for (const Acceptance& acceptance : master.acceptances) {
    EXPECT_EQ(acceptance.offer_ids.size(), 1u);
  }
}

TEST_F(FrameworkRound, RevocableResourcesAreForWorkThatWantsThemAlone) {
  options.scheduler.framework.capabilities.revocable_resources = true;
  Start();
  Resource cpus = Plain("cpus", 4);
  Resource memory = Plain("mem", 1000);
  cpus.revocable = memory.revocable = true;
  WorkRequest request = Task("batch", 100);
  auto work = std::make_shared<Work>(*request.work);
  work->constraint.placement_tags = {std::string(kRevocableTag)};
  request.work = work;
  ASSERT_TRUE(machine->Submit({{request, Task("plain", 100)}}).ok());
  Give(MakeOffer("agent-1", {cpus, memory}));
  Advance(1s);
  EXPECT_EQ(TasksOf("batch").size(), 1u);
  EXPECT_TRUE(TasksOf("plain").empty());
}

// What is known without an offer is said when the work comes, and it waits all the same.
TEST_F(FrameworkRound, WorkThatNoOfferWillServeIsToldAtOnce) {
  options.settings.containers_per_cell = 250;
  Start();
  const auto refusal_of = [this](const std::string& guid, const Resources& asked,
                                 const std::vector<std::string>& tags) -> std::string {
    WorkRequest request = Task(guid, 100);
    auto work = std::make_shared<Work>(*request.work);
    for (const NamedAmount& scalar : asked.scalars) work->asked.scalars.push_back(scalar);
    work->constraint.placement_tags = tags;
    request.work = work;
    EXPECT_TRUE(machine->Submit({{request}}).ok());
    const auto told = Outcomes(OutcomeKind::kRefused);
    return told.size() == 1 ? told[0].error : std::to_string(told.size());
  };
  Resources gpus;
  gpus.scalars = {{"gpus", WholeAmount(1)}};
  EXPECT_EQ(refusal_of("gpu", gpus, {}),
            "insufficient resources: gpus (the framework does not have the capability "
            "GPU_RESOURCES, and masters offer agents with GPUs only to frameworks that have it)");
  gpus.scalars = {{"gpus", 500}};
  EXPECT_EQ(refusal_of("half", gpus, {}),
            "insufficient resources: gpus (it asks for 0.5, and Mesos gives whole ones alone)");
  EXPECT_EQ(refusal_of("spot", {}, {"revocable"}),
            "no agent has the placement tag \"revocable\" (the framework does not have the "
            "capability REVOCABLE_RESOURCES, and masters offer such resources only to frameworks "
            "that have it)");
  EXPECT_EQ(refusal_of("plain", {}, {}), "0");
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty()) << "it is told once";
  EXPECT_EQ(machine->counts().waiting, 3u);
}

TEST_F(FrameworkRound, WithTheCapabilitiesNothingIsToldBeforeARound) {
  options.scheduler.framework.capabilities.gpu_resources = true;
  options.scheduler.framework.capabilities.revocable_resources = true;
  Start();
  WorkRequest request = Task("learning", 100);
  auto work = std::make_shared<Work>(*request.work);
  work->asked.scalars = {{"gpus", WholeAmount(1)}};
  work->constraint.placement_tags = {"revocable"};
  request.work = work;
  ASSERT_TRUE(machine->Submit({{request}}).ok());
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty());
}

// Where a refusal ends the work it is told once, with the reason that a round does not know.
TEST_F(FrameworkRound, WhereNothingWaitsTheRoundsRefusalSaysWhyNoOfferWillServe) {
  options.settings.keep_waiting = false;
  options.settings.containers_per_cell = 0;
  Start();
  ASSERT_TRUE(machine->Submit({{Task("job", 100)}}).ok());
  EXPECT_TRUE(Outcomes(OutcomeKind::kRefused).empty());
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  const auto refused = Outcomes(OutcomeKind::kRefused);
  ASSERT_EQ(refused.size(), 1u);
  EXPECT_EQ(refused[0].error,
            "insufficient resources: containers (the setting containers_per_cell is 0)");
  ASSERT_EQ(refused[0].reasons.size(), 1u);
  EXPECT_TRUE(refused[0].reasons[0].is_static);
}

TEST_F(FrameworkRound, GpusAreForWorkThatAsksForThem) {
  Start();
  WorkRequest learning = Task("learning", 100);
  auto work = std::make_shared<Work>(*learning.work);
  work->asked.scalars = {{"gpus", WholeAmount(1)}};
  learning.work = work;
  ASSERT_TRUE(machine->Submit({{learning, Task("plain", 100)}}).ok());
  Give(MakeOffer("agent-1", {Plain("cpus", 4), Plain("mem", 1000), Plain("gpus", 2)}));
  Advance(1s);
  EXPECT_EQ(TasksOf("learning").size(), 1u);
  EXPECT_TRUE(TasksOf("plain").empty());
}

TEST_F(FrameworkRound, AnAgentHasItsGpusWhicheverOfItsOffersHasThemAndWhileTheyAreUsed) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("plain", {0}, 100)}}).ok());
  Send(OffersMade{{master.PutOut(MakeOffer("agent-1", {Plain("gpus", 1), Plain("mem", 10)})),
                   master.PutOut(MakeOffer("agent-1", 1000))}});
  Advance(1s);
  EXPECT_TRUE(TasksOf("plain.0").empty()) << "though the later offer has none";

  WorkRequest learning = Task("learning", 100);
  auto work = std::make_shared<Work>(*learning.work);
  work->asked.scalars = {{"gpus", WholeAmount(1)}};
  learning.work = work;
  ASSERT_TRUE(machine->Submit({{learning}}).ok());
  Advance(1s);
  ASSERT_EQ(TasksOf("learning").size(), 1u);
  Give(MakeOffer("agent-1", 900));
  Advance(1s);
  EXPECT_TRUE(TasksOf("plain.0").empty()) << "though nothing is left of them";
  Give(MakeOffer("agent-2", 900));
  EXPECT_EQ(TasksOf("plain.0").size(), 1u);
}

TEST_F(FrameworkRound, ACommandFindsItsPortsInTheEnvironment) {
  Start();
  WorkRequest request = Lrp("web", {0}, 10);
  auto work = std::make_shared<Work>(*request.work);
  work->asked.scalars = {{"ports", WholeAmount(2)}};
  request.work = work;
  ASSERT_TRUE(machine->Submit({{request}}).ok());
  Offer offer = MakeOffer("agent-1", 100);
  offer.resources.push_back(Ports(31000, 31000));
  offer.resources.push_back(Ports(31005, 31009));
  Give(offer);
  const CommandInfo& command = *master.launched[TasksOf("web.0").at(0)].command;
  EXPECT_EQ(command.environment,
            (std::vector<EnvironmentVariable>{
                {"PORT0", "31000"}, {"PORT1", "31005"}, {"PORTS", "31000,31005"}}));
}

TEST_F(FrameworkRound, WhatRunsOnAnAgentCountsForLocality) {
  options.strategy = MakeStrategy("diego");
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Offer first = MakeOffer("agent-1", 1000);
  Give(first);
  Update(TasksOf("web.0").at(0), TaskState::kRunning);
  ASSERT_TRUE(machine->Submit({{Lrp("web", {1, 2}, 100)}}).ok());
  // agent-1 is emptier by what is offered, but has an instance already.
  Send(OffersMade{{master.PutOut(MakeOffer("agent-1", 100'000)),
                   master.PutOut(MakeOffer("agent-2", 500)),
                   master.PutOut(MakeOffer("agent-3", 500))}});
  EXPECT_NE(master.launched[TasksOf("web.1").at(0)].agent_id, "agent-1");
  EXPECT_NE(master.launched[TasksOf("web.2").at(0)].agent_id, "agent-1");
}

TEST_F(FrameworkRound, ZonesAreBalancedAgainstWorkWhoseAgentsOfferNothingNow) {
  options.strategy = MakeStrategy("diego");
  Start();
  const auto in_zone = [&](const std::string& agent, const std::string& zone) {
    Offer offer = MakeOffer(agent, 1000);
    offer.attributes = {TextAttribute("zone", zone)};
    return offer;
  };
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Give(in_zone("agent-1", "z1"));
  ASSERT_TRUE(machine->Submit({{Lrp("web", {1}, 100)}}).ok());
  Send(OffersMade{
      {master.PutOut(in_zone("agent-2", "z1")), master.PutOut(in_zone("agent-3", "z2"))}});
  EXPECT_EQ(master.launched[TasksOf("web.1").at(0)].agent_id, "agent-3");
}

TEST_F(FrameworkRound, AnAgentThatIsSoonMaintainedTakesNothingAndALaterOneOnlyIfItMust) {
  Start();
  Offer soon = MakeOffer("agent-1", 1000);
  soon.unavailability = Unavailability{wall_ns + 1'000'000'000, {}};
  Offer later = MakeOffer("agent-2", 1000);
  later.unavailability = Unavailability{wall_ns + int64_t{3600} * 1'000'000'000 * 5, {}};
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1}, 600)}}).ok());
  Send(OffersMade{
      {master.PutOut(soon), master.PutOut(later), master.PutOut(MakeOffer("agent-3", 1000))}});
  Advance(1s);
  ASSERT_EQ(master.launched.size(), 2u);
  std::set<std::string> agents;
  for (const auto& [id, task] : master.launched) agents.insert(task.agent_id);
  EXPECT_EQ(agents, (std::set<std::string>{"agent-2", "agent-3"}));
}

TEST_F(FrameworkRound, NothingIsLaunchedThatCannotBeKept) {
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  disk.fails = true;
  Give(MakeOffer("agent-1", 1000));
  Advance(10s);
  EXPECT_TRUE(master.launched.empty());
  EXPECT_EQ(machine->counts().waiting, 1u);
  EXPECT_FALSE(Outcomes(OutcomeKind::kProblem).empty());
  disk.fails = false;
  Advance(2s);
  if (master.launched.empty()) Give(MakeOffer("agent-1", 1000));
  Advance(2s);
  EXPECT_EQ(master.launched.size(), 1u);
  EXPECT_EQ(machine->counts().waiting, 0u);
}

// As the fixture's master checks at each ACCEPT.
TEST_F(FrameworkRound, ALaunchIsKeptThoughTheJournalHasGrownTooLarge) {
  disk.record_bytes = 1 << 20;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0}, 100)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  ASSERT_EQ(master.launched.size(), 1u);
  EXPECT_EQ(disk.rewrites, 1) << "once the launch is known";
  Crash();
  Start();
  EXPECT_EQ(machine->counts().launched, 1u);
}

TEST_F(FrameworkRound, WhatASecondRoundLaunchesIsKeptThoughTheDiskWorksAgain) {
  journal = std::make_unique<FakeJournal>(disk);
  // Asked for the time of day between the rounds, since an agent is to be maintained.
  const auto mend = [this] {
    if (disk.failures > 0) {
      disk.fails_with_launches = false;
      clock.Advance(2s);
    }
    return wall_ns;
  };
  machine = std::make_unique<FrameworkMachine>(options, *journal, master, clock, mend, random);
  machine->Begin({});
  Connect();
  Offer maintained = MakeOffer("agent-2", 1000);
  maintained.unavailability = Unavailability{wall_ns + int64_t{3600} * 1'000'000'000, {}};
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2}, 600)}}).ok());
  Send(OffersMade{{master.PutOut(MakeOffer("agent-1", 1000)), master.PutOut(maintained)}});
  disk.fails_with_launches = true;
  Advance(1s);
  EXPECT_EQ(disk.failures, 1);
  EXPECT_TRUE(master.launched.empty());
  Give(MakeOffer("agent-1", 1000));
  Advance(3s);
  EXPECT_EQ(master.launched.size(), 1u) << "once the journal is whole again";
}

TEST_F(FrameworkRound, TheInFlightLimitHoldsOverRounds) {
  options.strategy = MakeStrategy("diego");
  options.configuration.starting_container_count_maximum = 2;
  Start();
  ASSERT_TRUE(machine->Submit({{Lrp("web", {0, 1, 2}, 100)}}).ok());
  Give(MakeOffer("agent-1", 1000));
  Advance(1s);
  EXPECT_EQ(master.launched.size(), 2u);
  Give(MakeOffer("agent-1", 1000));
  Advance(2s);
  EXPECT_EQ(master.launched.size(), 2u) << "both are starting still";
  Update(master.launched.begin()->first, TaskState::kRunning);
  Advance(2s);
  EXPECT_EQ(master.launched.size(), 3u);
}

TEST_F(FrameworkRound, RequestsThatCantBeRightAreRefusedWhole) {
  Start();
  const Expected<size_t> added =
      machine->Submit({{Lrp("web", {0}, 10), ForCell(Lrp("x", {0}, 1))}});
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.status().text(),
            "lrp \"x\" has no command, expected one, or a framework with an executor");
  EXPECT_EQ(machine->counts().waiting, 0u);
}

}  // namespace
}  // namespace rostrum::mesos
