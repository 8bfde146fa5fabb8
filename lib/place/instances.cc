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

uint32_t Instances::ProcessOf(const Work& work) const {
  if (work.kind != Kind::kLrp) return kNone;
  const auto at = processes_.find(work.guid);
  return at == processes_.end() ? kNone : at->second;
}

void Instances::Select(uint32_t process) {
  if (process == current_) return;
  for (const uint32_t row : rows_) {
    by_zone_[layout_.zone[row]] -= by_row_[row];
    by_row_[row] = 0;
  }
  rows_.clear();
  current_ = process;
  if (current_ == kNone) return;
  for (const Place& place : places_[current_]) AddTo(place.row, place.count);
}

void Instances::AddTo(uint32_t row, int64_t count) {
  if (by_row_[row] == 0) rows_.push_back(row);
  by_row_[row] += count;
  by_zone_[layout_.zone[row]] += count;
}

void Instances::Add(uint32_t row) {
  if (current_ == kNone) return;
  AddTo(row, 1);
  // A row may stand there twice; only the sum is used.
  places_[current_].push_back({row, 1});
}

}  // namespace rostrum
