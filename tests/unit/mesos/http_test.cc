// Requests over libcurl, with a server of the test's own.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <new>
#include <optional>
#include <thread>

#include "lib/mesos/reactor/reactor.h"
#include "tests/unit/mesos/blocking_client.h"
#include "tests/unit/mesos/local_server.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::mesos::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Answers each request with the request itself.
void Echo(Peer& peer) {
  while (const auto request = peer.ReadRequest()) peer.Answer(*request);
}

TEST(BlockingClientTest, ARequestGoesOutWithItsHeadersAndBody) {
  Server server(Echo);
  HttpOptions options;
  options.principal = "cf";
  options.secret = "s3cret";
  BlockingClient client(options);
  const auto answer = client.Call(
      {.url = server.Url("/path"), .headers = {{"X-One", "1"}}, .body = std::string("a\0b", 3)});
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(answer->head.status, 200);
  const std::string& echo = answer->body;
  EXPECT_EQ(echo.substr(0, 20), "POST /path HTTP/1.1\r");
  EXPECT_NE(echo.find("X-One: 1\r\n"), std::string::npos);
  EXPECT_NE(echo.find("Authorization: Basic Y2Y6czNjcmV0\r\n"), std::string::npos);
  EXPECT_EQ(echo.find("Expect:"), std::string::npos);
  EXPECT_EQ(echo.substr(echo.size() - 7), std::string("\r\n\r\na\0b", 7));
}

TEST(BlockingClientTest, OtherMethodsAndATokenAndNoBody) {
  Server server(Echo);
  HttpOptions options;
  options.bearer_token = "token";
  BlockingClient client(options);
  const auto get = client.Call({.method = "GET", .url = server.Url("/state")});
  ASSERT_TRUE(get.ok());
  EXPECT_EQ(get->body.substr(0, 19), "GET /state HTTP/1.1");
  EXPECT_NE(get->body.find("Authorization: Bearer token\r\n"), std::string::npos);
  const auto put = client.Call({.method = "PUT", .url = server.Url("/x"), .body = "b"});
  EXPECT_EQ(put->body.substr(0, 15), "PUT /x HTTP/1.1");
}

TEST(BlockingClientTest, CallsShareAConnection) {
  Server server(Echo);
  BlockingClient client({});
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(client.Call({.url = server.Url(), .body = "x"}).ok());
  EXPECT_EQ(server.connections(), 1);
}

TEST(BlockingClientTest, StatusesAndHeadersOfAllKindsAreAnswers) {
  Server server([](Peer& peer) {
    while (peer.ReadRequest()) {
      peer.Send(
          "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 307 Temporary Redirect\r\n"
          "Location:   //leader:5050/x \r\nContent-Length: 2\r\n\r\nno");
    }
  });
  const auto answer = BlockingClient({}).Call({.url = server.Url()});
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(answer->head.status, 307);
  EXPECT_EQ(answer->head.Find("location"), "//leader:5050/x");
  EXPECT_EQ(answer->body, "no");
}

TEST(BlockingClientTest, APeerThatNeverAnswersIsLeftInTime) {
  Server server([](Peer& peer) { peer.WaitForEnd(); });
  const auto answer = BlockingClient({}).Call({.url = server.Url(), .timeout = milliseconds(30)});
  EXPECT_EQ(answer.status().code(), Code::kUnavailable);
  EXPECT_TRUE(answer.status().retriable());
  EXPECT_NE(answer.status().text().find(server.Url()), std::string::npos);
}

TEST(BlockingClientTest, APeerThatAnswersByDripsIsLeftInTime) {
  Server server([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nx");
    peer.WaitForEnd();
  });
  const auto answer = BlockingClient({}).Call({.url = server.Url(), .timeout = milliseconds(30)});
  EXPECT_EQ(answer.status().code(), Code::kUnavailable);
}

