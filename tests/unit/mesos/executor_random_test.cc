// Random work, kills, faults of the agent and of rep. Whatever happens, each task comes to exactly
// one end, in an order that makes sense, and nothing is started twice.

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "tests/property/cases.h"
#include "tests/unit/mesos/executor_world.h"

namespace rostrum::mesos {
namespace {

using std::chrono::seconds;

// How far a task has come; it never goes back.
int Rank(v1::TaskState state) {
  switch (state) {
    case v1::TASK_STARTING:
      return 1;
    case v1::TASK_RUNNING:
      return 2;
    case v1::TASK_KILLING:
      return 3;
    default:
      return 4;
  }
}

class Chaos {
 public:
  explicit Chaos(uint64_t seed) : dice_(seed), world_(seed) {}

  void Run() {
    world_.options.times.idle = std::chrono::hours(1000);
    world_.options.times.rep_away = std::chrono::hours(1);
    world_.Begin();
    for (int step = 0; step < 300; ++step) {
      Act();
      world_.Advance(Milliseconds(One(2000)));
      if (testing::Test::HasFailure()) return;
    }
    Heal();
    Check();
  }

 private:
  int One(int of) { return std::uniform_int_distribution<int>(0, of - 1)(dice_); }

  void Act() {
    switch (One(12)) {
      case 0:
      case 1:
      case 2:
        return Launch();
      case 3:
        if (!tasks_.empty() && world_.has_stream())
          world_.Kill("task-" + std::to_string(One(count_)));
        return;
      case 4:
        if (world_.has_stream()) world_.BreakStream();
        return;
      case 5:
        world_.agent.refuses = One(2) == 0 ? 0 : 503;
        return;
      case 6:
        world_.agent.acknowledges = One(3) != 0;
        return;
      case 7:
        world_.agent.update_status = One(3) == 0 ? 503 : 202;
        return;
      case 8:
        world_.rep.is_up = One(3) != 0;
        return;
      case 9:
        world_.rep.LoseNextWork();
        return;
      case 10:
        world_.rep.hands_back = One(4) == 0;
        return;
      default:
        return Live();
    }
  }

  void Launch() {
    if (!world_.has_stream()) return;
    const std::string id = "task-" + std::to_string(count_++);
    tasks_.insert(id);
    // Few names, so that several tasks are of one instance.
    world_.Launch(id, One(2) == 0 ? LrpData("pg", One(4)) : TaskData("guid-" + id));
  }

  // Rep's containers go on with their lives.
  void Live() {
    auto& containers = world_.rep.containers;
    for (PlayedContainer& each : containers) {
      if (each.is_lrp) {
        if (each.stops && One(2) == 0) each.state = "SHUTDOWN";
        if (each.state == "CLAIMED" && One(2) == 0) each.state = "RUNNING";
        if (each.state == "RUNNING" && One(10) == 0) each.state = "CRASHED";
      } else if (One(6) == 0) {
        each.state = "Completed";
        each.failed = One(2) == 0;
      }
    }
    std::erase_if(containers, [&](const PlayedContainer& each) {
      const bool is_over = each.state == "Completed" || each.state == "CRASHED" ||
                           each.state == "SHUTDOWN" || (each.stops && !each.is_lrp);
      return (is_over && One(2) == 0) || One(40) == 0;
    });
  }

  // All is well again, everything is killed, and rep ends what it is told to.
  void Heal() {
    world_.agent.refuses = 0;
    world_.agent.acknowledges = true;
    world_.agent.update_status = 202;
    world_.rep.is_up = true;
    world_.rep.has_fault_for_work = false;
    world_.Advance(seconds(10));
    ASSERT_TRUE(world_.has_stream());
    for (const std::string& id : tasks_) world_.Kill(id);
    for (int i = 0; i < 20; ++i) {
      std::erase_if(world_.rep.containers, [](const PlayedContainer& each) {
        return each.stops ||
               (each.state != "CLAIMED" && each.state != "RUNNING" && each.state != "Running");
      });
      world_.Advance(seconds(5));
    }
    world_.Advance(std::chrono::minutes(25));
  }

  void Check() {
    for (const std::string& id : tasks_) {
      int rank = 0;
      std::optional<v1::TaskState> end;
      for (const v1::TaskStatus& status : world_.agent.updates) {
        if (status.task_id().value() != id) continue;
        EXPECT_GE(Rank(status.state()), rank) << id << ": " << world_.StatesOf(id);
        rank = Rank(status.state());
        if (rank < 4) continue;
        EXPECT_TRUE(!end || *end == status.state()) << id << ": " << world_.StatesOf(id);
        end = status.state();
      }
      EXPECT_TRUE(end) << id << ": " << world_.StatesOf(id);
    }
    EXPECT_FALSE(world_.executor->end());
    EXPECT_NE(world_.executor->MetricsText().find("rostrum_executor_updates_unacknowledged 0\n"),
              std::string::npos);
    for (const PlayedContainer& each : world_.rep.containers) {
      ADD_FAILURE() << "left behind: " << each.guid << "." << each.index << " " << each.state;
    }
  }

  std::mt19937_64 dice_;
  ExecutorWorld world_;
  std::set<std::string> tasks_;
  int count_ = 0;
};

TEST(ExecutorRandomTest, EachTaskComesToOneEnd) {
  ForEachCase(150, [](rostrum::Random& random) { Chaos(random.Next()).Run(); });
}

}  // namespace
}  // namespace rostrum::mesos
