// Cell states: what the reader accepts, the cache takes.

#include "lib/wire/wire.h"
#include "rostrum/cache.h"
#include "tests/fuzz/wire_check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rostrum;
  using namespace rostrum::wire;
  const std::string_view text = TextOf(data, size);
  const Expected<std::vector<Cell>> cells = ReadCells(text, kFuzzFile);
  if (!cells.ok()) {
    RequireGoodError(cells.status(), text);
    return 0;
  }
  Cache cache;
  Require(cache.Update(*cells).ok());
  Require(cache.size() == cells->size());
  for (const Cell& cell : *cells) Require(cache.Find(cell.id).ok());
  return 0;
}
