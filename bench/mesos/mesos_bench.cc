// How fast offers are read. README.md in bench/ says how to read the figures.
//
// Each case takes one event of 2,000 offers that comes in pieces as from the network:
//
//   recordio   the pieces are put together
//   decode     and read into values of ours
//   client     and taken in by the scheduler's session, which tells of them
//   framework  and by the framework, whose cache has a cell for each then
//
// A fast wrong answer is no answer: what was read is compared, to the last field, with what was
// written, and of the framework's cells the one is asked for that alone can take a certain LRP.

#include <benchmark/benchmark.h>
#include <google/protobuf/arena.h>

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "bench/mesos/offers.h"
#include "bench/mesos/played_master.h"
#include "lib/base/format.h"
#include "lib/mesos/recordio/decoder.h"
#include "lib/mesos/wire/convert.h"
#include "rostrum/mesos/scheduler_client.h"

namespace rostrum::bench {
namespace {

using mesos::Offer;
using mesos::RecordDecoder;

bool Check(benchmark::State& state, const std::vector<Offer>& offers, uint64_t expected) {
  OfferHash hash;
  for (const Offer& offer : offers) hash.Add(offer);
  if (hash.count() == state.range(0) && hash.value() == expected) return true;
  state.SkipWithError(Format("{} offers with the hash {:016x}, expected {} with {:016x}",
                                  hash.count(), hash.value(), state.range(0), expected)
                          .c_str());
  return false;
}

void Count(benchmark::State& state, const std::string& record) {
  const double offers = static_cast<double>(state.range(0));
  const double all = offers * static_cast<double>(state.iterations());
  state.counters["bytes_per_offer"] = static_cast<double>(record.size()) / offers;
  state.counters["offers_per_second"] = benchmark::Counter(all, benchmark::Counter::kIsRate);
  state.counters["ns_per_offer"] =
      benchmark::Counter(all / 1e9, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

void RunRecordIo(benchmark::State& state) {
  const std::string record = OffersRecord(state.range(0));
  const size_t content = record.size() - record.find('\n') - 1;
  for (auto _ : state) {
    RecordDecoder decoder(mesos::SchedulerTimes().record_maximum);
    size_t found = 0;
    InPieces(record, [&](std::string_view piece) {
      static_cast<void>(decoder.Feed(piece, [&](std::string_view bytes) {
        found += bytes.size();
        return true;
      }));
    });
    if (found != content || !decoder.AtEnd()) state.SkipWithError("the record is another one");
  }
  Count(state, record);
}

// As Session::OnEvent does it.
std::vector<Offer> Decode(std::string_view record) {
  std::vector<Offer> offers;
  RecordDecoder decoder(mesos::SchedulerTimes().record_maximum);
  InPieces(record, [&](std::string_view piece) {
    static_cast<void>(decoder.Feed(piece, [&](std::string_view bytes) {
      google::protobuf::Arena arena;
      auto& event = *google::protobuf::Arena::CreateMessage<mesos::v1::scheduler::Event>(&arena);
      if (!event.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return false;
      offers.reserve(static_cast<size_t>(event.offers().offers_size()));
      for (const auto& offer : event.offers().offers()) offers.push_back(mesos::ReadOffer(offer));
      return true;
    }));
  });
  return offers;
}

void RunDecode(benchmark::State& state) {
  const std::string record = OffersRecord(state.range(0));
  const uint64_t expected = ExpectedHash(state.range(0));
  for (auto _ : state) {
    std::vector<Offer> offers = Decode(record);
    state.PauseTiming();
    const bool is_right = Check(state, offers, expected);
    offers = {};
    if (!is_right) break;
    state.ResumeTiming();
  }
  Count(state, record);
}

void RunClient(benchmark::State& state) {
  const std::string record = OffersRecord(state.range(0));
  const uint64_t expected = ExpectedHash(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto master = std::make_unique<PlayedMaster>();
    state.ResumeTiming();
    InPieces(record, [&](std::string_view piece) { master->Send(piece); });
    std::vector<mesos::Event> events = master->TakeEvents();
    state.PauseTiming();
    const auto* made =
        events.size() == 1 ? std::get_if<mesos::OffersMade>(&events.front()) : nullptr;
    const bool is_right = Check(state, made ? made->offers : std::vector<Offer>(), expected);
    master.reset();
    if (!is_right) break;
    state.ResumeTiming();
  }
  Count(state, record);
}

void RunFramework(benchmark::State& state) {
  const std::string record = OffersRecord(state.range(0));
  for (auto _ : state) {
    state.PauseTiming();
    auto master = std::make_unique<PlayedMaster>();
    state.ResumeTiming();
    InPieces(record, [&](std::string_view piece) { master->Send(piece); });
    master->Feed(master->TakeEvents());
    state.PauseTiming();
    std::string problem;
    if (master->offers_held() != static_cast<size_t>(state.range(0))) {
      problem = Format("{} offers are held", master->offers_held());
    } else {
      problem = master->ProblemWithCells(state.range(0));
    }
    master.reset();
    if (!problem.empty()) {
      state.SkipWithError(problem.c_str());
      break;
    }
    state.ResumeTiming();
  }
  Count(state, record);
}

constexpr int64_t kOffers = 2000;

BENCHMARK(RunRecordIo)->Name("recordio")->Arg(kOffers)->Unit(benchmark::kMillisecond);
BENCHMARK(RunDecode)->Name("decode")->Arg(kOffers)->Unit(benchmark::kMillisecond);
BENCHMARK(RunClient)->Name("client")->Arg(kOffers)->Unit(benchmark::kMillisecond);
BENCHMARK(RunFramework)->Name("framework")->Arg(kOffers)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace rostrum::bench

BENCHMARK_MAIN();
