#include "rostrum/cache.h"

#include <limits>
#include <unordered_map>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/reserve.h"
#include "lib/base/strings.h"
#include "lib/cache/cell_changes.h"
#include "lib/cache/cell_table.h"
#include "lib/cache/offer_book.h"
#include "lib/cache/slot.h"
#include "lib/model/normalize.h"

namespace rostrum {
namespace {

// What the operator said of a cell id; it holds whatever the cell's states say.
struct Mark {
  bool disabled = false;
  bool draining = false;
};

// A snapshot that says "the one before, and this work" is made at once, but has to be worked out
// when it is looked into. So now and then one is made whole.
constexpr size_t kLongestChain = 64;
constexpr size_t kMostPlacedOnCell = 4;  // On average, by all of the chain.
constexpr size_t kShortestWholeCopy = 64;

// The number of a slot that there is not.
constexpr uint32_t kNoSlot = std::numeric_limits<uint32_t>::max();

Status NoCell(std::string_view cell_id) {
  return NotFound(Format("there is no cell \"{}\"", cell_id));
}

}  // namespace

struct Cache::Impl {
  SignaturePool signatures;
  OfferBook offers;
  std::vector<CellSlot> slots;
  StringMap<uint32_t> slot_of;  // By cell id.
  StringMap<Mark> marks;

  std::shared_ptr<const CellLayout> layout;  // Null after a cell came, went or changed.
  std::vector<uint32_t> slot_of_row;         // Of `layout`.
  std::vector<uint32_t> row_of_slot;

  // The newest snapshot, and what was placed since. If anything else changed, that says `changed`.
  std::shared_ptr<const Snapshot> latest;
  PlacedOnRows placed_since;
  bool changed = true;
  // How many snapshots, and how much work on them, `latest` hangs on.
  size_t chain_length = 0;
  size_t chain_placed = 0;

  // The rows that changed since TakeChanges, each once. Of `layout`.
  std::vector<uint32_t> dirty_rows;
  std::vector<uint8_t> is_dirty;

  CellSlot* Find(std::string_view cell_id) {
    const auto at = slot_of.find(cell_id);
    return at == slot_of.end() ? nullptr : &slots[at->second];
  }

  Mark MarkOf(std::string_view cell_id) const {
    const auto at = marks.find(cell_id);
    return at == marks.end() ? Mark() : at->second;
  }

  bool HasMark(std::string_view cell_id) const { return marks.find(cell_id) != marks.end(); }

  // To be called when which cell is which row is not certain any more.
  void DropLayout() {
    layout = nullptr;
    changed = true;
  }

  void MarkDirty(uint32_t row) {
    // There is room for every row.
    if (is_dirty[row] == 0) dirty_rows.push_back(row);
    is_dirty[row] = 1;
  }

  // To be called when a slot has changed.
  void Touch(const CellSlot* slot) {
    changed = true;
    if (layout != nullptr) MarkDirty(row_of_slot[static_cast<size_t>(slot - slots.data())]);
  }

  // Places work on a slot. What the caller `knows` to be placed it does not hear of by TakeChanges.
  // REQUIRES: it fits, and Prepare of the slot, after which nothing is allocated.
  void PlaceOn(CellSlot* slot, const Auction& auction, uint64_t placed_by, bool knows) {
    slot->Place(auction, placed_by);
    if (layout == nullptr) return;
    const auto row = row_of_slot[static_cast<size_t>(slot - slots.data())];
    if (!changed) placed_since.push_back({row, slot->placed.back()});
    if (!knows) MarkDirty(row);
  }

  // Makes room for work on slots, each as often as it is named. If memory runs out, nothing has
  // changed.
  template <typename SlotAt>
  void Prepare(size_t count, SlotAt slot_at) {
    const auto for_each = [&](auto use) {
      for (size_t i = 0; i < count; ++i) {
        if (CellSlot* slot = slot_at(i); slot != nullptr) use(slot);
      }
    };
    ReserveMore(&placed_since, count);
    for_each([](CellSlot* slot) { ++slot->expected; });
    try {
      for_each([](CellSlot* slot) {
        slot->placed.reserve(slot->placed.size() + std::exchange(slot->expected, 0));
      });
    } catch (...) {
      for_each([](CellSlot* slot) { slot->expected = 0; });
      throw;
    }
  }

  std::vector<CellInput> InputsOf(std::span<const Cell> cells) {
    std::vector<CellInput> inputs;
    inputs.reserve(cells.size());
    for (const Cell& cell : cells) {
      inputs.push_back(MakeInput(cell, signatures.Intern(cell.signature)));
    }
    return inputs;
  }

