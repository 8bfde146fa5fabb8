// What the framework asks of its scheduler client.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_CALLS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_CALLS_H_

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::mesos {

// The part of SchedulerClient that a framework uses; see there. For tests, another one.
class Calls {
 public:
  virtual ~Calls() = default;

  virtual Status Accept(Acceptance acceptance) = 0;
  virtual Status Decline(std::span<const std::string> offer_ids,
                         std::optional<std::chrono::milliseconds> refuse) = 0;
  virtual Status Acknowledge(const TaskStatus& status) = 0;
  virtual Status AcknowledgeOperation(const OperationUpdate& update) = 0;
  virtual Status Kill(const TaskPlace& task, std::optional<std::chrono::milliseconds> grace) = 0;
  virtual Status Suppress() = 0;
  virtual Status Revive() = 0;
  virtual Status AcceptInverseOffers(std::span<const std::string> offer_ids) = 0;
  virtual Status DeclineInverseOffers(std::span<const std::string> offer_ids,
                                      std::optional<std::chrono::milliseconds> refuse) = 0;
  virtual void Track(const TaskPlace& task) = 0;
  virtual void Forget(std::string_view task_id) = 0;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_CALLS_H_
