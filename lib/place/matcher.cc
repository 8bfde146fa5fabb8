#include "lib/place/matcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace rostrum {
namespace {

void Append(std::string* key, std::string_view text) {
  fmt::format_to(std::back_inserter(*key), "{}:{}", text.size(), text);
}

// Each text with its length in front, so that no two constraints share a key.
std::string KeyOf(const Constraint& constraint) {
  std::string key;
  Append(&key, constraint.rootfs);
  for (const std::string& tag : constraint.placement_tags) Append(&key, tag);
  key += '|';
  for (const std::string& driver : constraint.volume_drivers) Append(&key, driver);
  return key;
}

}  // namespace

MatchLevel ConstraintMatch::ReportedLevel() const {
  // Upstream goes through the zones with the error of the last one in hand, and takes the next
  // zone's where it has none, has a rootfs or a tag mismatch, or where a volume driver mismatch
  // meets a tag mismatch.
  MatchLevel reported = by_zone.front();
  for (const MatchLevel level : by_zone) {
    const bool stays = reported == MatchLevel::kVolumeDriverMismatch &&
                       level != MatchLevel::kPlacementTagMismatch;
    if (!stays) reported = level;
  }
  return reported;
}

const ConstraintMatch& Matcher::Find(const Work& work) {
  const ConstraintMatch*& known = by_work_[&work];
  if (known == nullptr) {
    std::unique_ptr<ConstraintMatch>& entry = by_constraint_[KeyOf(work.constraint)];
    if (entry == nullptr) entry = Make(work.constraint);
    known = entry.get();
  }
  return *known;
}

std::unique_ptr<ConstraintMatch> Matcher::Make(const Constraint& constraint) const {
  auto match = std::make_unique<ConstraintMatch>();
  for (const auto& signature : layout_.signatures) {
    match->by_signature.push_back(Match(constraint, *signature));
  }
  for (const ZoneRange& zone : layout_.zones) {
    MatchLevel furthest = MatchLevel::kRootfsMismatch;
    for (uint32_t row = zone.begin; row < zone.end; ++row) {
      furthest = std::max(furthest, match->by_signature[layout_.signature[row]]);
    }
    match->by_zone.push_back(furthest);
    match->anywhere = match->anywhere || furthest == MatchLevel::kMatch;
  }
  return match;
}

}  // namespace rostrum
