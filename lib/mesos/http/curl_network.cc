#include "lib/mesos/http/curl_network.h"

#include <curl/curl.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <new>
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
  struct Ended {
    RequestId id;
    CURLcode code;
  };

  HttpOptions options;
  Receiver* receiver;
  CURLM* multi;
  std::map<RequestId, std::unique_ptr<Transfer>> transfers;
  // Requests that are over, of which the receiver is to be told. Those that libcurl would not take
  // have no transfer.
  std::vector<Ended> ended;

  // False if there is no memory for it.
  bool TakeIn(RequestId id, Request request) {
    try {
      const std::shared_ptr<const HttpOptions> own = request.options;
      auto transfer =
          std::make_unique<Transfer>(id, std::move(request), own ? *own : options, receiver);
      if (multi == nullptr || transfer->handle() == nullptr) return false;
      const auto at = transfers.emplace(id, std::move(transfer)).first;
      if (curl_multi_add_handle(multi, at->second->handle()) == CURLM_OK) return true;
      transfers.erase(at);
    } catch (const std::bad_alloc&) {
      // As if libcurl had none.
    }
    return false;
  }

  void Remove(RequestId id) {
    const auto found = transfers.find(id);
    if (found == transfers.end()) return;
    curl_multi_remove_handle(multi, found->second->handle());
    transfers.erase(found);
  }

  // Collects all first: what a message points to goes away as soon as a handle is removed.
  void CollectDone() {
    // libcurl says it once, so there must be room.
    ended.reserve(ended.size() + transfers.size());
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      for (const auto& [id, transfer] : transfers) {
        if (transfer->handle() != message->easy_handle) continue;
        ended.push_back({id, message->data.result});
        break;
      }
    }
  }

  // If the receiver has no memory for the first it is told again, in the next Perform.
  void TellEnded() {
    for (; !ended.empty(); ended.erase(ended.begin())) {
      const auto [id, code] = ended.front();
      if (receiver->Wants(id)) {
        const auto found = transfers.find(id);
        receiver->OnEnd(id, found != transfers.end()
                                ? found->second->Outcome(code)
                                : Unavailable("no memory for another HTTP request"));
      }
      Remove(id);
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
  MakeRoom();
  if (!impl_->TakeIn(id, std::move(request))) impl_->ended.push_back({id, CURLE_OUT_OF_MEMORY});
}

void CurlNetwork::MakeRoom() { impl_->ended.reserve(impl_->ended.size() + 1); }

void CurlNetwork::Cancel(RequestId id) { impl_->Remove(id); }

void CurlNetwork::CancelAll() {
  while (!impl_->transfers.empty()) impl_->Remove(impl_->transfers.begin()->first);
}

void CurlNetwork::Perform(std::chrono::milliseconds timeout) {
  impl_->TellEnded();
  if (impl_->multi == nullptr) return;
  const auto bounded = std::clamp<int64_t>(timeout.count(), 0, 60'000);
  curl_multi_poll(impl_->multi, nullptr, 0, static_cast<int>(bounded), nullptr);
  int running = 0;
  curl_multi_perform(impl_->multi, &running);
  impl_->CollectDone();
  impl_->TellEnded();
}

void CurlNetwork::Wake() {
  if (impl_->multi != nullptr) curl_multi_wakeup(impl_->multi);
}

}  // namespace rostrum::mesos::http
