// Rounds and snapshots as bytes.

#ifndef ROSTRUM_LIB_RECORD_ROUND_BYTES_H_
#define ROSTRUM_LIB_RECORD_ROUND_BYTES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/round.h"
#include "rostrum/snapshot.h"
#include "rostrum/status.h"

namespace rostrum::record {

// Numbers the guids of running LRPs.
//
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

// A round as it is read back from a recording.
//
// What was decided for one auction. Its texts belong to the round that it is part of.
struct RecordedDecision {
  // The position in RoundInput::auctions.
  uint32_t auction = 0;
  bool placed = false;

  // If placed:
  std::string_view cell_id;
  Score score;

  // If refused:
  RefusalCode code = RefusalCode::kNone;
  std::string_view error;
};

struct RecordedRound {
  RoundInput input;
  std::string strategy_name;
  // One for each auction, in the order in which they were decided.
  std::vector<RecordedDecision> decisions;
  // Holds the texts of the decisions, which are often the same ones, for this round and every copy.
  std::shared_ptr<const std::vector<std::string>> texts;
};

// A round as bytes, and back: the content of one record.
//
// Appends the bytes of a round. kInvalidArgument, and `bytes` is as it was, if the round is larger
// than a record may be or could not be read back.
Status AppendRound(const Round& round, std::string_view strategy_name, std::string* bytes);

// The reverse. kCorrupt, saying what is wrong, for anything that AppendRound cannot have written.
Expected<RecordedRound> ParseRound(std::string_view bytes);

// A snapshot as bytes, and back: a rostrum.record.v1.Snapshot, framed as frame.h says.
//
// The same snapshot gives the same bytes. kInvalidArgument if it is larger than a record may be.
Expected<std::string> SerializeSnapshot(const Snapshot& snapshot);

// The reverse: a snapshot whose cells are equal. kCorrupt, saying what is wrong, for anything that
// SerializeSnapshot has not written: length and checksum are looked at first.
Expected<std::shared_ptr<const Snapshot>> ParseSnapshot(std::string_view bytes);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_ROUND_BYTES_H_
