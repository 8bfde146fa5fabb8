// Every wait of the executor, in one place.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_TIMES_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_TIMES_H_

#include "lib/mesos/base/time.h"

namespace rostrum::mesos {

struct ExecutorTimes {
  // With the agent. An answer to SUBSCRIBE, or to another call, must begin within these. To
  // subscribe twice costs the tasks that the agent sent to the first subscription, so an agent that
  // is only slow is given as long as it gives its executors by default; one that is gone closes the
  // connection.
  Milliseconds subscribe_timeout = std::chrono::minutes(1);
  Milliseconds call_timeout = std::chrono::seconds(20);
  // How long the first subscription is tried for without checkpointing; the agent waits as long
  // by default. With checkpointing, the recovery timeout counts.
  Milliseconds registration = std::chrono::minutes(1);
  Milliseconds heartbeat = std::chrono::minutes(30);
  // An agent that has sent heartbeats, and sends nothing for so long, is not there any more.
  Milliseconds silence = std::chrono::minutes(75);
  // An update that is not acknowledged is sent again, first after this, then after twice as long,
  // and so on.
  Milliseconds resend_initial = std::chrono::seconds(10);
  Milliseconds resend_maximum = std::chrono::minutes(10);

  // With rep. Its state is looked at so often; while something is about to change, so soon after a
  // request that rep took, then after twice as long, and so on to the last of the three.
  Milliseconds poll = Milliseconds(500);
  Milliseconds poll_soon = Milliseconds(20);
  Milliseconds poll_quick = Milliseconds(200);
  Milliseconds rep_call_timeout = std::chrono::seconds(10);
  // How long an answer to a stop is waited for; see RepLink::TakeStop.
  Milliseconds rep_stop_timeout = std::chrono::seconds(1);
  // How long an executor is waited for that uses rep, in case that it is about to end: a little
  // longer than the grace period that `rostrum mesos` gives by default. And how often it is looked
  // whether it has.
  Milliseconds rep_claim = std::chrono::seconds(20);
  Milliseconds rep_claim_again = Milliseconds(250);
  // How long rep may take to come up at first, and how long it may stay away later.
  Milliseconds rep_start = std::chrono::minutes(5);
  Milliseconds rep_away = std::chrono::minutes(1);
  // How long an instance may be shown as completed before its end is told; see WorkBook.
  Milliseconds completed_patience = std::chrono::seconds(5);
  // Between two requests for the same work that rep refused: after the first, and twice as long
  // after the next.
  Milliseconds work_retry = Milliseconds(250);
  // Between two stops or cancels of the same work: after one that rep took, and after one that it
  // did not take.
  Milliseconds stop_again = std::chrono::seconds(30);
  Milliseconds stop_retry = std::chrono::seconds(2);
  // How often use of resources is asked for; and told with a status update, 0: never by itself.
  Milliseconds usage = std::chrono::seconds(15);
  Milliseconds usage_update = std::chrono::minutes(1);

  // Without any work for so long, the executor ends itself.
  Milliseconds idle = std::chrono::minutes(1);
  // What is left of the grace period when the last updates must have been sent, if that is no more
  // than a quarter of it: a machine may be slow just then.
  Milliseconds shutdown_margin = std::chrono::seconds(2);
  // How long acknowledgements are waited for before the end, if there is so much time.
  Milliseconds farewell = std::chrono::seconds(5);
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_TIMES_H_
