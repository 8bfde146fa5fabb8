// Rules 57 and 58: what the agent says in an executor's environment.

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "lib/mesos/executor/environment.h"

namespace rostrum::mesos {
namespace {

using Variables = std::map<std::string, std::string>;

Variables Usual() {
  return {{"MESOS_FRAMEWORK_ID", "f-1"},
          {"MESOS_EXECUTOR_ID", "e-1"},
          {"MESOS_SLAVE_ID", "a-1"},
          {"MESOS_SLAVE_PID", "slave(1)@10.0.0.1:5051"},
          {"MESOS_AGENT_ENDPOINT", "10.0.0.1:5051"},
          {"MESOS_SANDBOX", "/mnt/mesos/sandbox"},
          {"MESOS_DIRECTORY", "/work/sandbox"},
          {"MESOS_CHECKPOINT", "1"},
          {"MESOS_RECOVERY_TIMEOUT", "15mins"},
          {"MESOS_SUBSCRIPTION_BACKOFF_MAX", "2secs"},
          {"MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD", "1.5mins"}};
}

Expected<ExecutorEnvironment> Read(const Variables& variables) {
  return ReadExecutorEnvironment([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

std::string ErrorOf(const Variables& variables) {
  const auto environment = Read(variables);
  return environment.ok() ? "" : environment.status().text();
}

TEST(ExecutorEnvironmentTest, EverythingThatAnAgentSaysIsRead) {
  const auto environment = Read(Usual());
  ASSERT_TRUE(environment.ok()) << environment.status().text();
  EXPECT_EQ(environment->framework_id, "f-1");
  EXPECT_EQ(environment->executor_id, "e-1");
  EXPECT_EQ(environment->agent_id, "a-1");
  EXPECT_EQ(environment->url, "http://10.0.0.1:5051/slave(1)/api/v1/executor");
  EXPECT_EQ(environment->sandbox, "/mnt/mesos/sandbox");
  EXPECT_TRUE(environment->checkpoint);
  EXPECT_EQ(environment->recovery_timeout, std::chrono::minutes(15));
  EXPECT_EQ(environment->backoff_maximum, std::chrono::seconds(2));
  EXPECT_EQ(environment->shutdown_grace, std::chrono::seconds(90));
  EXPECT_TRUE(environment->http.bearer_token.empty());
  EXPECT_TRUE(environment->http.unix_socket.empty());
  EXPECT_FALSE(environment->http.tls.enabled);
}

TEST(ExecutorEnvironmentTest, DurationsAreInAnyOfMesosUnits) {
  Variables variables = Usual();
  variables["MESOS_SUBSCRIPTION_BACKOFF_MAX"] = "250ms";
  variables["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "5secs";
  const auto environment = Read(variables);
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(environment->backoff_maximum, Milliseconds(250));
  EXPECT_EQ(environment->shutdown_grace, std::chrono::seconds(5));
}

TEST(ExecutorEnvironmentTest, CheckpointingIsSaidByMesosCodeAndByItsDocuments) {
  for (const auto& [text, expected] : std::map<std::string, bool>{
           {"1", true}, {"true", true}, {"0", false}, {"false", false}, {"", false}}) {
    Variables variables = Usual();
    variables["MESOS_CHECKPOINT"] = text;
    const auto environment = Read(variables);
    ASSERT_TRUE(environment.ok()) << text;
    EXPECT_EQ(environment->checkpoint, expected) << text;
  }
}

TEST(ExecutorEnvironmentTest, WhatIsNotThereHasMesosDefault) {
  const auto environment = Read({{"MESOS_FRAMEWORK_ID", "f"},
                                 {"MESOS_EXECUTOR_ID", "e"},
                                 {"MESOS_AGENT_ENDPOINT", "localhost:5051"},
                                 {"MESOS_DIRECTORY", "/work/sandbox"}});
  ASSERT_TRUE(environment.ok());
  EXPECT_FALSE(environment->checkpoint);
  EXPECT_EQ(environment->shutdown_grace, std::chrono::seconds(5));
  EXPECT_EQ(environment->sandbox, "/work/sandbox");
  EXPECT_EQ(environment->url, "http://localhost:5051/api/v1/executor");
}

TEST(ExecutorEnvironmentTest, TheEndpointCountsBeforeTheProcessId) {
  Variables variables = Usual();
  variables["MESOS_AGENT_ENDPOINT"] = "proxy:1";
  EXPECT_EQ(Read(variables)->url, "http://proxy:1/slave(1)/api/v1/executor");
  variables.erase("MESOS_AGENT_ENDPOINT");
  EXPECT_EQ(Read(variables)->url, "http://10.0.0.1:5051/slave(1)/api/v1/executor");
}

TEST(ExecutorEnvironmentTest, TheTokenIsKeptForTheHeader) {
  Variables variables = Usual();
  variables["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"] = "secret";
  EXPECT_EQ(Read(variables)->http.bearer_token, "secret");
}

TEST(ExecutorEnvironmentTest, ADomainSocketIsTheEndpoint) {
  Variables variables = Usual();
  variables["MESOS_DOMAIN_SOCKET"] = "/run/mesos/agent.sock";
  const auto environment = Read(variables);
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(environment->http.unix_socket, "/run/mesos/agent.sock");
  EXPECT_EQ(environment->url, "http://localhost/slave(1)/api/v1/executor");
}

TEST(ExecutorEnvironmentTest, ASocketWhosePathIsTooLongIsReachedFromHereOrNamed) {
  Variables variables = Usual();
  const std::string here = std::filesystem::current_path().string();
  variables["MESOS_DOMAIN_SOCKET"] = here + std::string(100, '/') + "agent.sock";
  EXPECT_EQ(Read(variables)->http.unix_socket, "agent.sock");
  variables["MESOS_DOMAIN_SOCKET"] = "/" + std::string(107, 'x');
  const std::string error = ErrorOf(variables);
  EXPECT_NE(error.find("MESOS_DOMAIN_SOCKET has 108 bytes, expected at most 107"),
            std::string::npos)
      << error;
}

TEST(ExecutorEnvironmentTest, AnAgentWithTlsIsSpokenToWithTls) {
  Variables variables = Usual();
  variables["LIBPROCESS_SSL_ENABLED"] = "true";
  variables["LIBPROCESS_SSL_CA_FILE"] = "/ca";
  variables["LIBPROCESS_SSL_CERT_FILE"] = "/crt";
  variables["LIBPROCESS_SSL_KEY_FILE"] = "/key";
  const auto environment = Read(variables);
  ASSERT_TRUE(environment.ok());
  EXPECT_EQ(environment->url, "https://10.0.0.1:5051/slave(1)/api/v1/executor");
  EXPECT_EQ(environment->http.tls.ca_file, "/ca");
  EXPECT_FALSE(environment->http.tls.verify_peer);
  variables["LIBPROCESS_SSL_VERIFY_SERVER_CERT"] = "1";
  EXPECT_TRUE(Read(variables)->http.tls.verify_peer);
}

TEST(ExecutorEnvironmentTest, ErrorsNameTheVariableAndWhatWasExpected) {
  for (const char* const name : {"MESOS_FRAMEWORK_ID", "MESOS_EXECUTOR_ID"}) {
    Variables variables = Usual();
    variables.erase(name);
    EXPECT_NE(ErrorOf(variables).find(std::string(name) + " is not set, expected"),
              std::string::npos);
  }
  Variables variables = Usual();
  variables.erase("MESOS_AGENT_ENDPOINT");
  variables.erase("MESOS_SLAVE_PID");
  EXPECT_NE(ErrorOf(variables).find("MESOS_AGENT_ENDPOINT is not set"), std::string::npos);
  variables = Usual();
  variables["MESOS_RECOVERY_TIMEOUT"] = "soon";
  EXPECT_NE(ErrorOf(variables).find("MESOS_RECOVERY_TIMEOUT: invalid duration \"soon\""),
            std::string::npos);
  variables = Usual();
  variables["MESOS_CHECKPOINT"] = "perhaps";
  EXPECT_EQ(ErrorOf(variables), "MESOS_CHECKPOINT is \"perhaps\", expected 1, 0, true or false");
}

}  // namespace
}  // namespace rostrum::mesos
