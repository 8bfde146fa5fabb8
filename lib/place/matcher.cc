#include "lib/place/matcher.h"

#include <algorithm>

#include "lib/base/key.h"

namespace rostrum {
namespace {

// No two constraints share a key.
void WriteKey(const Constraint& constraint, std::string* key) {
  key->clear();
  AppendToKey(key, constraint.rootfs);
  for (const std::string& tag : constraint.placement_tags) AppendToKey(key, tag);
  *key += '|';
  for (const std::string& driver : constraint.volume_drivers) AppendToKey(key, driver);
}

}  // namespace

MatchLevel ConstraintMatch::ReportedLevel() const {
  // Upstream goes through the zones with the error of the last one in hand, and takes the next
  // zone's where it has none, has a rootfs or a tag mismatch, or where a volume driver mismatch
  // meets a tag mismatch.
  MatchLevel reported = by_zone.front();
  for (const MatchLevel level : by_zone) {
    const bool stays =
        reported == MatchLevel::kVolumeDriverMismatch && level != MatchLevel::kPlacementTagMismatch;
    if (!stays) reported = level;
  }
  return reported;
}

const ConstraintMatch& Matcher::Find(const Constraint& constraint) {
  WriteKey(constraint, &key_);
  auto at = by_constraint_.find(std::string_view(key_));
  if (at == by_constraint_.end()) at = by_constraint_.emplace(key_, Make(constraint)).first;
  return *at->second;
}

std::unique_ptr<ConstraintMatch> Matcher::Make(const Constraint& constraint) const {
  auto match = std::make_unique<ConstraintMatch>();
  for (const auto& signature : layout_.signatures()) {
    match->by_signature.push_back(Match(constraint, *signature));
  }
  for (const uint32_t zone : layout_.zones_in_order()) {
    MatchLevel furthest = MatchLevel::kRootfsMismatch;
    const auto first = static_cast<uint32_t>(match->groups.size());
    for (const uint32_t group : layout_.zones()[zone].groups) {
      const MatchLevel level = match->by_signature[layout_.groups()[group].signature];
      furthest = std::max(furthest, level);
      if (level == MatchLevel::kMatch) match->groups.push_back(group);
    }
    match->by_zone.push_back(furthest);
    const auto last = static_cast<uint32_t>(match->groups.size());
    if (last > first) match->zones.push_back({zone, first, last});
  }
  return match;
}

}  // namespace rostrum
