// Which of a machine's executors may use a rep.

#ifndef ROSTRUM_LIB_MESOS_EXECUTOR_REP_CLAIM_H_
#define ROSTRUM_LIB_MESOS_EXECUTOR_REP_CLAIM_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace rostrum::mesos {

// One rep serves one executor. Nothing that rep says tells whose it is: cells of two frameworks on
// one agent have one id, and rep knows nothing of executors. So executors agree among themselves,
// by a name that one process can have at a time, in the network namespace in which a port is rep's.
// The system takes it back when the process ends, however it ends.
//
// Executors of other machines are not seen, and neither are those that ask for the same rep by
// another name of its host; 127.0.0.1, [::1] and localhost are one.
//
// Thread safety: one thread at a time.
class RepClaim {
 public:
  // @param rep_url  as for RepLink.
  // @param holder  what others are told of who has the claim.
  RepClaim(std::string_view rep_url, std::string holder);
  ~RepClaim();
  RepClaim(const RepClaim&) = delete;
  RepClaim& operator=(const RepClaim&) = delete;

  // Takes the claim, if it is not taken yet. Nothing: it is ours. Else who has it. A system that
  // has no such names is no obstacle.
  std::optional<std::string> Take();

 private:
  struct Held;

  const std::string name_;
  const std::string holder_;
  std::unique_ptr<Held> held_;
};

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_EXECUTOR_REP_CLAIM_H_
