// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// How a client speaks HTTP: authentication, TLS, limits of time and size.

#ifndef ROSTRUM_MESOS_HTTP_OPTIONS_H_
#define ROSTRUM_MESOS_HTTP_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <string>

namespace rostrum::mesos {

// Files are in PEM form.
struct TlsOptions {
  // For addresses that do not say http:// or https:// themselves.
  bool enabled = false;
  std::string ca_file;           // Empty: the system's.
  std::string certificate_file;  // Of the client, for mutual TLS.
  std::string key_file;
  std::string key_password;
  // Both should stay on; off is for tests.
  bool verify_peer = true;
  bool verify_host = true;
};

struct HttpOptions {
  // HTTP basic authentication. An empty principal: none.
  std::string principal;
  std::string secret;
  // Sent as `Authorization: Bearer`, if it is not empty.
  std::string bearer_token;
  TlsOptions tls;
  // If not empty, the path of a Unix domain socket to which all requests go.
  std::string unix_socket;

  // Times are at least 1 ms.
  std::chrono::milliseconds connect_timeout = std::chrono::seconds(10);
  // For a whole call with its answer. A stream has no such limit; it is watched by its heartbeats.
  std::chrono::milliseconds call_timeout = std::chrono::seconds(75);
  // The most that is read of an answer to a call; a longer one is an error.
  size_t answer_maximum = 64 << 20;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_MESOS_HTTP_OPTIONS_H_
