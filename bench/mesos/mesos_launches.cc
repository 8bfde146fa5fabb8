// How long it takes from work that is queued until it runs, on a real cluster. Runs the framework
// of `rostrum mesos` and measures what it tells. figures.py makes the cluster and calls this.
//
//   rostrum_mesos_launches MODE COUNT [KEY=VALUE]...
//
// MODE is
//   in-hand    single LRPs, one after another, each while offers of all agents are held: an LRP
//              waits that no agent can take. The first one is not measured.
//   suppressed single LRPs, one after another, each while the framework wants no offers.
//   window     as suppressed, but never before the window is over: with each LRP another one is
//              queued that no agent can take, and taken back afterwards.
//   burst      all at once.
//
// KEY is an option of the framework (see include/rostrum/mesos.h), `strategy`, `agents` (how many
// there are, for in-hand), `memory` (MB of one LRP), or `first` (of a burst: so many are queued
// alone, one for each agent, and not measured, so that each has a cell).
//
// Prints JSON: of single LRPs an object each, of a burst one. Times are in milliseconds. Whatever
// ends, is refused or comes to nothing is an error, but of a burst a launch that came to nothing is
// made again, and counted.

#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "lib/base/format.h"
#include "lib/mesos/framework/options.h"
#include "rostrum/mesos/framework.h"
#include "rostrum/strategy.h"

namespace rostrum::bench {
namespace {

using mesos::Framework;
using mesos::Outcome;
using mesos::OutcomeKind;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// A cluster on which nothing happens for so long is broken.
constexpr std::chrono::seconds kPatience(600);

[[noreturn]] void Die(const std::string& text) {
  PrintFormat(stderr, "error: {}\n", text);
  std::exit(1);
}

double MillisecondsOf(Clock::duration duration) {
  return std::chrono::duration<double, std::milli>(duration).count();
}

// User and system time of this process.
double CpuSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& value) {
    return static_cast<double>(value.tv_sec) + static_cast<double>(value.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Settings {
  std::string mode;
  int64_t count = 0;
  int64_t agents = 0;
  int64_t memory = 64;
  int64_t first = 0;
  std::string strategy = "binpack";
  mesos::NamedOptions named;
};

int64_t ReadWhole(std::string_view what, std::string_view text) {
  int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) {
    Die(Format("{} is \"{}\", expected a whole number", what, text));
  }
  return value;
}

Settings ReadSettings(int argc, char** argv) {
  if (argc < 3) Die("expected MODE COUNT [KEY=VALUE]...");
  Settings settings;
  settings.mode = argv[1];
  settings.count = ReadWhole("COUNT", argv[2]);
  const std::map<std::string_view, int64_t*> numbers = {
      {"agents", &settings.agents}, {"memory", &settings.memory}, {"first", &settings.first}};
  for (int i = 3; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string_view::npos) {
      Die(Format("found \"{}\", expected KEY=VALUE", argument));
    }
    const std::string_view key = argument.substr(0, equals);
    const std::string_view value = argument.substr(equals + 1);
    if (const auto number = numbers.find(key); number != numbers.end()) {
      *number->second = ReadWhole(key, value);
    } else if (key == "strategy") {
      settings.strategy = value;
    } else if (const Status status = settings.named.Set(key, value); !status.ok()) {
      Die(status.text());
    }
  }
  return settings;
}

mesos::WorkRequest MakeLrp(const std::string& guid, int64_t memory, std::vector<int32_t> indices,
                           bool is_placeable = true) {
  Work work;
  work.guid = guid;
  work.domain = "cf-apps";
  work.asked.memory = WholeAmount(memory);
  work.constraint.rootfs = "preloaded:cflinuxfs4";
  if (!is_placeable) work.constraint.placement_tags = {"nowhere"};
  return {.work = std::make_shared<const Work>(std::move(work)), .indices = std::move(indices)};
}

std::vector<int32_t> Indices(int64_t count) {
  std::vector<int32_t> indices;
  for (int32_t index = 0; index < count; ++index) indices.push_back(index);
  return indices;
}

// When work was placed first and when it ran, by its identifier.
class Watch {
 public:
  struct Times {
    Clock::time_point placed;
    Clock::time_point running;
    std::string agent;
  };

