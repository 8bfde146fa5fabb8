#include "lib/mesos/recordio/decoder.h"

#include <algorithm>

#include "lib/base/format.h"

namespace rostrum::mesos {
namespace {

// 2^64 has twenty digits; more than that is no length, leading zeros or not.
constexpr int kDigitsMaximum = 20;

}  // namespace

Status RecordDecoder::Fail(std::string text) {
  record_ = std::string();
  status_ = Corrupt(std::move(text));
  return status_;
}

// Reads digits up to the line feed. Once it is met, in_record_ is set.
Status RecordDecoder::TakeLength(std::string_view* bytes) {
  while (!bytes->empty()) {
    const char c = bytes->front();
    bytes->remove_prefix(1);
    if (c == '\n') {
      if (digits_ == 0) return Fail("a record without a length, expected decimal digits");
      if (length_ == 0) return Fail("a record of length 0, expected at least 1");
      digits_ = 0;
      in_record_ = true;
      return {};
    }
    if (c < '0' || c > '9') {
      return Fail(Format("byte 0x{:02x} in the length of a record, expected a decimal digit",
                         static_cast<unsigned char>(c)));
    }
    if (++digits_ > kDigitsMaximum) {
      return Fail(Format("more than {} digits in the length of a record", kDigitsMaximum));
    }
    const auto digit = static_cast<uint64_t>(c - '0');
    // Asked before it is multiplied, or it might overflow.
    if (digit > record_maximum_ || length_ > (record_maximum_ - digit) / 10) {
      return Fail(
          Format("a record of {}{}... bytes, expected at most {}", length_, c, record_maximum_));
    }
    length_ = length_ * 10 + digit;
  }
  return {};
}

Status RecordDecoder::Feed(std::string_view bytes,
                           const std::function<bool(std::string_view)>& record) {
  if (!status_.ok()) return status_;
  while (!bytes.empty() && !stopped_) {
    if (!in_record_) {
      if (Status status = TakeLength(&bytes); !status.ok()) return status;
      continue;
    }
    const size_t missing = static_cast<size_t>(length_) - record_.size();
    const std::string_view part = bytes.substr(0, missing);
    bytes.remove_prefix(part.size());
    // A record that lies in one piece is not copied.
    const bool whole = record_.empty() && part.size() == missing;
    if (!whole) record_.append(part);
    if (part.size() < missing) continue;
    in_record_ = false;
    length_ = 0;
    stopped_ = !record(whole ? part : std::string_view(record_));
    record_.clear();
    // One giant event should not hold its room for ever.
    if (record_.capacity() > (1 << 20)) record_ = std::string();
  }
  return {};
}

}  // namespace rostrum::mesos
