#include "rostrum/queue.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

#include "lib/base/strings.h"

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
                      ToAbsl(key.guid));
  }
};

Key KeyOf(const Auction& auction) {
  return Key{auction.kind(), auction.index, auction.work->guid};
}

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

}  // namespace

struct Queue::Impl {
  // In order of arrival. A cancelled auction leaves an entry without work behind, so that the
  // others keep their positions.
  std::vector<Auction> entries;
  absl::flat_hash_map<Key, size_t> position;

  bool Add(Auction auction) {
    const auto [at, is_new] = position.try_emplace(KeyOf(auction), entries.size());
    if (!is_new) return false;
    try {
      entries.push_back(std::move(auction));
    } catch (...) {
      position.erase(at);
      throw;
    }
    return true;
  }

  void Clear() {
    position.clear();
    entries.clear();
  }
};

Queue::Queue() : impl_(std::make_unique<Impl>()) {}
Queue::~Queue() = default;
Queue::Queue(Queue&&) noexcept = default;
Queue& Queue::operator=(Queue&&) noexcept = default;

Expected<size_t> Queue::Add(std::span<const LrpStart> lrps, std::span<const TaskStart> tasks,
                            int64_t now_ms) {
  for (const LrpStart& start : lrps) {
    if (Status status = ValidateLrpStart(start); !status.ok()) return status;
  }
  for (const TaskStart& start : tasks) {
    if (Status status = ValidateTaskStart(start); !status.ok()) return status;
  }
  size_t added = 0;
  for (const LrpStart& start : lrps) {
    for (size_t i = 0; i < start.indices.size(); ++i) {
      added += impl_->Add({start.work, start.indices[i], 0, now_ms, start.tag + i});
    }
  }
  for (const TaskStart& start : tasks) added += impl_->Add({start.work, 0, 0, now_ms, start.tag});
  return added;
}

bool Queue::Cancel(Kind kind, std::string_view identifier) {
  Key key{kind, 0, identifier};
  if (kind == Kind::kLrp && !ParseInstance(identifier, &key)) return false;
  const auto at = impl_->position.find(key);
  if (at == impl_->position.end()) return false;
  Auction& entry = impl_->entries[at->second];
  // The key's characters belong to the entry, so the entry goes last.
  const Auction cancelled = entry;
  impl_->position.erase(at);
  entry.work = nullptr;
  if (impl_->position.empty()) impl_->Clear();
  return true;
}

std::vector<Auction> Queue::Drain() {
  std::vector<Auction> drained = std::move(impl_->entries);
  std::erase_if(drained, [](const Auction& auction) { return auction.work == nullptr; });
  impl_->Clear();
  return drained;
}

void Queue::PutBack(std::vector<Auction> auctions) {
  std::vector<Auction> later = Drain();
  for (Auction& auction : auctions) impl_->Add(std::move(auction));
  for (Auction& auction : later) impl_->Add(std::move(auction));
}

size_t Queue::size() const { return impl_->position.size(); }

std::vector<Auction> Queue::Waiting() const {
  std::vector<Auction> waiting = impl_->entries;
  std::erase_if(waiting, [](const Auction& auction) { return auction.work == nullptr; });
  return waiting;
}

int64_t Queue::OldestQueueTimeMs() const {
  std::optional<int64_t> oldest;
  for (const Auction& auction : impl_->entries) {
    if (auction.work == nullptr) continue;
    if (!oldest || auction.queue_time_ms < *oldest) oldest = auction.queue_time_ms;
  }
  return oldest.value_or(-1);
}

}  // namespace rostrum
