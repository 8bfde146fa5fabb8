// What is left of a framework that was torn down, and of one that ended otherwise meanwhile.

#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "lib/mesos/framework/journal.h"
#include "lib/mesos/wire/scheduler_v1.pb.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/strategy.h"
#include "tests/unit/mesos/local_server.h"
#include "tests/unit/mesos/played_events.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::mesos {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using v1::scheduler::Call;

std::string Error(const std::string& text) {
  v1::scheduler::Event event;
  event.set_type(v1::scheduler::Event::ERROR);
  event.mutable_error()->set_message(text);
  return RecordOf(event);
}

// A master that does something of its own when it is asked to tear a framework down.
class EndingMaster {
 public:
  enum class Teardown { kTaken, kUnanswered, kFailedOver };

  explicit EndingMaster(Teardown teardown)
      : teardown_(teardown), server_([this](http::Peer& peer) { Serve(peer); }) {}

  std::string Address() const { return server_.Url(""); }

 private:
  void Serve(http::Peer& peer) {
    while (const auto request = peer.ReadRequest()) {
      Call call;
      EXPECT_TRUE(call.ParseFromString(request->substr(request->find("\r\n\r\n") + 4)));
      if (call.type() == Call::SUBSCRIBE) {
        const std::lock_guard lock(mutex_);
        stream_ = &peer;
        peer.Send(SubscribedAnswer());
      } else if (call.type() == Call::TEARDOWN && teardown_ != Teardown::kTaken) {
        if (teardown_ == Teardown::kUnanswered) return peer.WaitForEnd();
        const std::lock_guard lock(mutex_);
        stream_->Send(Error("Framework failed over"));
      } else {
        peer.Answer("", "202 Accepted");
      }
    }
  }

  const Teardown teardown_;
  std::mutex mutex_;
  http::Peer* stream_ = nullptr;
  http::Server server_;
};

class TeardownTest : public testing::Test {
 protected:
  std::unique_ptr<Framework> Start(const EndingMaster& master) {
    FrameworkOptions options;
    options.scheduler.master = master.Address();
    options.scheduler.framework.name = "test";
    options.scheduler.framework.user = "root";
    options.scheduler.id_store = store;
    options.strategy = MakeStrategy("binpack");
    options.journal_path = folder.File("journal");
    auto framework = Framework::Create(options);
    EXPECT_TRUE(framework.ok()) << framework.status().text();
    EXPECT_TRUE((*framework)->Start().ok());
    const auto end = std::chrono::steady_clock::now() + seconds(60);
    while (!(*framework)->counts().connected && std::chrono::steady_clock::now() < end) {
      std::this_thread::sleep_for(milliseconds(1));
    }
    EXPECT_EQ(store->Load()->id, "framework-1");
    return std::move(*framework);
  }

  size_t RecordsInJournal() const {
    const auto opened = OpenJournal(folder.File("journal"));
    EXPECT_TRUE(opened.ok()) << opened.status().text();
    return opened.ok() ? opened->content.records.size() : 0;
  }

  TemporaryFolder folder;
  std::shared_ptr<FrameworkIdStore> store = MakeMemoryStore();
};

TEST_F(TeardownTest, TheIdAndTheJournalAreForgotten) {
  const EndingMaster master(EndingMaster::Teardown::kTaken);
  auto framework = Start(master);
  const Status status = framework->TearDown(seconds(60));
  EXPECT_TRUE(status.ok()) << status.text();
  framework.reset();
  EXPECT_EQ(store->Load()->id, "");
  EXPECT_EQ(RecordsInJournal(), 0u);
}

TEST_F(TeardownTest, NothingIsForgottenIfAnotherSchedulerTookTheFrameworkOver) {
  const EndingMaster master(EndingMaster::Teardown::kFailedOver);
  auto framework = Start(master);
  const Status status = framework->TearDown(seconds(60));
  EXPECT_EQ(status.code(), Code::kFailedPrecondition);
  EXPECT_EQ(status.text(), "another scheduler took the framework over, it was not torn down");
  framework.reset();
  EXPECT_EQ(store->Load()->id, "framework-1");
  EXPECT_EQ(RecordsInJournal(), 2u) << "the id, and which start it was";
}

TEST_F(TeardownTest, NothingIsForgottenIfTheMasterDoesNotAnswer) {
  const EndingMaster master(EndingMaster::Teardown::kUnanswered);
  auto framework = Start(master);
  EXPECT_EQ(framework->TearDown(milliseconds(50)).code(), Code::kUnavailable);
  framework.reset();
  EXPECT_EQ(store->Load()->id, "framework-1");
  EXPECT_EQ(RecordsInJournal(), 2u) << "the id, and which start it was";
}

TEST_F(TeardownTest, TheIdIsForgottenThoughTheJournalCannotBeWritten) {
  const EndingMaster master(EndingMaster::Teardown::kTaken);
  auto framework = Start(master);
  std::filesystem::remove_all(folder.path());
  const Status status = framework->TearDown(seconds(60));
  EXPECT_NE(status.text().find("journal"), std::string::npos) << status.text();
  EXPECT_EQ(store->Load()->id, "") << "it is burnt";
}

}  // namespace
}  // namespace rostrum::mesos