TEST(BlockingClientTest, AnswersThatAreCutOrTooLongAreErrors) {
  Server cut([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  });
  EXPECT_EQ(BlockingClient({}).Call({.url = cut.Url()}).status().code(), Code::kUnavailable);
  Server large([](Peer& peer) {
    peer.ReadRequest();
    peer.Answer(std::string(1001, 'x'));
  });
  HttpOptions options;
  options.answer_maximum = 1000;
  const auto answer = BlockingClient(options).Call({.url = large.Url()});
  EXPECT_NE(answer.status().text().find("more than 1000 bytes"), std::string::npos);
}

TEST(BlockingClientTest, WhatIsNoHttpIsAnError) {
  Server server([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("SSH-2.0-OpenSSH_9.2\r\n");
    peer.WaitForEnd();
  });
  EXPECT_FALSE(BlockingClient({}).Call({.url = server.Url()}).ok());
  EXPECT_EQ(BlockingClient({}).Call({.url = "file:///etc/passwd"}).status().code(),
            Code::kFailedPrecondition);
}

// The server takes the request over a connection that is kept, and closes it without an answer. It
// may have done what was asked, so it must not be asked a second time.
TEST(BlockingClientTest, ARequestIsNeverSentTwice) {
  std::atomic<int> requests = 0;
  Server server([&](Peer& peer) {
    while (peer.ReadRequest()) {
      if (++requests == 2) return;
      peer.Answer("ok");
    }
  });
  BlockingClient client({});
  ASSERT_TRUE(client.Call({.url = server.Url(), .body = "first"}).ok());
  EXPECT_EQ(client.Call({.url = server.Url(), .body = "second"}).status().code(),
            Code::kUnavailable);
  EXPECT_EQ(requests, 2);
  EXPECT_TRUE(client.Call({.url = server.Url(), .body = "third"}).ok());
}

TEST(BlockingClientTest, AnotherThreadMayCancel) {
  std::mutex mutex;
  std::condition_variable changed;
  bool has_request = false;
  Server server([&](Peer& peer) {
    peer.ReadRequest();
    {
      std::lock_guard lock(mutex);
      has_request = true;
    }
    changed.notify_all();
    peer.WaitForEnd();
  });
  BlockingClient client({});
  std::thread canceller([&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return has_request; });
    client.Cancel();
  });
  EXPECT_EQ(client.Call({.url = server.Url()}).status().code(), Code::kUnavailable);
  canceller.join();
  EXPECT_FALSE(client.Call({.url = server.Url()}).ok());
}

TEST(BlockingClientTest, AUnixSocketTakesThePlaceOfTheAddress) {
  const TemporaryFolder folder;
  HttpOptions options;
  options.unix_socket = folder.File("agent.sock");
  Server server(Echo, options.unix_socket);
  const auto answer = BlockingClient(options).Call({.url = "http://localhost/api/v1/executor"});
  ASSERT_TRUE(answer.ok()) << answer.status().text();
  EXPECT_EQ(answer->body.substr(0, 21), "POST /api/v1/executor");
}

TEST(BlockingClientTest, AProxyOfTheEnvironmentIsNotAsked) {
  Server server(Echo);
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  EXPECT_TRUE(BlockingClient({}).Call({.url = server.Url()}).ok());
  unsetenv("http_proxy");
}

// Notes what it hears, and lets a test wait for it.
class Listening : public Machine {
 public:
  explicit Listening(std::mutex& mutex) : mutex_(mutex) {}

  TimePoint Deadline() const override { return deadline; }
  void OnTime() override {
    deadline = kNever;
    Note("time");
  }
  void OnHead(RequestId id, const Head& head) override {
    Note(std::to_string(id) + " head " + std::to_string(head.status));
  }
  void OnBytes(RequestId id, std::string_view bytes) override {
    Note(std::to_string(id) + " " + std::string(bytes));
  }
  void OnEnd(RequestId id, const Status& status) override {
    if (ends_without_memory-- > 0) throw std::bad_alloc();
    Note(std::to_string(id) + " end " + CodeName(status.code()));
  }

  void WaitFor(const std::string& text) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return std::find(notes.begin(), notes.end(), text) != notes.end(); });
  }

  TimePoint deadline = kNever;
  int ends_without_memory = 0;
  std::vector<std::string> notes;

 private:
  void Note(std::string text) {
    notes.push_back(std::move(text));
    changed_.notify_all();
  }

  std::mutex& mutex_;
  std::condition_variable changed_;
};

