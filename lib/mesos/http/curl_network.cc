#include "lib/mesos/http/curl_network.h"

#include <curl/curl.h>
#include <strings.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <mutex>
#include <new>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/http/network.h"

namespace rostrum::mesos::http {

std::string_view Head::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) {
      return value;
    }
  }
  return {};
}

namespace {

// Events of many offers are large; fewer, larger reads take less time.
constexpr long kReadBytes = 256 << 10;
// Of the head of an answer.
constexpr size_t kHeadersMaximum = 1000;

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.back() == '\r' || text.back() == '\n' || text.back() == ' ')) {
    text.remove_suffix(1);
  }
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  return text;
}

// "HTTP/1.1 200 OK" begins with a version and has the number after the first blank.
int ParseStatusLine(std::string_view line) {
  const size_t blank = std::min(line.find(' '), line.size());
  const std::string_view rest = Trim(line.substr(blank));
  int status = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), status);
  return status;
}

// What will be no better the next time.
bool IsLasting(CURLcode code) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_ENGINE_NOTFOUND:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return true;
    default:
      return false;
  }
}

}  // namespace

Transfer::Transfer(RequestId id, Request request, const HttpOptions& options,
                   CurlNetwork::Receiver* receiver)
    : id_(id),
      request_(std::move(request)),
      answer_maximum_(options.answer_maximum),
      receiver_(receiver),
      handle_(curl_easy_init()) {
  if (handle_ != nullptr) SetUp(options);
}

Transfer::~Transfer() {
  curl_easy_cleanup(handle_);
  curl_slist_free_all(headers_);
}

void Transfer::SetUp(const HttpOptions& options) {
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_);
  curl_easy_setopt(handle_, CURLOPT_URL, request_.url.c_str());
  // Nothing but HTTP, whatever a URL says, and no proxy, whatever the environment says.
#if CURL_AT_LEAST_VERSION(7, 85, 0)
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(handle_, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(handle_, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(handle_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_TCP_KEEPALIVE, 1L);
  curl_easy_setopt(handle_, CURLOPT_BUFFERSIZE, kReadBytes);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS,
                   static_cast<long>(options.connect_timeout.count()));
  if (!request_.stream) {
    const auto timeout = request_.timeout.count() > 0 ? request_.timeout : options.call_timeout;
    curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  }
  if (!options.unix_socket.empty()) {
    curl_easy_setopt(handle_, CURLOPT_UNIX_SOCKET_PATH, options.unix_socket.c_str());
  }
  curl_easy_setopt(handle_, CURLOPT_HEADERFUNCTION, &Transfer::OnHeader);
  curl_easy_setopt(handle_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, &Transfer::OnData);
  curl_easy_setopt(handle_, CURLOPT_WRITEDATA, this);
  SetUpBody();
  SetUpHeaders(options);
  SetUpTls(options.tls);
}

