#include "lib/tools/simulate/csv.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <string>
#include <system_error>
#include <utility>

#include "lib/base/descriptor.h"
#include "lib/base/format.h"
#include "lib/tools/input_files.h"
#include "lib/wire/read_file.h"
#include "lib/wire/text.h"

namespace rostrum::tools {
namespace {

// An exponent beyond this makes any number that is not zero too large, or too small to count,
// however many digits stand against it.
constexpr int64_t kLargestExponent = int64_t{1} << 40;

// The digits from the first that is not zero, with the point behind `point` of them: below zero, or
// beyond the last digit, there are zeros between.
struct Decimal {
  bool is_negative = false;
  std::string digits;
  int64_t point = 0;
};

bool Take(char wanted, std::string_view* text) {
  if (!text->starts_with(wanted)) return false;
  text->remove_prefix(1);
  return true;
}

std::string_view TakeDigits(std::string_view* text) {
  const size_t end = std::min(text->find_first_not_of("0123456789"), text->size());
  const std::string_view digits = text->substr(0, end);
  text->remove_prefix(end);
  return digits;
}

// What stands behind the "e".
std::optional<int64_t> TakeExponent(std::string_view* text) {
  const bool is_negative = Take('-', text);
  if (!is_negative) Take('+', text);
  const std::string_view digits = TakeDigits(text);
  if (digits.empty()) return std::nullopt;
  int64_t exponent = 0;
  for (const char digit : digits) {
    exponent = std::min(exponent * 10 + (digit - '0'), kLargestExponent);
  }
  return is_negative ? -exponent : exponent;
}

std::optional<Decimal> Parse(std::string_view text) {
  Decimal number;
  number.is_negative = Take('-', &text);
  const std::string_view whole = TakeDigits(&text);
  std::string_view fraction;
  if (Take('.', &text)) {
    fraction = TakeDigits(&text);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty()) return std::nullopt;
  number.point = static_cast<int64_t>(whole.size());
  if (Take('e', &text) || Take('E', &text)) {
    const std::optional<int64_t> exponent = TakeExponent(&text);
    if (!exponent) return std::nullopt;
    number.point += *exponent;
  }
  if (!text.empty()) return std::nullopt;
  number.digits.append(whole).append(fraction);
  const size_t zeros = std::min(number.digits.find_first_not_of('0'), number.digits.size());
  number.digits.erase(0, zeros);
  number.point -= static_cast<int64_t>(zeros);
  return number;
}

// Without its sign, to the nearest whole number; nothing if that is more than an int64_t holds.
std::optional<int64_t> Rounded(const Decimal& number) {
  if (number.digits.empty() || number.point < 0) return 0;
  constexpr int kMostDigits = std::numeric_limits<int64_t>::digits10 + 1;
  if (number.point > kMostDigits) return std::nullopt;
  const auto end = static_cast<size_t>(number.point);
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  int64_t value = 0;
  for (size_t i = 0; i < end; ++i) {
    const int64_t digit = i < number.digits.size() ? number.digits[i] - '0' : 0;
    if (value > (kMost - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  const bool rounds_up = end < number.digits.size() && number.digits[end] >= '5';
  if (rounds_up && value == kMost) return std::nullopt;
  return value + (rounds_up ? 1 : 0);
}

bool IsWhole(const Decimal& number) {
  const size_t last = number.digits.find_last_not_of('0');
  return last == std::string::npos || static_cast<int64_t>(last) < number.point;
}

std::optional<int64_t> InRange(const Decimal& number, int64_t minimum, int64_t maximum) {
  std::optional<int64_t> value = Rounded(number);
  if (!value) return std::nullopt;
  if (number.is_negative) value = -*value;
  if (*value < minimum || *value > maximum) return std::nullopt;
  return value;
}

}  // namespace

std::optional<int64_t> ParseDecimal(std::string_view text, int decimals, int64_t minimum,
                                    int64_t maximum) {
  std::optional<Decimal> number = Parse(text);
  if (!number) return std::nullopt;
  number->point += decimals;
  return InRange(*number, minimum, maximum);
}

std::optional<int64_t> ParseCount(std::string_view text, int64_t minimum, int64_t maximum) {
  const std::optional<Decimal> number = Parse(text);
  if (!number || !IsWhole(*number)) return std::nullopt;
  return InRange(*number, minimum, maximum);
}

std::string WithPlainSpaces(std::string_view text) {
  constexpr std::string_view kNoBreakSpace = "\u00a0";
  std::string out;
  while (!text.empty()) {
    const size_t at = std::min(text.find(kNoBreakSpace), text.size());
    out.append(text.substr(0, at));
    text.remove_prefix(at);
    if (text.empty()) break;
    out.push_back(' ');
    text.remove_prefix(kNoBreakSpace.size());
  }
  return out;
}

namespace {

constexpr size_t kColumnsNamed = 20;  // In an error.

// Takes the text apart, one record at a time.
class CsvScanner {
 public:
  CsvScanner(std::string_view name, std::string_view text) : name_(name), text_(text) {}

  // Passes over empty lines. False at the end of the text.
  bool AtRecord() {
    while (position_ < text_.size() && TakeLineEnd()) {
    }
    return position_ < text_.size();
  }

  int64_t line() const { return line_; }

  // REQUIRES: AtRecord().
  Expected<std::vector<std::string>> TakeRecord() {
    std::vector<std::string> fields;
    while (true) {
      Expected<std::string> field = TakeField();
      if (!field.ok()) return field.status();
      fields.push_back(std::move(*field));
      if (position_ >= text_.size() || TakeLineEnd()) return fields;
      ++position_;  // The comma.
    }
  }

 private:
  bool TakeLineEnd() {
    const std::string_view rest = text_.substr(position_);
    const size_t length = rest.starts_with("\r\n") ? 2 : rest.starts_with('\n') ? 1 : 0;
    position_ += length;
    if (length > 0) ++line_;
    return length > 0;
  }

  // Whether a field ends here.
  bool AtEnd() const {
    const std::string_view rest = text_.substr(position_);
    return rest.empty() || rest.front() == ',' || rest.front() == '\n' || rest.starts_with("\r\n");
  }

  Expected<std::string> TakeField() {
    if (position_ < text_.size() && text_[position_] == '"') return TakeQuoted();
    std::string field;
    while (!AtEnd()) field.push_back(text_[position_++]);
    return field;
  }

  Expected<std::string> TakeQuoted() {
    const int64_t first_line = line_;
    std::string field;
    for (++position_; position_ < text_.size(); ++position_) {
      const char c = text_[position_];
      if (c == '\n') ++line_;
      if (c == '"') {
        if (position_ + 1 < text_.size() && text_[position_ + 1] == '"') {
          ++position_;
        } else {
          ++position_;
          if (AtEnd()) return field;
          return InvalidArgument(Format(
              "{}, line {}: there is text after a closing quote, expected a comma or the end of "
              "the line",
              name_, line_));
        }
      }
      field.push_back(c);
    }
    return InvalidArgument(Format("{}, line {}: a quote is never closed", name_, first_line));
  }

  std::string_view name_;
  std::string_view text_;
  size_t position_ = 0;
  int64_t line_ = 1;
};

// Looks for what other programs write and would only lead to strange errors later.
Status CheckIsText(std::string_view name, std::string_view text) {
  if (const std::string_view encoding = wire::OtherEncoding(text); !encoding.empty()) {
    return InvalidArgument(Format("{}: the file is in {}, expected UTF-8", name, encoding));
  }
  const size_t end = text.find('\r');
  if (end != std::string_view::npos && text.find('\n') == std::string_view::npos &&
      end + 1 < text.size()) {
    return InvalidArgument(Format("{}, line 1: lines end in CR alone, expected LF or CR LF", name));
  }
  return {};
}

}  // namespace

Expected<CsvTable> CsvTable::Read(const std::string& path) {
  std::string text;
  if (Status status = wire::ReadFile(path, &text); !status.ok()) return status;
  return Parse(path == "-" ? "standard input" : path, text);
}

Expected<CsvTable> CsvTable::Parse(std::string name, std::string_view text) {
  constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  CsvTable table;
  table.name_ = std::move(name);
  if (Status status = CheckIsText(table.name_, text); !status.ok()) return status;
  CsvScanner scanner(table.name_, text);
  while (scanner.AtRecord()) {
    Row row;
    row.line = scanner.line();
    Expected<std::vector<std::string>> fields = scanner.TakeRecord();
    if (!fields.ok()) return fields.status();
    row.fields = std::move(*fields);
    const bool is_header = table.header_.empty();
    Status status = is_header ? table.SetHeader(std::move(row)) : table.AddRow(std::move(row));
    if (!status.ok()) return status;
  }
  if (table.header_.empty()) {
    return InvalidArgument(
        Format("{}, line 1: the file is empty, expected a line with the names of the columns",
               table.name_));
  }
  return table;
}

Status CsvTable::SetHeader(Row row) {
  for (size_t i = 0; i < row.fields.size(); ++i) {
    const auto end = row.fields.begin() + static_cast<ptrdiff_t>(i);
    if (std::find(row.fields.begin(), end, row.fields[i]) != end) {
      return InvalidArgument(Format("{}, line {}: column \"{}\" is named twice", name_, row.line,
                                    wire::Cut(row.fields[i])));
    }
  }
  header_ = std::move(row.fields);
  return {};
}

Status CsvTable::AddRow(Row row) {
  if (row.fields.size() != header_.size()) {
    return InvalidArgument(
        Format("{}, line {}: there {} {}, expected {} as in the header", name_, row.line,
               row.fields.size() == 1 ? "is" : "are",
               row.fields.size() == 1 ? "1 field" : Format("{} fields", row.fields.size()),
               header_.size()));
  }
  rows_.push_back(std::move(row));
  return {};
}

std::optional<size_t> CsvTable::Column(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    const auto at = std::find(header_.begin(), header_.end(), name);
    if (at != header_.end()) return static_cast<size_t>(at - header_.begin());
  }
  return std::nullopt;
}

Expected<size_t> CsvTable::NeededColumn(std::initializer_list<std::string_view> names) const {
  if (const std::optional<size_t> column = Column(names)) return *column;
  // A file that is no such table at all may have any header.
  std::vector<std::string> known;
  for (const std::string& name : header_) known.push_back(wire::Cut(name));
  if (known.size() > kColumnsNamed) {
    known.resize(kColumnsNamed);
    known.emplace_back("...");
  }
  return InvalidArgument(Format("{}, line 1: there is no column \"{}\" among {}", name_,
                                Join(names, "\" or \""), Join(known, ", ")));
}

Status CsvTable::BadField(size_t row, size_t column, std::string_view expected) const {
  return InvalidArgument(Format("{}, line {}, column \"{}\": is \"{}\", expected {}", name_,
                                Line(row), header_[column], wire::Cut(At(row, column)), expected));
}

namespace {

constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr size_t kBarWidth = 30;
constexpr size_t kNameWidth = 24;
// The terminal's own "back to the start, and wipe to the end of the line".
constexpr std::string_view kWipe = "\r\033[K";

}  // namespace

Progress::~Progress() {
  if (drawn_) *terminal_ << kWipe << std::flush;
}

void Progress::Show(std::string_view what, double share) {
  if (terminal_ == nullptr) return;
  const auto now = std::chrono::steady_clock::now();
  if (drawn_ && now - last_ < kInterval) return;
  drawn_ = true;
  last_ = now;
  share = std::clamp(share, 0.0, 1.0);
  const auto full = static_cast<size_t>(share * kBarWidth);
  *terminal_ << kWipe
             << Format("{} [{}{}] {:3.0f} %", wire::Cut(what, kNameWidth), std::string(full, '#'),
                       std::string(kBarWidth - full, '.'), share * 100)
             << std::flush;
}

namespace {

constexpr mode_t kNewMode = 0666;  // Less what the user's mask takes off.

bool WriteAll(int descriptor, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    content.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

Status Failed(const std::string& path, std::string_view what) {
  return Unavailable(
      Format("{}: cannot be {}: {}", path, what, std::generic_category().message(errno)));
}

// Where a file is to be written, and what is there already.
struct Target {
  std::string path;    // Links followed.
  std::string beside;  // The name for what is not whole yet.
  bool is_there = false;
  struct stat about = {};

  bool is_stream() const { return is_there && !S_ISREG(about.st_mode); }
};

Expected<Target> FindTarget(const std::string& path) {
  Target target;
  target.is_there = stat(path.c_str(), &target.about) == 0;
  if (!target.is_there && errno != ENOENT) return Failed(path, "opened for writing");
  if (target.is_there && S_ISDIR(target.about.st_mode)) {
    return Unavailable(Format("{}: is a folder, expected a file", path));
  }
  // A file that must not be written must not be replaced either.
  if (target.is_there && access(path.c_str(), W_OK) != 0) return Failed(path, "opened for writing");
  Expected<std::string> followed = FollowLinks(path);
  if (!followed.ok()) return followed.status();
  target.path = std::move(*followed);
  const std::filesystem::path folder = std::filesystem::path(target.path).parent_path();
  target.beside = folder / Format(".rostrum-{}.tmp", getpid());
  return target;
}

int OpenBeside(const Target& target) {
  const auto create = [&] {
    return open(target.beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kNewMode);
  };
  const int descriptor = create();
  if (descriptor >= 0 || errno != EEXIST) return descriptor;
  // Our own number is in the name, so whoever left the file behind runs no longer.
  unlink(target.beside.c_str());
  return create();
}

Status WriteStream(const std::string& path, std::string_view content) {
  // Not blocking at first, or a pipe without a reader would hold us here.
  Descriptor stream(open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
  if (stream.number() < 0) return Failed(path, "opened for writing");
  const int flags = fcntl(stream.number(), F_GETFL);
  if (fcntl(stream.number(), F_SETFL, flags & ~O_NONBLOCK) != 0) return Failed(path, "written");
  if (!WriteAll(stream.number(), content) || !stream.Close()) return Failed(path, "written");
  return {};
}

Status Replace(const std::string& path, const Target& target, std::string_view content) {
  Descriptor file(OpenBeside(target));
  if (file.number() < 0) return Failed(path, "opened for writing");
  const auto fail = [&](std::string_view what) {
    Status status = Failed(path, what);
    unlink(target.beside.c_str());
    return status;
  };
  const mode_t mode = target.about.st_mode & 07777;
  if (target.is_there && fchmod(file.number(), mode) != 0) return fail("written");
  if (!WriteAll(file.number(), content) || !file.Close()) return fail("written");
  if (std::rename(target.beside.c_str(), target.path.c_str()) != 0) return fail("put in place");
  return {};
}

}  // namespace

Status CheckCanWrite(const std::string& path) {
  const Expected<Target> target = FindTarget(path);
  if (!target.ok()) return target.status();
  if (target->is_stream()) return {};
  // Only trying tells: the folder may be missing, or on a file system that is not to be written.
  const Descriptor file(OpenBeside(*target));
  if (file.number() < 0) return Failed(path, "opened for writing");
  unlink(target->beside.c_str());
  return {};
}

Status WriteFile(const std::string& path, std::string_view content) {
  const Expected<Target> target = FindTarget(path);
  if (!target.ok()) return target.status();
  return target->is_stream() ? WriteStream(path, content) : Replace(path, *target, content);
}

}  // namespace rostrum::tools
