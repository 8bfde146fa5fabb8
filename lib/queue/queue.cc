#include "rostrum/queue.h"

#include <charconv>
#include <list>
#include <new>
#include <optional>
#include <string>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/string_view.h"
#include "lib/base/format.h"
#include "lib/base/position_table.h"
#include "lib/base/reserve.h"
#include "lib/model/work.h"

namespace rostrum {
namespace {

// What makes an auction one of its kind. The guid's characters belong to the auction's work.
struct Key {
  Kind kind = Kind::kLrp;
  int32_t index = 0;
  std::string_view guid;

  friend bool operator==(const Key&, const Key&) = default;

  template <typename H>
  friend H AbslHashValue(H state, const Key& key) {
    return H::combine(std::move(state), static_cast<int32_t>(key.kind), key.index,
                      absl::string_view(key.guid.data(), key.guid.size()));
  }
};

Key KeyOf(const Auction& auction) { return Key{auction.kind(), auction.index, auction.work->guid}; }

// Auctions in order, and where each is.
struct Line {
  // A cancelled auction leaves an entry without work behind, so that the others keep their
  // positions.
  std::vector<Auction> entries;
  PositionTable positions;

  size_t size() const { return positions.size(); }

  void Reserve(size_t more) {
    ReserveMore(&entries, more);
    positions.Reserve(positions.size() + more);
  }

  // PositionTable::kNone if it is not there.
  uint32_t Find(const Key& key) const { return positions.Find(absl::Hash<Key>()(key), IsAt(key)); }

  // Of two of one identifier the first stays, where it is.
  void Add(Auction auction) {
    const Key key = KeyOf(auction);
    const size_t hash = absl::Hash<Key>()(key);
    if (positions.Find(hash, IsAt(key)) != PositionTable::kNone) return;
    entries.push_back(std::move(auction));
    try {
      positions.Insert(hash, static_cast<uint32_t>(entries.size() - 1));
    } catch (...) {
      entries.pop_back();
      throw;
    }
  }

  // As Add, but of two of one identifier the older one stays, where the first was.
  void AddOlder(const Auction& auction) {
    const uint32_t position = Find(KeyOf(auction));
    if (position == PositionTable::kNone) return Add(auction);
    Auction& known = entries[position];
    // The key in `positions` is that of an equal auction, whose guid has the same characters.
    if (auction.arrival < known.arrival) known = auction;
  }

  void Forget(const Key& key) { positions.Erase(absl::Hash<Key>()(key), IsAt(key)); }

  // Takes the newest entries off again, down to `size` of them.
  void Shorten(size_t size) {
    for (; entries.size() > size; entries.pop_back()) Forget(KeyOf(entries.back()));
  }

  void Clear() {
    positions.Clear();
    entries.clear();
  }

 private:
  struct IsAtPosition {
    const std::vector<Auction>& entries;
    const Key& key;
    bool operator()(uint32_t position) const { return KeyOf(entries[position]) == key; }
  };
  IsAtPosition IsAt(const Key& key) const { return {entries, key}; }
};

// The reverse of Auction::Identifier for an LRP instance; false if the text is none.
bool ParseInstance(std::string_view identifier, Key* key) {
  const size_t dot = identifier.rfind('.');
  if (dot == std::string_view::npos) return false;
  const char* const first = identifier.data() + dot + 1;
  const char* const last = identifier.data() + identifier.size();
  const auto [end, error] = std::from_chars(first, last, key->index);
  if (error != std::errc() || end != last) return false;
  key->guid = identifier.substr(0, dot);
  // "007" and "-0" are numbers, but the index of no identifier.
  return std::to_string(key->index) == identifier.substr(dot + 1);
}

// Says which of the starts it was, if that has no name to be known by.
template <typename Start>
Status Locate(Status status, const Start& start, std::span<const Start> starts) {
  if (start.work != nullptr && !start.work->guid.empty()) return status;
  return InvalidArgument(
      Format("{} of {}: {}", &start - starts.data() + 1, starts.size(), status.text()));
}

}  // namespace

struct Queue::Impl {
  Line line;
  uint64_t arrivals = 0;
  // What was put back while there was no memory to merge it with the line, the last first; and room
  // for those that will follow.
  std::list<std::vector<Auction>> returned;
  std::list<std::vector<Auction>> room;

