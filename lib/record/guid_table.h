// Numbers the guids of running LRPs.

#ifndef ROSTRUM_LIB_RECORD_GUID_TABLE_H_
#define ROSTRUM_LIB_RECORD_GUID_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rostrum::record {

// Gives each distinct guid a number, from 0, in the order in which they come. There are hundreds of
// thousands in a large snapshot, and most of a record's time is spent here, waiting for memory: a
// hash map of texts takes three times as long. So the table knows its size from the start, keeps a
// piece of each hash beside its entry, which tells all but equal guids apart, keeps the characters
// together, and asks for the memory of a whole cell's guids before it looks at the first.
class GuidTable {
 public:
  // For up to so many guids, equal ones counted each time.
  explicit GuidTable(size_t count);

  // Calls `use` with the number of each guid, in order.
  template <typename Use>
  void Add(std::span<const std::string_view> guids, Use use) {
    Prefetch(guids);
    for (size_t i = 0; i < guids.size(); ++i) use(Find(guids[i], hashes_[i]));
  }

  // All distinct guids one after the other, and the length of each.
  const std::string& characters() const { return characters_; }
  std::vector<uint32_t> Lengths() const;

 private:
  struct Entry {
    size_t begin = 0;  // In characters_.
    uint32_t length = 0;
    uint32_t hash = 0;
  };

  void Prefetch(std::span<const std::string_view> guids);
  uint32_t Find(std::string_view guid, uint64_t hash);

  std::string characters_;
  std::vector<Entry> entries_;
  // By the low bits of the hash, or as soon as possible behind: the entry's number plus one, or 0.
  std::vector<uint32_t> slots_;
  std::vector<uint64_t> hashes_;  // Of the guids at hand.
};

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_GUID_TABLE_H_