  // The number of each cell's slot, kNoSlot if it has none.
  std::vector<uint32_t> SlotsOf(std::span<const CellInput> cells) const {
    std::vector<uint32_t> numbers;
    numbers.reserve(cells.size());
    // Most states come in the order of the last ones, which is that of the slots.
    size_t next = 0;
    for (const CellInput& cell : cells) {
      if (next < slots.size() && slots[next].info->id == cell.id) {
        numbers.push_back(static_cast<uint32_t>(next++));
        continue;
      }
      const auto at = slot_of.find(cell.id);
      numbers.push_back(at == slot_of.end() ? kNoSlot : at->second);
      if (at != slot_of.end()) next = at->second + 1;
    }
    return numbers;
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

  // Puts slots in the place of those of these numbers, or beside them (kNoSlot). All or, if memory
  // runs out, none of them.
  void Put(std::vector<CellSlot> fresh, const std::vector<uint32_t>& numbers) {
    StringMap<uint32_t> added;
    for (size_t i = 0; i < fresh.size(); ++i) {
      if (numbers[i] != kNoSlot) continue;
      added.emplace(fresh[i].info->id, static_cast<uint32_t>(slots.size() + added.size()));
    }
    ReserveMore(&slots, added.size());
    slot_of.reserve(slot_of.size() + added.size());
    // From here on there is room for everything.
    slot_of.merge(added);
    for (size_t i = 0; i < fresh.size(); ++i) {
      if (numbers[i] == kNoSlot) {
        DropLayout();
        slots.push_back(std::move(fresh[i]));
        continue;
      }
      CellSlot& slot = slots[numbers[i]];
      if (slot.info != fresh[i].info) DropLayout();
      if (slot.SameAs(fresh[i])) continue;
      slot = std::move(fresh[i]);
      Touch(&slot);
    }
  }

  void PutOne(CellSlot slot) {
    const auto at = slot_of.find(std::string_view(slot.info->id));
    const uint32_t number = at == slot_of.end() ? kNoSlot : at->second;
    std::vector<CellSlot> one;
    one.push_back(std::move(slot));
    Put(std::move(one), {number});
  }

  // `cell_id` may be the cell's own text.
  void Erase(std::string_view cell_id) {
    const auto at = slot_of.find(cell_id);
    const uint32_t number = at->second;
    slot_of.erase(at);
    if (number + 1 < slots.size()) {
      slots[number] = std::move(slots.back());
      slot_of.find(slots[number].info->id)->second = number;
    }
    slots.pop_back();
    DropLayout();
  }

  // A drained cell goes as soon as it is empty.
  void EraseIfDrained(const CellSlot& slot) {
    if (!slot.info->draining || slot.has_work()) return;
    const std::shared_ptr<const CellInfo> info = slot.info;
    TakeOutAllOffers(info->id, OfferState::kExpired);
    Erase(info->id);
  }

  // Gives a cell new flags without touching its amounts.
  void SetFlags(std::string_view cell_id, bool disabled, bool draining) {
    CellSlot* slot = Find(cell_id);
    if (slot == nullptr) return;
    auto info = std::make_shared<CellInfo>(*slot->info);
    info->disabled = disabled;
    info->draining = draining;
    slot->info = std::move(info);
    DropLayout();
    EraseIfDrained(*slot);
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
    StringViewMap<CellSlot> rest;  // What is left of each agent's cell.
    std::vector<std::shared_ptr<const CellInfo>> touched;
    for (const std::string& id : ids) {
      const HeldOffer& offer = *offers.Find(id);
      const CellSlot& slot = *Find(offer.agent_id);
      const auto [at, is_new] = rest.try_emplace(slot.info->id, slot);
      at->second.WithdrawOffer(offer.resources);
      if (is_new) touched.push_back(slot.info);
    }
    // From here on nothing can fail.
    for (const std::string& id : ids) static_cast<void>(offers.TakeOut(id, state));
    for (const auto& info : touched) {
      CellSlot* slot = Find(info->id);
      *slot = std::move(rest.find(info->id)->second);
      Touch(slot);
      if (!offers.HoldsAnyOf(info->id) && !slot->has_work()) Erase(info->id);
    }
  }

  Status TakeOutOne(std::string_view offer_id, OfferState state) {
    // Only to say why it is not held.
    if (offers.Find(offer_id) == nullptr) return offers.TakeOut(offer_id, state).status();
    TakeOutHeld({std::string(offer_id)}, state);
    return {};
  }

  Status Check(std::span<const CellInput> cells, const std::vector<uint32_t>& numbers,
               std::vector<uint8_t>* is_told) const;
  void MakeLayout();
  std::shared_ptr<const CellTable> MakeTable();
};

Cache::Cache() : impl_(std::make_unique<Impl>()) {}
Cache::~Cache() = default;
Cache::Cache(Cache&&) noexcept = default;
Cache& Cache::operator=(Cache&&) noexcept = default;

std::shared_ptr<const Signature> Cache::Intern(Signature signature) {
  return impl_->signatures.Intern(std::move(signature));
}

Status Cache::Update(std::span<const Cell> cells) {
  return UpdateFrom(impl_->InputsOf(cells), /*replace=*/false);
}

Status Cache::Replace(std::span<const Cell> cells) {
  return UpdateFrom(impl_->InputsOf(cells), /*replace=*/true);
}

// An error unless all are valid, and each is given once. Notes in `is_told` which slots they are
// of.
Status Cache::Impl::Check(std::span<const CellInput> cells, const std::vector<uint32_t>& numbers,
                          std::vector<uint8_t>* is_told) const {
  StringViewSet new_ids;
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellInput& cell = cells[i];
    if (cell.id.empty()) {
      return InvalidArgument(Format("cell {} of {} has no id", i + 1, cells.size()));
    }
    if (Status status = ValidateInput(cell); !status.ok()) return status;
    const bool is_first = numbers[i] == kNoSlot ? new_ids.insert(cell.id).second
                                                : std::exchange((*is_told)[numbers[i]], 1) == 0;
    if (!is_first) {
      return InvalidArgument(
          Format("cell \"{}\" is given twice, expected each id once", cell.id));
    }
    if (numbers[i] != kNoSlot && slots[numbers[i]].from_offers) {
      return FailedPrecondition(
          Format("cell \"{}\" was made of offers, expected a cell of states", cell.id));
    }
  }
  return {};
}

Status Cache::UpdateFrom(std::span<const CellInput> cells, bool replace) {
  const std::vector<uint32_t> numbers = impl_->SlotsOf(cells);
  std::vector<uint8_t> is_told(impl_->slots.size());
  if (Status status = impl_->Check(cells, numbers, &is_told); !status.ok()) return status;
  std::vector<std::shared_ptr<const CellInfo>> gone;
  for (size_t i = 0; i < impl_->slots.size(); ++i) {
    const CellSlot& slot = impl_->slots[i];
    if (replace && !slot.from_offers && is_told[i] == 0) gone.push_back(slot.info);
  }
  // A slot is made only of cells of which something new is told, other than plain amounts.
  std::vector<CellSlot> fresh;
  std::vector<uint32_t> fresh_numbers;
  std::vector<size_t> set_in_place;
  for (size_t i = 0; i < cells.size(); ++i) {
    const CellSlot* slot = numbers[i] == kNoSlot ? nullptr : &impl_->slots[numbers[i]];
    Known known = slot == nullptr ? Known() : slot->Compare(cells[i]);
    // What the operator said of a cell makes what is known of it another thing than what is told.
    known.info = known.info && !impl_->HasMark(cells[i].id);
    if (known.info && known.state) continue;
    if (known.info && !slot->info->draining && CellSlot::IsSetInPlace(cells[i])) {
      set_in_place.push_back(i);
      continue;
    }
    if (fresh.empty()) fresh.reserve(cells.size() - i);
    fresh_numbers.push_back(numbers[i]);
    CellSlot& made = fresh.emplace_back();
    made.info = known.info ? slot->info : impl_->Share(MakeInfo(cells[i]), slot);
    made.SetState(cells[i]);
    // It is drained already, so it comes and goes at once.
    if (made.info->draining && !made.has_work()) gone.push_back(made.info);
  }
  impl_->Put(std::move(fresh), fresh_numbers);
  // From here on nothing can fail.
  for (const size_t i : set_in_place) {
    CellSlot& slot = impl_->slots[numbers[i]];
    slot.SetState(cells[i]);
    impl_->Touch(&slot);
  }
  for (const auto& info : gone) impl_->Erase(info->id);
  return {};
}

Status Cache::Remove(std::string_view cell_id) {
  if (impl_->Find(cell_id) == nullptr) return NoCell(cell_id);
  impl_->TakeOutAllOffers(cell_id, OfferState::kExpired);
  impl_->Erase(cell_id);
  return {};
}

Status Cache::SetDisabled(std::string_view cell_id, bool disabled) {
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
  if (impl_->Find(cell_id) == nullptr) return NoCell(cell_id);
  const std::string id(cell_id);
  impl_->marks[id].draining = true;
  impl_->SetFlags(id, impl_->Find(id)->info->disabled, /*draining=*/true);
  return {};
}

Status Cache::AddOffer(const Offer& offer) {
  if (Status status = ValidateOffer(offer); !status.ok()) return status;
  const CellSlot* known = impl_->Find(offer.agent_id);
  if (known != nullptr && !known->from_offers) {
    return FailedPrecondition(
        Format("cell \"{}\" was made of a state, expected a cell of offers", offer.agent_id));
  }
  if (known != nullptr && !known->HasRoomFor(offer)) {
    return InvalidArgument(Format(
        "offer \"{}\": agent \"{}\" would have more of a resource than any cell may have", offer.id,
        offer.agent_id));
  }
  CellSlot slot = known != nullptr ? *known : CellSlot();
  slot.info = impl_->Share(MakeInfo(offer, Intern(offer.signature)), known);
  slot.AddOffer(offer);
  if (Status status = impl_->offers.Add(offer); !status.ok()) return status;
  try {
    impl_->PutOne(std::move(slot));
  } catch (...) {
    impl_->offers.Withdraw(offer.id);
    throw;
  }
  impl_->EraseIfDrained(*impl_->Find(offer.agent_id));
  return {};
}

Status Cache::RescindOffer(std::string_view offer_id) {
  return impl_->TakeOutOne(offer_id, OfferState::kRescinded);
}

Status Cache::DeclineOffer(std::string_view offer_id) {
  return impl_->TakeOutOne(offer_id, OfferState::kDeclined);
}

Expected<std::vector<std::string>> Cache::AcceptOffers(std::string_view agent_id) {
  CellSlot* slot = impl_->Find(agent_id);
  if (slot == nullptr || !slot->from_offers) return NoCell(agent_id);
  std::vector<std::string> ids = impl_->offers.HeldBy(agent_id);
  CellSlot accepted = *slot;
  accepted.AcceptOffers();
  impl_->TakeOutAllOffers(agent_id, OfferState::kAccepted);
  *slot = std::move(accepted);
  impl_->Touch(slot);
  if (!slot->has_work()) impl_->Erase(agent_id);
  return ids;
}

std::vector<std::string> Cache::OffersOf(std::string_view agent_id) const {
  return impl_->offers.HeldBy(agent_id);
}

std::vector<std::string> Cache::OffersBefore(int64_t oldest_ms) const {
  return impl_->offers.HeldBefore(oldest_ms);
}

std::vector<std::string> Cache::ExpireOffers(int64_t oldest_ms) {
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
  CellSlot* slot = impl_->Find(cell_id);
  if (slot == nullptr) return NoCell(cell_id);
  Auction normalized = auction;
  normalized.work = NormalizedWork(auction.work);
  if (Fits(slot->MakeRow().row, *normalized.work)) {
    impl_->Prepare(1, [&](size_t) { return slot; });
    impl_->PlaceOn(slot, normalized, placed_by, /*knows=*/false);
    return {};
  }
  return FailedPrecondition(Format("{} \"{}\" does not fit on cell \"{}\"",
                                        KindName(auction.kind()), auction.Identifier(), cell_id));
}

void Cache::PlaceDecided(const CellLayout& layout, std::span<const DecidedWork> decided,
                         uint64_t placed_by) {
  Impl& impl = *impl_;
  const bool is_same = impl.layout.get() == &layout;
  const auto slot_at = [&](size_t i) -> CellSlot* {
    // Which cells changed is not known any more where they have been laid out anew.
    if (!is_same) return impl.Find(layout.cells[decided[i].row]->id);
    return &impl.slots[impl.slot_of_row[decided[i].row]];
  };
  impl.Prepare(decided.size(), [&](size_t i) {
    constexpr size_t kAhead = 8;
    if (is_same && i + kAhead < decided.size()) {
      const auto* const bytes = reinterpret_cast<const char*>(slot_at(i + kAhead));
      for (size_t line = 0; line < sizeof(CellSlot); line += 64) __builtin_prefetch(bytes + line);
    }
    return slot_at(i);
  });
  // Cells that have changed, and what is free there by now.
  std::unordered_map<CellSlot*, SingleRow> changed;
  for (size_t i = 0; i < decided.size(); ++i) {
    CellSlot* const slot = slot_at(i);
    const bool knows = is_same && impl.is_dirty[decided[i].row] == 0;
    if (slot != nullptr && !knows) changed.try_emplace(slot, slot->MakeRow());
  }
  // From here on nothing is allocated.
  for (size_t i = 0; i < decided.size(); ++i) {
    CellSlot* const slot = slot_at(i);
    if (slot == nullptr) continue;
    const auto at = changed.empty() ? changed.end() : changed.find(slot);
    if (at != changed.end()) {
      if (!Fits(at->second.row, *decided[i].auction->work)) continue;
      static_cast<void>(Reserve(&at->second.row, *decided[i].auction->work));
    }
    impl.PlaceOn(slot, *decided[i].auction, placed_by, /*knows=*/at == changed.end());
  }
}

Status Cache::GiveBack(std::string_view cell_id, const Auction& auction, uint64_t placed_by) {
  if (impl_->Find(cell_id) == nullptr) return NoCell(cell_id);
  if (GiveBackDecided(cell_id, auction, placed_by)) return {};
  return FailedPrecondition(
      Format("{} \"{}\" was not placed on cell \"{}\" since its last state",
                  KindName(auction.kind()), auction.Identifier(), cell_id));
}

bool Cache::GiveBackDecided(std::string_view cell_id, const Auction& auction,
                            uint64_t placed_by) noexcept {
  CellSlot* slot = impl_->Find(cell_id);
  if (slot == nullptr || !slot->GiveBack(auction, placed_by)) return false;
  impl_->Touch(slot);
  if (slot->from_offers && !slot->has_work() && !impl_->offers.HoldsAnyOf(cell_id)) {
    impl_->Erase(cell_id);
  } else {
    impl_->EraseIfDrained(*slot);
  }
  return true;
}

size_t Cache::size() const { return impl_->slots.size(); }

Expected<Cell> Cache::Find(std::string_view cell_id) {
  const CellSlot* slot = impl_->Find(cell_id);
  if (slot == nullptr) return NoCell(cell_id);
  return slot->ToCell();
}

std::shared_ptr<const Snapshot> Cache::TakeSnapshot() {
  Impl& impl = *impl_;
  if (!impl.changed && impl.placed_since.empty()) return impl.latest;
  const size_t chained = impl.chain_placed + impl.placed_since.size();
  const bool is_short = impl.chain_length < kLongestChain &&
                        chained <= kMostPlacedOnCell * impl.slots.size() + kShortestWholeCopy;
  if (!impl.changed && is_short) {
    impl.changed = true;  // Should memory run out, all of it is made anew.
    impl.latest = std::make_shared<const Snapshot>(impl.latest, std::move(impl.placed_since));
    ++impl.chain_length;
    impl.chain_placed = chained;
  } else {
    impl.changed = true;
    impl.latest = std::make_shared<const Snapshot>(impl.MakeTable());
    impl.chain_length = 0;
    impl.chain_placed = 0;
  }
  impl.placed_since.clear();
  impl.changed = false;
  return impl.latest;
}

CellChanges Cache::TakeChanges() {
  CellChanges changes;
  if (impl_->layout == nullptr) return changes;
  changes.rows = impl_->dirty_rows;
  changes.layout = impl_->layout;
  for (const uint32_t row : impl_->dirty_rows) impl_->is_dirty[row] = 0;
  impl_->dirty_rows.clear();
  return changes;
}

void Cache::Impl::MakeLayout() {
  signatures.Prune();
  std::vector<std::shared_ptr<const CellInfo>> infos;
  infos.reserve(slots.size());
  for (const CellSlot& slot : slots) infos.push_back(slot.info);
  std::shared_ptr<const CellLayout> made = CellLayout::Make(std::move(infos));
  std::vector<uint32_t> to_slot;
  to_slot.reserve(slots.size());
  for (const auto& info : made->cells) to_slot.push_back(slot_of.find(info->id)->second);
  std::vector<uint32_t> to_row(slots.size());
  for (uint32_t row = 0; row < slots.size(); ++row) to_row[to_slot[row]] = row;
  std::vector<uint32_t> room;
  room.reserve(slots.size());
  is_dirty.assign(slots.size(), 0);
  dirty_rows = std::move(room);
  slot_of_row = std::move(to_slot);
  row_of_slot = std::move(to_row);
  layout = std::move(made);
}

std::shared_ptr<const CellTable> Cache::Impl::MakeTable() {
  if (layout == nullptr) MakeLayout();
  auto table = std::make_shared<CellTable>();
  table->layout = layout;
  table->cells.reserve(slots.size());
  for (const uint32_t slot : slot_of_row) table->cells.push_back(slots[slot]);
  return table;
}

}  // namespace rostrum
