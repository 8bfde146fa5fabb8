#include "lib/place/instances.h"

namespace rostrum {

Instances::Instances(const CellTable& table, const std::vector<Auction>& auctions)
    : layout_(*table.layout),
      by_row_(table.layout->open_count, 0),
      by_zone_(table.layout->zones.size(), 0) {
  for (const Auction& auction : auctions) {
    if (auction.kind() != Kind::kLrp) continue;
    processes_.try_emplace(auction.work->guid, static_cast<uint32_t>(processes_.size()));
  }
  places_.resize(processes_.size());
  if (processes_.empty()) return;
  for (uint32_t row = 0; row < layout_.open_count; ++row) {
    for (const std::string_view guid : table.lrps[row].told.guids()) Count(row, guid);
    for (const auto& work : table.lrps[row].placed) Count(row, work->guid);
  }
}

void Instances::Count(uint32_t row, std::string_view guid) {
  const auto at = processes_.find(guid);
  if (at == processes_.end()) return;
  std::vector<Place>& places = places_[at->second];
  if (places.empty() || places.back().row != row) places.push_back({row, 0});
  ++places.back().count;
}

void Instances::Select(const Work& work) {
  const auto at = work.kind == Kind::kLrp ? processes_.find(work.guid) : processes_.end();
  const uint32_t wanted = at == processes_.end() ? kNone : at->second;
  if (wanted == current_) return;
  Load(-1);
  current_ = wanted;
  Load(+1);
}

void Instances::Load(int64_t sign) {
  if (current_ == kNone) return;
  for (const Place& place : places_[current_]) {
    by_row_[place.row] += sign * place.count;
    by_zone_[layout_.zone[place.row]] += sign * place.count;
  }
}

void Instances::Add(uint32_t row) {
  if (current_ == kNone) return;
  ++by_row_[row];
  ++by_zone_[layout_.zone[row]];
  // A row may stand there twice; only the sum is used.
  places_[current_].push_back({row, 1});
}

}  // namespace rostrum
