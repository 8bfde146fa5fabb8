#include "lib/cache/slot.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/key.h"
#include "lib/model/work.h"

namespace rostrum {
namespace {

struct Block {
  std::vector<std::string_view> views;
  std::unique_ptr<char[]> characters;
};

// Scalars may come in another order than they are kept in, which takes more to compare.
bool IsPlainly(const Resources& known, const Resources& told) {
  return told.scalars.empty() && known == told;
}

bool CountInRange(int64_t count) { return count >= 0 && count <= kContainersMaximum; }

Status BadCount(std::string_view what, std::string_view name, int64_t count) {
  return InvalidArgument(Format("{}: {} is {}, expected a number from 0 to {}", what, name, count,
                                kContainersMaximum));
}

void AppendAll(std::string* key, const std::vector<std::string>& texts) {
  AppendFormat(key, "[{}]", texts.size());
  for (const std::string& text : texts) AppendToKey(key, text);
}

// No two signatures share a key.
std::string KeyOf(const Signature& signature) {
  std::string key;
  for (const RootfsProvider& provider : signature.rootfs_providers) {
    AppendFormat(&key, "p{}", static_cast<int32_t>(provider.type));
    AppendToKey(&key, provider.scheme);
    AppendAll(&key, provider.set);
  }
  AppendAll(&key, signature.volume_drivers);
  AppendAll(&key, signature.placement_tags);
  AppendAll(&key, signature.optional_placement_tags);
  return key;
}

}  // namespace

LrpList LrpList::Copy(std::span<const std::string> guids, int64_t unnamed) {
  if (guids.empty()) return LrpList(nullptr, 0, unnamed);
  size_t size = 0;
  for (const std::string& guid : guids) size += guid.size();
  auto block = std::make_shared<Block>();
  block->characters = std::make_unique<char[]>(size);
  block->views.reserve(guids.size());
  char* at = block->characters.get();
  for (const std::string& guid : guids) {
    std::memcpy(at, guid.data(), guid.size());
    block->views.emplace_back(at, guid.size());
    at += guid.size();
  }
  const std::string_view* first = block->views.data();
  return LrpList(std::shared_ptr<const std::string_view>(std::move(block), first), guids.size(),
                 unnamed);
}

bool LrpList::SameAs(const LrpList& other) const {
  return unnamed_ == other.unnamed_ && std::ranges::equal(guids(), other.guids());
}

bool Precedes(const CellInfo& a, const CellInfo& b) {
  return std::tie(a.zone, a.index, a.id) < std::tie(b.zone, b.index, b.id);
}

void CellSlot::SetState(const CellInput& cell) {
  from_offers = false;
  total = *cell.total;
  total.Normalize();
  free = *cell.available;
  free.Normalize();
  lrps = cell.lrps;
  tasks = cell.task_count;
  starting = cell.starting_containers;
  started = cell.started;
  placed.clear();
  started_by_placing = nullptr;
}

bool CellSlot::HasRoomFor(const Offer& offer) const {
  Resources sum = total;
  sum.Add(offer.resources);
  sum.Add(offer.used);
  return ValidateResources(sum, "").ok();
}

void CellSlot::AddOffer(const Offer& offer) {
  from_offers = true;
  free.Add(offer.resources);
  lrps = LrpList::Copy(offer.lrps);
  tasks = offer.task_count;
  // A cell that was started for what was placed runs, whatever the offer tells of it.
  if (started || placed.empty()) started = offer.started;
  // What the offer tells to run has started.
  starting = 0;
  // What is offered, and what runs beside it.
  total = free;
  total.Add(offer.used);
}

void CellSlot::WithdrawOffer(const Resources& resources) {
  free.Subtract(resources);
  total.Subtract(resources);
}

void CellSlot::AcceptOffers() {
  // The master takes back what was not used, so nothing is free until it offers again.
  total.Subtract(FreeOf(MakeRow().row));
  free = Resources();
  std::vector<std::string> guids(lrps.guids().begin(), lrps.guids().end());
  for (const auto& [auction, placed_by] : placed) {
    if (auction.kind() == Kind::kLrp) {
      guids.push_back(auction.work->guid);
    } else {
      ++tasks;
    }
  }
  lrps = LrpList::Copy(guids);
  starting += static_cast<int64_t>(placed.size());
  started = started || !placed.empty();
  placed.clear();
  started_by_placing = nullptr;
}

void CellSlot::Place(const Auction& auction, uint64_t placed_by) {
  if (!started && placed.empty()) started_by_placing = info;
  placed.push_back({auction, placed_by});
}

size_t CellSlot::FindPlaced(const Auction& auction, uint64_t placed_by) const {
  // Of the newest first, since that is what is handed back most often.
  const auto at = std::find_if(placed.rbegin(), placed.rend(), [&](const PlacedWork& other) {
    return other.placed_by == placed_by && other.auction.index == auction.index &&
           other.auction.kind() == auction.kind() && other.auction.work->guid == auction.work->guid;
  });
  return at == placed.rend() ? kNotPlaced : static_cast<size_t>(placed.rend() - at) - 1;
}

void CellSlot::TakeOff(size_t position) {
  placed.erase(placed.begin() + static_cast<ptrdiff_t>(position));
  if (placed.empty()) started_by_placing = nullptr;
}

void CellSlot::CollectNames(std::set<std::string_view>* names) const {
  AddNames(total, names);
  AddNames(free, names);
  // More may have been placed than is offered any more.
  for (const PlacedWork& work : placed) AddNames(work.auction.work->asked, names);
  if (started_by_placing != nullptr) AddNames(started_by_placing->overhead, names);
}

void CellSlot::Load(CellRow* row) const {
  row->id = info->id;
  row->zone = info->zone;
  row->index = info->index;
  if (info->first_fit_index) row->index = row->position = *info->first_fit_index;
  row->proxy_memory = info->proxy_memory;
  row->tag = info->tag;
  row->ignore_absent = info->ignore_absent;
  SetAmounts(row, total, free);
  row->starting_containers = starting;
  row->lrp_count = lrps.size();
  row->task_count = tasks;
  // What has work of ours has been started, and was charged for it if that was our doing.
  const CellInfo* const charged = placed.empty() ? info.get() : started_by_placing.get();
  row->overhead = started || charged == nullptr ? nullptr : &charged->overhead;
  for (const PlacedWork& work : placed) static_cast<void>(Reserve(row, *work.auction.work));
}

SingleRow CellSlot::MakeRow() const {
  std::set<std::string_view> names;
  CollectNames(&names);
  SingleRow single(names);
  Load(&single.row);
  return single;
}

Cell CellSlot::ToCell() const {
  const SingleRow single = MakeRow();
  Cell cell;
  cell.id = info->id;
  cell.zone = info->zone;
  cell.index = info->index;
  cell.first_fit_index = info->first_fit_index;
  cell.total = TotalOf(single.row);
  cell.available = FreeOf(single.row);
  cell.signature = *info->signature;
  for (const std::string_view guid : lrps.guids()) cell.lrps.emplace_back(guid);
  for (const PlacedWork& work : placed) {
    if (work.auction.kind() == Kind::kLrp) cell.lrps.push_back(work.auction.work->guid);
  }
  cell.other_lrps = lrps.unnamed();
  cell.task_count = single.row.task_count;
  cell.starting_containers = single.row.starting_containers;
  cell.proxy_memory = info->proxy_memory;
  cell.overhead = info->overhead;
  cell.started = single.row.is_started();
  cell.evacuating = info->evacuating;
  cell.disabled = info->disabled;
  cell.draining = info->draining;
  cell.ignore_absent = info->ignore_absent;
  cell.tag = info->tag;
  return cell;
}

bool CellSlot::SameAs(const CellSlot& other) const {
  const auto none_placed = [](const CellSlot& slot) {
    return slot.placed.empty() && slot.started_by_placing == nullptr;
  };
  return info == other.info && from_offers == other.from_offers && none_placed(*this) &&
         none_placed(other) && total == other.total && free == other.free && tasks == other.tasks &&
         starting == other.starting && started == other.started && lrps.SameAs(other.lrps);
}

Known CellSlot::Compare(const CellInput& cell) const {
  // This does not compile when a state says something further, so that it cannot be passed over.
  const auto& [id, zone, index, first_fit_index, told_total, told_free, overhead, signature,
               told_lrps, task_count, starting_containers, proxy_memory, told_started, evacuating,
               disabled, draining, ignore_absent, tag] = cell;
  return {.info = info->id == id && info->zone == zone && info->index == index &&
                  info->first_fit_index == first_fit_index && info->signature == signature &&
                  IsPlainly(info->overhead, *overhead) && info->proxy_memory == proxy_memory &&
                  info->evacuating == evacuating && info->disabled == disabled &&
                  info->draining == draining && info->ignore_absent == ignore_absent &&
                  info->tag == tag,
          .state = placed.empty() && started_by_placing == nullptr && !from_offers &&
                   IsPlainly(total, *told_total) && IsPlainly(free, *told_free) &&
                   tasks == task_count && starting == starting_containers &&
                   started == told_started && lrps.SameAs(told_lrps)};
}

CellInput MakeInput(const Cell& cell, std::shared_ptr<const Signature> signature) {
  CellInput input;
  input.id = cell.id;
  input.zone = cell.zone;
  input.index = cell.index;
  input.first_fit_index = cell.first_fit_index;
  input.total = &cell.total;
  input.available = &cell.available;
  input.overhead = &cell.overhead;
  input.signature = std::move(signature);
  input.lrps = LrpList::Copy(cell.lrps, cell.other_lrps);
  input.task_count = cell.task_count;
  input.starting_containers = cell.starting_containers;
  input.proxy_memory = cell.proxy_memory;
  input.started = cell.started;
  input.evacuating = cell.evacuating;
  input.disabled = cell.disabled;
  input.draining = cell.draining;
  input.ignore_absent = cell.ignore_absent;
  input.tag = cell.tag;
  return input;
}

CellInfo MakeInfo(const CellInput& cell) {
  CellInfo info;
  info.id = std::string(cell.id);
  info.zone = std::string(cell.zone);
  info.index = cell.index;
  info.first_fit_index = cell.first_fit_index;
  info.signature = cell.signature;
  info.overhead = *cell.overhead;
  info.overhead.Normalize();
  info.proxy_memory = cell.proxy_memory;
  info.evacuating = cell.evacuating;
  info.disabled = cell.disabled;
  info.draining = cell.draining;
  info.ignore_absent = cell.ignore_absent;
  info.tag = cell.tag;
  return info;
}

CellInfo MakeInfo(const Offer& offer, std::shared_ptr<const Signature> signature) {
  CellInfo info;
  info.id = offer.agent_id;
  info.zone = offer.zone;
  info.index = offer.index;
  info.signature = std::move(signature);
  info.ignore_absent = true;
  info.overhead = offer.overhead;
  info.overhead.Normalize();
  info.tag = offer.tag;
  return info;
}

Status ValidateInput(const CellInput& cell) {
  if (cell.id.empty()) return InvalidArgument("a cell has no id");
  if (Status s = ValidateId(cell.id, "cell id"); !s.ok()) return s;
  // The cell's name is put into words only if something is wrong with it.
  const auto what = [&](const char* part) { return Format("cell \"{}\"{}", cell.id, part); };
  const auto check = [&](const Resources& resources, const char* part) {
    return ValidateNamed(resources, [&] { return what(part); });
  };
  if (Status s = check(*cell.total, ", total"); !s.ok()) return s;
  if (Status s = check(*cell.available, ", available"); !s.ok()) return s;
  if (Status s = check(*cell.overhead, ", overhead"); !s.ok()) return s;
  if (AnyNegative(*cell.overhead)) {
    return InvalidArgument(what(": overhead is negative, expected zero or more"));
  }
  if (!CountInRange(cell.lrps.unnamed())) {
    return BadCount(what(""), "count of other LRPs", cell.lrps.unnamed());
  }
  if (!CountInRange(cell.task_count)) return BadCount(what(""), "task count", cell.task_count);
  if (!CountInRange(cell.starting_containers)) {
    return BadCount(what(""), "starting containers", cell.starting_containers);
  }
  if (cell.proxy_memory < -kAmountMaximum || cell.proxy_memory > kAmountMaximum) {
    return InvalidArgument(
        Format("{}: proxy memory is {} thousandths of a MB, expected a "
               "number from {} to {}",
               what(""), cell.proxy_memory, -kAmountMaximum, kAmountMaximum));
  }
  return {};
}

Status ValidateCell(const Cell& cell) { return ValidateInput(MakeInput(cell, nullptr)); }

Status ValidateOffer(const Offer& offer) {
  if (offer.id.empty()) return InvalidArgument("an offer has no id");
  if (Status s = ValidateId(offer.id, "offer id"); !s.ok()) return s;
  if (Status s = ValidateId(offer.agent_id, "agent id"); !s.ok()) return s;
  const auto what = [&](const char* part) { return Format("offer \"{}\"{}", offer.id, part); };
  if (offer.agent_id.empty()) return InvalidArgument(what(" has no agent id"));
  const auto check = [&](const Resources& resources, const char* part) {
    const auto whose = [&] { return Format("{}, {}", what(""), part); };
    if (Status s = ValidateNamed(resources, whose); !s.ok()) return s;
    if (!AnyNegative(resources)) return Status();
    return InvalidArgument(Format("{}: {} is negative, expected zero or more", what(""), part));
  };
  if (Status s = check(offer.resources, "resources"); !s.ok()) return s;
  if (Status s = check(offer.used, "used"); !s.ok()) return s;
  if (Status s = check(offer.overhead, "overhead"); !s.ok()) return s;
  if (!CountInRange(offer.task_count)) return BadCount(what(""), "task count", offer.task_count);
  return {};
}

std::shared_ptr<const Signature> SignaturePool::Intern(Signature signature) {
  signature.Normalize();
  if (pool_.size() > prune_at_) {
    Prune();
    prune_at_ = 2 * pool_.size() + kFewSignatures;
  }
  std::shared_ptr<const Signature>& entry = pool_[KeyOf(signature)];
  if (entry == nullptr) entry = std::make_shared<const Signature>(std::move(signature));
  return entry;
}

void SignaturePool::Prune() {
  for (auto at = pool_.begin(); at != pool_.end();) {
    const auto entry = at++;
    if (entry->second.use_count() == 1) pool_.erase(entry);
  }
}

}  // namespace rostrum
