#include "rostrum/mesos/resource.h"

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

std::string DescribeValue(const Resource& resource) {
  std::string text;
  switch (resource.type) {
    case ValueType::kScalar:
      return FormatAmount(resource.scalar);
    case ValueType::kRanges:
      for (const ValueRange& range : resource.ranges) {
        text += Format("{}{}-{}", text.empty() ? "" : ", ", range.begin, range.end);
      }
      return "[" + text + "]";
    default:
      for (const std::string& item : resource.items) text += (text.empty() ? "" : ", ") + item;
      return "{" + text + "}";
  }
}

}  // namespace

std::string_view Resource::reserved_role() const {
  return reservations.empty() ? std::string_view("*") : reservations.back().role;
}

Resource Carve(const Resource& offered, Amount amount) {
  Resource part = offered;
  part.scalar = amount;
  return part;
}

Resource CarveRanges(const Resource& offered, std::vector<ValueRange> ranges) {
  Resource part = offered;
  part.ranges = std::move(ranges);
  return part;
}

Resource MakeScalar(std::string name, Amount amount) {
  Resource resource;
  resource.name = std::move(name);
  resource.scalar = amount;
  return resource;
}

std::string Describe(const Resource& resource) {
  std::string notes;
  const auto note = [&notes](std::string text) {
    notes += (notes.empty() ? "" : ", ") + std::move(text);
  };
  if (!resource.reservations.empty())
    note(Format("reserved for {}", resource.reserved_role()));
  if (resource.revocable) note("revocable");
  if (resource.shared) note("shared");
  if (resource.special_disk) note("special disk");
  if (!notes.empty()) notes = "(" + notes + ")";
  return Format("{}{}:{}", resource.name, notes, DescribeValue(resource));
}

}  // namespace rostrum::mesos
