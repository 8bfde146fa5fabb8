#include "rostrum/cache.h"

#include <unordered_map>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/cache/internals.h"
#include "lib/cache/offer_book.h"
#include "lib/cache/slot.h"
#include "lib/cache/store.h"
#include "lib/model/work.h"

namespace rostrum {
namespace {

// What the operator said of a cell id; it holds whatever the cell's states say.
struct Mark {
  bool disabled = false;
  bool draining = false;
};

Status NoCell(std::string_view cell_id) {
  return NotFound(Format("there is no cell \"{}\"", cell_id));
}

}  // namespace

// Public functions hold the store's mutex while they change cells; what is in here is called with
// it.
struct Cache::Impl {
  SignaturePool signatures;
  OfferBook offers;
  std::shared_ptr<CellStore> store = std::make_shared<CellStore>();
  StringMap<Mark> marks;

  // Null if there is no such cell.
  const CellSlot* Find(std::string_view cell_id) const {
    const uint32_t row = store->Find(cell_id);
    return row == kNoRow ? nullptr : &store->slots()[row];
  }

  Mark MarkOf(std::string_view cell_id) const {
    const auto at = marks.find(cell_id);
    return at == marks.end() ? Mark() : at->second;
  }

  bool HasMark(std::string_view cell_id) const { return marks.find(cell_id) != marks.end(); }

  // Before a cell changes.
  void Keep(uint32_t row) {
    store->PrepareLog(1);
    store->Keep(row);
  }

  std::vector<CellInput> InputsOf(std::span<const Cell> cells) {
    std::vector<CellInput> inputs;
    inputs.reserve(cells.size());
    for (const Cell& cell : cells) {
      inputs.push_back(MakeInput(cell, signatures.Intern(cell.signature)));
    }
    return inputs;
  }

  // Each cell's row, kNoRow if it has none.
  std::vector<uint32_t> RowsOf(std::span<const CellInput> cells) const {
    const std::vector<CellSlot>& slots = store->slots();
    std::vector<uint32_t> rows;
    rows.reserve(cells.size());
    // Most states come in the order of the last ones, which is that of the rows.
    size_t next = 0;
    for (const CellInput& cell : cells) {
      if (next < slots.size() && slots[next].info != nullptr && slots[next].info->id == cell.id) {
        rows.push_back(static_cast<uint32_t>(next++));
        continue;
      }
      rows.push_back(store->Find(cell.id));
      if (rows.back() != kNoRow) next = rows.back() + 1;
    }
    return rows;
  }

  // What is known of a cell with the operator's mark on it: the object in use, of the cell's slot
  // if it has one, if that says the same.
  std::shared_ptr<const CellInfo> Share(CellInfo info, const CellSlot* slot) const {
    const Mark mark = MarkOf(info.id);
    info.disabled = info.disabled || mark.disabled;
    info.draining = info.draining || mark.draining;
    if (slot != nullptr && *slot->info == info) return slot->info;
    return std::make_shared<const CellInfo>(std::move(info));
  }

  // Puts slots in the place of those on these rows, or beside them (kNoRow). All or, if memory runs
  // out, none of them.
  void Put(std::vector<CellSlot> fresh, const std::vector<uint32_t>& rows) {
    std::vector<std::string_view> added;
    store->PrepareLog(fresh.size());
    for (size_t i = 0; i < fresh.size(); ++i) {
      if (rows[i] == kNoRow) {
        added.push_back(fresh[i].info->id);
      } else {
        store->Keep(rows[i]);
      }
    }
    store->PrepareToAdd(added);
    // From here on there is room for everything.
    for (size_t i = 0; i < fresh.size(); ++i) {
      if (rows[i] == kNoRow) {
        store->Add(std::move(fresh[i]));
      } else if (!store->slots()[rows[i]].SameAs(fresh[i])) {
        store->Change(rows[i]) = std::move(fresh[i]);
      }
    }
  }

