// What a master says on a scheduler's stream, for tests that play one.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_PLAYED_EVENTS_H_
#define ROSTRUM_TESTS_UNIT_MESOS_PLAYED_EVENTS_H_

#include <string>

#include "lib/mesos/recordio/encoder.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"

namespace rostrum::mesos {

inline std::string RecordOf(const v1::scheduler::Event& event) {
  std::string record;
  AppendRecord(event.SerializeAsString(), &record);
  return record;
}

// The head of the answer to SUBSCRIBE, and the first event.
inline std::string SubscribedAnswer() {
  v1::scheduler::Event event;
  event.set_type(v1::scheduler::Event::SUBSCRIBED);
  event.mutable_subscribed()->mutable_framework_id()->set_value("framework-1");
  event.mutable_subscribed()->set_heartbeat_interval_seconds(15);
  return "HTTP/1.1 200 OK\r\nMesos-Stream-Id: stream\r\n\r\n" + RecordOf(event);
}

}  // namespace rostrum::mesos

#endif  // ROSTRUM_TESTS_UNIT_MESOS_PLAYED_EVENTS_H_
