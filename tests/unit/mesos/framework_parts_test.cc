// The parts of the framework: carving, what attributes mean, ids, the journal's records, settings.

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "lib/mesos/framework/journal.h"
#include "lib/mesos/framework/offers.h"
#include "lib/mesos/framework/tasks.h"
#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

Resources Asked(Amount cpu, int64_t memory_mb) {
  Resources asked;
  asked.cpu = cpu;
  asked.memory = WholeAmount(memory_mb);
  return asked;
}

// --- Purse.

TEST(Purse, CutsReservedResourcesFirstAndKeepsTheObjectsApart) {
  Purse purse({Plain("cpus", 2), ReservedFor("web", "cpus", 1), Plain("mem", 100)});
  const auto parts = purse.Cut(Asked(1500, 40));
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 3u);
  EXPECT_EQ((*parts)[0], ReservedFor("web", "cpus", 1));
  EXPECT_EQ((*parts)[1].scalar, 500);
  EXPECT_TRUE((*parts)[1].reservations.empty());
  EXPECT_EQ((*parts)[2].scalar, WholeAmount(40));
  EXPECT_EQ(purse.Sum(), Asked(1500, 60));
}

TEST(Purse, AnExactFitFitsAndOneThousandthMoreDoesNot) {
  Purse purse({Plain("cpus", 1), Plain("mem", 64)});
  Resources asked = Asked(1000, 64);
  asked.memory += 1;
  EXPECT_FALSE(purse.Cut(asked).has_value());
  EXPECT_EQ(purse.Sum(), Asked(1000, 64)) << "what was cut before it ran out is put back";
  asked.memory -= 1;
  EXPECT_TRUE(purse.Cut(asked).has_value());
  EXPECT_EQ(purse.Sum(), Resources());
}

TEST(Purse, PartsOfTwoOffersOfOneKindAreOneResource) {
  Purse purse({Plain("mem", 10), Plain("mem", 10)});
  const auto parts = purse.Cut(Asked(0, 15));
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 1u);
  EXPECT_EQ(parts->front().scalar, WholeAmount(15));
}

TEST(Purse, PortsAreCountedAndCutAsRanges) {
  Purse purse({Ports(31000, 31001), Ports(31005, 31009)});
  EXPECT_EQ(purse.Sum().Scalar("ports"), WholeAmount(7));
  Resources asked;
  asked.scalars = {{"ports", WholeAmount(3)}};
  const auto parts = purse.Cut(asked);
  ASSERT_TRUE(parts.has_value());
  ASSERT_EQ(parts->size(), 2u);
  EXPECT_EQ((*parts)[0].ranges, (std::vector<ValueRange>{{31000, 31001}}));
  EXPECT_EQ((*parts)[1].ranges, (std::vector<ValueRange>{{31005, 31005}}));
  EXPECT_EQ(purse.Sum().Scalar("ports"), WholeAmount(4));
}

TEST(Purse, SpecialResourcesAreNotUsable) {
  Resource resource = Plain("disk", 10);
  EXPECT_TRUE(IsUsable(resource));
  resource.special_disk = true;
  EXPECT_FALSE(IsUsable(resource));
  resource.special_disk = false;
  resource.shared = true;
  EXPECT_FALSE(IsUsable(resource));
  resource.shared = false;
  resource.revocable = true;
  EXPECT_FALSE(IsUsable(resource));
  EXPECT_TRUE(IsUsableRevocable(resource));
  Resource labelled = ReservedFor("web", "mem", 10);
  EXPECT_TRUE(IsUsable(labelled));
  labelled.reservations.back().labels = {{"for", "a database"}};
  EXPECT_FALSE(IsUsable(labelled)) << "somebody has marked it for something of his own";
}

// --- Agents.

Offer WithAttributes(std::vector<Attribute> attributes) {
  Offer offer;
  offer.attributes = std::move(attributes);
  return offer;
}

bool Takes(const Offer& offer, const std::string& rootfs) {
  Constraint constraint;
  constraint.rootfs = rootfs;
  constraint.placement_tags = TraitsOf(offer, {}).signature.placement_tags;
  return Match(constraint, TraitsOf(offer, {}).signature) == MatchLevel::kMatch;
}

