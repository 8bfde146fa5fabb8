#include "lib/wire/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <system_error>

#include "lib/base/format.h"
#include "lib/wire/text.h"

namespace rostrum::wire {
namespace {

using namespace std::string_view_literals;

constexpr std::array<std::string_view, 2> kMarks32 = {"\xFF\xFE\0\0"sv, "\0\0\xFE\xFF"sv};
constexpr std::array<std::string_view, 2> kMarks16 = {"\xFF\xFE"sv, "\xFE\xFF"sv};

// Whether the first bytes are zeros and characters of ASCII just so.
bool HasZeros(std::string_view text, const std::array<bool, 4>& zeros) {
  if (text.size() < zeros.size()) return false;
  for (size_t i = 0; i < zeros.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte >= 0x80 || (byte == 0) != zeros[i]) return false;
  }
  return true;
}

}  // namespace

std::string_view OtherEncoding(std::string_view text) {
  for (const std::string_view mark : kMarks32) {
    if (text.starts_with(mark)) return "UTF-32";
  }
  for (const std::string_view mark : kMarks16) {
    if (text.starts_with(mark)) return "UTF-16";
  }
  // Both JSON and the header of a table begin with characters of ASCII.
  if (HasZeros(text, {true, true, true, false})) return "UTF-32";
  if (HasZeros(text, {false, true, true, true})) return "UTF-32";
  if (HasZeros(text, {true, false, true, false})) return "UTF-16";
  if (HasZeros(text, {false, true, false, true})) return "UTF-16";
  return {};
}

namespace {

constexpr size_t kSmallestRead = size_t{64} << 10;

// An open file. Standard input is not closed.
class File {
 public:
  explicit File(const std::string& path)
      : is_input_(path == "-"),
        descriptor_(is_input_ ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (!is_input_ && descriptor_ >= 0) ::close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  int descriptor() const { return descriptor_; }

 private:
  bool is_input_;
  int descriptor_;
};

std::string NameOf(const std::string& path) {
  return path == "-" ? "standard input" : Escape(path);
}

Status SystemError(const std::string& path, int error) {
  std::string text = Format("{}: {}", NameOf(path), std::generic_category().message(error));
  return error == ENOENT ? NotFound(std::move(text)) : Unavailable(std::move(text));
}

Status TooLarge(const std::string& path) {
  return InvalidArgument(Format("{}: the file is larger than {} bytes, the most that is read",
                                     NameOf(path), kFileMaximum));
}

// Reads on until the end. The size of a pipe is not known before, and that of a file may be wrong
// by the time it is read, so there is always room for one byte more than is expected.
Status ReadRest(const std::string& path, int descriptor, std::string* text) {
  size_t size = 0;
  while (true) {
    if (size == text->size()) {
      if (size > kFileMaximum) return TooLarge(path);
      text->resize(std::min(std::max(kSmallestRead, size * 2), kFileMaximum + 1));
    }
    const ssize_t count = ::read(descriptor, text->data() + size, text->size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return SystemError(path, errno);
    if (count == 0) break;
    size += static_cast<size_t>(count);
  }
  text->resize(size);
  return {};
}

Status ReadOpen(const std::string& path, int descriptor, std::string* text) {
  struct stat about = {};
  if (::fstat(descriptor, &about) != 0) return SystemError(path, errno);
  if (S_ISREG(about.st_mode)) {
    if (static_cast<uint64_t>(about.st_size) > kFileMaximum) return TooLarge(path);
    text->resize(static_cast<size_t>(about.st_size) + 1);
  }
  return ReadRest(path, descriptor, text);
}

}  // namespace

Status ReadFile(const std::string& path, std::string* text) {
  text->clear();
  // The system would take what stands before the zero byte for the path.
  if (path.find('\0') != std::string::npos) return SystemError(path, ENOENT);
  const File file(path);
  if (file.descriptor() < 0) return SystemError(path, errno);
  Status status = ReadOpen(path, file.descriptor(), text);
  if (!status.ok()) *text = std::string();
  return status;
}

}  // namespace rostrum::wire
