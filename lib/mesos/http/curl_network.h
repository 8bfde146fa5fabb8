// Requests over libcurl, all on the thread that calls Perform.

#ifndef ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_
#define ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_

#include <chrono>
#include <memory>

#include "lib/mesos/http/network.h"
#include "rostrum/mesos/http_options.h"

namespace rostrum::mesos::http {

// Thread safety: one thread, but Wake any. The listener may not call Start or Cancel from within
// its functions; a Reactor keeps such calls for later.
class CurlNetwork : public Network {
 public:
  // What the listener is told to stop by, from within its functions: the answer to `wanted` is
  // asked before each piece is handed over.
  class Receiver : public Listener {
   public:
    virtual bool Wants(RequestId id) = 0;
  };

  CurlNetwork(HttpOptions options, Receiver* receiver);
  ~CurlNetwork() override;

  void Start(RequestId id, Request request) override;
  // Makes sure that memory cannot run out in the next Start: a request that there is none for ends.
  void MakeRoom();
  void Cancel(RequestId id) override;
  void CancelAll();

  // Waits for something to do, no longer than `timeout`, and does it. An end for which the receiver
  // throws std::bad_alloc is told again in the next call; other things are told once.
  void Perform(std::chrono::milliseconds timeout);
  // Ends a Perform that waits, or the next one.
  void Wake();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_CURL_NETWORK_H_
