// The program `rostrum`: its verbs.

#include <fmt/format.h>

#include <array>
#include <exception>
#include <iostream>
#include <new>
#include <string_view>
#include <vector>

#include "lib/tools/flags.h"
#include "lib/tools/place/place_command.h"
#include "lib/tools/replay/replay_command.h"
#include "lib/tools/simulate/simulate_command.h"
#include "lib/tools/simulate_recorder.h"
#include "rostrum/version.h"

namespace rostrum::tools {
namespace {

constexpr int kFailed = 1;
constexpr int kBadInput = 2;

constexpr std::array<std::string_view, 5> kVerbs = {"place", "simulate", "replay", "help",
                                                    "version"};

constexpr std::string_view kHelp =
    R"(rostrum: decides what runs where in a cluster, and says why

Usage: rostrum VERB [FLAGS]

Verbs:
  place      one auction on real input: what reps answer to GET /state, and what is to run
  simulate   a cluster over time with no cluster at all; strategies side by side; an HTML report
  replay     runs recorded rounds again and names the first decision that differs
  help       this text; `rostrum help VERB` (or `rostrum VERB --help`) tells more
  version    the version

Try: rostrum simulate --cells 100 --strategy all
Exit status: 0 done (an auction that finds no cell is a result), 1 failed, 2 bad input.
)";

int RunVerb(std::string_view verb, std::span<const std::string_view> arguments) {
  if (verb == "place") return RunPlace(arguments, std::cout, std::cerr);
  if (verb == "replay") return RunReplay(arguments, std::cout, std::cerr);
  if (verb == "simulate") {
    return RunSimulate(arguments, std::cout, std::cerr, {.open_recorder = OpenSimulateRecorder});
  }
  if (verb == "version" || verb == "--version") {
    std::cout << "rostrum " ROSTRUM_VERSION_STRING "\n";
    return 0;
  }
  if (verb == "help" || verb == "--help" || verb == "-h") {
    static constexpr std::array<std::string_view, 1> kHelpFlag = {"--help"};
    if (!arguments.empty() && arguments[0] != "help") return RunVerb(arguments[0], kHelpFlag);
    std::cout << kHelp;
    return 0;
  }
  std::cerr << fmt::format("rostrum: unknown verb \"{}\", did you mean \"{}\"? See rostrum --help\n",
                           verb, NearestOf(verb, kVerbs));
  return kBadInput;
}

int Run(const std::vector<std::string_view>& arguments) {
  if (arguments.empty()) {
    std::cerr << kHelp;
    return kBadInput;
  }
  const int status = RunVerb(arguments[0], std::span(arguments).subspan(1));
  std::cout.flush();
  if (status == 0 && !std::cout) {
    std::cerr << "rostrum: the output could not be written\n";
    return kFailed;
  }
  return status;
}

}  // namespace
}  // namespace rostrum::tools

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return rostrum::tools::Run({argv + 1, argv + argc});
  } catch (const std::bad_alloc&) {
    std::cerr << "rostrum: memory ran out\n";
  } catch (const std::exception& error) {
    std::cerr << "rostrum: " << error.what() << "\n";
  }
  return rostrum::tools::kFailed;
}
