// Request ids for machines that share a network.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_REQUEST_IDS_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_REQUEST_IDS_H_

#include "lib/mesos/http/network.h"

namespace rostrum::mesos {

class RequestIds {
 public:
  http::RequestId Next() { return ++last_; }

 private:
  http::RequestId last_ = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_REQUEST_IDS_H_
