// Requests and answers of HTTP.

#ifndef ROSTRUM_LIB_MESOS_HTTP_NETWORK_H_
#define ROSTRUM_LIB_MESOS_HTTP_NETWORK_H_

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/format.h"
#include "rostrum/mesos/http_options.h"
#include "rostrum/status.h"

namespace rostrum::mesos::http {

// HTTP requests as a state machine makes them, and what comes back. A state machine starts requests
// on a Network and is their Listener; so it needs no socket, and a test can play the peer.
//
// Chosen by whoever starts a request; never twice.
using RequestId = uint64_t;

using Header = std::pair<std::string, std::string>;

struct Request {
  std::string method = "POST";
  // With http:// or https://. Authentication, TLS and a Unix socket are the network's options.
  std::string url;
  std::vector<Header> headers;
  std::string body;
  // An answer that goes on: no limit of time or size but the listener's own. Others are cut off
  // after the network's call timeout, or `timeout` if that is not zero.
  bool stream = false;
  std::chrono::milliseconds timeout{0};
  // In place of the network's, for a machine that speaks with several peers; null: the network's.
  std::shared_ptr<const HttpOptions> options;
};

// The status line and headers of an answer.
struct Head {
  int status = 0;
  std::vector<Header> headers;

  // The first header of that name, in any case; "" if there is none.
  std::string_view Find(std::string_view name) const;
};

// Is told of each request: OnHead once, OnBytes as they come, OnEnd once at the end. If the request
// fails before its answer began, OnEnd comes alone. After Cancel nothing comes.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void OnHead(RequestId id, const Head& head) = 0;
  virtual void OnBytes(RequestId id, std::string_view bytes) = 0;
  // Success if the answer was complete. Otherwise kUnavailable, or kFailedPrecondition for what no
  // repetition would mend, such as a certificate that is not to be trusted.
  virtual void OnEnd(RequestId id, const Status& status) = 0;
};

// Requests that are started one after another, each after the end of the one before, go over one
// connection as long as the peer keeps it open. A request whose body was sent in part is never
// repeated by the network itself.
class Network {
 public:
  virtual ~Network() = default;
  virtual void Start(RequestId id, Request request) = 0;
  virtual void Cancel(RequestId id) = 0;
};

// What a peer says in the body of an answer, for people.
//
// The content type of all calls and events.
inline constexpr char kProtobuf[] = "application/x-protobuf";

// Of an answer that is kept for people.
inline constexpr size_t kTextMaximum = 4096;

// Adds to what was kept of an answer, up to the maximum.
inline void AppendText(std::string_view bytes, std::string* text) {
  text->append(bytes.substr(0, kTextMaximum - std::min(kTextMaximum, text->size())));
}

// "503 (Master has not finished recovery)"
inline std::string DescribeAnswer(int status, const std::string& text) {
  return text.empty() ? Format("{}", status) : Format("{} ({})", status, text);
}

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_NETWORK_H_
