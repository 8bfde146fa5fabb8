// What the executor says of itself and of its containers, and the server that says it.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "lib/mesos/executor/metrics_server.h"
#include "tests/unit/mesos/blocking_client.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

http::Answer Get(const std::string& url, const std::string& method = "GET") {
  http::BlockingClient client({});
  const auto answer = client.Call({.method = method, .url = url});
  if (answer.ok()) return *answer;
  ADD_FAILURE() << answer.status().text();
  return {};
}

TEST(ExecutorMetricsTest, UseOfResourcesIsExportedAndToldWithUpdates) {
  ExecutorWorld world;
  world.options.times.usage = seconds(5);
  world.options.times.usage_update = seconds(30);
  world.rep.fault = [](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/container_metrics")) return std::nullopt;
    return PlayedAnswer{
        200, R"({"lrps":[{"instance_guid":"instance-1","process_guid":"pg","index":0,)"
             R"("cpu_usage_fraction":0.5,"memory_usage_bytes":7,"tx_bytes":9},)"
             R"({"instance_guid":"x","process_guid":"say \"hi\"","index":1}],"tasks":[]})"};
  };
  world.Begin();
  world.Launch("a", LrpData("pg"));
  world.rep.Lrp("pg").state = "RUNNING";
  world.Advance(seconds(1));
  const size_t before = world.agent.updates.size();
  world.Advance(seconds(61));
  EXPECT_EQ(world.agent.updates.size(), before + 2);
  EXPECT_EQ(world.StatesOf("a"), "STARTING RUNNING");
  std::map<std::string, std::string> labels;
  const v1::TaskStatus last = world.LastOf("a");
  for (const auto& label : last.labels().labels()) labels[label.key()] = label.value();
  EXPECT_EQ(labels["diego.cpu_usage_fraction"], "0.5");
  EXPECT_EQ(labels["diego.memory_usage_bytes"], "7");
  EXPECT_EQ(labels["diego.tx_bytes"], "9");
  EXPECT_EQ(labels.count("diego.rx_bytes"), 0u);

  const std::string text = world.executor->MetricsText();
  const auto has = [&](const std::string& line) {
    EXPECT_NE(text.find(line + "\n"), std::string::npos) << line << " is not in\n" << text;
  };
  has(R"(rostrum_executor_info{framework_id="framework-1",executor_id="executor-1",agent_id="agent-1",cell_id="cell-1"} 1)");
  has("rostrum_executor_subscribed 1");
  has("rostrum_executor_rep_up 1");
  has(R"(rostrum_executor_tasks{state="running"} 1)");
  has(R"(rostrum_executor_updates_total{state="TASK_RUNNING"} 3)");
  has(R"(rostrum_cell_memory_mb{of="total"} 1000)");
  has(R"(rostrum_container_cpu_usage_fraction{kind="lrp",guid="pg",index="0",instance_guid="instance-1",task_id="a"} 0.5)");
  has(R"(rostrum_container_tx_bytes_total{kind="lrp",guid="pg",index="0",instance_guid="instance-1",task_id="a"} 9)");
  has(R"(rostrum_container_memory_usage_bytes{kind="lrp",guid="say \"hi\"",index="1",instance_guid="x",task_id=""} 0)");
  EXPECT_EQ(text.find("rostrum_container_rx_bytes_total{"), std::string::npos);
}

TEST(ExecutorMetricsTest, ARepThatDoesNotTellUseIsSaidToOnce) {
  ExecutorWorld world;
  world.options.times.usage = seconds(5);
  world.options.times.idle = std::chrono::hours(1);
  world.rep.fault = [](const http::Request& request) -> MaybeAnswer {
    if (!request.url.ends_with("/container_metrics")) return std::nullopt;
    return PlayedAnswer{404, ""};
  };
  world.Begin();
  world.Advance(seconds(60));
  EXPECT_EQ(std::count_if(world.log.begin(), world.log.end(),
                          [](const auto& line) {
                            return line.find("use of resources") != std::string::npos;
                          }),
            1);
  EXPECT_GT(world.rep.CountOf("GET /container_metrics"), 10u);
}

TEST(MetricsServerTest, ItServesTheTextAndNothingElse) {
  int count = 0;
  auto server = MetricsServer::Start("127.0.0.1:0", [&] {
    return "asked " + std::to_string(++count) + "\n" + std::string(1 << 20, 'x') + "\n";
  });
  ASSERT_TRUE(server.ok()) << server.status().text();
  const std::string origin = "http://" + (*server)->address();
  for (int i = 1; i <= 100; ++i) {
    const http::Answer answer = Get(origin + "/metrics");
    ASSERT_EQ(answer.head.status, 200);
    ASSERT_EQ(answer.body.substr(0, answer.body.find('\n')), "asked " + std::to_string(i));
    ASSERT_GT(answer.body.size(), 1u << 20);
  }
  EXPECT_EQ(Get(origin + "/metrics?x=1").head.status, 200);
  EXPECT_EQ(Get(origin + "/").head.status, 404);
  EXPECT_EQ(Get(origin + "/metrics", "POST").head.status, 405);
}

// More than it serves at a time, none of which says a word; a client that speaks waits for them at
// most.
TEST(MetricsServerTest, SilentClientsDoNotStopIt) {
  auto server = MetricsServer::Start("127.0.0.1:0", [] { return std::string("text\n"); });
  ASSERT_TRUE(server.ok());
  const std::string address = (*server)->address();
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(address.find(':') + 1))));
  inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
  std::vector<int> silent;
  for (int i = 0; i < 70; ++i) {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ASSERT_EQ(connect(socket, reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
    silent.push_back(socket);
  }
  EXPECT_EQ(Get("http://" + address + "/metrics").body, "text\n");
  for (const int socket : silent) close(socket);
}

TEST(MetricsServerTest, AnAddressThatIsNoneOrIsTakenIsNamed) {
  const auto text = [] { return std::string(); };
  for (const char* const address :
       {"", "localhost", ":80", "1.2.3.4:", "host:port", "h:70000", "a:b:1", "[::1]"}) {
    const auto server = MetricsServer::Start(address, text);
    ASSERT_FALSE(server.ok()) << address;
    EXPECT_EQ(server.status().code(), Code::kInvalidArgument) << address;
    EXPECT_NE(server.status().text().find("expected HOST:PORT"), std::string::npos);
  }
  auto first = MetricsServer::Start("127.0.0.1:0", text);
  ASSERT_TRUE(first.ok());
  const auto second = MetricsServer::Start((*first)->address(), text);
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.status().text().find((*first)->address()), std::string::npos);
}

}  // namespace
}  // namespace rostrum::mesos
