// LRP starts: what the reader accepts is valid, and is written as a cell can read it.

#include <string>

#include "lib/wire/wire.h"
#include "rostrum/auction.h"
#include "tests/fuzz/wire_check.h"

namespace rostrum::wire {
namespace {

// Has the work read back as what runs on a cell.
void RequireReadable(const std::vector<LrpStart>& starts) {
  std::vector<Auction> auctions;
  for (const LrpStart& start : starts) {
    auctions.push_back({.work = start.work, .index = start.indices.front()});
  }
  std::vector<const Auction*> pointers;
  for (const Auction& auction : auctions) pointers.push_back(&auction);
  // The body of a work is an object with the keys of a cell's state.
  const std::string work = "[" + WriteWork("cell", pointers, {}) + "]";
  const Expected<std::vector<Cell>> cells = ReadCells(work, "work");
  Require(cells.ok() && cells->size() == 1);
  const Cell& cell = cells->front();
  Require(cell.id == "cell" && cell.lrps.size() == starts.size());
  for (size_t i = 0; i < starts.size(); ++i) Require(cell.lrps[i] == starts[i].work->guid);
}

}  // namespace
}  // namespace rostrum::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rostrum;
  using namespace rostrum::wire;
  const std::string_view text = TextOf(data, size);
  const Expected<std::vector<LrpStart>> starts = ReadLrpStarts(text, kFuzzFile);
  if (!starts.ok()) {
    RequireGoodError(starts.status(), text);
    return 0;
  }
  for (const LrpStart& start : *starts) Require(ValidateLrpStart(start).ok());
  RequireReadable(*starts);
  return 0;
}
