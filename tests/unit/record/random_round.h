// Random input for the tests of recordings: everything that a field can hold, odd bytes included.

#ifndef ROSTRUM_TESTS_UNIT_RECORD_RANDOM_ROUND_H_
#define ROSTRUM_TESTS_UNIT_RECORD_RANDOM_ROUND_H_

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "lib/record/round_bytes.h"
#include "rostrum/round.h"
#include "tests/unit/temporary_folder.h"

namespace rostrum::record {

class RandomRound {
 public:
  explicit RandomRound(uint64_t seed) : random_(seed) {}

  std::vector<Cell> Cells(size_t count);
  RoundInput Input(size_t cell_count, size_t auction_count);
  // Run by one of the library's own strategies, or by one that sometimes fails or refuses.
  std::shared_ptr<const Round> Run(size_t cell_count, size_t auction_count);

  // From 0 up to, but not including, `end`.
  uint64_t Below(uint64_t end) { return random_() % end; }
  bool Chance(uint64_t in) { return Below(in) == 0; }

 private:
  std::string Text();
  std::vector<std::string> Texts(size_t most);
  Amount AnyAmount();
  Resources AnyResources(bool may_be_negative);
  Signature AnySignature();
  std::shared_ptr<const Work> AnyWork(size_t number);

  std::mt19937_64 random_;
};

// A small round that is the same every time: four instances and a task on three cells; the last
// instance is refused.
std::shared_ptr<const Round> SmallRound(std::string_view strategy_name = "diego");

// Fails the test unless what was read is what the round was.
void ExpectSame(const Round& round, const RecordedRound& recorded);

std::string ReadAll(const std::string& path);
void WriteAll(const std::string& path, std::string_view bytes);
// What RoundRecorder writes for these rounds.
std::string Recording(const std::vector<std::shared_ptr<const Round>>& rounds,
                      std::string_view strategy_name = "diego");

}  // namespace rostrum::record

#endif  // ROSTRUM_TESTS_UNIT_RECORD_RANDOM_ROUND_H_
