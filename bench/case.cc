#include "bench/case.h"

#include <charconv>

#include "lib/base/format.h"

namespace rostrum::bench {
namespace {

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const size_t end = text.find(separator);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool ParseNumber(std::string_view text, int64_t* number) {
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, *number);
  return error == std::errc() && end == last && *number > 0;
}

bool ParseKind(std::string_view kind, Case* parsed) {
  const std::vector<std::string_view> parts = Split(kind, '-');
  if (kind == "round") return true;
  parsed->fleet.different_sizes = kind == "sizes";
  if (kind == "sizes") return true;
  if (parts.size() == 2 && parts[0] == "signatures") {
    return ParseNumber(parts[1], &parsed->fleet.signatures);
  }
  if (parts.size() == 2 && parts[0] == "zones") return ParseNumber(parts[1], &parsed->fleet.zones);
  if (parts.size() == 2 && parts[0] == "shapes") return ParseNumber(parts[1], &parsed->shapes);
  parsed->fleet.full = true;
  return parts.size() == 3 && parts[0] == "full" && ParseNumber(parts[1], &parsed->shapes);
}

}  // namespace

std::string Case::Name() const {
  std::string kind = "round";
  if (fleet.different_sizes) kind = "sizes";
  if (fleet.signatures != 1) kind = Format("signatures-{}", fleet.signatures);
  if (fleet.zones != 3) kind = Format("zones-{}", fleet.zones);
  if (shapes > 0) kind = Format("shapes-{}", shapes);
  if (fleet.full) kind = Format("full-{}-shapes", shapes);
  return Format("{}/{}/{}/{}/{}", kind, strategy, fleet.cells, fleet.lrps_per_cell, auctions);
}

std::optional<Case> Case::Parse(std::string_view name) {
  const std::vector<std::string_view> parts = Split(name, '/');
  Case parsed;
  if (parts.size() != 5 || !ParseKind(parts[0], &parsed) ||
      !ParseNumber(parts[2], &parsed.fleet.cells) ||
      !ParseNumber(parts[3], &parsed.fleet.lrps_per_cell) ||
      !ParseNumber(parts[4], &parsed.auctions)) {
    return std::nullopt;
  }
  parsed.strategy = parts[1];
  return parsed;
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  const auto add = [&](const std::string& name) { cases.push_back(*Case::Parse(name)); };
  for (const char* strategy : {"diego", "binpack", "bestfit", "spread"}) {
    for (const char* size : {"100/20/100", "1000/20/1000", "5000/20/1000", "10000/20/1000",
                             "10000/20/10000", "100000/20/1000"}) {
      add(Format("round/{}/{}", strategy, size));
    }
  }
  for (const char* name :
       {"round/diego/100000/20/1000000", "round/plugin/1000/20/1000", "round/plugin/10000/20/1000",
        "sizes/diego/10000/20/1000", "signatures-50/diego/10000/20/1000",
        "zones-20/diego/10000/20/1000", "full-100-shapes/diego/10000/20/10000"}) {
    add(name);
  }
  return cases;
}

}  // namespace rostrum::bench
