#include <algorithm>
#include <cstring>

#include "lib/cache/cell_input.h"

namespace rostrum {
namespace {

struct Block {
  std::vector<std::string_view> views;
  std::unique_ptr<char[]> characters;
};

}  // namespace

LrpList LrpList::Copy(std::span<const std::string> guids, int64_t unnamed) {
  if (guids.empty()) return LrpList(nullptr, 0, unnamed);
  size_t size = 0;
  for (const std::string& guid : guids) size += guid.size();
  auto block = std::make_shared<Block>();
  block->characters = std::make_unique<char[]>(size);
  block->views.reserve(guids.size());
  char* at = block->characters.get();
  for (const std::string& guid : guids) {
    std::memcpy(at, guid.data(), guid.size());
    block->views.emplace_back(at, guid.size());
    at += guid.size();
  }
  const std::string_view* first = block->views.data();
  return LrpList(std::shared_ptr<const std::string_view>(std::move(block), first), guids.size(),
                 unnamed);
}

bool LrpList::SameAs(const LrpList& other) const {
  return unnamed_ == other.unnamed_ && std::ranges::equal(guids(), other.guids());
}

}  // namespace rostrum
