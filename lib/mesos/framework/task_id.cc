#include "lib/mesos/framework/task_id.h"

#include <fmt/format.h>

#include <algorithm>

namespace rostrum::mesos {
namespace {

// Leaves room for the rest in the 255 bytes that Mesos allows.
constexpr size_t kReadableMaximum = 160;

bool IsPlain(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-' || character == '_' ||
         character == '.';
}

std::string Readable(std::string_view guid) {
  std::string text(guid.substr(0, kReadableMaximum));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !IsPlain(c); }, '_');
  return text;
}

uint64_t Draw32(Random& random) { return static_cast<uint64_t>(random.Fraction() * 4294967296.0); }

}  // namespace

TaskIdMaker::TaskIdMaker(Random& random) {
  const uint64_t high = Draw32(random);
  life_ = fmt::format("{:016x}", (high << 32) | Draw32(random));
}

std::string TaskIdMaker::Next(const Work& work, int32_t index) {
  ++number_;
  if (work.kind == Kind::kTask) return fmt::format("{}.{}-{}", Readable(work.guid), life_, number_);
  return fmt::format("{}.{}.{}-{}", Readable(work.guid), index, life_, number_);
}

}  // namespace rostrum::mesos
