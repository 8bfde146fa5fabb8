#include "bench/placements.h"

#include <fstream>
#include <map>
#include <sstream>

#include "lib/base/format.h"

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

const std::map<std::string, std::string>& Placements() {
  static const std::map<std::string, std::string> placements = ReadPlacements();
  return placements;
}

}  // namespace

bool HasPlacements(const std::string& name) { return Placements().count(name) > 0; }

std::string ProblemWith(const std::string& name, uint64_t hash) {
  static std::map<std::string, std::string> first_found;
  const std::string found = Format("{:016x}", hash);
  const auto at = Placements().find(name);
  const std::string& expected =
      at != Placements().end() ? at->second : first_found.try_emplace(name, found).first->second;
  if (expected == found) return "";
  return Format("wrong placements: {}, expected {}", found, expected);
}

}  // namespace rostrum::bench
