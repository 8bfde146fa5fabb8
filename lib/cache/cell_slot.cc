#include "lib/cache/cell_slot.h"

#include <algorithm>
#include <utility>

#include "lib/base/format.h"
#include "lib/model/fits.h"
#include "lib/model/validate_named.h"

namespace rostrum {
namespace {

// Adds `sign` times what is given, in place: nothing is allocated. REQUIRES: `to` has an entry for
// each named resource of which there is some.
void AddInPlace(const Resources& amounts, int64_t sign, Resources* to) {
  to->memory += sign * amounts.memory;
  to->disk += sign * amounts.disk;
  to->cpu += sign * amounts.cpu;
  to->containers += sign * amounts.containers;
  for (const NamedAmount& scalar : amounts.scalars) {
    const auto at = std::find_if(to->scalars.begin(), to->scalars.end(),
                                 [&](const NamedAmount& held) { return held.name == scalar.name; });
    if (at != to->scalars.end()) at->amount += sign * scalar.amount;
  }
}

void FillScalars(const Resources& resources, const CellTable& table, size_t row,
                 std::vector<std::vector<Amount>>* columns) {
  for (const NamedAmount& scalar : resources.scalars) {
    (*columns)[static_cast<size_t>(table.ScalarColumn(scalar.name))][row] = scalar.amount;
  }
}

// Adds `sign` times what work takes: what it asks, and one container, whatever it says of those.
void AddCost(const Auction& auction, int64_t sign, Resources* to) {
  const Resources& asked = auction.work->asked;
  AddInPlace(asked, sign, to);
  to->containers += sign * (1 - asked.containers);
}

// Scalars may come in another order than they are kept in, which takes more to compare.
bool IsPlainly(const Resources& known, const Resources& told) {
  return told.scalars.empty() && known == told;
}

bool CountInRange(int64_t count) { return count >= 0 && count <= kContainersMaximum; }

Status BadCount(std::string_view what, std::string_view name, int64_t count) {
  return InvalidArgument(Format("{}: {} is {}, expected a number from 0 to {}", what, name,
                                     count, kContainersMaximum));
}

}  // namespace

void CellSlot::SetState(const CellInput& cell) {
  from_offers = false;
  total = *cell.total;
  total.Normalize();
  available = *cell.available;
  available.Normalize();
  told_lrps = cell.lrps;
  told_tasks = cell.task_count;
  starting = cell.starting_containers;
  told_started = cell.started;
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
  available.Add(offer.resources);
  told_lrps = LrpList::Copy(offer.lrps);
  told_tasks = offer.task_count;
  if (!charges_overhead()) told_started = offer.started;
  // What the offer tells to run has started.
  starting = static_cast<int64_t>(placed.size());
  // What is offered, what is taken of it, and what runs beside it.
  KeepNamesOfPlaced();
  total = available;
  for (const PlacedWork& work : placed) AddCost(work.auction, 1, &total);
  if (started_by_placing != nullptr) AddInPlace(started_by_placing->overhead, 1, &total);
  total.Add(offer.used);
}

void CellSlot::WithdrawOffer(const Resources& resources) {
  available.Subtract(resources);
  KeepNamesOfPlaced();
  total.Subtract(resources);
}

void CellSlot::KeepNamesOfPlaced() {
  const auto keep = [&](const Resources& resources) {
    for (const NamedAmount& scalar : resources.scalars) {
      const auto at = std::lower_bound(
          available.scalars.begin(), available.scalars.end(), scalar.name,
          [](const NamedAmount& held, std::string_view name) { return held.name < name; });
      const bool is_there = at != available.scalars.end() && at->name == scalar.name;
      if (!is_there) available.scalars.insert(at, {scalar.name, 0});
    }
  };
  for (const PlacedWork& work : placed) keep(work.auction.work->asked);
  if (started_by_placing != nullptr) keep(started_by_placing->overhead);
}

void CellSlot::AcceptOffers() {
  std::vector<std::string> lrps(told_lrps.guids().begin(), told_lrps.guids().end());
  for (const auto& [auction, placed_by] : placed) {
    if (auction.kind() == Kind::kLrp) {
      lrps.push_back(auction.work->guid);
    } else {
      ++told_tasks;
    }
  }
  told_lrps = LrpList::Copy(lrps);
  told_started = told_started || !placed.empty();
  placed.clear();
  started_by_placing = nullptr;
  // The master takes back what was not used, so nothing is free until it offers again.
  total.Subtract(available);
  available = Resources();
}

bool CellSlot::Take(const Auction& auction, uint64_t placed_by) {
  const bool starts_cell = !told_started && placed.empty();
  const Resources none;
  const Resources& overhead = starts_cell ? info->overhead : none;
  if (!Fits(auction.work->asked, overhead, available)) return false;
  placed.push_back({auction, placed_by});
  AddCost(auction, -1, &available);
  AddInPlace(overhead, -1, &available);
  if (starts_cell) started_by_placing = info;
  ++starting;
  return true;
}

bool CellSlot::GiveBack(const Auction& auction, uint64_t placed_by) {
  // Of the newest first, since that is what is handed back most often.
  const auto at = std::find_if(placed.rbegin(), placed.rend(), [&](const PlacedWork& other) {
    return other.placed_by == placed_by && other.auction.index == auction.index &&
           other.auction.kind() == auction.kind() && other.auction.work->guid == auction.work->guid;
  });
  if (at == placed.rend()) return false;
  AddCost(at->auction, 1, &available);
  placed.erase(std::next(at).base());
  if (placed.empty() && started_by_placing != nullptr) {
    AddInPlace(started_by_placing->overhead, 1, &available);
    started_by_placing = nullptr;
  }
  --starting;
  return true;
}

bool CellSlot::SameAs(const CellSlot& other) const {
  const auto none_placed = [](const CellSlot& slot) {
    return slot.placed.empty() && slot.started_by_placing == nullptr;
  };
  return info == other.info && from_offers == other.from_offers && none_placed(*this) &&
         none_placed(other) && total == other.total && available == other.available &&
         told_tasks == other.told_tasks && starting == other.starting &&
         told_started == other.told_started && told_lrps.SameAs(other.told_lrps);
}

Known CellSlot::Compare(const CellInput& cell) const {
  // This does not compile when a state says something further, so that it cannot be passed over.
  const auto& [id, zone, index, first_fit_index, told_total, told_available, overhead, signature,
               lrps, task_count, starting_containers, proxy_memory, started, evacuating, disabled,
               draining, ignore_absent, tag] = cell;
  return {.info = info->id == id && info->zone == zone && info->index == index &&
                  info->first_fit_index == first_fit_index && info->signature == signature &&
                  IsPlainly(info->overhead, *overhead) && info->proxy_memory == proxy_memory &&
                  info->evacuating == evacuating && info->disabled == disabled &&
                  info->draining == draining && info->ignore_absent == ignore_absent &&
                  info->tag == tag,
          .state = placed.empty() && started_by_placing == nullptr && !from_offers &&
                   IsPlainly(total, *told_total) && IsPlainly(available, *told_available) &&
                   told_tasks == task_count && starting == starting_containers &&
                   told_started == started && told_lrps.SameAs(lrps)};
}

void CellSlot::CountWork(CellLrps* lrps, int64_t* lrp_count, int64_t* task_count) const {
  lrps->told = told_lrps;
  *lrp_count = told_lrps.size();
  *task_count = told_tasks;
  for (const PlacedWork& work : placed) {
    if (work.auction.kind() == Kind::kTask) {
      ++*task_count;
    } else {
      ++*lrp_count;
      lrps->placed.push_back(work.auction.work);
    }
  }
}

void CellSlot::CollectScalarNames(std::set<std::string_view>* names) const {
  for (const NamedAmount& scalar : total.scalars) names->insert(scalar.name);
  for (const NamedAmount& scalar : available.scalars) names->insert(scalar.name);
}

void CellSlot::Fill(CellTable* table, size_t row) const {
  table->totals.memory[row] = total.memory;
  table->totals.disk[row] = total.disk;
  table->totals.cpu[row] = total.cpu;
  table->totals.containers[row] = total.containers;
  FillScalars(total, *table, row, &table->totals.scalars);

  CellAmounts& free = table->available;
  free.memory[row] = available.memory;
  free.disk[row] = available.disk;
  free.cpu[row] = available.cpu;
  free.containers[row] = available.containers;
  FillScalars(available, *table, row, &free.scalars);
  free.starting[row] = starting;
  free.started[row] = told_started || charges_overhead();
  CountWork(&table->lrps[row], &free.lrp_count[row], &free.task_count[row]);
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
    return InvalidArgument(
        Format("{}: {} is negative, expected zero or more", what(""), part));
  };
  if (Status s = check(offer.resources, "resources"); !s.ok()) return s;
  if (Status s = check(offer.used, "used"); !s.ok()) return s;
  if (Status s = check(offer.overhead, "overhead"); !s.ok()) return s;
  if (!CountInRange(offer.task_count)) return BadCount(what(""), "task count", offer.task_count);
  return {};
}

}  // namespace rostrum