  // `may_repeat`: whether a launch may come to nothing and be made again.
  Watch(Framework* framework, bool may_repeat) : framework_(*framework), may_repeat_(may_repeat) {}

  // Until so many run, of all that was ever asked for.
  void WaitRunning(size_t count) {
    auto last = Clock::now();
    while (running_ < count) {
      const std::vector<Outcome> outcomes = framework_.WaitOutcomes(milliseconds(1000));
      const auto now = Clock::now();
      for (const Outcome& outcome : outcomes) Take(outcome, now);
      if (!outcomes.empty()) last = now;
      if (now - last > kPatience)
        Die(Format("{} of {} run, and nothing moves", running_, count));
    }
  }
  // What has happened so far, without waiting.
  void Look() {
    for (const Outcome& outcome : framework_.WaitOutcomes(milliseconds(0))) {
      Take(outcome, Clock::now());
    }
  }
  const Times& Of(const std::string& identifier) const { return times_.at(identifier); }
  const std::map<std::string, Times>& all() const { return times_; }
  int64_t repeated() const { return repeated_; }

 private:
  void Take(const Outcome& outcome, Clock::time_point now) {
    const std::string identifier = outcome.Identifier();
    switch (outcome.kind) {
      case OutcomeKind::kPlaced:
        // A launch that is made again has been placed before.
        if (times_[identifier].placed == Clock::time_point()) times_[identifier].placed = now;
        times_[identifier].agent = outcome.agent_id;
        return;
      case OutcomeKind::kStatus:
        if (outcome.state != mesos::TaskState::kRunning) return;
        times_[identifier].running = now;
        ++running_;
        return;
      case OutcomeKind::kRequeued:
        ++repeated_;
        if (may_repeat_) return;
        break;
      case OutcomeKind::kRefused:
      case OutcomeKind::kConnected:
      case OutcomeKind::kCancelled:
        return;
      default:
        break;
    }
    Die(Format("{} {} {} {}", mesos::OutcomeKindName(outcome.kind), outcome.guid, outcome.text,
                    mesos::TaskStateName(outcome.state)));
  }