  // A drained cell goes as soon as it is empty. REQUIRES: it has been kept.
  void EraseIfDrained(uint32_t row) {
    const CellSlot& slot = store->slots()[row];
    if (slot.info->draining && !slot.has_work()) Erase(row);
  }

  // A cell goes, and its offers with it. REQUIRES: it has been kept. Allocates nothing that has to
  // be had.
  void Erase(uint32_t row) {
    TakeOutAllOffers(store->slots()[row].info->id, OfferState::kExpired);
    store->Erase(row);
  }

  // Gives a cell new flags without touching its amounts.
  void SetFlags(std::string_view cell_id, bool disabled, bool draining) {
    const uint32_t row = store->Find(cell_id);
    if (row == kNoRow) return;
    auto info = std::make_shared<CellInfo>(*store->slots()[row].info);
    info->disabled = disabled;
    info->draining = draining;
    Keep(row);
    store->Change(row).info = std::move(info);
    EraseIfDrained(row);
  }

  // Allocates nothing that has to be had.
  void TakeOutAllOffers(std::string_view agent_id, OfferState state) {
    while (const std::string* id = offers.FirstHeldBy(agent_id)) {
      static_cast<void>(offers.TakeOut(*id, state));
    }
  }

  // Takes held offers out of the book and off their cells. All of them or, if memory runs out,
  // none.
  void TakeOutHeld(const std::vector<std::string>& ids, OfferState state) {
    std::unordered_map<uint32_t, CellSlot> rest;  // What is left of each agent's cell.
    store->PrepareLog(ids.size());
    for (const std::string& id : ids) {
      const HeldOffer& offer = *offers.Find(id);
      const uint32_t row = store->Find(offer.agent_id);
      rest.try_emplace(row, store->slots()[row]).first->second.WithdrawOffer(offer.resources);
      store->Keep(row);
    }
    // From here on nothing can fail.
    for (const std::string& id : ids) static_cast<void>(offers.TakeOut(id, state));
    for (auto& [row, slot] : rest) {
      const bool stays = offers.HoldsAnyOf(slot.info->id) || slot.has_work();
      store->Change(row) = std::move(slot);
      if (!stays) Erase(row);
    }
  }

  Status TakeOutOne(std::string_view offer_id, OfferState state) {
    // Only to say why it is not held.
    if (offers.Find(offer_id) == nullptr) return offers.TakeOut(offer_id, state).status();
    TakeOutHeld({std::string(offer_id)}, state);
    return {};
  }

  // Whether the work was there, and was taken off. REQUIRES: the row has been kept, or has no cell.
  // Allocates nothing.
  bool GiveBack(uint32_t row, const Auction& auction, uint64_t placed_by) {
    const size_t position = store->slots()[row].FindPlaced(auction, placed_by);
    if (position == CellSlot::kNotPlaced) return false;
    store->Change(row).TakeOff(position);
    const CellSlot& slot = store->slots()[row];
    if (slot.from_offers && !slot.has_work() && !offers.HoldsAnyOf(slot.info->id)) {
      Erase(row);
    } else {
      EraseIfDrained(row);
    }
    return true;
  }

