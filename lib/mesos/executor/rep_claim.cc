#include "lib/mesos/executor/rep_claim.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <system_error>
#include <thread>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/wire/excerpt.h"

namespace rostrum::mesos {
namespace {

constexpr int kBacklog = 16;
constexpr size_t kHolderMaximum = 512;
// How long a holder may take to say who it is.
constexpr timeval kPatience = {.tv_sec = 0, .tv_usec = 200'000};

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

// HOST:PORT of rep, with one name for the machine's own address.
std::string NameOf(std::string_view url) {
  const bool is_secure = url.starts_with("https://");
  const std::string_view rest = url.substr(url.find("://") + 3);
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string_view::npos && rest.find(']', colon) == rest.npos;
  const std::string_view host = has_port ? rest.substr(0, colon) : rest;
  const std::string_view port = has_port ? rest.substr(colon + 1) : (is_secure ? "443" : "80");
  return std::string(IsLoopback(host) ? "localhost" : host) + ":" + std::string(port);
}

// A name in the abstract namespace, which is no file: it begins with a byte of zero.
struct Address {
  explicit Address(std::string_view name) {
    address.sun_family = AF_UNIX;
    const std::string_view prefix = "rostrum-executor ";
    const size_t room = sizeof address.sun_path - 1 - prefix.size();
    if (name.size() > room) name.remove_prefix(name.size() - room);
    char* const end = std::copy(name.begin(), name.end(),
                                std::copy(prefix.begin(), prefix.end(), address.sun_path + 1));
    size = static_cast<socklen_t>(end - reinterpret_cast<char*>(&address));
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }

  sockaddr_un address{};
  socklen_t size = 0;
};

std::string HolderOf(const Address& address) {
  const std::string text = "another executor";
  const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  setsockopt(socket.number(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  if (connect(socket.number(), address.get(), address.size) != 0) return text;
  char room[kHolderMaximum];
  const ssize_t size = recv(socket.number(), room, sizeof room, 0);
  if (size <= 0) return text;
  // Anybody may have that name, and say anything.
  return wire::Escape(std::string_view(room, static_cast<size_t>(size)));
}

}  // namespace

// Tells everybody who asks who it is.
struct RepClaim::Held {
  Descriptor listener;
  Descriptor wake;
  std::string holder;
  std::thread thread;

  ~Held() {
    if (!thread.joinable()) return;
    const uint64_t one = 1;
    // It cannot fail: the counter is nowhere near its end.
    const ssize_t written = write(wake.number(), &one, sizeof one);
    static_cast<void>(written);
    thread.join();
  }

  void Loop() const {
    while (true) {
      pollfd polled[] = {{wake.number(), POLLIN, 0}, {listener.number(), POLLIN, 0}};
      if (poll(polled, 2, -1) < 0 && errno != EINTR) return;
      if (polled[0].revents != 0) return;
      if (polled[1].revents == 0) continue;
      const Descriptor client(accept4(listener.number(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client.ok()) continue;
      const std::string_view text = std::string_view(holder).substr(0, kHolderMaximum);
      send(client.number(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    }
  }
};

RepClaim::RepClaim(std::string_view rep_url, std::string holder)
    : name_(NameOf(rep_url)), holder_(std::move(holder)) {}

RepClaim::~RepClaim() = default;

std::optional<std::string> RepClaim::Take() {
  if (held_) return std::nullopt;
  auto held = std::make_unique<Held>();
  held->holder = holder_;
  held->listener = Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const Address address(name_);
  if (bind(held->listener.number(), address.get(), address.size) != 0) {
    if (errno == EADDRINUSE) return HolderOf(address);
    return std::nullopt;
  }
  held->wake = Descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (held->wake.ok() && listen(held->listener.number(), kBacklog) == 0) {
    try {
      held->thread = std::thread([raw = held.get()] { raw->Loop(); });
    } catch (const std::system_error&) {
      // The claim holds all the same; others are told less of it.
    }
  }
  held_ = std::move(held);
  return std::nullopt;
}

}  // namespace rostrum::mesos
