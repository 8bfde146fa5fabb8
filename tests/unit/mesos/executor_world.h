// An executor between an agent and a rep, both played here, without network and without waiting.

#ifndef ROSTRUM_TESTS_UNIT_MESOS_EXECUTOR_WORLD_H_
#define ROSTRUM_TESTS_UNIT_MESOS_EXECUTOR_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "lib/mesos/base/time.h"
#include "lib/mesos/executor/executor.h"
#include "lib/mesos/http/network.h"
#include "lib/mesos/wire/executor_v1.pb.h"

namespace rostrum::mesos {

// An answer to a request; nothing: the connection broke.
struct PlayedAnswer {
  int status = 200;
  std::string body;
};
using MaybeAnswer = std::optional<PlayedAnswer>;

// Seeded, so that a run can be repeated.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(uint64_t seed) : engine_(seed) {}
  double Fraction() override { return std::uniform_real_distribution<double>(0, 1)(engine_); }

 private:
  std::mt19937_64 engine_;
};

struct PlayedContainer {
  bool is_lrp = true;
  std::string guid;  // The process guid or the task guid.
  int32_t index = 0;
  std::string instance_guid;
  std::string state = "CLAIMED";
  bool failed = false;
  bool stops = false;  // Was asked to.
};

// Rep. It does nothing by itself but what a test has it do with its containers.
class PlayedRep {
 public:
  MaybeAnswer Answer(const http::Request& request);

  bool is_up = true;
  int state_status = 200;
  std::function<MaybeAnswer(const http::Request&)>
      fault;                        // Takes the place of an answer, if it gives one.
  bool has_fault_for_work = false;  // See LoseNextWork.
  bool hands_back = false;
  bool evacuating = false;
  std::string cell_id = "cell-1";
  int64_t memory_mb = 1000;
  std::vector<PlayedContainer> containers;
  std::vector<std::string> requests;  // "GET /state" and so on.

  // Takes work, and loses the answer.
  void LoseNextWork() { has_fault_for_work = true; }
  PlayedContainer& Lrp(const std::string& guid, int32_t index = 0);
  PlayedContainer& Task(const std::string& guid);
  void Remove(const std::string& guid, int32_t index = 0);
  size_t CountOf(const std::string& request) const;

 private:
  std::string State() const;
  MaybeAnswer TakeWork(const std::string& body);
  int next_guid_ = 0;
};

// The agent.
class PlayedAgent {
 public:
  MaybeAnswer Answer(const v1::executor::Call& call);

  int refuses = 0;  // A status to refuse SUBSCRIBE with; 0: takes it.
  std::string refusal_text;
  int update_status = 202;
  int heartbeat_status = 202;
  bool is_silent = false;  // Opens the stream, and does not say SUBSCRIBED.
  bool acknowledges = true;
  bool knows_killing = true;
  std::vector<v1::executor::Call> calls;
  // All updates, those of a SUBSCRIBE too, each uuid once, in the order in which they came.
  std::vector<v1::TaskStatus> updates;
  std::vector<v1::executor::Event> outgoing;
  std::set<std::string> uuids;

  void Take(const v1::TaskStatus& status);
};

class ExecutorWorld : private http::Network {
 public:
  explicit ExecutorWorld(uint64_t seed = 1);
  ~ExecutorWorld() override;

  // Settings, before Begin.
  ExecutorOptions options;

  // Makes the executor and starts it.
  void Begin();
  // Until nothing happens any more without time going on.
  void Settle();
  // Lets time go on, and all happen that is due meanwhile.
  void Advance(Milliseconds by);

  // Events of the agent; they need a subscription.
  void Launch(const std::string& task_id, const std::string& data);
  void LaunchGroup(const std::vector<std::pair<std::string, std::string>>& tasks);
  void Kill(const std::string& task_id);
  void Send(const v1::executor::Event& event);
  // Bytes as they are, in pieces of a size.
  void SendBytes(const std::string& bytes, size_t piece);
  void BreakStream();
  bool has_stream() const { return stream_ != 0; }

  // The states of a task that the agent heard, as a framework of ours reads them, without
  // repetitions: "STARTING RUNNING".
  std::string StatesOf(const std::string& task_id) const;
  // The last update of a task.
  v1::TaskStatus LastOf(const std::string& task_id) const;
  size_t CallsOf(v1::executor::Call::Type type) const;

  PlayedRep rep;
  PlayedAgent agent;
  ManualClock clock;
  SeededRandom random;
  std::unique_ptr<Executor> executor;
  std::vector<std::string> log;

 private:
  void Start(http::RequestId id, http::Request request) override { open_[id] = std::move(request); }
  void Cancel(http::RequestId id) override;
  bool ServeOne();
  void ServeAgent(http::RequestId id, const http::Request& request);
  void Finish(http::RequestId id, const MaybeAnswer& answer);

  std::map<http::RequestId, http::Request> open_;
  http::RequestId stream_ = 0;
};

// Work as a framework puts it into TaskInfo.data.
std::string LrpData(const std::string& guid, int32_t index = 0, int memory_mb = 64);
std::string TaskData(const std::string& guid, int memory_mb = 64);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_TESTS_UNIT_MESOS_EXECUTOR_WORLD_H_