TEST(AgentTraits, WithoutAttributesAnAgentIsALinuxCellOfTheKnownStacks) {
  const Offer offer = WithAttributes({});
  EXPECT_TRUE(Takes(offer, "preloaded:cflinuxfs4"));
  EXPECT_TRUE(Takes(offer, "preloaded+layer:cflinuxfs4?layer=x"));
  EXPECT_TRUE(Takes(offer, "docker:///org/image"));
  EXPECT_TRUE(Takes(offer, std::string(kAnyRootfs)));
  EXPECT_FALSE(Takes(offer, "preloaded:windows"));
}

TEST(AgentTraits, SeveralStacksComeAsTextWithCommasAsSetOrOneByOne) {
  Attribute set;
  set.name = "stack";
  set.type = ValueType::kSet;
  set.items = {"third"};
  const Offer offer = WithAttributes(
      {TextAttribute("stack", "first, second"), set, TextAttribute("stack", "fourth")});
  for (const char* stack : {"first", "second", "third", "fourth"}) {
    EXPECT_TRUE(Takes(offer, std::string("preloaded:") + stack)) << stack;
  }
  EXPECT_FALSE(Takes(offer, "preloaded:cflinuxfs4"));
  EXPECT_FALSE(Takes(offer, "docker:///org/image")) << "the agent says what it has";
}

TEST(AgentTraits, AWindowsAgentTakesWindowsAlone) {
  const Offer offer = WithAttributes({TextAttribute("os", "windows")});
  EXPECT_TRUE(Takes(offer, "preloaded:windows"));
  EXPECT_FALSE(Takes(offer, "preloaded:cflinuxfs4"));
  EXPECT_FALSE(Takes(offer, "docker:///org/image"));
}

TEST(AgentTraits, TagsDriversZoneAndIndex) {
  Attribute index;
  index.name = "cell_index";
  index.type = ValueType::kScalar;
  index.scalar = 7;
  Offer offer = WithAttributes({TextAttribute("placement_tags", "iso"),
                                TextAttribute("optional_placement_tags", "ssd,big"),
                                TextAttribute("volume_drivers", "nfs"), index});
  offer.domain = {"europe", "rack-2"};
  AgentTraits traits = TraitsOf(offer, {});
  EXPECT_EQ(traits.signature.placement_tags, (std::vector<std::string>{"iso"}));
  EXPECT_EQ(traits.signature.optional_placement_tags, (std::vector<std::string>{"big", "ssd"}));
  EXPECT_EQ(traits.signature.volume_drivers, (std::vector<std::string>{"nfs"}));
  EXPECT_EQ(traits.index, 7);
  EXPECT_EQ(traits.zone, "rack-2");
  offer.attributes.push_back(TextAttribute("zone", "z1"));
  EXPECT_EQ(TraitsOf(offer, {}).zone, "z1") << "what the operator says for placing comes first";
}

// --- Task ids.

TEST(TaskId, IsValidWhateverTheGuidAndNeverComesTwice) {
  FixedRandom random(0.5);
  TaskIdMaker maker(random);
  std::set<std::string> ids;
  for (const std::string& guid :
       {std::string("web"), std::string("a/b\n\x01 c"), std::string("ü"), std::string(1024, 'x')}) {
    for (const Kind kind : {Kind::kLrp, Kind::kTask}) {
      Work work;
      work.kind = kind;
      work.guid = guid;
      for (int32_t index : {0, 7, -2147483647}) {
        const std::string id = maker.Next(work, index);
        EXPECT_EQ(WorkOfTaskId(id), WorkInTaskId(work, index)) << id;
        EXPECT_TRUE(ValidateTaskId(id, "id").ok()) << id;
        EXPECT_TRUE(ids.insert(id).second) << id;
      }
    }
  }
  random.Set(0.25);
  TaskIdMaker next_life(random);
  Work work;
  work.guid = "web";
  EXPECT_TRUE(ids.insert(next_life.Next(work, 0)).second);
}

