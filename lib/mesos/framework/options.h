// Everything that a framework needs, set by names: what flags of programs and the C interface
// share.

#ifndef ROSTRUM_LIB_MESOS_FRAMEWORK_OPTIONS_H_
#define ROSTRUM_LIB_MESOS_FRAMEWORK_OPTIONS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/mesos/framework.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// The keys are listed in include/rostrum/mesos.h. Those of FrameworkSettings and of Diego's
// configuration are among them.
class NamedOptions {
 public:
  NamedOptions();

  // Keys of lists (role, executor_volume, executor_environment, executor_environment_file,
  // capability) add to what was set before; others replace it. An error names the key, the value
  // and what was expected, and changes nothing.
  Status Set(std::string_view key, std::string_view value);

  // Whether the key is one of FrameworkSettings or of Diego's configuration.
  static bool IsSetting(std::string_view key);

  // Whether a later start can find its tasks again.
  bool keeps_id() const { return !id_store_.empty(); }

  // Puts all together: opens the store of the id, reads the files that hold secrets. An error if
  // something is missing, or does not go with the rest; it shows nothing of what such a file holds.
  Expected<FrameworkOptions> Finish(std::shared_ptr<Strategy> strategy) const;

 private:
  Status SetNumber(std::string_view key, std::string_view value, bool* is_known);
  Status SetCapability(std::string_view value);
  Status AddVolume(std::string_view value);
  Status AddVariable(std::string_view value);
  std::string* TextOf(std::string_view key);
  Status FinishPrincipal(SchedulerOptions* scheduler) const;
  Status FinishZooKeeper(std::string* master, std::string* id_store) const;
  Status FinishStores(const std::string& id_store, FrameworkOptions* options) const;
  Status FinishExecutor(FrameworkOptions* options) const;

  FrameworkOptions options_;
  std::string principal_;
  std::string secret_;
  std::string secret_file_;
  std::string zk_credentials_file_;
  std::string id_store_;
  int64_t failover_seconds_ = -1;  // As is best.
  bool has_roles_ = false;
  std::string executor_command_;
  std::string executor_image_;
  std::vector<Volume> executor_volumes_;
  std::vector<std::string> variable_files_;
  // Diego gives an app ten seconds to end; then its rep and the executor want some. Zero: as the
  // agent has it.
  int64_t executor_grace_seconds_ = 15;
  CellExecutor executor_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_FRAMEWORK_OPTIONS_H_