  Framework& framework_;
  const bool may_repeat_;
  size_t running_ = 0;
  int64_t repeated_ = 0;
  std::map<std::string, Times> times_;
};

void WaitUntil(const std::string& what, Watch* watch, const std::function<bool()>& is_true) {
  const auto end = Clock::now() + kPatience;
  while (!is_true()) {
    watch->Look();
    if (Clock::now() > end) Die("waited in vain for: " + what);
    std::this_thread::sleep_for(milliseconds(5));
  }
}

void Submit(Framework* framework, const std::vector<mesos::WorkRequest>& work) {
  const auto added = framework->Submit(work);
  if (!added.ok()) Die(added.status().text());
}

void WaitIdle(Framework* framework, Watch* watch) {
  WaitUntil("the queue is empty and no offer is held", watch, [&] {
    const mesos::FrameworkCounts counts = framework->counts();
    return counts.connected && counts.waiting == 0 && counts.offers_held == 0;
  });
}

// One after another. The pauses differ, so that no period of the cluster's is met always in the
// same phase.
void RunSingles(const Settings& settings, Framework* framework, Watch* watch) {
  const bool is_in_hand = settings.mode == "in-hand";
  const bool is_window = settings.mode == "window";
  if (is_in_hand) Submit(framework, {MakeLrp("nowhere", 64, {0}, false)});
  for (int64_t i = 0; i <= settings.count; ++i) {
    if (is_in_hand) {
      WaitUntil("offers of all agents are held", watch, [&] {
        return framework->counts().offers_held >= static_cast<uint64_t>(settings.agents);
      });
    } else {
      WaitIdle(framework, watch);
    }
    std::this_thread::sleep_for(milliseconds(300 + i * 37 % 500));
    watch->Look();
    const std::string guid = Format("app-{}", i);
    std::vector<mesos::WorkRequest> work;
    work.push_back(MakeLrp(guid, settings.memory, {0}));
    if (is_window) work.push_back(MakeLrp(guid + "-nowhere", 64, {0}, false));
    const auto queued = Clock::now();
    Submit(framework, work);
    watch->WaitRunning(static_cast<size_t>(i + 1));
    if (is_window) framework->Cancel(Kind::kLrp, guid + "-nowhere");
    const Watch::Times& times = watch->Of(guid + ".0");
    if (i == 0) continue;
    PrintFormat(stdout, "{{\"placed\": {:.3f}, \"running\": {:.3f}, \"agent\": \"{}\"}}\n",
               MillisecondsOf(times.placed - queued), MillisecondsOf(times.running - queued),
               times.agent);
  }
}

void RunBurst(const Settings& settings, Framework* framework, Watch* watch) {
  WaitIdle(framework, watch);
  const auto first = static_cast<size_t>(settings.first);
  if (first > 0) {
    Submit(framework, {MakeLrp("first", settings.memory, Indices(settings.first))});
    watch->WaitRunning(first);
    std::set<std::string> agents;
    for (const auto& [name, times] : watch->all()) agents.insert(times.agent);
    if (agents.size() != first) Die(Format("the first ones are on {} agents", agents.size()));
    WaitIdle(framework, watch);
  }
  std::vector<mesos::WorkRequest> work;
  constexpr int64_t kInstances = 100;  // Of one LRP.
  for (int64_t made = 0; made < settings.count; made += kInstances) {
    work.push_back(MakeLrp(Format("app-{}", made / kInstances), settings.memory,
                           Indices(std::min(kInstances, settings.count - made))));
  }
  const double cpu = CpuSeconds();
  const auto queued = Clock::now();
  Submit(framework, work);
  watch->WaitRunning(first + static_cast<size_t>(settings.count));
  std::vector<Clock::time_point> placed;
  std::vector<Clock::time_point> running;
  for (const auto& [name, times] : watch->all()) {
    if (times.running < queued) continue;
    placed.push_back(times.placed);
    running.push_back(times.running);
  }
  const auto [first_placed, last_placed] = std::minmax_element(placed.begin(), placed.end());
  const auto [first_running, last_running] = std::minmax_element(running.begin(), running.end());
  PrintFormat(stdout, "{{\"count\": {}, \"first_placed\": {:.3f}, \"last_placed\": {:.3f}, "
      "\"first_running\": {:.3f}, \"last_running\": {:.3f}, \"repeated\": {}, \"cpu\": {:.3f}}}\n",
      placed.size(), MillisecondsOf(*first_placed - queued), MillisecondsOf(*last_placed - queued),
      MillisecondsOf(*first_running - queued), MillisecondsOf(*last_running - queued),
      watch->repeated(), CpuSeconds() - cpu);
}

}  // namespace

int Main(int argc, char** argv) {
  const Settings settings = ReadSettings(argc, argv);
  const std::set<std::string> modes = {"in-hand", "suppressed", "window", "burst"};
  if (modes.count(settings.mode) == 0) Die(Format("there is no mode \"{}\"", settings.mode));
  auto options = settings.named.Finish(MakeStrategy(settings.strategy));
  if (!options.ok()) Die(options.status().text());
  auto framework = Framework::Create(std::move(*options));
  if (!framework.ok()) Die(framework.status().text());
  if (const Status status = (*framework)->Start(); !status.ok()) Die(status.text());
  Watch watch(framework->get(), settings.mode == "burst");
  if (settings.mode == "burst") {
    RunBurst(settings, framework->get(), &watch);
  } else {
    RunSingles(settings, framework->get(), &watch);
  }
  std::fflush(stdout);
  const Status ended = (*framework)->TearDown(std::chrono::seconds(30));
  if (!ended.ok()) Die(ended.text());
  return 0;
}

}  // namespace rostrum::bench

int main(int argc, char** argv) { return rostrum::bench::Main(argc, argv); }