class ReactorTest : public testing::Test {
 protected:
  void Run() {
    ASSERT_TRUE(reactor.Run(&machine, [] {}).ok());
  }
  void Start(RequestId id, Request request) {
    std::lock_guard lock(reactor.mutex());
    reactor.Start(id, std::move(request));
  }

  SteadyClock clock;
  Reactor reactor{{}, clock};
  Listening machine{reactor.mutex()};
};

TEST_F(ReactorTest, AStreamIsHeardAsItComesAndCallsGoBesideIt) {
  Server server([](Peer& peer) {
    const auto request = peer.ReadRequest();
    if (!request) return;
    if (request->find("/stream") == std::string::npos) {
      return peer.Answer("done", "202 Accepted");
    }
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n");
    peer.WaitForEnd();
  });
  Run();
  Start(1, {.url = server.Url("/stream"), .stream = true});
  machine.WaitFor("1 one");
  Start(2, {.url = server.Url("/call")});
  machine.WaitFor("2 end OK");
  {
    std::lock_guard lock(reactor.mutex());
    EXPECT_EQ(machine.notes, (std::vector<std::string>{"1 head 200", "1 one", "2 head 202",
                                                       "2 done", "2 end OK"}));
    reactor.Cancel(1);
  }
  // The server sees the end of both.
  reactor.Stop();
}

TEST_F(ReactorTest, NothingIsHeardOfWhatWasCancelled) {
  Server server(Echo);
  {
    std::lock_guard lock(reactor.mutex());
    reactor.Start(1, {.url = server.Url()});
    reactor.Cancel(1);
    reactor.Start(2, {.url = server.Url()});
  }
  Run();
  machine.WaitFor("2 end OK");
  std::lock_guard lock(reactor.mutex());
  for (const std::string& note : machine.notes) EXPECT_EQ(note.front(), '2') << note;
}

TEST_F(ReactorTest, ARefusedConnectionEndsTheRequest) {
  Run();
  Start(1, {.url = "http://127.0.0.1:1/", .stream = true});
  machine.WaitFor("1 end UNAVAILABLE");
}

TEST_F(ReactorTest, AStreamThatIsCutEndsWithAnError) {
  Server server([](Peer& peer) {
    peer.ReadRequest();
    peer.Send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n5\r\ntw");
  });
  Run();
  Start(1, {.url = server.Url(), .stream = true});
  machine.WaitFor("1 end UNAVAILABLE");
}

TEST_F(ReactorTest, TimeIsTold) {
  {
    std::lock_guard lock(reactor.mutex());
    machine.deadline = clock.Now() + milliseconds(1);
  }
  Run();
  machine.WaitFor("time");
  {
    std::lock_guard lock(reactor.mutex());
    machine.notes.clear();
    machine.deadline = clock.Now();
  }
  reactor.Wake();
  machine.WaitFor("time");
}

TEST_F(ReactorTest, MemoryThatRunsOutEndsNeitherTheThreadNorACallWithoutAWord) {
  Server server(Echo);
  machine.ends_without_memory = 2;
  int steps = 0;
  const auto after_step = [&] {
    if (++steps == 1) throw std::bad_alloc();
  };
  Start(1, {.url = server.Url()});
  ASSERT_TRUE(reactor.Run(&machine, after_step).ok());
  machine.WaitFor("1 end OK");
  Start(2, {.url = server.Url()});
  machine.WaitFor("2 end OK");
  reactor.Stop();
  EXPECT_EQ(std::count(machine.notes.begin(), machine.notes.end(), "1 end OK"), 1);
  EXPECT_EQ(server.connections(), 1);
}

TEST_F(ReactorTest, StopEndsWhatRuns) {
  Server server([](Peer& peer) { peer.WaitForEnd(); });
  Run();
  Start(1, {.url = server.Url(), .stream = true});
  reactor.Stop();
  reactor.Stop();
  EXPECT_TRUE(machine.notes.empty());
}

}  // namespace
}  // namespace rostrum::mesos::http