  Status Check(std::span<const CellInput> cells, const std::vector<uint32_t>& rows,
               std::vector<uint8_t>* is_told) const;
  Status Update(std::span<const CellInput> cells, bool replace);
  void Place(std::span<const DecidedWork> decided, uint64_t placed_by);
  size_t GiveBackAll(std::span<const DecidedWork> decided, uint64_t placed_by);
};

Cache::Cache() : impl_(std::make_unique<Impl>()) {}
Cache::~Cache() = default;
Cache::Cache(Cache&&) noexcept = default;
Cache& Cache::operator=(Cache&&) noexcept = default;

CellStore& Internals::StoreOf(Cache& cache) { return *cache.impl_->store; }

Status Internals::Update(Cache& cache, std::span<const CellInput> cells, bool replace) {
  const Locked lock(cache.impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  return cache.impl_->Update(cells, replace);
}

std::shared_ptr<const Signature> Internals::Intern(Cache& cache, Signature signature) {
  return cache.impl_->signatures.Intern(std::move(signature));
}

Status Internals::Place(Cache& cache, std::span<const DecidedWork> decided, uint64_t placed_by) {
  const Locked lock(cache.impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  cache.impl_->Place(decided, placed_by);
  return {};
}

Expected<size_t> Internals::GiveBack(Cache& cache, std::span<const DecidedWork> decided,
                                     uint64_t placed_by) {
  const Locked lock(cache.impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  return cache.impl_->GiveBackAll(decided, placed_by);
}

Status Cache::Update(std::span<const Cell> cells) {
  return Internals::Update(*this, impl_->InputsOf(cells), /*replace=*/false);
}

Status Cache::Replace(std::span<const Cell> cells) {
  return Internals::Update(*this, impl_->InputsOf(cells), /*replace=*/true);
}

// An error unless all are valid, and each is given once. Notes in `is_told` which rows they are of.
Status Cache::Impl::Check(std::span<const CellInput> cells, const std::vector<uint32_t>& rows,
                          std::vector<uint8_t>* is_told) const {
  StringViewSet new_ids;
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellInput& cell = cells[i];
    if (cell.id.empty()) {
      return InvalidArgument(Format("cell {} of {} has no id", i + 1, cells.size()));
    }
    if (Status status = ValidateInput(cell); !status.ok()) return status;
    const bool is_first = rows[i] == kNoRow ? new_ids.insert(cell.id).second
                                            : std::exchange((*is_told)[rows[i]], 1) == 0;
    if (!is_first) {
      return InvalidArgument(Format("cell \"{}\" is given twice, expected each id once", cell.id));
    }
    if (rows[i] != kNoRow && store->slots()[rows[i]].from_offers) {
      return FailedPrecondition(
          Format("cell \"{}\" was made of offers, expected a cell of states", cell.id));
    }
  }
  return {};
}

Status Cache::Impl::Update(std::span<const CellInput> cells, bool replace) {
  const std::vector<uint32_t> rows = RowsOf(cells);
  const std::vector<CellSlot>& slots = store->slots();
  std::vector<uint8_t> is_told(slots.size());
  if (Status status = Check(cells, rows, &is_told); !status.ok()) return status;
  std::vector<std::shared_ptr<const CellInfo>> gone;
  for (size_t row = 0; replace && row < slots.size(); ++row) {
    const CellSlot& slot = slots[row];
    if (slot.info != nullptr && !slot.from_offers && is_told[row] == 0) gone.push_back(slot.info);
  }
  // A slot is made only of cells of which something new is told, other than plain amounts.
  std::vector<CellSlot> fresh;
  std::vector<uint32_t> fresh_rows;
  std::vector<size_t> set_in_place;
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellSlot* slot = rows[i] == kNoRow ? nullptr : &slots[rows[i]];
    Known known = slot == nullptr ? Known() : slot->Compare(cells[i]);
    // What the operator said of a cell makes what is known of it another thing than what is told.
    known.info = known.info && !HasMark(cells[i].id);
    if (known.info && known.state) continue;
    if (known.info && !slot->info->draining && CellSlot::IsSetInPlace(cells[i])) {
      set_in_place.push_back(i);
      continue;
    }
    if (fresh.empty()) fresh.reserve(cells.size() - i);
    fresh_rows.push_back(rows[i]);
    CellSlot& made = fresh.emplace_back();
    made.info = known.info ? slot->info : Share(MakeInfo(cells[i]), slot);
    made.SetState(cells[i]);
    // It is drained already, so it comes and goes at once.
    if (made.info->draining && !made.has_work()) gone.push_back(made.info);
  }
  store->PrepareLog(fresh.size() + set_in_place.size() + gone.size());
  for (const size_t i : set_in_place) store->Keep(rows[i]);
  for (const auto& info : gone) {
    if (const uint32_t row = store->Find(info->id); row != kNoRow) store->Keep(row);
  }
  Put(std::move(fresh), fresh_rows);
  // From here on nothing can fail.
  for (const size_t i : set_in_place) store->Change(rows[i]).SetState(cells[i]);
  for (const auto& info : gone) store->Erase(store->Find(info->id));
  return {};
}

Status Cache::Remove(std::string_view cell_id) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  const uint32_t row = impl_->store->Find(cell_id);
  if (row == kNoRow) return NoCell(cell_id);
  impl_->Keep(row);
  impl_->Erase(row);
  return {};
}

Status Cache::SetDisabled(std::string_view cell_id, bool disabled) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  if (impl_->Find(cell_id) == nullptr && !impl_->marks.contains(cell_id)) return NoCell(cell_id);
  const std::string id(cell_id);
  if (disabled) {
    impl_->marks[id].disabled = true;
  } else {
    impl_->marks.erase(id);
  }
  // Disabling leaves a drain alone, whoever said it.
  const CellSlot* slot = impl_->Find(id);
  const bool drains = slot != nullptr && slot->info->draining;
  impl_->SetFlags(id, disabled, disabled && drains);
  return {};
}

