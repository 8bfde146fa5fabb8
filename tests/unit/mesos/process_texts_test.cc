// What no process on an agent can have is refused at the door, one error each: by the framework for
// work, services and the executor, and by the client for tasks and for the framework itself.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "tests/unit/mesos/framework_fixture.h"

namespace rostrum::mesos {
namespace {

using namespace std::string_literals;

struct Case {
  std::function<void(CommandInfo&, std::optional<ContainerInfo>&)> spoil;
  std::string expected;  // Behind the name of what it is of.
};

std::vector<Case> Cases() {
  const auto variable = [](std::string name, std::string value) {
    return [name = std::move(name), value = std::move(value)](CommandInfo& command, auto&) {
      command.environment.push_back({name, value});
    };
  };
  const auto image = [](auto spoil) {
    return [spoil](CommandInfo&, std::optional<ContainerInfo>& container) {
      container.emplace();
      container->image = "image";
      spoil(*container);
    };
  };
  return {
      {[](CommandInfo& command, auto&) { command.value = "a\0b"s; }, "the command of "},
      {[](CommandInfo& command, auto&) { command.user = "r\0"s; }, "the user of "},
      {[](CommandInfo& command, auto&) { command.arguments = {"a", "\0"s}; }, "an argument of "},
      {[](CommandInfo& command, auto&) { command.files.push_back({.uri = "u\0"s}); },
       "the URI of a file of "},
      {[](CommandInfo& command, auto&) { command.files.push_back({.output_file = "f\0"s}); },
       "the name of a file of "},
      {variable("", "x"), "a variable with the name \"\""},
      {variable("A=B", "x"), "a variable with the name \"A=B\""},
      {variable("A\0B"s, "x"), "a variable with the name \"A\\u0000B\""},
      {variable("TOKEN", "s3cr\0et"s), "the variable TOKEN of "},
      {image([](ContainerInfo& container) { container.image = "i\0"s; }), "the image of "},
      {image([](ContainerInfo& container) { container.hostname = "h\0"s; }),
       "the container's host name of "},
      {image([](ContainerInfo& container) { container.networks = {"n\0"s}; }),
       "the name of a network of "},
      {image([](ContainerInfo& container) {
         container.volumes.push_back({.container_path = "/a", .host_path = "/b\0"s});
       }),
       "the host's path of a volume of "},
      {image([](ContainerInfo& container) {
         container.volumes.push_back({.container_path = "/a\0"s, .host_path = "/b"});
       }),
       "the container's path of a volume of "},
      {image([](ContainerInfo& container) { container.parameters.push_back({"k", "v\0"s}); }),
       "the value of a label of "}};
}

void ExpectRefused(const Status& status, const std::string& expected, const std::string& of_what) {
  EXPECT_EQ(status.code(), Code::kInvalidArgument) << expected;
  EXPECT_NE(status.text().find(expected), std::string::npos) << status.text();
  EXPECT_NE(status.text().find(of_what), std::string::npos) << status.text();
  EXPECT_NE(status.text().find("expected"), std::string::npos) << status.text();
  // It is told to a log.
  EXPECT_EQ(status.text().find("s3cr"), std::string::npos) << status.text();
  EXPECT_EQ(status.text().find('\0'), std::string::npos);
}

class ProcessTexts : public FrameworkTest {
 protected:
  WorkRequest Spoiled(const Case& each) {
    WorkRequest request = Lrp("web", {0}, 64);
    auto launch = std::make_shared<Launch>(*request.launch);
    each.spoil(launch->command, launch->container);
    request.launch = launch;
    return request;
  }
};

TEST_F(ProcessTexts, WorkAndServicesAreRefusedBeforeAnythingStarts) {
  Start();
  for (const Case& each : Cases()) {
    const WorkRequest request = Spoiled(each);
    const std::vector<WorkRequest> both = {Lrp("other", {0}, 64), request};
    ExpectRefused(machine->Submit(both).status(), each.expected, "lrp \"web\"");
    ExpectRefused(machine->SetService({request.work, request.launch, 1, 0}), each.expected,
                  "lrp \"web\"");
  }
  // Not even what stood before it.
  EXPECT_EQ(machine->counts().waiting, 0u);
}

TEST_F(ProcessTexts, NamesAndIndicesAreRefusedToo) {
  Start();
  const std::vector<WorkRequest> negative = {Lrp("web", {0, -1}, 64)};
  EXPECT_EQ(machine->Submit(negative).status().text(),
            "lrp \"web\" has the index -1, expected 0 or more");
  const std::vector<WorkRequest> guid = {Task("a\0b"s, 64)};
  EXPECT_EQ(machine->Submit(guid).status().text(),
            "the guid of task \"a\\u0000b\" holds a NUL after 1 of 3 bytes, expected none");
  WorkRequest request = Lrp("web", {0}, 64);
  auto work = std::make_shared<Work>(*request.work);
  work->domain = "d\0"s;
  request.work = work;
  ExpectRefused(machine->Submit({{request}}).status(), "the domain of ", "lrp \"web\"");
  EXPECT_EQ(machine->counts().waiting, 0u);
}

TEST_F(ProcessTexts, TheExecutorIsRefusedWhenTheFrameworkIsMade) {
  for (const Case& each : Cases()) {
    FrameworkOptions made = options;
    made.scheduler.master = "127.0.0.1:1";
    made.scheduler.id_store = MakeMemoryStore();
    made.executor = SomeExecutor();
    each.spoil(made.executor->command, made.executor->container);
    ExpectRefused(Framework::Create(made).status(), each.expected, "the executor");
  }
}

TEST_F(ProcessTexts, TasksAndFrameworksAreRefusedByTheClient) {
  for (const Case& each : Cases()) {
    TaskInfo task;
    task.id = "t";
    task.agent_id = "a";
    task.resources = {Plain("cpus", 1)};
    task.command.emplace();
    each.spoil(*task.command, task.container);
    ExpectRefused(ValidateTask(task), each.expected, "task \"t\"");
    task.executor.emplace();
    task.executor->id = "e";
    std::swap(task.executor->command, task.command);
    std::swap(task.executor->container, task.container);
    ExpectRefused(ValidateTask(task), each.expected, "the executor of task \"t\"");
  }
  TaskInfo task;
  task.id = "t";
  task.agent_id = "a";
  task.resources = {Plain("cpus", 1)};
  task.command.emplace();
  task.name = "n\0"s;
  ExpectRefused(ValidateTask(task), "the name of ", "task \"t\"");
  task.name.clear();
  task.labels = {{"k", "v\0"s}};
  ExpectRefused(ValidateTask(task), "the value of a label of ", "task \"t\"");
  FrameworkInfo framework;
  framework.name = "rostrum";
  framework.user = "root";
  const std::pair<const char*, std::string*> texts[] = {
      {"the name of ", &framework.name},
      {"the user of ", &framework.user},
      {"the principal of ", &framework.principal},
      {"the host name of ", &framework.hostname},
      {"the web_ui_url of ", &framework.web_ui_url}};
  for (const auto& [name, text] : texts) {
    const std::string before = std::exchange(*text, "a\0b"s);
    ExpectRefused(ValidateFramework(framework), name, "the framework");
    *text = before;
  }
  framework.labels = {{"k\0"s, "v"}};
  ExpectRefused(ValidateFramework(framework), "the key of a label of ", "the framework");
}

}  // namespace
}  // namespace rostrum::mesos