  // Puts what was returned in front of the line. If memory runs out, both stay as they were.
  void Merge() {
    if (returned.empty()) return;
    Line merged;
    size_t count = line.size();
    for (const std::vector<Auction>& batch : returned) count += batch.size();
    merged.Reserve(count);
    for (const std::vector<Auction>& batch : returned) {
      for (const Auction& auction : batch) merged.AddOlder(auction);
    }
    for (const Auction& auction : line.entries) {
      if (auction.work != nullptr) merged.AddOlder(auction);
    }
    line = std::move(merged);
    returned.clear();
  }

  // Calls `visit` with every waiting auction, in no order that matters.
  template <typename Visit>
  void ForEach(Visit visit) const {
    for (const Auction& auction : line.entries) {
      if (auction.work != nullptr) visit(auction);
    }
    for (const std::vector<Auction>& batch : returned) {
      for (const Auction& auction : batch) {
        if (line.Find(KeyOf(auction)) == PositionTable::kNone) visit(auction);
      }
    }
  }
};

Queue::Queue() : impl_(std::make_unique<Impl>()) {}
Queue::~Queue() = default;
Queue::Queue(Queue&&) noexcept = default;
Queue& Queue::operator=(Queue&&) noexcept = default;

Expected<size_t> Queue::Add(std::span<const LrpStart> lrps, std::span<const TaskStart> tasks,
                            int64_t now_ms) {
  for (const LrpStart& start : lrps) {
    Status status = ValidateLrpStart(start);
    if (!status.ok()) return Locate(std::move(status), start, lrps);
  }
  for (const TaskStart& start : tasks) {
    Status status = ValidateTaskStart(start);
    if (!status.ok()) return Locate(std::move(status), start, tasks);
  }
  impl_->Merge();
  Line& line = impl_->line;
  const size_t before = line.entries.size();
  size_t more = tasks.size();
  for (const LrpStart& start : lrps) more += start.indices.size();
  line.Reserve(more);
  const auto arrived = [&](std::shared_ptr<const Work> work, int32_t index, uint64_t tag) {
    return Auction{.work = std::move(work),
                   .index = index,
                   .queue_time_ms = now_ms,
                   .tag = tag,
                   .arrival = ++impl_->arrivals};
  };
  try {
    for (const LrpStart& start : lrps) {
      const std::shared_ptr<const Work> work = NormalizedWork(start.work);
      for (size_t i = 0; i < start.indices.size(); ++i) {
        line.Add(arrived(work, start.indices[i], start.tag + i));
      }
    }
    for (const TaskStart& start : tasks) {
      line.Add(arrived(NormalizedWork(start.work), 0, start.tag));
    }
  } catch (...) {
    line.Shorten(before);
    throw;
  }
  return line.entries.size() - before;
}

bool Queue::Cancel(Kind kind, std::string_view identifier) {
  Key key{kind, 0, identifier};
  if (kind == Kind::kLrp && !ParseInstance(identifier, &key)) return false;
  impl_->Merge();
  Line& line = impl_->line;
  const uint32_t position = line.Find(key);
  if (position == PositionTable::kNone) return false;
  line.Forget(key);
  line.entries[position].work = nullptr;
  if (line.size() == 0) line.Clear();
  return true;
}

std::vector<Auction> Queue::Drain() {
  impl_->Merge();
  MakeRoom();
  std::vector<Auction> drained = std::move(impl_->line.entries);
  std::erase_if(drained, [](const Auction& auction) { return auction.work == nullptr; });
  impl_->line.Clear();
  return drained;
}

void Queue::MakeRoom() { impl_->room.emplace_back(); }

void Queue::PutBack(std::vector<Auction> auctions) {
  if (impl_->room.empty()) impl_->room.emplace_back();
  impl_->room.front() = std::move(auctions);
  impl_->returned.splice(impl_->returned.begin(), impl_->room, impl_->room.begin());
  try {
    impl_->Merge();
  } catch (const std::bad_alloc&) {
    // They wait where they are; whoever looks at the queue next tries again.
  }
}

size_t Queue::size() const {
  size_t count = 0;
  if (impl_->returned.empty()) return impl_->line.size();
  impl_->ForEach([&](const Auction&) { ++count; });
  return count;
}

std::vector<Auction> Queue::Waiting() const {
  impl_->Merge();
  std::vector<Auction> waiting = impl_->line.entries;
  std::erase_if(waiting, [](const Auction& auction) { return auction.work == nullptr; });
  return waiting;
}

int64_t Queue::OldestQueueTimeMs() const {
  std::optional<int64_t> oldest;
  impl_->ForEach([&](const Auction& auction) {
    if (!oldest || auction.queue_time_ms < *oldest) oldest = auction.queue_time_ms;
  });
  return oldest.value_or(-1);
}

}  // namespace rostrum