Status Cache::Drain(std::string_view cell_id) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  if (impl_->Find(cell_id) == nullptr) return NoCell(cell_id);
  const std::string id(cell_id);
  impl_->marks[id].draining = true;
  impl_->SetFlags(id, impl_->Find(id)->info->disabled, /*draining=*/true);
  return {};
}

Status Cache::AddOffer(const Offer& offer) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  if (Status status = ValidateOffer(offer); !status.ok()) return status;
  const CellSlot* known = impl_->Find(offer.agent_id);
  if (known != nullptr && !known->from_offers) {
    return FailedPrecondition(
        Format("cell \"{}\" was made of a state, expected a cell of offers", offer.agent_id));
  }
  if (known != nullptr && !known->HasRoomFor(offer)) {
    return InvalidArgument(
        Format("offer \"{}\": agent \"{}\" would have more of a resource than any cell may have",
               offer.id, offer.agent_id));
  }
  CellSlot slot = known != nullptr ? *known : CellSlot();
  slot.info = impl_->Share(MakeInfo(offer, impl_->signatures.Intern(offer.signature)), known);
  slot.AddOffer(offer);
  if (Status status = impl_->offers.Add(offer); !status.ok()) return status;
  try {
    std::vector<CellSlot> one;
    one.push_back(std::move(slot));
    impl_->Put(std::move(one), {impl_->store->Find(offer.agent_id)});
  } catch (...) {
    impl_->offers.Withdraw(offer.id);
    throw;
  }
  impl_->EraseIfDrained(impl_->store->Find(offer.agent_id));
  return {};
}

Status Cache::RescindOffer(std::string_view offer_id) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  return impl_->TakeOutOne(offer_id, OfferState::kRescinded);
}

Status Cache::DeclineOffer(std::string_view offer_id) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  return impl_->TakeOutOne(offer_id, OfferState::kDeclined);
}

Expected<std::vector<std::string>> Cache::AcceptOffers(std::string_view agent_id) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  const uint32_t row = impl_->store->Find(agent_id);
  if (row == kNoRow || !impl_->store->slots()[row].from_offers) return NoCell(agent_id);
  std::vector<std::string> ids = impl_->offers.HeldBy(agent_id);
  CellSlot accepted = impl_->store->slots()[row];
  accepted.AcceptOffers();
  impl_->Keep(row);
  impl_->TakeOutAllOffers(agent_id, OfferState::kAccepted);
  impl_->store->Change(row) = std::move(accepted);
  if (!impl_->store->slots()[row].has_work()) impl_->store->Erase(row);
  return ids;
}

std::vector<std::string> Cache::OffersOf(std::string_view agent_id) const {
  return impl_->offers.HeldBy(agent_id);
}

std::vector<std::string> Cache::OffersBefore(int64_t oldest_ms) const {
  return impl_->offers.HeldBefore(oldest_ms);
}

std::vector<std::string> Cache::ExpireOffers(int64_t oldest_ms) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return {};
  std::vector<std::string> ids = impl_->offers.HeldBefore(oldest_ms);
  impl_->TakeOutHeld(ids, OfferState::kExpired);
  return ids;
}

