// The program `rostrum`: its verbs.

#include <unistd.h>

#include <array>
#include <exception>
#include <iostream>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/format.h"
#include "lib/tools/flags.h"
#ifdef ROSTRUM_HAS_MESOS
#include "lib/tools/mesos/mesos_command.h"
#endif
#include "lib/tools/place/place_command.h"
#include "lib/tools/replay/replay_command.h"
#include "lib/tools/simulate/simulate_command.h"
#include "lib/tools/simulate_recorder.h"
#include "lib/tools/text.h"
#include "lib/wire/form.h"
#include "lib/wire/text.h"
#include "rostrum/version.h"

namespace rostrum::tools {
namespace {

constexpr std::array<std::string_view, 6> kVerbs = {"place", "simulate", "replay",
                                                    "mesos", "help",     "version"};

constexpr std::string_view kHelp =
    R"(rostrum: decides what runs where in a cluster, and says why

Usage: rostrum VERB [FLAGS]

Verbs:
  place      one auction on real input: what reps answer to GET /state, and what is to run
  simulate   a cluster over time with no cluster at all; strategies side by side; an HTML report
  replay     runs recorded rounds again and names the first decision that differs
  mesos      a framework on a real Apache Mesos: places LRPs, tasks and services and launches them
  help       this text, as do --help and -h; `rostrum help VERB` (or `rostrum VERB --help`)
             tells more
  version    the version; as does rostrum --version

Try: rostrum simulate --cells 100 --strategy all
Exit status: 0 done (an auction that finds no cell is a result), 1 failed, 2 bad input.
)";

int FailAll(std::string_view text, int exit_status) {
  std::cerr << "rostrum: " << wire::Escape(text) << "\n";
  return exit_status;
}

bool AsksForHelp(std::string_view argument) { return argument == "--help" || argument == "-h"; }

int NotUnderstood(std::string_view argument) {
  return FailAll(Format("unexpected argument \"{}\"", Shown(argument)), kBadInput);
}

int PrintVersion(std::span<const std::string_view> arguments) {
  if (!arguments.empty() && !AsksForHelp(arguments[0])) return NotUnderstood(arguments[0]);
  if (arguments.empty()) {
    std::cout << "rostrum " ROSTRUM_VERSION_STRING "\n";
  } else {
    std::cout << kHelp;
  }
  return 0;
}

int UnknownVerb(std::string_view verb) {
  const std::string_view meant = wire::NearestKey(verb, kVerbs);
  const std::string hint = meant.empty() ? "." : Format(", did you mean \"{}\"?", meant);
  return FailAll(Format("unknown verb \"{}\"{} See rostrum --help", Shown(verb), hint), kBadInput);
}

int RunVerb(std::string_view verb, std::span<const std::string_view> arguments);

int Help(std::span<const std::string_view> arguments) {
  static constexpr std::array<std::string_view, 1> kHelpFlag = {"--help"};
  if (arguments.size() > 1) return NotUnderstood(arguments[1]);
  if (arguments.empty() || arguments[0] == "help" || AsksForHelp(arguments[0])) {
    std::cout << kHelp;
    return 0;
  }
  return RunVerb(arguments[0], kHelpFlag);
}

int RunMesosVerb([[maybe_unused]] std::span<const std::string_view> arguments) {
#ifdef ROSTRUM_HAS_MESOS
  DescriptorBuffer buffer(STDOUT_FILENO, kReaderPatienceMs);
  std::ostream out(&buffer);
  const int status = RunMesos(arguments, out, std::cerr);
  // Help that could not be written is what it is in every verb.
  if (!out) std::cout.setstate(std::ios::badbit);
  return status;
#else
  return FailAll("mesos is not part of this build, which had no libcurl or protobuf", kFailed);
#endif
}

int RunVerb(std::string_view verb, std::span<const std::string_view> arguments) {
  if (verb == "mesos") return RunMesosVerb(arguments);
  if (verb == "place") return RunPlace(arguments, std::cout, std::cerr);
  if (verb == "replay") return RunReplay(arguments, std::cout, std::cerr);
  if (verb == "simulate") {
    return RunSimulate(arguments, std::cout, std::cerr, {.open_recorder = OpenSimulateRecorder});
  }
  if (verb == "version" || verb == "--version") {
    return PrintVersion(arguments);
  }
  if (verb == "help" || AsksForHelp(verb)) return Help(arguments);
  return UnknownVerb(verb);
}

std::string_view AdviceAgainstSize(std::string_view verb) {
  if (verb == "simulate") {
    return "fewer --cells and --apps, a shorter --duration, or smaller files need less";
  }
  return "smaller input needs less";
}

int Run(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) {
    std::cerr << kHelp;
    return kBadInput;
  }
  int status = kFailed;
  try {
    status = RunVerb(arguments[0], std::span(arguments).subspan(1));
  } catch (const std::bad_alloc&) {
    return FailAll(
        Format("{}: memory ran out; {}", Shown(arguments[0]), AdviceAgainstSize(arguments[0])),
        kFailed);
  }
  std::cout.flush();
  if (std::cout) return status;
  FailAll("the output could not be written", kFailed);
  return status == 0 ? kFailed : status;
}

}  // namespace
}  // namespace rostrum::tools

int main(int argc, char** argv) {
  rostrum::tools::FillStandardStreams();
  rostrum::tools::IgnoreWriteSignals();
  std::ios::sync_with_stdio(false);
  try {
    return rostrum::tools::Run({argv + 1, argv + argc});
  } catch (const std::exception& error) {
    std::cerr << "rostrum: " << rostrum::wire::Escape(error.what()) << "\n";
  }
  return rostrum::tools::kFailed;
}
