#include "bench/mesos/played_master.h"

#include <cstdio>
#include <cstdlib>
#include <span>
#include <utility>

#include "bench/mesos/offers.h"
#include "lib/base/format.h"
#include "rostrum/strategy.h"

namespace rostrum::bench {
namespace {

using mesos::FrameworkOptions;
using mesos::Milliseconds;
using SchedulerCall = mesos::v1::scheduler::Call;

constexpr int64_t kExecutorMemory = 256;  // MB

[[noreturn]] void Die(const std::string& text) {
  PrintFormat(stderr, "error: {}\n", text);
  std::exit(1);
}

void Require(const Status& status) {
  if (!status.ok()) Die(status.text());
}

FrameworkOptions MakeOptions() {
  FrameworkOptions options;
  options.scheduler.framework.name = "bench";
  options.scheduler.framework.user = "bench";
  options.scheduler.framework.roles = {std::string(kRole)};
  options.strategy = MakeStrategy("diego");
  options.executor.emplace();
  options.executor->command.value = "rostrum-executor";
  options.executor->overhead.memory = WholeAmount(kExecutorMemory);
  options.executor->overhead.cpu = 100;
  return options;
}

mesos::WorkRequest MakeLrp(std::string guid, int64_t memory, std::string_view tag) {
  Work work;
  work.guid = std::move(guid);
  work.domain = "cf-apps";
  work.asked.memory = WholeAmount(memory);
  work.asked.disk = WholeAmount(1024);
  work.constraint.rootfs = "preloaded:cflinuxfs4";
  work.constraint.placement_tags.emplace_back(tag);
  return {.work = std::make_shared<const Work>(std::move(work)), .indices = {0}};
}

}  // namespace

void QuietNetwork::Start(mesos::http::RequestId id, mesos::http::Request request) {
  if (request.stream) {
    stream = id;
  } else {
    calls.push_back({id, std::move(request.body)});
  }
}

// As the framework's own, which has a client with a thread in place of the session.
class PlayedMaster::SessionCalls : public mesos::Calls {
 public:
  explicit SessionCalls(mesos::Session* session) : session_(*session) {}

  Status Accept(mesos::Acceptance acceptance) override { return session_.Accept(acceptance); }
  Status Decline(std::span<const std::string> ids, std::optional<Milliseconds> refuse) override {
    return session_.Decline(ids, refuse);
  }
  Status Acknowledge(const mesos::TaskStatus& status) override {
    return session_.Acknowledge(status);
  }
  Status AcknowledgeOperation(const mesos::OperationUpdate& update) override {
    return session_.AcknowledgeOperation(update);
  }
  Status Kill(const mesos::TaskPlace& task, std::optional<Milliseconds> grace) override {
    return session_.Kill(task, grace);
  }
  Status Suppress() override { return session_.Suppress({}); }
  Status Revive() override { return session_.Revive({}); }
  Status AcceptInverseOffers(std::span<const std::string> ids) override {
    return session_.AcceptInverseOffers(ids);
  }
  Status DeclineInverseOffers(std::span<const std::string> ids,
                              std::optional<Milliseconds> refuse) override {
    return session_.DeclineInverseOffers(ids, refuse);
  }
  void Track(const mesos::TaskPlace& task) override { session_.Track({&task, 1}); }
  void Forget(std::string_view task_id) override { session_.Forget(task_id); }

 private:
  mesos::Session& session_;
};

PlayedMaster::PlayedMaster()
    : store_(mesos::MakeMemoryStore()), journal_(mesos::MakeMemoryJournal()) {
  const FrameworkOptions options = MakeOptions();
  session_ = std::make_unique<mesos::Session>(options.scheduler, *store_, leader_, network_, clock_,
                                              random_);
  calls_ = std::make_unique<SessionCalls>(session_.get());
  machine_ = std::make_unique<mesos::FrameworkMachine>(
      options, *journal_, *calls_, clock_, [] { return int64_t{0}; }, random_);
  machine_->Begin({});
  Require(session_->Begin());
  session_->OnTime();
  if (network_.stream == 0) Die("the session has not asked to be subscribed");
  session_->OnHead(network_.stream, {.status = 200, .headers = {{"Mesos-Stream-Id", "stream"}}});
  Send(SubscribedRecord());
  Feed(TakeEvents());
  const mesos::WorkRequest waiting = MakeLrp("waiting", 64, "nowhere");
  const auto added = machine_->Submit({&waiting, 1});
  Require(added.status());
  AnswerCalls();
  if (session_->state() != mesos::ClientState::kSubscribed) Die("the session is not subscribed");
}

PlayedMaster::~PlayedMaster() = default;

void PlayedMaster::Send(std::string_view piece) { session_->OnBytes(network_.stream, piece); }

std::vector<mesos::Event> PlayedMaster::TakeEvents() { return session_->TakeEvents(); }

void PlayedMaster::Feed(std::vector<mesos::Event> events) {
  machine_->TakeEvents(std::move(events));
}

size_t PlayedMaster::offers_held() const { return machine_->counts().offers_held; }

std::vector<SchedulerCall> PlayedMaster::AnswerCalls() {
  std::vector<SchedulerCall> taken;
  while (!network_.calls.empty()) {
    const QuietNetwork::Call call = std::move(network_.calls.front());
    network_.calls.pop_front();
    if (!taken.emplace_back().ParseFromString(call.body)) Die("a call is no scheduler call");
    session_->OnHead(call.id, {.status = 202});
    session_->OnEnd(call.id, {});
  }
  return taken;
}

std::string PlayedMaster::ProblemWithCells(int64_t agents) {
  const int64_t marked = MarkedAgent(agents);
  const mesos::WorkRequest request = MakeLrp("marked", MemoryOf(marked) - kExecutorMemory, kMark);
  const auto added = machine_->Submit({&request, 1});
  Require(added.status());
  // The round takes place at the latest when the window ends.
  clock_.Advance(mesos::FrameworkSettings().window);
  machine_->OnTime();
  for (const SchedulerCall& call : AnswerCalls()) {
    if (call.type() != SchedulerCall::ACCEPT) continue;
    const std::string& id = call.accept().offer_ids(0).value();
    return id == OfferId(marked) ? "" : Format("launched on {}, not {}", id, OfferId(marked));
  }
  return Format("nothing was launched on offer {}", OfferId(marked));
}

}  // namespace rostrum::bench