Status Cache::LoseAgent(std::string_view agent_id) { return Remove(agent_id); }

Expected<OfferState> Cache::StateOfOffer(std::string_view offer_id) const {
  return impl_->offers.StateOf(offer_id);
}

OfferCounts Cache::CountOffers() const { return impl_->offers.counts(); }

Status Cache::CheckOffers() const { return impl_->offers.Check(); }

Status Cache::Take(std::string_view cell_id, const Auction& auction, uint64_t placed_by) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  const uint32_t row = impl_->store->Find(cell_id);
  if (row == kNoRow) return NoCell(cell_id);
  Auction normalized = auction;
  normalized.work = NormalizedWork(auction.work);
  if (!Fits(impl_->store->slots()[row].MakeRow().row, *normalized.work)) {
    return FailedPrecondition(Format("{} \"{}\" does not fit on cell \"{}\"",
                                     KindName(auction.kind()), auction.Identifier(), cell_id));
  }
  impl_->store->PrepareToPlace({&row, 1});
  impl_->store->Place(row, normalized, placed_by, /*knows=*/false);
  return {};
}

void Cache::Impl::Place(std::span<const DecidedWork> decided, uint64_t placed_by) {
  std::vector<uint32_t> rows;
  rows.reserve(decided.size());
  // Cells that have changed, and what is free there by now.
  std::unordered_map<uint32_t, SingleRow> changed;
  for (const DecidedWork& work : decided) {
    uint32_t row = work.row;
    if (store->HasChanged(row)) {
      // The row may be another cell's by now.
      row = store->Find(work.cell_id);
      if (row == kNoRow) continue;
      changed.try_emplace(row, store->slots()[row].MakeRow());
    }
    rows.push_back(row);
  }
  store->PrepareToPlace(rows);
  // From here on nothing is allocated.
  for (const DecidedWork& work : decided) {
    if (!store->HasChanged(work.row)) {
      store->Place(work.row, *work.auction, placed_by, /*knows=*/true);
      continue;
    }
    const auto at = changed.find(store->Find(work.cell_id));
    if (at == changed.end() || !Fits(at->second.row, *work.auction->work)) continue;
    static_cast<void>(Reserve(&at->second.row, *work.auction->work));
    store->Place(at->first, *work.auction, placed_by, /*knows=*/false);
  }
}

size_t Cache::Impl::GiveBackAll(std::span<const DecidedWork> decided, uint64_t placed_by) {
  store->PrepareLog(decided.size());
  for (const DecidedWork& work : decided) {
    if (const uint32_t row = store->Find(work.cell_id); row != kNoRow) store->Keep(row);
  }
  // From here on nothing is allocated.
  size_t undone = 0;
  for (const DecidedWork& work : decided) {
    const uint32_t row = store->Find(work.cell_id);
    if (row != kNoRow) undone += GiveBack(row, *work.auction, placed_by) ? 1 : 0;
  }
  return undone;
}

Status Cache::GiveBack(std::string_view cell_id, const Auction& auction, uint64_t placed_by) {
  const Locked lock(impl_->store->mutex);
  if (!lock.ok()) return lock.status();
  const uint32_t row = impl_->store->Find(cell_id);
  if (row == kNoRow) return NoCell(cell_id);
  impl_->Keep(row);
  if (impl_->GiveBack(row, auction, placed_by)) return {};
  return FailedPrecondition(Format("{} \"{}\" was not placed on cell \"{}\" since its last state",
                                   KindName(auction.kind()), auction.Identifier(), cell_id));
}

size_t Cache::size() const { return impl_->store->cell_count(); }

Expected<Cell> Cache::Find(std::string_view cell_id) const {
  const CellSlot* slot = impl_->Find(cell_id);
  if (slot == nullptr) return NoCell(cell_id);
  return slot->ToCell();
}

std::shared_ptr<const Snapshot> Cache::TakeSnapshot() { return impl_->store->TakeSnapshot(); }

}  // namespace rostrum
