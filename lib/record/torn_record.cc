#include "lib/record/torn_record.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "lib/record/frame.h"
#include "lib/record/varint.h"

namespace rostrum::record {
namespace {

// Of a length that is in range at all.
constexpr int kLengthBits = 31;

// The bytes that say which field of a v1::Round follows.
constexpr char kStrategy = 0x0a;
constexpr char kSeed = 0x11;
constexpr char kNow = 0x18;
constexpr char kConfiguration = 0x22;

// How many bytes may be looked at for each that there is.
constexpr uint64_t kLooks = 64;
constexpr uint64_t kLooksMinimum = uint64_t{1} << 28;

bool IsWholeButForLength(std::string_view unfinished) {
  const uint32_t length = FrameLength(unfinished);
  for (int bit = 0; bit < kLengthBits; ++bit) {
    if (BeginsWithFrame(unfinished, length ^ (uint32_t{1} << bit))) return true;
  }
  return false;
}

bool Take(char wanted, std::string_view* bytes) {
  if (!bytes->starts_with(wanted)) return false;
  bytes->remove_prefix(1);
  return true;
}

bool Skip(uint64_t count, std::string_view* bytes) {
  if (count > bytes->size()) return false;
  bytes->remove_prefix(count);
  return true;
}

// Whether a round's content may begin like this: with strategy, seed and time, as far as they are
// not zero, and the configuration, which is always there. That is quickly seen, and saves nearly
// all of the checksums.
bool LooksLikeRound(std::string_view content) {
  if (Take(kStrategy, &content)) {
    const std::optional<uint64_t> length = TakeVarint(&content);
    if (!length || !Skip(*length, &content)) return false;
  }
  if (Take(kSeed, &content) && !Skip(sizeof(uint64_t), &content)) return false;
  if (Take(kNow, &content) && !TakeVarint(&content)) return false;
  return content.starts_with(kConfiguration);
}

bool MayHoldRecord(std::string_view bytes) {
  uint64_t looks = kLooks * bytes.size() + kLooksMinimum;
  for (; bytes.size() > kFrameHeaderBytes; bytes.remove_prefix(1)) {
    const uint64_t length = FrameLength(bytes);
    if (length > bytes.size() - kFrameHeaderBytes) continue;
    if (!LooksLikeRound(bytes.substr(kFrameHeaderBytes, length))) continue;
    if (length > looks || BeginsWithFrame(bytes, length)) return true;
    looks -= length;
  }
  return false;
}

}  // namespace

bool IsTorn(std::string_view unfinished) {
  if (unfinished.size() < kFrameHeaderBytes) return true;
  return !IsWholeButForLength(unfinished) && !MayHoldRecord(unfinished.substr(1));
}

}  // namespace rostrum::record