void Transfer::SetUpBody() {
  if (request_.method == "GET") {
    curl_easy_setopt(handle_, CURLOPT_HTTPGET, 1L);
    return;
  }
  // The body is handed over piece by piece so that libcurl cannot send it twice by itself, as it
  // otherwise does when a connection that it kept turns out to be dead: see OnSeek.
  curl_easy_setopt(handle_, CURLOPT_POST, 1L);
  curl_easy_setopt(handle_, CURLOPT_POSTFIELDSIZE_LARGE,
                   static_cast<curl_off_t>(request_.body.size()));
  curl_easy_setopt(handle_, CURLOPT_READFUNCTION, &Transfer::OnUpload);
  curl_easy_setopt(handle_, CURLOPT_READDATA, this);
  curl_easy_setopt(handle_, CURLOPT_SEEKFUNCTION, &Transfer::OnSeek);
  curl_easy_setopt(handle_, CURLOPT_SEEKDATA, this);
  if (request_.method != "POST") {
    curl_easy_setopt(handle_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  }
}

void Transfer::SetUpHeaders(const HttpOptions& options) {
  // No "Expect: 100-continue": it costs a round trip, and Mesos does not answer it.
  std::vector<std::string> lines = {"Expect:"};
  for (const auto& [name, value] : request_.headers) lines.push_back(name + ": " + value);
  if (!options.bearer_token.empty()) {
    lines.push_back("Authorization: Bearer " + options.bearer_token);
  }
  for (const std::string& line : lines) {
    curl_slist* longer = curl_slist_append(headers_, line.c_str());
    if (longer != nullptr) headers_ = longer;
  }
  curl_easy_setopt(handle_, CURLOPT_HTTPHEADER, headers_);
  if (!options.principal.empty()) {
    curl_easy_setopt(handle_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(handle_, CURLOPT_USERNAME, options.principal.c_str());
    curl_easy_setopt(handle_, CURLOPT_PASSWORD, options.secret.c_str());
  }
}

void Transfer::SetUpTls(const TlsOptions& tls) {
  const auto set_text = [this](CURLoption option, const std::string& text) {
    if (!text.empty()) curl_easy_setopt(handle_, option, text.c_str());
  };
  set_text(CURLOPT_CAINFO, tls.ca_file);
  set_text(CURLOPT_SSLCERT, tls.certificate_file);
  set_text(CURLOPT_SSLKEY, tls.key_file);
  set_text(CURLOPT_KEYPASSWD, tls.key_password);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, tls.verify_peer ? 1L : 0L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, tls.verify_host ? 2L : 0L);
}

size_t Transfer::OnUpload(char* room, size_t size, size_t count, void* self) {
  auto* transfer = static_cast<Transfer*>(self);
  const std::string& body = transfer->request_.body;
  const size_t bytes = std::min(size * count, body.size() - transfer->uploaded_);
  std::memcpy(room, body.data() + transfer->uploaded_, bytes);
  transfer->uploaded_ += bytes;
  return bytes;
}

// A body that may have reached the peer is not sent again: a launch would be made twice.
int Transfer::OnSeek(void* self, curl_off_t offset, int origin) {
  const auto* transfer = static_cast<Transfer*>(self);
  const bool is_there = origin == SEEK_SET && offset == 0 && transfer->uploaded_ == 0;
  return is_there ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

// No exception may pass through libcurl; what memory ran out for fails.
size_t Transfer::OnHeader(char* data, size_t size, size_t count, void* self) {
  try {
    auto* transfer = static_cast<Transfer*>(self);
    return transfer->TakeHeaderLine({data, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

size_t Transfer::OnData(char* data, size_t size, size_t count, void* self) {
  try {
    auto* transfer = static_cast<Transfer*>(self);
    return transfer->TakeData({data, size * count}) ? size * count : 0;
  } catch (...) {
    return 0;
  }
}

bool Transfer::TakeHeaderLine(std::string_view line) {
  if (!receiver_->Wants(id_)) return false;
  if (head_told_) return true;  // A trailer.
  if (line.substr(0, 5) == "HTTP/") {
    head_ = Head{.status = ParseStatusLine(line)};
    return true;
  }
  if (Trim(line).empty()) {
    const bool goes_on = head_.status >= 100 && head_.status < 200;
    if (!goes_on) {
      head_told_ = true;
      receiver_->OnHead(id_, head_);
    }
    return receiver_->Wants(id_);
  }
  const size_t colon = line.find(':');
  if (colon == std::string_view::npos) return true;
  if (head_.headers.size() >= kHeadersMaximum) {
    own_error_ = Format("more than {} headers", kHeadersMaximum);
    return false;
  }
  head_.headers.emplace_back(line.substr(0, colon), Trim(line.substr(colon + 1)));
  return true;
}

bool Transfer::TakeData(std::string_view data) {
  if (!receiver_->Wants(id_)) return false;
  received_ += data.size();
  if (!request_.stream && received_ > answer_maximum_) {
    own_error_ = Format("the answer has more than {} bytes", answer_maximum_);
    return false;
  }
  receiver_->OnBytes(id_, data);
  return receiver_->Wants(id_);
}

Status Transfer::Outcome(CURLcode code) const {
  if (code == CURLE_OK) return {};
  std::string text = Format(
      "{}: {}", request_.url,
      !own_error_.empty() ? own_error_ : (error_[0] != '\0' ? error_ : curl_easy_strerror(code)));
  if (IsLasting(code)) return FailedPrecondition(std::move(text));
  return Unavailable(std::move(text));
}

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
