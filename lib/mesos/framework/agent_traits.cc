#include "lib/mesos/framework/agent_traits.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

namespace rostrum::mesos {
namespace {

// The scheme of kAnyRootfs.
constexpr std::string_view kAnyScheme = "mesos";

void AppendParts(std::string_view text, std::vector<std::string>* names) {
  while (!text.empty()) {
    const size_t comma = text.find(',');
    std::string_view name = text.substr(0, comma);
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) names->emplace_back(name);
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
}

// All names that attributes of that name list.
std::vector<std::string> ListOf(const Offer& offer, std::string_view attribute_name) {
  std::vector<std::string> names;
  for (const Attribute& attribute : offer.attributes) {
    if (attribute.name != attribute_name) continue;
    if (attribute.type == ValueType::kText) AppendParts(attribute.text, &names);
    if (attribute.type == ValueType::kSet) {
      names.insert(names.end(), attribute.items.begin(), attribute.items.end());
    }
  }
  return names;
}

std::string TextOf(const Offer& offer, std::string_view attribute_name) {
  const auto at = std::find_if(
      offer.attributes.begin(), offer.attributes.end(), [&](const Attribute& attribute) {
        return attribute.name == attribute_name && attribute.type == ValueType::kText;
      });
  return at == offer.attributes.end() ? std::string() : at->text;
}

int64_t IndexOf(const Offer& offer, std::string_view attribute_name) {
  for (const Attribute& attribute : offer.attributes) {
    if (attribute.name != attribute_name || attribute.type != ValueType::kScalar) continue;
    // What is beyond this could not be told apart as a double.
    if (std::abs(attribute.scalar) > 1e15) continue;
    return static_cast<int64_t>(attribute.scalar);
  }
  return 0;
}

RootfsProvider FixedSet(std::string scheme, const std::vector<std::string>& names) {
  return {std::move(scheme), RootfsProvider::Type::kFixedSet, names};
}

RootfsProvider Everything(std::string scheme) {
  return {std::move(scheme), RootfsProvider::Type::kArbitrary, {}};
}

}  // namespace

AgentTraits TraitsOf(const Offer& offer, const AgentMapping& mapping) {
  AgentTraits traits;
  traits.zone = TextOf(offer, mapping.zone_attribute);
  if (traits.zone.empty()) traits.zone = offer.domain.zone;
  traits.index = IndexOf(offer, mapping.index_attribute);

  const bool is_windows = TextOf(offer, "os") == "windows";
  std::vector<std::string> stacks = ListOf(offer, mapping.stack_attribute);
  std::vector<std::string> schemes = ListOf(offer, mapping.rootfs_scheme_attribute);
  if (stacks.empty() && schemes.empty()) {
    stacks = is_windows ? mapping.windows_stacks : mapping.stacks;
    if (!is_windows) schemes = mapping.rootfs_schemes;
  }
  Signature& signature = traits.signature;
  if (!stacks.empty()) {
    signature.rootfs_providers.push_back(FixedSet("preloaded", stacks));
    signature.rootfs_providers.push_back(FixedSet("preloaded+layer", stacks));
  }
  for (std::string& scheme : schemes) {
    signature.rootfs_providers.push_back(Everything(std::move(scheme)));
  }
  signature.rootfs_providers.push_back(Everything(std::string(kAnyScheme)));

  signature.volume_drivers = ListOf(offer, mapping.volume_driver_attribute);
  signature.placement_tags = ListOf(offer, mapping.placement_tag_attribute);
  signature.optional_placement_tags = ListOf(offer, mapping.optional_placement_tag_attribute);
  signature.Normalize();
  return traits;
}

}  // namespace rostrum::mesos
