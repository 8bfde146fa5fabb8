#include "rostrum/constraint.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/model/rootfs_url.h"

namespace rostrum {
namespace {

void SortUnique(std::vector<std::string>* texts) {
  std::sort(texts->begin(), texts->end());
  texts->erase(std::unique(texts->begin(), texts->end()), texts->end());
}

bool Contains(const std::vector<std::string>& sorted, std::string_view text) {
  return std::binary_search(sorted.begin(), sorted.end(), text, std::less<>());
}

bool MatchesRootfs(std::string_view rootfs, const Signature& signature) {
  const std::optional<RootfsUrl> url = ParseRootfsUrl(rootfs);
  if (!url) return false;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    if (provider.scheme != url->scheme) continue;
    if (provider.type == RootfsProvider::Type::kArbitrary) return true;
    return provider.type == RootfsProvider::Type::kFixedSet && Contains(provider.set, url->opaque);
  }
  return false;
}

bool MatchesVolumeDrivers(const std::vector<std::string>& wanted, const Signature& signature) {
  return std::all_of(wanted.begin(), wanted.end(), [&](const std::string& driver) {
    return Contains(signature.volume_drivers, driver);
  });
}

bool MatchesPlacementTags(const std::vector<std::string>& wanted, const Signature& signature) {
  const bool required_are_wanted = std::all_of(
      signature.placement_tags.begin(), signature.placement_tags.end(), [&](const std::string& t) {
        return std::find(wanted.begin(), wanted.end(), t) != wanted.end();
      });
  return required_are_wanted && std::all_of(wanted.begin(), wanted.end(), [&](const auto& tag) {
           return Contains(signature.placement_tags, tag) ||
                  Contains(signature.optional_placement_tags, tag);
         });
}

}  // namespace

void Signature::Normalize() {
  std::stable_sort(
      rootfs_providers.begin(), rootfs_providers.end(),
      [](const RootfsProvider& a, const RootfsProvider& b) { return a.scheme < b.scheme; });
  std::vector<RootfsProvider> last_of_each;
  for (RootfsProvider& provider : rootfs_providers) {
    SortUnique(&provider.set);
    if (!last_of_each.empty() && last_of_each.back().scheme == provider.scheme) {
      last_of_each.back() = std::move(provider);
    } else {
      last_of_each.push_back(std::move(provider));
    }
  }
  rootfs_providers = std::move(last_of_each);
  SortUnique(&volume_drivers);
  SortUnique(&placement_tags);
  SortUnique(&optional_placement_tags);
}

MatchLevel Match(const Constraint& constraint, const Signature& signature) {
  if (!MatchesRootfs(constraint.rootfs, signature)) return MatchLevel::kRootfsMismatch;
  if (!MatchesVolumeDrivers(constraint.volume_drivers, signature)) {
    return MatchLevel::kVolumeDriverMismatch;
  }
  if (!MatchesPlacementTags(constraint.placement_tags, signature)) {
    return MatchLevel::kPlacementTagMismatch;
  }
  return MatchLevel::kMatch;
}

std::string MismatchText(MatchLevel level, const Constraint& constraint) {
  if (level == MatchLevel::kRootfsMismatch) return "found no compatible cell for required rootfs";
  if (level == MatchLevel::kVolumeDriverMismatch) {
    return "found no compatible cell with required volume drivers";
  }
  const std::vector<std::string>& tags = constraint.placement_tags;
  if (tags.empty()) return "found no compatible cell with no placement tags";
  if (tags.size() == 1) {
    return Format("found no compatible cell with placement tag \"{}\"", tags[0]);
  }
  std::string text = "found no compatible cell with placement tags ";
  for (size_t i = 0; i < tags.size(); ++i) {
    const bool last = i + 1 == tags.size();
    const std::string_view joint = i == 0 ? "" : last ? " and " : ", ";
    text += Format("{}\"{}\"", joint, tags[i]);
  }
  return text;
}

}  // namespace rostrum
