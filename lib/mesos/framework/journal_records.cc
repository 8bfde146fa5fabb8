#include "lib/mesos/framework/journal_records.h"

#include <chrono>
#include <memory>
#include <utility>

#include "lib/mesos/wire/convert.h"

namespace rostrum::mesos {
namespace {

template <typename Scalars>
void WriteScalars(const std::vector<NamedAmount>& scalars, Scalars* written) {
  for (const NamedAmount& scalar : scalars) {
    journal::Scalar* const one = written->Add();
    one->set_name(scalar.name);
    one->set_thousandths(scalar.amount);
  }
}

template <typename Scalars>
std::vector<NamedAmount> ReadScalars(const Scalars& scalars) {
  std::vector<NamedAmount> read;
  for (const journal::Scalar& scalar : scalars) {
    read.push_back({scalar.name(), scalar.thousandths()});
  }
  return read;
}

void WriteLaunch(const Launch& launch, journal::Work* message) {
  message->set_has_launch(true);
  wire::CommandInfo command;
  WriteCommand(launch.command, &command);
  command.SerializeToString(message->mutable_command());
  if (launch.container) {
    wire::ContainerInfo container;
    WriteContainer(*launch.container, &container);
    container.SerializeToString(message->mutable_container());
  }
  if (launch.kill_grace_period) message->set_kill_grace_ms(launch.kill_grace_period->count());
}

std::shared_ptr<const Launch> ReadLaunch(const journal::Work& message) {
  if (!message.has_launch()) return nullptr;
  auto launch = std::make_shared<Launch>();
  wire::CommandInfo command;
  command.ParseFromString(message.command());
  launch->command = ReadCommand(command);
  if (!message.container().empty()) {
    wire::ContainerInfo container;
    container.ParseFromString(message.container());
    launch->container = ReadContainer(container);
  }
  if (message.kill_grace_ms() > 0) {
    launch->kill_grace_period = std::chrono::milliseconds(message.kill_grace_ms());
  }
  return launch;
}

void WriteWork(const Instance& instance, journal::Work* message) {
  const Work& work = *instance.work;
  message->set_kind(static_cast<int32_t>(work.kind));
  message->set_guid(work.guid);
  message->set_domain(work.domain);
  message->set_memory(work.asked.memory);
  message->set_disk(work.asked.disk);
  message->set_cpu(work.asked.cpu);
  WriteScalars(work.asked.scalars, message->mutable_scalars());
  message->set_rootfs(work.constraint.rootfs);
  for (const std::string& tag : work.constraint.placement_tags) message->add_placement_tags(tag);
  for (const std::string& driver : work.constraint.volume_drivers) {
    message->add_volume_drivers(driver);
  }
  message->set_max_pids(work.max_pids);
  if (instance.launch != nullptr) WriteLaunch(*instance.launch, message);
}

std::shared_ptr<const Work> ReadWork(const journal::Work& message) {
  auto work = std::make_shared<Work>();
  work->kind = message.kind() == static_cast<int32_t>(Kind::kTask) ? Kind::kTask : Kind::kLrp;
  work->guid = message.guid();
  work->domain = message.domain();
  work->asked.memory = message.memory();
  work->asked.disk = message.disk();
  work->asked.cpu = message.cpu();
  work->asked.scalars = ReadScalars(message.scalars());
  work->constraint.rootfs = message.rootfs();
  work->constraint.placement_tags.assign(message.placement_tags().begin(),
                                         message.placement_tags().end());
  work->constraint.volume_drivers.assign(message.volume_drivers().begin(),
                                         message.volume_drivers().end());
  work->max_pids = message.max_pids();
  return work;
}

}  // namespace

journal::Record LaunchedRecord(const LaunchedTask& task, bool whole) {
  journal::Record record;
  journal::Launched* const launched = record.mutable_launched();
  launched->set_task_id(task.id);
  launched->set_agent_id(task.agent_id);
  launched->set_hostname(task.hostname);
  launched->set_zone(task.zone);
  launched->set_role(task.role);
  launched->set_executor_id(task.executor_id);
  WriteWork(task.instance, launched->mutable_work());
  launched->set_index(task.instance.index);
  launched->set_tag(task.instance.tag);
  launched->set_service(task.instance.service);
  launched->set_used_memory(task.used.memory);
  launched->set_used_disk(task.used.disk);
  launched->set_used_cpu(task.used.cpu);
  WriteScalars(task.used.scalars, launched->mutable_used_scalars());
  if (whole) {
    launched->set_has_status(task.confirmed);
    launched->set_state(static_cast<int32_t>(task.state));
    launched->set_stopping(task.stopping);
    launched->set_replaced(task.replaced);
    launched->set_adopted(task.adopted);
  }
  return record;
}

LaunchedTask ReadLaunched(const journal::Launched& record) {
  LaunchedTask task;
  task.id = record.task_id();
  task.agent_id = record.agent_id();
  task.hostname = record.hostname();
  task.zone = record.zone();
  task.role = record.role();
  task.executor_id = record.executor_id();
  task.instance.work = ReadWork(record.work());
  task.instance.launch = ReadLaunch(record.work());
  task.instance.index = record.index();
  task.instance.tag = record.tag();
  task.instance.service = record.service();
  task.used.memory = record.used_memory();
  task.used.disk = record.used_disk();
  task.used.cpu = record.used_cpu();
  task.used.containers = 1;
  task.used.scalars = ReadScalars(record.used_scalars());
  if (record.has_status()) {
    task.confirmed = true;
    task.state = static_cast<TaskState>(record.state());
  }
  task.stopping = record.stopping();
  task.replaced = record.replaced();
  task.adopted = record.adopted();
  return task;
}

journal::Record StatusRecord(const LaunchedTask& task) {
  journal::Record record;
  record.mutable_status()->set_task_id(task.id);
  record.mutable_status()->set_state(static_cast<int32_t>(task.state));
  record.mutable_status()->set_agent_id(task.agent_id);
  return record;
}

journal::Record EndedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_ended(task_id);
  return record;
}

journal::Record StoppingRecord(const std::string& task_id) {
  journal::Record record;
  record.set_stopping(task_id);
  return record;
}

journal::Record ReplacedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_replaced(task_id);
  return record;
}

journal::Record FrameworkRecord(const std::string& framework_id) {
  journal::Record record;
  record.set_framework_id(framework_id);
  return record;
}

journal::Record GenerationRecord(uint64_t generation) {
  journal::Record record;
  record.set_generation(generation);
  return record;
}

journal::Record AbandonedRecord(const std::string& task_id) {
  journal::Record record;
  record.set_abandoned(task_id);
  return record;
}

journal::Record ExecutorRecord(const std::string& agent_id, const FrozenExecutor& executor) {
  journal::Record record;
  record.mutable_executor()->set_agent_id(agent_id);
  record.mutable_executor()->set_role(executor.role);
  wire::ExecutorInfo message;
  WriteExecutor(executor.info, &message);
  message.SerializeToString(record.mutable_executor()->mutable_info());
  return record;
}

FrozenExecutor ReadExecutorRecord(const journal::Record::Executor& record) {
  wire::ExecutorInfo message;
  message.ParseFromString(record.info());
  return {ReadExecutor(message), record.role()};
}

}  // namespace rostrum::mesos
