// Any bytes as the event stream of a master. What comes in pieces must be what comes at once, and
// the session must stay in one of its states, with every offer that it told accounted for.

#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "lib/mesos/leader/election.h"
#include "lib/mesos/recordio/decoder.h"
#include "lib/mesos/scheduler/session.h"
#include "tests/unit/mesos/fake_network.h"

namespace rostrum::mesos {
namespace {

constexpr size_t kRecordMaximum = 1 << 16;

void Check(bool holds) {
  if (!holds) std::abort();
}

struct Decoded {
  std::vector<std::string> records;
  bool is_broken = false;
  bool at_end = false;
};

Decoded Decode(std::string_view bytes, size_t piece) {
  Decoded decoded;
  RecordDecoder decoder(kRecordMaximum);
  while (!bytes.empty() && !decoded.is_broken) {
    const Status status = decoder.Feed(bytes.substr(0, piece), [&](std::string_view record) {
      decoded.records.emplace_back(record);
      return true;
    });
    decoded.is_broken = !status.ok();
    bytes.remove_prefix(std::min(piece, bytes.size()));
  }
  decoded.at_end = decoder.AtEnd();
  return decoded;
}

void CompareDecoded(std::string_view bytes) {
  const Decoded whole = Decode(bytes, std::max<size_t>(bytes.size(), 1));
  for (const size_t piece : {1, 3}) {
    const Decoded pieces = Decode(bytes, piece);
    Check(pieces.records == whole.records);
    Check(pieces.is_broken == whole.is_broken && pieces.at_end == whole.at_end);
  }
}

// An embedder that uses up whatever it is offered, and keeps account.
class Embedder {
 public:
  void Run(std::string_view stream) {
    SchedulerOptions options;
    options.framework.name = "fuzz";
    options.framework.user = "root";
    options.times.record_maximum = kRecordMaximum;
    const auto store = MakeMemoryStore();
    FixedLeaders leaders({{.host = "master"}});
    FakeNetwork network;
    ManualClock clock;
    FixedRandom random(0.5);
    Session session(options, *store, leaders, network, clock, random);
    Check(session.Begin().ok());
    session.OnTime();
    const http::RequestId id = network.last().id;
    session.OnHead(id, {.status = 200, .headers = {{"Mesos-Stream-Id", "1"}}});
    while (!stream.empty()) {
      session.OnBytes(id, stream.substr(0, 64));
      stream.remove_prefix(std::min<size_t>(64, stream.size()));
      React(&session);
      AnswerCalls(&session, &network, id);
      clock.Advance(std::chrono::seconds(7));
      if (session.Deadline() <= clock.Now()) session.OnTime();
    }
    if (network.open.count(id) != 0) session.OnEnd(id, Status());
    React(&session);
    Check(session.state() != ClientState::kSubscribed);
    Check(held_.empty());
  }

 private:
  void React(Session* session) {
    for (const Event& event : session->TakeEvents()) {
      if (const auto* made = std::get_if<OffersMade>(&event)) {
        for (const Offer& offer : made->offers) Check(held_.insert(offer.id).second);
      } else if (const auto* gone = std::get_if<OffersGone>(&event)) {
        for (const std::string& offer : gone->offer_ids) held_.erase(offer);
      } else if (const auto* update = std::get_if<TaskUpdate>(&event)) {
        static_cast<void>(session->Acknowledge(update->status));
      }
    }
    Check(session->counts().offers_held == held_.size());
    if (session->state() == ClientState::kSubscribed) UseOne(session);
  }

  void UseOne(Session* session) {
    if (held_.size() < 2) return;
    const std::string id = *held_.begin();
    if (session->Accept({.offer_ids = {id}}).ok()) held_.erase(id);
  }

  static void AnswerCalls(Session* session, FakeNetwork* network, http::RequestId stream) {
    for (int i = 0; i < 20 && !network->open.empty(); ++i) {
      const http::RequestId call = *network->open.rbegin();
      if (call == stream) return;
      session->OnHead(call, {.status = 202});
      network->open.erase(call);
      session->OnEnd(call, Status());
    }
  }

  std::set<std::string> held_;
};

}  // namespace
}  // namespace rostrum::mesos

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rostrum::mesos;  // NOLINT: the entry point cannot be in the namespace.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CompareDecoded(bytes);
  Embedder().Run(bytes);
  return 0;
}
