#include "lib/mesos/http/curl_network.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "lib/mesos/http/transfer.h"

namespace rostrum::mesos::http {
namespace {

// libcurl counts its users itself, but not safely before 7.84.
void InitializeCurl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

struct CurlNetwork::Impl {
  HttpOptions options;
  Receiver* receiver;
  CURLM* multi;
  std::map<RequestId, std::unique_ptr<Transfer>> transfers;
  // Requests that libcurl would not take, to be told of in Perform.
  std::vector<std::pair<RequestId, Status>> failed;

  void Remove(RequestId id) {
    const auto found = transfers.find(id);
    if (found == transfers.end()) return;
    if (found->second->handle() != nullptr) {
      curl_multi_remove_handle(multi, found->second->handle());
    }
    transfers.erase(found);
  }

  void TellFailed() {
    for (auto& [id, status] : std::exchange(failed, {})) {
      Remove(id);
      if (receiver->Wants(id)) receiver->OnEnd(id, status);
    }
  }

  // Collects first: what a message points to goes away as soon as a handle is removed.
  void TellDone() {
    std::vector<std::pair<RequestId, Status>> done;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      for (const auto& [id, transfer] : transfers) {
        if (transfer->handle() != message->easy_handle) continue;
        done.emplace_back(id, transfer->Outcome(message->data.result));
        break;
      }
    }
    for (const auto& [id, status] : done) {
      Remove(id);
      if (receiver->Wants(id)) receiver->OnEnd(id, status);
    }
  }
};

CurlNetwork::CurlNetwork(HttpOptions options, Receiver* receiver) {
  InitializeCurl();
  impl_ = std::make_unique<Impl>(Impl{std::move(options), receiver, curl_multi_init(), {}, {}});
}

CurlNetwork::~CurlNetwork() {
  CancelAll();
  curl_multi_cleanup(impl_->multi);
}

void CurlNetwork::Start(RequestId id, Request request) {
  const std::shared_ptr<const HttpOptions> own = request.options;
  auto transfer = std::make_unique<Transfer>(id, std::move(request), own ? *own : impl_->options,
                                             impl_->receiver);
  const bool taken = impl_->multi != nullptr && transfer->handle() != nullptr &&
                     curl_multi_add_handle(impl_->multi, transfer->handle()) == CURLM_OK;
  impl_->transfers.emplace(id, std::move(transfer));
  if (!taken) impl_->failed.emplace_back(id, Unavailable("no memory for another HTTP request"));
}

void CurlNetwork::Cancel(RequestId id) { impl_->Remove(id); }

void CurlNetwork::CancelAll() {
  while (!impl_->transfers.empty()) impl_->Remove(impl_->transfers.begin()->first);
}

void CurlNetwork::Perform(std::chrono::milliseconds timeout) {
  impl_->TellFailed();
  if (impl_->multi == nullptr) return;
  const auto bounded = std::clamp<int64_t>(timeout.count(), 0, 60'000);
  curl_multi_poll(impl_->multi, nullptr, 0, static_cast<int>(bounded), nullptr);
  int running = 0;
  curl_multi_perform(impl_->multi, &running);
  impl_->TellDone();
}

void CurlNetwork::Wake() {
  if (impl_->multi != nullptr) curl_multi_wakeup(impl_->multi);
}

}  // namespace rostrum::mesos::http
