// Task starts: what the reader accepts is valid, and reads the same once it is written.

#include <string>

#include "lib/wire/wire.h"
#include "rostrum/auction.h"
#include "tests/fuzz/wire_check.h"

namespace rostrum::wire {
namespace {

void RequireSameAgain(const std::vector<TaskStart>& starts) {
  std::vector<Auction> auctions;
  for (const TaskStart& start : starts) auctions.push_back({.work = start.work});
  std::vector<const Auction*> pointers;
  for (const Auction& auction : auctions) pointers.push_back(&auction);
  const std::string work = WriteWork("", {}, pointers);
  // Between the key and the object's end stands what the reader takes.
  const std::string_view key = "\"Tasks\":";
  const size_t begin = work.find(key) + key.size();
  const Expected<std::vector<TaskStart>> again =
      ReadTaskStarts(std::string_view(work).substr(begin, work.size() - begin - 1), "work");
  Require(again.ok() && again->size() == starts.size());
  for (size_t i = 0; i < starts.size(); ++i) Require(*(*again)[i].work == *starts[i].work);
}

}  // namespace
}  // namespace rostrum::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rostrum;
  using namespace rostrum::wire;
  const std::string_view text = TextOf(data, size);
  const Expected<std::vector<TaskStart>> starts = ReadTaskStarts(text, kFuzzFile);
  if (!starts.ok()) {
    RequireGoodError(starts.status(), text);
    return 0;
  }
  for (const TaskStart& start : *starts) Require(ValidateWork(*start.work).ok());
  RequireSameAgain(*starts);
  return 0;
}
