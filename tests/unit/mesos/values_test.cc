// Values and Mesos' messages: what was offered comes back exactly (rule 41), frozen executors
// (rule 43), what the master would refuse (rules 6, 7, 42).

#include <gtest/gtest.h>

#include "lib/mesos/wire/convert.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {
namespace {

v1::Resource ReservedDisk() {
  v1::Resource message;
  message.set_name("disk");
  message.set_type(v1::Value::SCALAR);
  message.mutable_scalar()->set_value(1024.5);
  message.mutable_provider_id()->set_value("provider");
  message.mutable_allocation_info()->set_role("a/b");
  for (const char* role : {"a", "a/b"}) {
    auto* reservation = message.add_reservations();
    reservation->set_type(v1::Resource::ReservationInfo::DYNAMIC);
    reservation->set_role(role);
    reservation->set_principal("cf");
    v1::Label* label = reservation->mutable_labels()->add_labels();
    label->set_key("k");
    label->set_value("v");
  }
  message.mutable_disk()->mutable_persistence()->set_id("volume");
  // A field of Mesos that is not in our subset: DiskInfo.Source.profile.
  message.mutable_disk()->mutable_source()->set_type(v1::Resource::DiskInfo::Source::MOUNT);
  message.mutable_disk()->mutable_source()->mutable_unknown_fields()->append("\x32\x04" "fast");
  return message;
}

TEST(ResourceTest, TheViewSaysWhatIsSpecial) {
  const Resource resource = ReadResource(ReservedDisk());
  EXPECT_EQ(resource.scalar, 1024500);
  EXPECT_EQ(resource.reserved_role(), "a/b");
  EXPECT_EQ(resource.reservations.size(), 2u);
  EXPECT_TRUE(resource.reservations[0].dynamic);
  EXPECT_EQ(resource.reservations[0].labels, (std::vector<Label>{{"k", "v"}}));
  EXPECT_EQ(resource.allocation_role, "a/b");
  EXPECT_TRUE(resource.special_disk);
  EXPECT_FALSE(resource.plain());
  EXPECT_EQ(Describe(resource), "disk(reserved for a/b, special disk):1024.5");
}

TEST(ResourceTest, WhatWasOfferedIsGivenBackByteByByte) {
  const v1::Resource offered = ReservedDisk();
  v1::Resource written;
  WriteResource(ReadResource(offered), &written);
  EXPECT_EQ(written.SerializeAsString(), offered.SerializeAsString());
}

TEST(ResourceTest, ACarvedPartDiffersInItsAmountAlone) {
  v1::Resource expected = ReservedDisk();
  expected.mutable_scalar()->set_value(0.1);
  v1::Resource written;
  WriteResource(Carve(ReadResource(ReservedDisk()), 100), &written);
  EXPECT_EQ(written.SerializeAsString(), expected.SerializeAsString());
}

TEST(ResourceTest, PortsAreCarvedAsRanges) {
  v1::Resource ports;
  ports.set_name("ports");
  ports.set_type(v1::Value::RANGES);
  auto* range = ports.mutable_ranges()->add_range();
  range->set_begin(31000);
  range->set_end(32000);
  ports.mutable_revocable();
  const Resource offered = ReadResource(ports);
  EXPECT_EQ(Describe(offered), "ports(revocable):[31000-32000]");
  v1::Resource written;
  WriteResource(CarveRanges(offered, {{31000, 31001}, {31005, 31005}}), &written);
  ASSERT_EQ(written.ranges().range_size(), 2);
  EXPECT_EQ(written.ranges().range(1).end(), 31005u);
  EXPECT_TRUE(written.has_revocable());
}

TEST(ResourceTest, OldReservationsAreSeenToo) {
  v1::Resource message;
  message.set_name("mem");
  message.set_role("web");
  EXPECT_EQ(ReadResource(message).reserved_role(), "web");
  EXPECT_FALSE(ReadResource(message).reservations[0].dynamic);
  message.set_role("*");
  EXPECT_EQ(ReadResource(message).reserved_role(), "*");
}

TEST(ResourceTest, AmountsAreThousandthsAndNeverNonsense) {
  EXPECT_EQ(ReadAmount(0.1), 100);
  EXPECT_EQ(ReadAmount(0.3 - 0.2), 100);
  EXPECT_EQ(ReadAmount(0.0004), 0);
  EXPECT_EQ(ReadAmount(std::numeric_limits<double>::quiet_NaN()), 0);
  EXPECT_EQ(ReadAmount(std::numeric_limits<double>::infinity()), kAmountMaximum);
  EXPECT_EQ(ReadAmount(-1e300), -kAmountMaximum);
  EXPECT_EQ(WriteAmount(1500), 1.5);
}

TEST(OfferTest, EverythingThatAnOfferSays) {
  v1::Offer message;
  message.mutable_id()->set_value("o1");
  message.mutable_agent_id()->set_value("a1");
  message.set_hostname("host");
  message.mutable_url()->mutable_address()->set_ip("10.0.0.1");
  message.mutable_url()->mutable_address()->set_port(5051);
  message.mutable_allocation_info()->set_role("web");
  message.add_executor_ids()->set_value("e1");
  v1::Attribute* attribute = message.add_attributes();
  attribute->set_name("stack");
  attribute->set_type(v1::Value::TEXT);
  attribute->mutable_text()->set_value("cflinuxfs4");
  message.mutable_domain()->mutable_fault_domain()->mutable_region()->set_name("r");
  message.mutable_domain()->mutable_fault_domain()->mutable_zone()->set_name("z");
  message.mutable_unavailability()->mutable_start()->set_nanoseconds(5);
  message.mutable_unavailability()->mutable_duration()->set_nanoseconds(7);
  const Offer offer = ReadOffer(message);
  EXPECT_EQ(offer, (Offer{.id = "o1",
                          .agent_id = "a1",
                          .hostname = "host",
                          .agent_ip = "10.0.0.1",
                          .agent_port = 5051,
                          .role = "web",
                          .attributes = {{.name = "stack", .text = "cflinuxfs4"}},
                          .executor_ids = {"e1"},
                          .domain = {"r", "z"},
                          .unavailability = Unavailability{5, 7}}));
}

TEST(OfferTest, AMaintenanceWindowHasAnEndThatCanBeReckoned) {
  v1::Offer message;
  message.mutable_unavailability()->mutable_start()->set_nanoseconds(INT64_MAX);
  message.mutable_unavailability()->mutable_duration()->set_nanoseconds(INT64_MAX);
  Unavailability window = *ReadOffer(message).unavailability;
  EXPECT_GT(window.start_ns, 0);
  EXPECT_GT(*window.duration_ns, INT64_MAX - window.start_ns - 10);
  EXPECT_LE(*window.duration_ns, INT64_MAX - window.start_ns);
  message.mutable_unavailability()->mutable_start()->set_nanoseconds(INT64_MIN);
  message.mutable_unavailability()->mutable_duration()->set_nanoseconds(-1);
  window = *ReadOffer(message).unavailability;
  EXPECT_LT(window.start_ns, 0);
  EXPECT_GE(window.start_ns, -INT64_MAX / 2);
  EXPECT_EQ(window.duration_ns, 0);
}

ExecutorInfo MakeExecutor() {
  ExecutorInfo executor;
  executor.id = "cell";
  executor.name = "Cell";
  executor.command = CommandInfo{.value = "/executor",
                                 .shell = false,
                                 .arguments = {"executor", "-v"},
                                 .environment = {{"CONSUL", "1.2.3.4"}},
                                 .files = {{.uri = "http://x/y", .executable = true}},
                                 .user = "root"};
  executor.container = ContainerInfo{.type = ContainerType::kDocker,
                                     .image = "cf/cell:1",
                                     .volumes = {{"/var/vcap/data", "data", false}},
                                     .network = DockerNetwork::kHost,
                                     .privileged = true,
                                     .force_pull_image = true,
                                     .parameters = {{"cap-add", "ALL"}}};
  executor.resources = {MakeScalar("cpus", 500)};
  executor.data = "data";
  executor.labels = {{"a", "b"}};
  executor.shutdown_grace_period = std::chrono::milliseconds(30'000);
  return executor;
}

// Resources get their exact bytes by being read.
void DropExact(std::vector<Resource>* resources) {
  for (Resource& resource : *resources) resource.exact.clear();
}

TEST(TaskValueTest, TasksAndExecutorsComeBackAsTheyWent) {
  TaskInfo task;
  task.id = "t1";
  task.name = "name";
  task.agent_id = "a1";
  task.resources = {MakeScalar("cpus", 100)};
  task.executor = MakeExecutor();
  task.data = std::string("\0x", 2);
  task.labels = {{"k", "v"}};
  task.kill_grace_period = std::chrono::milliseconds(1500);
  v1::TaskInfo message;
  WriteTask(task, &message);
  TaskInfo read = ReadTask(message);
  DropExact(&read.resources);
  DropExact(&read.executor->resources);
  EXPECT_EQ(read, task);
  EXPECT_EQ(message.executor().type(), v1::ExecutorInfo::CUSTOM);
}

TEST(TaskValueTest, AMesosContainerWithAnImage) {
  ContainerInfo container{.image = "busybox", .networks = {"cni"}};
  v1::ContainerInfo message;
  WriteContainer(container, &message);
  EXPECT_EQ(message.mesos().image().type(), v1::Image::DOCKER);
  EXPECT_EQ(ReadContainer(message), container);
}

TEST(TaskValueTest, StatusesComeBackAsTheyWent) {
  TaskStatus status;
  status.task_id = "t1";
  status.state = TaskState::kUnreachable;
  status.agent_id = "a1";
  status.executor_id = "e1";
  status.message = "m";
  status.data = "d";
  status.source = StatusSource::kAgent;
  status.reason = 9999;  // Of a newer Mesos.
  status.uuid = std::string(16, '\0');
  status.timestamp = 1.5;
  status.healthy = false;
  status.labels = {{"k", "v"}};
  status.ip_addresses = {"10.0.0.2"};
  status.container_id = "c";
  status.unreachable_since_ns = 17;
  v1::TaskStatus message;
  WriteTaskStatus(status, &message);
  EXPECT_EQ(ReadTaskStatus(message), status);
  EXPECT_EQ(ReadTaskStatus(v1::TaskStatus()), TaskStatus());
}

// Mesos has no such state, and knows nothing of what is ours.
TEST(TaskValueTest, AnEndThatNobodySawIsAFailureWithALabelToMesos) {
  TaskStatus status;
  status.task_id = "t1";
  status.state = TaskState::kEndedUnseen;
  status.labels = {{"k", "v"}};
  v1::TaskStatus message;
  WriteTaskStatus(status, &message);
  EXPECT_EQ(message.state(), v1::TASK_FAILED);
  ASSERT_EQ(message.labels().labels_size(), 2);
  EXPECT_EQ(message.labels().labels(1).key(), "rostrum.end");
  EXPECT_EQ(message.labels().labels(1).value(), "unseen");
  EXPECT_EQ(ReadTaskStatus(message), status);
  // The label alone changes nothing of another state.
  message.set_state(v1::TASK_FINISHED);
  EXPECT_EQ(ReadTaskStatus(message).state, TaskState::kFinished);
  EXPECT_EQ(ReadTaskStatus(message).labels.size(), 2u);
}

TEST(TaskValueTest, TheFingerprintIsOfEverythingButTheIds) {
  const ExecutorInfo executor = MakeExecutor();
  const std::string fingerprint = ExecutorFingerprint(executor);
  EXPECT_EQ(fingerprint.size(), 16u);
  ExecutorInfo named = executor;
  named.id = "other";
  named.framework_id = "framework";
  EXPECT_EQ(ExecutorFingerprint(named), fingerprint);
  ExecutorInfo changed = executor;
  changed.command->environment[0].value = "1.2.3.5";
  EXPECT_NE(ExecutorFingerprint(changed), fingerprint);
  changed = executor;
  changed.resources[0].scalar += 1;
  EXPECT_NE(ExecutorFingerprint(changed), fingerprint);
}

TEST(TaskValueTest, StatesAreOverOrUnclearOrNeither) {
  std::string over;
  std::string unclear;
  for (int state = 0; state <= 13; ++state) {
    const auto value = static_cast<TaskState>(state);
    if (IsOver(value)) over += std::string(TaskStateName(value)) + " ";
    if (IsUnclear(value)) unclear += std::string(TaskStateName(value)) + " ";
  }
  EXPECT_EQ(over, "TASK_FINISHED TASK_FAILED TASK_KILLED TASK_ERROR TASK_DROPPED TASK_GONE ");
  EXPECT_EQ(unclear, "TASK_LOST TASK_UNREACHABLE TASK_GONE_BY_OPERATOR TASK_UNKNOWN ");
  EXPECT_STREQ(TaskStateName(static_cast<TaskState>(14)), "TASK_?");
  EXPECT_STREQ(TaskStateName(TaskState::kEndedUnseen), "ENDED_UNSEEN");
  EXPECT_TRUE(IsOver(TaskState::kEndedUnseen));
  EXPECT_FALSE(IsUnclear(TaskState::kEndedUnseen));
}

TEST(FrameworkInfoTest, WhatTheMasterWouldRefuseIsNamed) {
  FrameworkInfo good;
  good.name = "cf";
  good.user = "root";
  ASSERT_TRUE(ValidateFramework(good).ok());
  const auto problem = [&](const std::function<void(FrameworkInfo*)>& change) {
    FrameworkInfo framework = good;
    change(&framework);
    const Status status = ValidateFramework(framework);
    EXPECT_EQ(status.code(), Code::kInvalidArgument);
    return status.text();
  };
  EXPECT_NE(problem([](auto* f) { f->name = ""; }).find("name"), std::string::npos);
  EXPECT_NE(problem([](auto* f) { f->user = ""; }).find("user"), std::string::npos);
  EXPECT_NE(problem([](auto* f) { f->roles = {}; }).find("roles"), std::string::npos);
  EXPECT_NE(problem([](auto* f) { f->roles = {"a", "a"}; }).find("twice"), std::string::npos);
  for (const char* role : {"", "/a", "a/", "a//b", "..", "a/../b", "-a", "a b", "a/*", "a\\b"}) {
    EXPECT_NE(problem([&](auto* f) { f->roles = {role}; }).find("role"), std::string::npos);
  }
  problem([](auto* f) { f->failover_timeout = std::chrono::seconds(-1); });
  problem([](auto* f) { f->offer_constraints["other"] = {}; });
  problem([](auto* f) { f->minimal_offers["other"] = {}; });
  problem([](auto* f) {
    f->roles = {"a", "b"};
    f->capabilities.multi_role = false;
  });
  good.roles = {"*", "a", "a/b.c", "x-y"};
  EXPECT_TRUE(ValidateFramework(good).ok());
}

TEST(FrameworkInfoTest, ItIsReadAsItWasWritten) {
  FrameworkInfo framework;
  framework.name = "cf";
  framework.user = "root";
  framework.principal = "p";
  framework.failover_timeout = std::chrono::seconds(77);
  framework.roles = {"a", "b"};
  framework.capabilities.region_aware = true;
  framework.capabilities.task_killing_state = false;
  framework.hostname = "h";
  framework.web_ui_url = "http://w";
  framework.labels = {{"k", "v"}};
  v1::FrameworkInfo message;
  WriteFramework(framework, &message);
  EXPECT_EQ(ReadFramework(message), framework);
}

}  // namespace
}  // namespace rostrum::mesos