TEST(TaskId, OfOtherProgramsNamesNoWork) {
  EXPECT_EQ(WorkOfTaskId("web.2.9f3c1d0ab4e57786-17"), "web.2");
  EXPECT_EQ(WorkOfTaskId("job.9f3c1d0ab4e57786-1"), "job");
  for (const char* id : {"", "web", "web.2", "web.2.9f3c1d0ab4e57786", "web.2.9f3c1d0ab4e57786-",
                         "web.2.9f3c1d0ab4e57786-1x", "web.2.9f3c1d0ab4e5778-17",
                         "web.2.9F3C1D0AB4E57786-17", "9f3c1d0ab4e57786-17",
                         ".9f3c1d0ab4e57786-1"}) {
    EXPECT_EQ(WorkOfTaskId(id), "") << id;
  }
}

// --- The journal's records.

TEST(JournalRecords, ALaunchedTaskComesBackAsItWas) {
  LaunchedTask task;
  task.id = "web.2.x-1";
  WorkRequest request = Lrp("web", {2}, 64);
  auto work = std::make_shared<Work>(*request.work);
  work->asked.scalars = {{"gpus", 2000}};
  work->constraint.placement_tags = {"iso"};
  work->constraint.volume_drivers = {"nfs"};
  work->max_pids = 9;
  auto launch = std::make_shared<Launch>(*request.launch);
  launch->command.environment = {{"A", "b"}};
  launch->container.emplace().image = "org/image";
  launch->kill_grace_period = Milliseconds(1500);
  task.instance = {work, 2, 77, launch, true, 0};
  task.agent_id = "agent-1";
  task.hostname = "host";
  task.zone = "z1";
  task.role = "web";
  task.executor_id = "executor";
  task.used.memory = 5;
  task.used.containers = 1;
  task.state = TaskState::kUnreachable;
  task.confirmed = true;
  task.stopping = true;
  task.replaced = true;
  task.adopted = true;
  const LaunchedTask read = ReadLaunched(LaunchedRecord(task, /*whole=*/true).launched());
  EXPECT_EQ(*read.instance.work, *work);
  EXPECT_EQ(*read.instance.launch, *launch);
  EXPECT_EQ(read.instance.index, 2);
  EXPECT_EQ(read.instance.tag, 77u);
  EXPECT_TRUE(read.instance.service);
  EXPECT_EQ(read.used, task.used);
  EXPECT_EQ(read.state, task.state);
  EXPECT_TRUE(read.adopted);
  EXPECT_EQ(std::tuple(read.id, read.agent_id, read.hostname, read.zone, read.role,
                       read.executor_id, read.confirmed, read.stopping, read.replaced),
            std::tuple(task.id, task.agent_id, task.hostname, task.zone, task.role,
                       task.executor_id, true, true, true));
}

// --- Settings.

TEST(FrameworkSettings, AreSetByTheirNames) {
  FrameworkSettings settings;
  EXPECT_TRUE(SetFrameworkOption(&settings, "window_ms", "250").ok());
  EXPECT_EQ(settings.window, Milliseconds(250));
  EXPECT_TRUE(SetFrameworkOption(&settings, "keep_waiting", "false").ok());
  EXPECT_FALSE(settings.keep_waiting);
  EXPECT_TRUE(SetFrameworkOption(&settings, "stacks", "a,b").ok());
  EXPECT_EQ(settings.mapping.stacks, (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(SetFrameworkOption(&settings, "zone_attribute", "rack").ok());
  EXPECT_EQ(settings.mapping.zone_attribute, "rack");
}

TEST(FrameworkSettings, ErrorsNameKeyValueAndWhatWasExpected) {
  FrameworkSettings settings;
  EXPECT_EQ(SetFrameworkOption(&settings, "window_ms", "soon").text(),
            "window_ms is \"soon\", expected a whole number of milliseconds from 0 to 31536000000");
  EXPECT_EQ(SetFrameworkOption(&settings, "keep_waiting", "1").text(),
            "keep_waiting is \"1\", expected true or false");
  const Status unknown = SetFrameworkOption(&settings, "windows", "1");
  EXPECT_NE(unknown.text().find("unknown setting \"windows\""), std::string::npos);
  EXPECT_NE(unknown.text().find("window_ms"), std::string::npos);
}

}  // namespace
}  // namespace rostrum::mesos
