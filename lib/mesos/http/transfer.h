// One request on its way through libcurl.

#ifndef ROSTRUM_LIB_MESOS_HTTP_TRANSFER_H_
#define ROSTRUM_LIB_MESOS_HTTP_TRANSFER_H_

#include <curl/curl.h>

#include <string>

#include "lib/mesos/http/curl_network.h"

namespace rostrum::mesos::http {

// Owns the easy handle, and everything that libcurl reads while it runs.
class Transfer {
 public:
  Transfer(RequestId id, Request request, const HttpOptions& options,
           CurlNetwork::Receiver* receiver);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  // Null if libcurl has no memory.
  CURL* handle() const { return handle_; }
  // What came of it, in a sentence that names the URL.
  Status Outcome(CURLcode code) const;

 private:
  static size_t OnHeader(char* data, size_t size, size_t count, void* self);
  static size_t OnData(char* data, size_t size, size_t count, void* self);
  static size_t OnUpload(char* room, size_t size, size_t count, void* self);
  static int OnSeek(void* self, curl_off_t offset, int origin);

  void SetUp(const HttpOptions& options);
  void SetUpBody();
  void SetUpHeaders(const HttpOptions& options);
  void SetUpTls(const TlsOptions& tls);
  // Each returns whether to go on.
  bool TakeHeaderLine(std::string_view line);
  bool TakeData(std::string_view data);

  const RequestId id_;
  const Request request_;
  const size_t answer_maximum_;
  CurlNetwork::Receiver* const receiver_;
  CURL* handle_;
  curl_slist* headers_ = nullptr;
  Head head_;
  bool head_told_ = false;
  size_t uploaded_ = 0;
  size_t received_ = 0;
  std::string own_error_;
  char error_[CURL_ERROR_SIZE] = "";
};

}  // namespace rostrum::mesos::http

#endif  // ROSTRUM_LIB_MESOS_HTTP_TRANSFER_H_
