// How much memory a framework takes that holds one offer of each of many agents.
//
//   rostrum_mesos_memory [AGENTS]
//
// The offers come through a pipe from a child that writes them, so that this process has nothing
// but the client and the framework. Prints one JSON object; memory is what /proc/self/statm says.

#include <malloc.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

#include "bench/mesos/offers.h"
#include "bench/mesos/played_master.h"
#include "lib/base/format.h"

namespace rostrum::bench {
namespace {

constexpr int64_t kAgents = 10'000;
constexpr int64_t kAgentsMaximum = 200'000;  // One event has at most 256 MB.

[[noreturn]] void Die(const std::string& text) {
  PrintFormat(stderr, "error: {}\n", text);
  std::exit(1);
}

// Resident bytes of this process.
int64_t Resident() {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/statm", "r"),
                                                       std::fclose);
  long all = 0;
  long resident = 0;
  if (file == nullptr || std::fscanf(file.get(), "%ld %ld", &all, &resident) != 2) {
    Die("/proc/self/statm cannot be read");
  }
  return int64_t{resident} * sysconf(_SC_PAGESIZE);
}

// The most that was ever resident.
int64_t Peak() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

// Starts the child; returns the end of the pipe that is to be read.
int StartWriter(int64_t agents, pid_t* child) {
  int ends[2];
  if (pipe(ends) != 0) Die(std::strerror(errno));
  *child = fork();
  if (*child < 0) Die(std::strerror(errno));
  if (*child > 0) {
    close(ends[1]);
    return ends[0];
  }
  close(ends[0]);
  const std::string record = OffersRecord(agents);
  std::string_view left = record;
  while (!left.empty()) {
    const ssize_t written = write(ends[1], left.data(), left.size());
    if (written <= 0) _exit(1);
    left.remove_prefix(static_cast<size_t>(written));
  }
  _exit(0);
}

int Measure(int64_t agents) {
  // Before there is anything that the child could share.
  pid_t child = 0;
  const int in = StartWriter(agents, &child);
  PlayedMaster master;
  const int64_t before = Resident();
  int64_t bytes = 0;
  char piece[16 << 10];
  while (const ssize_t size = read(in, piece, sizeof piece)) {
    if (size < 0) Die(std::strerror(errno));
    master.Send({piece, static_cast<size_t>(size)});
    bytes += size;
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (status != 0) Die("the child that writes the offers failed");
  master.Feed(master.TakeEvents());
  const int64_t after = Resident();
  const int64_t peak = Peak();
  malloc_trim(0);
  const int64_t trimmed = Resident();
  if (master.offers_held() != static_cast<size_t>(agents)) {
    Die(Format("{} offers are held, expected {}", master.offers_held(), agents));
  }
  if (const std::string problem = master.ProblemWithCells(agents); !problem.empty()) Die(problem);
  PrintFormat(
      stdout,
      "{{\"agents\": {}, \"event_bytes\": {}, \"before\": {}, \"after\": {}, \"trimmed\": {}, "
      "\"peak\": {}, \"bytes_per_offer\": {}}}\n",
      agents, bytes, before, after, trimmed, peak, (after - before) / agents);
  return 0;
}

}  // namespace

int Main(int argc, char** argv) {
  int64_t agents = kAgents;
  if (argc > 1) {
    const std::string_view text = argv[1];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), agents);
    if (argc > 2 || error != std::errc() || end != text.data() + text.size() || agents < 1 ||
        agents > kAgentsMaximum) {
      PrintFormat(stderr, "error: found \"{}\", expected a number of agents from 1 to {}\n", text,
                  kAgentsMaximum);
      return 2;
    }
  }
  return Measure(agents);
}

}  // namespace rostrum::bench

int main(int argc, char** argv) { return rostrum::bench::Main(argc, argv); }
