// The flags of `rostrum mesos`.

#include <string>

#include "lib/tools/mesos/mesos_options.h"

namespace rostrum::tools {
namespace {

constexpr std::string_view kSummary =
    "Runs a framework on Apache Mesos: places LRPs, tasks and services on the offers of a real "
    "cluster, launches them, and prints each change of state until it is asked to end (SIGINT or "
    "SIGTERM; a second one ends it at once).\n"
    "Work is what rostrum place reads, with more keys: command, arguments, image, environment, "
    "cpus, gpus, ports, kill_grace_seconds. Work with a command or an image is run by Mesos "
    "itself; "
    "all other work is handed to an executor that stands for a Diego cell (see "
    "--executor-command). "
    "A service has name and count beside these, and is kept at its count.\n"
    "With --framework-id-file, tasks go on when the program ends, for --failover-timeout, and are "
    "known again when it is started with the same file. Without it nobody could find them again, "
    "so "
    "the framework and its tasks are ended with the program. --teardown does that in any case.\n"
    "What agents offer for constraints comes from their attributes: stack (root file systems), "
    "rootfs_scheme, placement_tags, optional_placement_tags, volume_drivers, zone (else the fault "
    "domain's) and cell_index; lists have commas. RootFs mesos:any runs on every agent.\n"
    "A line that cannot be written is lost and counted, and ends nothing; SIGHUP is ignored.";

// A setting's description, which ends with its default in brackets.
std::string DescriptionOf(const mesos::FrameworkOption& option) {
  std::string text(option.description);
  for (const OwnDefault& own : kOwnDefaults) {
    if (own.key != option.key) continue;
    text.resize(text.rfind('('));
    text += "(" + std::string(own.value) + ")";
  }
  return text;
}

// The settings of --set, for its help.
const std::string& SetHelp() {
  static const std::string text = [] {
    std::string made =
        "one of Diego's settings (see rostrum place --help), or of the framework's: ";
    for (const mesos::FrameworkOption& option : mesos::FrameworkOptionList()) {
      if (made.back() != ' ') made += "; ";
      made += std::string(option.key) + ", " + DescriptionOf(option);
    }
    return made;
  }();
  return text;
}

}  // namespace

const Verb& MesosVerb() {
  static const Verb verb = {
      .name = "mesos",
      .summary = kSummary,
      .groups =
          {{"The cluster",
            {{"master", "ADDRESS",
              "HOST:PORT of a master, several with commas, or zk://HOST:PORT[,HOST:PORT]/PATH; "
              "needed"},
             {"name", "NAME", "of the framework", "rostrum"},
             {"user", "USER", "as whom tasks run on agents", "who runs this"},
             {"role", "ROLE", "a role of the framework", "*", true},
             {"principal", "NAME", "for HTTP basic authentication, and of the framework", "none"},
             {"secret-file", "FILE", "the principal's secret, in one line", "none"},
             {"zk-credentials-file", "FILE",
              "USER:PASSWORD in one line, for addresses that begin with zk://", "none"},
             {"ca-file", "FILE", "certificates of authorities, to speak TLS with masters", "none"},
             {"certificate-file", "FILE", "of the client, for mutual TLS", "none"},
             {"key-file", "FILE", "the certificate's key", "none"},
             {"framework-id-file", "FILE",
              "where the framework's id is kept over restarts; or zk://HOST:PORT/PATH/OF/NODE",
              "none"},
             {"journal", "FILE", "where the launched tasks are kept over restarts",
              "the id's file with .journal behind it"},
             {"adopt-running", "",
              "start although the journal is lost, damaged or an older copy, with what Mesos says "
              "runs; --set adopt_running=true"},
             {"new-framework", "",
              "leave the framework of the id's file behind, and be a new one; --set "
              "new_framework=true"},
             {"failover-timeout", "SECONDS", "for how long tasks outlive the program",
              "1209600; 60 without --framework-id-file"},
             {"capability", "NAME",
              "one more of gpus, revocable, shared, region-aware; by default none of them", "",
              true}}},
           {"The work; - is standard input",
            {{"lrps", "FILE", "JSON as at POST /v1/lrps, with the keys above", "none"},
             {"tasks", "FILE", "JSON as at POST /v1/tasks, with the keys above", "none"},
             {"services", "FILE", "JSON of services; each may be an array or one after the other",
              "none"},
             {"containerizer", "KIND", "what runs images: docker or mesos", "docker"}}},
           {"Placing",
            {{"strategy", "NAME",
              "binpack, spread, bestfit, diego, or the path of a plug-in (a shared object)",
              "binpack"},
             {"window", "MS", "--set window_ms", "1000"},
             {"set", "KEY=VALUE", SetHelp(), "", true}}},
           {"The executor of cells",
            {{"executor-command", "LINE", "for /bin/sh -c: starts rostrum-executor", "none"},
             {"executor-image", "IMAGE", "the container in which it runs, privileged", "none"},
             {"executor-volume", "HOST:CONTAINER", "a folder mapped into that container", "", true},
             {"executor-environment", "NAME=VALUE", "a variable of its environment", "", true},
             {"executor-environment-file", "FILE",
              "more of them, NAME=VALUE a line: what is on a command line everybody may read", "",
              true},
             {"executor-cpus", "N", "thousandths of a cpu that a cell takes for itself", "100"},
             {"executor-memory", "MB", "memory that it takes for itself", "256"},
             {"executor-disk", "MB", "disk that it takes for itself", "0"},
             {"executor-shutdown-grace", "SECONDS",
              "for how long its work may end when it is told to end; 0: as the agent has it",
              "15"}}},
           {"Output and end",
            {{"format", "FORM", "text, or json with one object a line", "text"},
             {"once", "",
              "end when all work has ended; exit status 1 if any did not succeed, or ended unseen"},
             {"teardown", "", "end the framework with all its tasks at the end"},
             {"stop-timeout", "MS", "how long the end may take", "5000"}}}},
      .examples = {{"One web server on a cluster, until Ctrl-C",
                    "echo '[{\"name\":\"web\",\"count\":1,\"command\":\"python3 -m http.server "
                    "$PORT0\",\"ports\":1,\"MemoryMB\":64}]' | rostrum mesos --master "
                    "127.0.0.1:5050 --services -"},
                   {"Keep LRPs running over restarts of this program",
                    "rostrum mesos --master zk://zk1:2181/mesos --lrps lrps.json "
                    "--framework-id-file /var/lib/rostrum/framework-id"},
                   {"Diego cells on Mesos",
                    "rostrum mesos --master 127.0.0.1:5050 --lrps lrps.json --executor-command "
                    "'rostrum-executor --rep-url https://127.0.0.1:1801' --executor-memory 1024"}},
  };
  return verb;
}

}  // namespace rostrum::tools
