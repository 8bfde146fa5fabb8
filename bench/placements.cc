#include "bench/placements.h"

#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

namespace rostrum::bench {
namespace {

std::map<std::string, std::string> ReadPlacements() {
  std::map<std::string, std::string> hashes;
  std::ifstream file(ROSTRUM_BENCH_PLACEMENTS);
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    std::string hash;
    if (line.empty() || line[0] == '#' || !(words >> name >> hash)) continue;
    hashes[name] = hash;
  }
  return hashes;
}

}  // namespace

std::string ProblemWith(const std::string& name, uint64_t hash) {
  static const std::map<std::string, std::string> hashes = ReadPlacements();
  const std::string found = fmt::format("{:016x}", hash);
  const auto at = hashes.find(name);
  if (at == hashes.end()) {
    return fmt::format("{} has no line for {}, whose placements are {}", ROSTRUM_BENCH_PLACEMENTS,
                       name, found);
  }
  if (at->second == found) return "";
  return fmt::format("wrong placements: {}, expected {}", found, at->second);
}

}  // namespace rostrum::bench
