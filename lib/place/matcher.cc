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
  for (const auto& signature : layout_.signatures) {
    match->by_signature.push_back(Match(constraint, *signature));
  }
  match->by_zone.assign(layout_.zones.size(), MatchLevel::kRootfsMismatch);
  for (uint32_t i = 0; i < layout_.groups.size(); ++i) {
    const CellGroup& group = layout_.groups[i];
    const MatchLevel level = match->by_signature[group.signature];
    match->by_zone[group.zone] = std::max(match->by_zone[group.zone], level);
    if (level != MatchLevel::kMatch) continue;
    const auto position = static_cast<uint32_t>(match->groups.size());
    match->groups.push_back(i);
    if (match->zones.empty() || match->zones.back().zone != group.zone) {
      match->zones.push_back({group.zone, position, position});
    }
    match->zones.back().last = position + 1;
  }
  return match;
}

}  // namespace rostrum
