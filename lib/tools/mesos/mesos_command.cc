#include "lib/tools/mesos/mesos_command.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/tools/failure.h"
#include "lib/tools/mesos/mesos_options.h"
#include "lib/tools/mesos/outcome_printer.h"
#include "lib/tools/mesos/stop_signals.h"

namespace rostrum::tools {
namespace {

using mesos::Framework;
using mesos::Outcome;
using mesos::OutcomeKind;

constexpr std::chrono::milliseconds kLook(1000);

int FailMesos(const Status& status, int exit_status, std::ostream& err) {
  return Fail("mesos", status, exit_status, err);
}

// What came of a run, as far as the exit status tells.
struct Ending {
  bool has_failed = false;    // The framework itself.
  bool all_succeeded = true;  // Every piece of work that ended.
};

void Note(const MesosOptions& options, const std::vector<Outcome>& outcomes, Ending* ending) {
  for (const Outcome& outcome : outcomes) {
    if (outcome.kind == OutcomeKind::kFailed) ending->has_failed = true;
    const bool did_not_succeed =
        outcome.kind == OutcomeKind::kEnded
            ? outcome.state != mesos::TaskState::kFinished
            : outcome.kind == OutcomeKind::kRefused && !options.framework.settings.keep_waiting;
    if (did_not_succeed) ending->all_succeeded = false;
  }
}

Status Fill(const MesosOptions& options, Framework* framework) {
  const Expected<size_t> added = framework->Submit(options.work);
  if (!added.ok()) return added.status();
  for (const mesos::Service& service : options.services) {
    if (Status status = framework->SetService(service); !status.ok()) return status;
  }
  return {};
}

bool IsDone(const Framework& framework) {
  const mesos::FrameworkCounts counts = framework.counts();
  return counts.waiting == 0 && counts.launched == 0;
}

Status End(const MesosOptions& options, const Ending& ending, Framework* framework) {
  if (options.tear_down && !ending.has_failed) {
    // Nothing was ever started for a framework that never subscribed.
    if (framework->framework_id().empty()) return {};
    return framework->TearDown(options.stop_timeout);
  }
  framework->Stop(options.stop_timeout);
  return {};
}

int Run(const MesosOptions& options, std::ostream& out, std::ostream& err) {
  Framework* running = nullptr;
  std::atomic<bool> is_ready{false};
  // Before the framework's threads, which must not get the signals.
  StopSignals signals([&] {
    if (is_ready) running->Interrupt();
  });
  if (!signals.ok()) {
    return FailMesos(Unavailable("signals cannot be waited for"), kFailed, err);
  }
  auto framework = Framework::Create(options.framework);
  if (!framework.ok()) {
    return FailMesos(framework.status(), ExitStatusOf(framework.status()), err);
  }
  running = framework->get();
  is_ready = true;
  if (Status status = Fill(options, running); !status.ok()) {
    return FailMesos(status, ExitStatusOf(status), err);
  }
  if (Status status = running->Start(); !status.ok()) return FailMesos(status, kFailed, err);

  // What is printed is read by operators and programs; nothing that runs depends on it.
  OutcomePrinter printer(options.as_json, out, err);
  Ending ending;
  while (signals.received() == 0 && !ending.has_failed) {
    // Looked at before the outcomes are taken, so that the last ones are printed.
    const bool is_done = options.once && IsDone(*running);
    const std::vector<Outcome> outcomes =
        running->WaitOutcomes(is_done ? std::chrono::milliseconds(0) : kLook);
    Note(options, outcomes, &ending);
    printer.Print(outcomes);
    if (is_done) break;
  }
  const Status ended = End(options, ending, running);
  std::vector<Outcome> rest = running->WaitOutcomes(std::chrono::milliseconds(0));
  if (options.tear_down && ended.ok()) {
    // That the framework is gone now is what was asked for.
    std::erase_if(rest, [](const Outcome& outcome) {
      return outcome.kind == OutcomeKind::kDisconnected || outcome.kind == OutcomeKind::kFailed;
    });
  }
  printer.Print(rest);
  printer.Finish([&] { return signals.received() != 0; });
  if (!ended.ok()) return FailMesos(ended, kFailed, err);
  if (ending.has_failed || (options.once && !ending.all_succeeded)) return kFailed;
  return 0;
}

}  // namespace

int RunMesos(std::span<const std::string_view> arguments, std::ostream& out, std::ostream& err) {
  const Expected<Flags> flags = Flags::Parse(MesosVerb(), arguments);
  if (!flags.ok()) return FailMesos(flags.status(), kBadInput, err);
  if (flags->help()) {
    out << HelpText(MesosVerb());
    return 0;
  }
  const Expected<MesosOptions> options = ReadMesosOptions(*flags);
  if (!options.ok()) return FailMesos(options.status(), ExitStatusOf(options.status()), err);
  return Run(*options, out, err);
}

}  // namespace rostrum::tools
