#include "lib/record/guid_table.h"

#include <bit>

#include "lib/base/strings.h"

namespace rostrum::record {

// At most three quarters full, so that there is always a free slot.
GuidTable::GuidTable(size_t count) : slots_(std::bit_ceil(count + count / 3 + 1), 0) {}

void GuidTable::Prefetch(std::span<const std::string_view> guids) {
  const size_t mask = slots_.size() - 1;
  hashes_.clear();
  for (const std::string_view guid : guids) {
    hashes_.push_back(StringHash()(guid));
    __builtin_prefetch(&slots_[hashes_.back() & mask]);
  }
}

uint32_t GuidTable::Find(std::string_view guid, uint64_t hash) {
  const size_t mask = slots_.size() - 1;
  const auto piece = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    uint32_t& slot = slots_[at];
    if (slot == 0) {
      entries_.push_back({characters_.size(), static_cast<uint32_t>(guid.size()), piece});
      characters_.append(guid);
      slot = static_cast<uint32_t>(entries_.size());
      return slot - 1;
    }
    const Entry& entry = entries_[slot - 1];
    if (entry.hash != piece || entry.length != guid.size()) continue;
    if (std::string_view(characters_).substr(entry.begin, entry.length) == guid) return slot - 1;
  }
}

std::vector<uint32_t> GuidTable::Lengths() const {
  std::vector<uint32_t> lengths;
  lengths.reserve(entries_.size());
  for (const Entry& entry : entries_) lengths.push_back(entry.length);
  return lengths;
}

}  // namespace rostrum::record
