// An HTTP server of a test's own, on this machine.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_LOCAL_SERVER_H_
#define ROSTRUM_TESTS_UNIT_MESOS_LOCAL_SERVER_H_

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace rostrum::mesos::http {

// One connection, as the server has it.
class Peer {
 public:
  explicit Peer(int descriptor) : descriptor_(descriptor) {}
  ~Peer() { close(descriptor_); }

  // A whole request: head and body; nothing if the other side closed.
  std::optional<std::string> ReadRequest() {
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!Read()) return std::nullopt;
    }
    const size_t head = buffer_.find("\r\n\r\n") + 4;
    size_t body = 0;
    if (const size_t at = buffer_.find("Content-Length: "); at < head) {
      body = std::stoul(buffer_.substr(at + 16));
    }
    while (buffer_.size() < head + body) {
      if (!Read()) return std::nullopt;
    }
    std::string request = buffer_.substr(0, head + body);
    buffer_.erase(0, head + body);
    return request;
  }

  void Send(const std::string& text) {
    for (size_t sent = 0; sent < text.size();) {
      const ssize_t size = send(descriptor_, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
      if (size <= 0) return;
      sent += static_cast<size_t>(size);
    }
  }
  // The whole of an answer.
  void Answer(const std::string& body, const std::string& status = "200 OK") {
    Send("HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body);
  }
  void End() { shutdown(descriptor_, SHUT_RDWR); }
  // Waits until the other side closes.
  void WaitForEnd() {
    while (Read()) {
    }
  }

 private:
  bool Read() {
    char data[4096];
    const ssize_t size = recv(descriptor_, data, sizeof data, 0);
    if (size <= 0) return false;
    buffer_.append(data, static_cast<size_t>(size));
    return true;
  }

  int descriptor_;
  std::string buffer_;
};

// Serves each connection on a thread of its own.
class Server {
 public:
  explicit Server(std::function<void(Peer&)> serve, const std::string& unix_path = "")
      : serve_(std::move(serve)) {
    if (unix_path.empty()) {
      listener_ = socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in address{};
      address.sin_family = AF_INET;
      address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
      socklen_t size = sizeof address;
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
      port_ = ntohs(address.sin_port);
    } else {
      listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
      sockaddr_un address{};
      address.sun_family = AF_UNIX;
      unix_path.copy(address.sun_path, sizeof address.sun_path - 1);
      EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    }
    EXPECT_EQ(listen(listener_, 16), 0);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    for (const auto& peer : peers_) peer->End();
    for (std::thread& thread : threads_) thread.join();
  }

  std::string Url(const std::string& path = "/") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int connections() const { return connections_; }

 private:
  void Accept() {
    for (int descriptor; (descriptor = accept(listener_, nullptr, nullptr)) >= 0;) {
      ++connections_;
      Peer* const peer = peers_.emplace_back(std::make_unique<Peer>(descriptor)).get();
      threads_.emplace_back([this, peer] {
        serve_(*peer);
        peer->End();
      });
    }
  }

  std::function<void(Peer&)> serve_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<int> connections_ = 0;
  std::thread acceptor_;
  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::thread> threads_;
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_TESTS_UNIT_MESOS_LOCAL_SERVER_H_
