#include "lib/mesos/framework/journal_reader.h"

#include <optional>
#include <utility>

#include "lib/base/format.h"
#include "lib/record/frame.h"
#include "lib/record/varint.h"

namespace rostrum::mesos {
namespace {

using record::kFrameHeaderBytes;

// Of the tag of a field: what type it has, and its number.
constexpr unsigned kTypeMask = 7;
constexpr unsigned kVarint = 0;
constexpr unsigned kLengthDelimited = 2;
constexpr unsigned kNumberShift = 3;

// How many bytes may be given to checksums for each that there is, while records are looked for.
// Only a file that was made to do harm needs more.
constexpr uint64_t kLooks = 16;
constexpr uint64_t kLooksMinimum = uint64_t{1} << 24;

// Whether a record of `length` bytes may begin so: with the only field that it has, whose own
// length goes with that of the record. What is not there may be anything.
bool MayBeginRecord(std::string_view begin, uint64_t length) {
  if (length == 0 || length > record::kContentBytesMaximum) return false;
  if (begin.empty()) return true;
  const auto tag = static_cast<unsigned char>(begin.front());
  if (tag >> kNumberShift == 0 || tag >= 0x80) return false;
  begin.remove_prefix(1);
  const uint64_t behind_tag = length - 1;
  const size_t there = begin.size();
  const std::optional<uint64_t> number = record::TakeVarint(&begin);
  const uint64_t varint_bytes = there - begin.size();
  if (!number) return begin.empty() && varint_bytes < behind_tag;
  if ((tag & kTypeMask) == kVarint) return varint_bytes == behind_tag;
  return (tag & kTypeMask) == kLengthDelimited && varint_bytes + *number == behind_tag;
}

// Where the zeros begin with which the bytes end.
size_t EndOfContent(std::string_view bytes) {
  const size_t last = bytes.find_last_not_of('\0');
  return last == std::string_view::npos ? 0 : last + 1;
}

// See ReadJournal.
bool IsTornEnd(std::string_view end) {
  const size_t content = EndOfContent(end);
  if (end.size() < kFrameHeaderBytes || content == 0) return true;
  const uint64_t length = record::FrameLength(end);
  // All that it says it has is there, or there is more.
  if (content >= kFrameHeaderBytes + length) return false;
  if (content <= kFrameHeaderBytes) return MayBeginRecord({}, length);
  return MayBeginRecord(end.substr(kFrameHeaderBytes, content - kFrameHeaderBytes), length);
}

// kJournalTitle for errors.
std::string_view TitleInWords() { return kJournalTitle.substr(0, kJournalTitle.size() - 1); }

class Reader {
 public:
  explicit Reader(std::string_view bytes)
      : bytes_(bytes), looks_(kLooks * bytes.size() + kLooksMinimum) {}

  JournalContent Read() {
    content_.torn_at = bytes_.size();
    if (bytes_.starts_with(kJournalTitle)) {
      at_ = kJournalTitle.size();
    } else if (kJournalTitle.starts_with(bytes_)) {
      // A file that was made a moment before a crash.
      content_.torn_at = 0;
      return std::move(content_);
    } else {
      ReadUntitled();
    }
    while (at_ < bytes_.size()) {
      if (!TakeRecord() && !PassDamage()) break;
    }
    return std::move(content_);
  }

 private:
  // The title may be what is damaged. Nothing but zeros is what a crash may leave of any file.
  void ReadUntitled() {
    const std::optional<uint64_t> next = FindRecord(0);
    content_.is_journal = next.has_value() || EndOfContent(bytes_) == 0;
    content_.damage = Format("{}, expected it to begin with \"{}\"",
                                  content_.is_journal
                                      ? "its title is damaged"
                                      : "it is not the journal of a framework on Mesos",
                                  TitleInWords());
    at_ = next.value_or(bytes_.size());
  }

  bool TakeRecord() {
    const std::string_view rest = bytes_.substr(at_);
    if (rest.size() < kFrameHeaderBytes) return false;
    const uint64_t length = record::FrameLength(rest);
    if (length == 0 || !record::BeginsWithFrame(rest, length)) return false;
    journal::Record record;
    if (!record.ParseFromArray(rest.data() + kFrameHeaderBytes, static_cast<int>(length))) {
      return false;
    }
    content_.records.push_back(std::move(record));
    at_ += kFrameHeaderBytes + length;
    return true;
  }

  // Goes to the next record, if there is one, and takes note of what is wrong.
  bool PassDamage() {
    const std::optional<uint64_t> next = FindRecord(at_ + 1);
    if (!next && IsTornEnd(bytes_.substr(at_))) {
      content_.torn_at = at_;
      return false;
    }
    if (content_.damage.empty()) {
      content_.damage =
          next ? Format("the record at byte {} is damaged, and others follow it at byte {}",
                             at_, *next)
               : Format("the last {} bytes, from byte {} on, are neither a record nor what a "
                             "crash leaves of one",
                             bytes_.size() - at_, at_);
    }
    if (next) at_ = *next;
    return next.has_value() && !has_given_up_;
  }

  // Where the first whole record is at `from` or behind it.
  std::optional<uint64_t> FindRecord(uint64_t from) {
    for (uint64_t at = from; at + kFrameHeaderBytes < bytes_.size(); ++at) {
      const std::string_view rest = bytes_.substr(at);
      const uint64_t length = record::FrameLength(rest);
      if (length > rest.size() - kFrameHeaderBytes ||
          !MayBeginRecord(rest.substr(kFrameHeaderBytes, length), length)) {
        continue;
      }
      // Nobody knows then what is there, so it counts as something.
      has_given_up_ = length > looks_;
      if (has_given_up_) return at;
      looks_ -= length;
      if (record::BeginsWithFrame(rest, length)) return at;
    }
    return std::nullopt;
  }

  const std::string_view bytes_;
  uint64_t looks_;  // What is left of them.
  bool has_given_up_ = false;
  uint64_t at_ = 0;
  JournalContent content_;
};

}  // namespace

std::string FrameOf(const journal::Record& record) {
  std::string frame(kFrameHeaderBytes, '\0');
  record.AppendToString(&frame);
  record::SealFrame(&frame);
  return frame;
}

JournalContent ReadJournal(std::string_view bytes) { return Reader(bytes).Read(); }

}  // namespace rostrum::mesos
