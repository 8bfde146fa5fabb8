#include "lib/mesos/framework/task_id.h"

#include <algorithm>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

// Leaves room for the rest in the 255 bytes that Mesos allows.
constexpr size_t kReadableMaximum = 160;
// In place of a character that Mesos does not take.
constexpr char kNotPlain = '_';
// Of 64 bits.
constexpr size_t kLifeDigits = 16;

bool IsPlain(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '-' || character == '_' ||
         character == '.';
}

std::string Readable(std::string_view guid) {
  std::string text(guid.substr(0, kReadableMaximum));
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !IsPlain(c); }, kNotPlain);
  return text;
}

uint64_t Draw32(Random& random) { return static_cast<uint64_t>(random.Fraction() * 4294967296.0); }

}  // namespace

std::string WorkInTaskId(const Work& work, int32_t index) {
  if (work.kind == Kind::kTask) return Readable(work.guid);
  return Format("{}.{}", Readable(work.guid), index);
}

std::string_view WorkOfTaskId(std::string_view task_id) {
  const size_t dot = task_id.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view life = task_id.substr(dot + 1, kLifeDigits);
  const std::string_view number = task_id.substr(std::min(dot + 1 + kLifeDigits, task_id.size()));
  const bool is_ours =
      life.size() == kLifeDigits &&
      life.find_first_not_of("0123456789abcdef") == std::string_view::npos && number.size() > 1 &&
      number.front() == '-' && number.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return is_ours ? task_id.substr(0, dot) : std::string_view();
}

bool IsWholeName(std::string_view work) {
  return work.size() < kReadableMaximum && work.find(kNotPlain) == std::string_view::npos;
}

TaskIdMaker::TaskIdMaker(Random& random) {
  const uint64_t high = Draw32(random);
  life_ = Format("{:0{}x}", (high << 32) | Draw32(random), kLifeDigits);
}

std::string TaskIdMaker::Next(const Work& work, int32_t index) {
  ++number_;
  return Format("{}.{}-{}", WorkInTaskId(work, index), life_, number_);
}

}  // namespace rostrum::mesos
