// Addresses of masters, redirections, and what masters write in ZooKeeper: rules 22, 26 to 28.

#include <gtest/gtest.h>

#include "lib/mesos/leader/election.h"
#include "lib/mesos/wire/mesos_v1.pb.h"

namespace rostrum::mesos {
namespace {

TEST(EndpointTest, HostPortSchemeAndPath) {
  struct Case {
    const char* text;
    Endpoint expected;
  };
  const Case cases[] = {
      {"10.0.0.1:5051", {.host = "10.0.0.1", .port = 5051}},
      {"master", {.host = "master", .port = 5050}},
      {"http://master:80/mesos/", {.host = "master", .port = 80, .path = "/mesos"}},
      {"https://master", {.tls = true, .host = "master", .port = 5050}},
      {"[::1]:5051", {.host = "::1", .port = 5051}},
      {"[fe80::1]", {.host = "fe80::1", .port = 5050}},
  };
  for (const Case& each : cases) {
    const auto endpoint = ParseEndpoint(each.text, /*tls=*/false);
    ASSERT_TRUE(endpoint.ok()) << each.text;
    EXPECT_EQ(*endpoint, each.expected) << each.text;
  }
  EXPECT_TRUE(ParseEndpoint("master:1", /*tls=*/true)->tls);
  EXPECT_FALSE(ParseEndpoint("http://master:1", /*tls=*/true)->tls);
  EXPECT_EQ(ParseEndpoint("[::1]:5051", true)->Origin(), "https://[::1]:5051");
}

TEST(EndpointTest, WhatIsNone) {
  for (const char* text : {"", ":5050", "master:", "master:0", "master:65536", "master:x",
                           "master:50 50", "ma ster:1", "user@master:1", "[::1", "[::1]5050",
                           "http://", "ftp://master:1", "master:1?x", "a\nb:1"}) {
    const auto endpoint = ParseEndpoint(text, false);
    EXPECT_EQ(endpoint.status().code(), Code::kInvalidArgument) << text;
    EXPECT_NE(endpoint.status().text().find(WithoutCredentials(text)), std::string::npos) << text;
  }
}

TEST(RedirectTest, EveryFormThatMastersSend) {
  const Endpoint from{.tls = true, .host = "old", .port = 5050};
  EXPECT_EQ(*ParseRedirect("//leader:5051/api/v1/scheduler", from),
            (Endpoint{.tls = true, .host = "leader", .port = 5051, .path = "/api/v1/scheduler"}));
  EXPECT_EQ(*ParseRedirect("leader:5051", from),
            (Endpoint{.tls = true, .host = "leader", .port = 5051}));
  EXPECT_EQ(*ParseRedirect("https://leader:5051/x", {.host = "old"}),
            (Endpoint{.tls = true, .host = "leader", .port = 5051, .path = "/x"}));
  EXPECT_FALSE(ParseRedirect("", from).ok());
  EXPECT_FALSE(ParseRedirect("/api/v1/scheduler", from).ok());
}

TEST(RedirectTest, TlsIsNotGivenUp) {
  const Endpoint from{.tls = true, .host = "old", .port = 5050};
  EXPECT_EQ(*ParseRedirect("http://leader:5051/x", from),
            (Endpoint{.tls = true, .host = "leader", .port = 5051, .path = "/x"}));
}

TEST(ZkAddressTest, ServersCredentialsAndPath) {
  const auto plain = ParseZkAddress("zk://h1:2181,h2,[::1]:2183/mesos/");
  ASSERT_TRUE(plain.ok());
  EXPECT_EQ(plain->servers, "h1:2181,h2:2181,[::1]:2183");
  EXPECT_EQ(plain->credentials, "");
  EXPECT_EQ(plain->path, "/mesos");
  const auto full = ParseZkAddress("zk://user:p@ss/w:d@h1:1/a/b");
  ASSERT_TRUE(full.ok());
  EXPECT_EQ(full->credentials, "user:p@ss/w:d");
  EXPECT_EQ(full->servers, "h1:1");
  EXPECT_EQ(full->path, "/a/b");
  EXPECT_EQ(ParseZkAddress("zk://h1:1")->path, "/");
  for (const char* text : {"zk://", "zk:///mesos", "zk://h1:x/mesos", "zk://user@h1:1/mesos",
                           "zk://h1:1,/mesos", "h1:1"}) {
    EXPECT_EQ(ParseZkAddress(text).status().code(), Code::kInvalidArgument) << text;
  }
}

TEST(MasterTextTest, AListIsGoneThroughInACircle) {
  auto source = MakeLeaderSource("a:1,b:2,https://c:3", {});
  ASSERT_TRUE(source.ok());
  LeaderSource& leaders = **source;
  EXPECT_FALSE(leaders.authoritative());
  std::vector<std::string> names;
  for (int i = 0; i < 4; ++i) {
    names.push_back(leaders.Leader()->Origin());
    leaders.Skip(*leaders.Leader());
  }
  EXPECT_EQ(names,
            (std::vector<std::string>{"http://a:1", "http://b:2", "https://c:3", "http://a:1"}));
  leaders.Skip({.host = "another"});
  EXPECT_EQ(leaders.Leader()->host, "b") << "it is not the one that is named";
}

TEST(MasterTextTest, PasswordsAreNotTold) {
  for (const char* text : {"zk://user:pass,word@h1:x/mesos", "zk://password@h1:1/mesos",
                           "user:pass,word@h1:1,h2:2", "https://user:password@h1:5050"}) {
    const std::string told = MakeLeaderSource(text, {}).status().text();
    EXPECT_EQ(told.find("pass"), told.find("password@]")) << told;
    EXPECT_NE(told.find("\"***@h1:"), std::string::npos) << told;
  }
  EXPECT_EQ(WithoutCredentials("zk://h1:1/mesos"), "zk://h1:1/mesos");
}

TEST(MasterTextTest, WhatIsNeitherIsRefused) {
  for (const char* text : {"", "a:1,", "a:1,,b:2", "zk://"}) {
    EXPECT_EQ(MakeLeaderSource(text, {}).status().code(), Code::kInvalidArgument) << text;
  }
}

TEST(ElectionTest, TheSmallestNumberBehindTheLastUnderscoreLeads) {
  const auto leader = [](std::vector<std::string> children) {
    return LeaderAmong(children).value_or("nobody");
  };
  EXPECT_EQ(leader({}), "nobody");
  EXPECT_EQ(leader({"log_replicas", "folder", "json.info_"}), "nobody");
  EXPECT_EQ(leader({"json.info_0000000010", "json.info_0000000009", "log_replicas"}),
            "json.info_0000000009");
  EXPECT_EQ(leader({"json.info_0000000003", "info_0000000002"}), "info_0000000002");
  EXPECT_EQ(leader({"0000000005", "json.info_0000000007"}), "0000000005");
  EXPECT_EQ(leader({"json.info_12x", "json.info_0000000013"}), "json.info_0000000013");
}

constexpr char kJson[] =
    R"({"address":{"hostname":"m1.example","ip":"10.0.0.1","port":5051},"hostname":"old",)"
    R"("id":"x","ip":16777343,"port":5050,"pid":"master@10.0.0.1:5051","version":"1.11.0"})";

TEST(ElectionTest, JsonNamesTheAddressOrTheHost) {
  EXPECT_EQ(ReadMaster("json.info_1", kJson, false)->Origin(), "http://10.0.0.1:5051");
  EXPECT_EQ(ReadMaster("json.info_1", kJson, true)->Origin(), "https://m1.example:5051");
  EXPECT_EQ(ReadMaster("json.info_1", R"({"ip":16777343,"port":5050})", false)->Origin(),
            "http://127.0.0.1:5050");
  EXPECT_EQ(ReadMaster("json.info_1", R"({"hostname":"h","port":5050})", false)->Origin(),
            "http://h:5050");
}

TEST(ElectionTest, AMessageDoesToo) {
  v1::MasterInfo message;
  message.set_ip(16777343);
  message.set_hostname("m1.example");
  EXPECT_EQ(ReadMaster("info_1", message.SerializeAsString(), false)->Origin(),
            "http://127.0.0.1:5050");
  EXPECT_EQ(ReadMaster("info_1", message.SerializeAsString(), true)->Origin(),
            "https://m1.example:5050");
  message.mutable_address()->set_ip("10.0.0.1");
  message.mutable_address()->set_port(5051);
  EXPECT_EQ(ReadMaster("info_1", message.SerializeAsString(), false)->Origin(),
            "http://10.0.0.1:5051");
}

TEST(ElectionTest, WithoutALabelItIsAnOldProcessId) {
  EXPECT_EQ(ReadMaster("0000000001", "master@10.0.0.1:5051", false)->Origin(),
            "http://10.0.0.1:5051");
}

TEST(ElectionTest, AllElseIsCorrupt) {
  for (const auto& [child, data] : std::vector<std::pair<const char*, const char*>>{
           {"json.info_1", ""},
           {"json.info_1", "[]"},
           {"json.info_1", "{"},
           {"json.info_1", "{}"},
           {"json.info_1", R"({"address":[],"port":"5050"})"},
           {"json.info_1", R"({"address":{"ip":"10.0.0.1","port":70000}})"},
           {"info_1", "\xff\xff"},
           {"info_1", ""},
           {"0000000001", ""},
           {"0000000001", "master"},
           {"0000000001", "master@"},
           {"other_1", "x"}}) {
    EXPECT_EQ(ReadMaster(child, data, false).status().code(), Code::kCorrupt) << child << data;
  }
  const std::string deep(100'000, '[');
  EXPECT_EQ(ReadMaster("json.info_1", deep, false).status().code(), Code::kCorrupt);
}

}  // namespace
}  // namespace rostrum::mesos
