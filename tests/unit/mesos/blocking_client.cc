#include "tests/unit/mesos/blocking_client.h"

#include <atomic>
#include <optional>
#include <utility>

#include "lib/mesos/http/curl_network.h"

namespace rostrum::mesos::http {
namespace {

// Of Perform, which is called again anyway.
constexpr std::chrono::milliseconds kStep(1000);

}  // namespace

struct BlockingClient::Impl : CurlNetwork::Receiver {
  explicit Impl(HttpOptions options) : network(std::move(options), this) {}

  bool Wants(RequestId id) override { return id == current && !cancelled; }
  void OnHead(RequestId, const Head& head) override { answer.head = head; }
  void OnBytes(RequestId, std::string_view bytes) override { answer.body.append(bytes); }
  void OnEnd(RequestId, const Status& status) override { end = status; }

  CurlNetwork network;
  std::atomic<bool> cancelled = false;
  RequestId current = 0;
  Answer answer;
  std::optional<Status> end;
};

BlockingClient::BlockingClient(HttpOptions options)
    : impl_(std::make_unique<Impl>(std::move(options))) {}
BlockingClient::~BlockingClient() = default;

Expected<Answer> BlockingClient::Call(const Request& request) {
  const NoSigpipe no_sigpipe;
  Request bounded = request;
  bounded.stream = false;
  impl_->answer = Answer();
  impl_->end.reset();
  const RequestId id = ++impl_->current;
  impl_->network.Start(id, std::move(bounded));
  while (!impl_->end && !impl_->cancelled) impl_->network.Perform(kStep);
  impl_->network.Cancel(id);
  if (impl_->cancelled) return Unavailable(request.url + ": the call was cancelled");
  if (!impl_->end->ok()) return *impl_->end;
  return std::move(impl_->answer);
}

void BlockingClient::Cancel() {
  impl_->cancelled = true;
  impl_->network.Wake();
}

}  // namespace rostrum::mesos::http
