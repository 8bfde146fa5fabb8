// The peer, played by a test.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_FAKE_NETWORK_H_
#define ROSTRUM_TESTS_UNIT_MESOS_FAKE_NETWORK_H_

#include <set>
#include <string>
#include <vector>

#include "lib/mesos/http/network.h"

namespace rostrum::mesos {

// Notes what is started and cancelled.
class FakeNetwork : public http::Network {
 public:
  struct Started {
    http::RequestId id = 0;
    http::Request request;
  };

  void Start(http::RequestId id, http::Request request) override {
    started.push_back({id, std::move(request)});
    open.insert(id);
  }
  void Cancel(http::RequestId id) override { open.erase(id); }

  const Started& last() const { return started.back(); }

  std::vector<Started> started;
  std::set<http::RequestId> open;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_TESTS_UNIT_MESOS_FAKE_NETWORK_H_
