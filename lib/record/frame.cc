#include "lib/record/frame.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <system_error>

#include "lib/base/format.h"
#include "lib/record/varint.h"

namespace rostrum::record {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // With the lowest bit first.
constexpr size_t kStep = 8;

// Table k says what one byte does to the checksum k bytes later. Eight tables let eight bytes be
// taken in one step, which is what makes a flight recorder of megabytes a round cheap.
using Tables = std::array<std::array<uint32_t, 256>, kStep>;

constexpr Tables MakeTables() {
  Tables tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t checksum = byte;
    for (int bit = 0; bit < 8; ++bit) {
      checksum = (checksum >> 1) ^ ((checksum & 1) != 0 ? kPolynomial : 0);
    }
    tables[0][byte] = checksum;
  }
  for (size_t k = 1; k < kStep; ++k) {
    for (size_t byte = 0; byte < 256; ++byte) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTables = MakeTables();

}  // namespace

uint32_t Crc32c(std::string_view bytes, uint32_t before) {
  uint32_t checksum = ~before;
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  while (bytes.size() >= kStep) {
    checksum = kTables[7][at(0) ^ (checksum & 0xff)] ^ kTables[6][at(1) ^ (checksum >> 8 & 0xff)] ^
               kTables[5][at(2) ^ (checksum >> 16 & 0xff)] ^ kTables[4][at(3) ^ (checksum >> 24)] ^
               kTables[3][at(4)] ^ kTables[2][at(5)] ^ kTables[1][at(6)] ^ kTables[0][at(7)];
    bytes.remove_prefix(kStep);
  }
  for (const char byte : bytes) {
    checksum = (checksum >> 8) ^ kTables[0][(checksum ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~checksum;
}

namespace {

struct Closer {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class FileSource : public ByteSource {
 public:
  FileSource(std::FILE* file, std::string path) : file_(file), path_(std::move(path)) {}

  Expected<size_t> Read(char* to, size_t size) override {
    const size_t read = std::fread(to, 1, size, file_.get());
    if (read < size && std::ferror(file_.get()) != 0) {
      return Unavailable(
          Format("{} cannot be read: {}", path_, std::generic_category().message(errno)));
    }
    return read;
  }

 private:
  std::unique_ptr<std::FILE, Closer> file_;
  std::string path_;
};

class MemorySource : public ByteSource {
 public:
  explicit MemorySource(std::string_view bytes) : rest_(bytes) {}

  Expected<size_t> Read(char* to, size_t size) override {
    const size_t read = rest_.copy(to, size);
    rest_.remove_prefix(read);
    return read;
  }

 private:
  std::string_view rest_;
};

}  // namespace

Expected<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rbe");
  if (file == nullptr) {
    const int error = errno;
    std::string text =
        Format("{} cannot be opened: {}", path, std::generic_category().message(error));
    return error == ENOENT ? NotFound(std::move(text)) : Unavailable(std::move(text));
  }
  return std::unique_ptr<ByteSource>(std::make_unique<FileSource>(file, path));
}

std::unique_ptr<ByteSource> MakeMemorySource(std::string_view bytes) {
  return std::make_unique<MemorySource>(bytes);
}

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

namespace {

constexpr size_t kNumberBytes = 4;
// How much is asked for at first. More is asked for only once that much was there, so that a length
// that lies costs no more memory than the file has bytes.
constexpr uint64_t kFirstRead = uint64_t{1} << 20;

void PutNumber(uint32_t number, char* to) {
  for (size_t i = 0; i < kNumberBytes; ++i) to[i] = static_cast<char>(number >> (8 * i) & 0xff);
}

uint32_t GetNumber(std::string_view bytes) {
  uint32_t number = 0;
  for (size_t i = 0; i < kNumberBytes; ++i) {
    number |= uint32_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  }
  return number;
}

uint32_t FrameChecksum(std::string_view length, std::string_view content) {
  return Crc32c(content, Crc32c(length));
}

std::string_view KindOf(std::string_view magic) {
  return magic == kMagic ? "recording" : "snapshot";
}

}  // namespace

std::string MakeFileHeader(std::string_view magic) {
  std::string header(magic);
  header.resize(kFileHeaderBytes);
  PutNumber(kFormatVersion, &header[magic.size()]);
  const size_t checksum_at = kFileHeaderBytes - kNumberBytes;
  PutNumber(Crc32c(std::string_view(header).substr(0, checksum_at)), &header[checksum_at]);
  return header;
}

void SealFrame(std::string* frame) {
  const std::string_view all(*frame);
  PutNumber(static_cast<uint32_t>(frame->size() - kFrameHeaderBytes), frame->data());
  PutNumber(FrameChecksum(all.substr(0, kNumberBytes), all.substr(kFrameHeaderBytes)),
            frame->data() + kNumberBytes);
}

uint32_t FrameLength(std::string_view bytes) { return GetNumber(bytes); }

bool BeginsWithFrame(std::string_view bytes, uint64_t length) {
  if (bytes.size() < kFrameHeaderBytes || bytes.size() - kFrameHeaderBytes < length) return false;
  std::string length_bytes(kNumberBytes, '\0');
  PutNumber(static_cast<uint32_t>(length), length_bytes.data());
  return GetNumber(bytes.substr(kNumberBytes)) ==
         FrameChecksum(length_bytes, bytes.substr(kFrameHeaderBytes, length));
}

FrameReader::FrameReader(std::unique_ptr<ByteSource> source, std::string name,
                         std::string_view magic)
    : source_(std::move(source)), name_(std::move(name)), magic_(magic) {}

Status FrameReader::ErrorAt(uint64_t offset, std::string_view text) const {
  return Corrupt(Format("{}, byte {}: {}", name_, offset, text));
}

Status FrameReader::ReadHeader() {
  std::string header;
  if (Status status = ReadUpTo(kFileHeaderBytes, &header); !status.ok()) return status;
  if (header.size() < kFileHeaderBytes) {
    return ErrorAt(header.size(), Format("the file ends here, expected the {} bytes of a "
                                              "{}'s header",
                                              kFileHeaderBytes, KindOf(magic_)));
  }
  const std::string_view all(header);
  if (!all.starts_with(magic_)) {
    return ErrorAt(0, Format("this is not a {} of Rostrum, expected \"ROSTRUM\\x{:02x}\"",
                                  KindOf(magic_), magic_.back()));
  }
  const size_t checksum_at = kFileHeaderBytes - kNumberBytes;
  const uint32_t stored = GetNumber(all.substr(checksum_at));
  const uint32_t found = Crc32c(all.substr(0, checksum_at));
  if (stored != found) {
    return ErrorAt(0, Format("the header is damaged: its checksum is {:#010x}, expected "
                                  "{:#010x}",
                                  found, stored));
  }
  const uint32_t version = GetNumber(all.substr(magic_.size()));
  if (version != kFormatVersion) {
    return ErrorAt(magic_.size(),
                   Format("the format version is {}, expected {}", version, kFormatVersion));
  }
  begin_ = end_ = kFileHeaderBytes;
  return {};
}

Expected<std::optional<std::string>> FrameReader::Next() {
  if (!failed_.ok()) return failed_;
  Expected<std::optional<std::string>> content = ReadNext();
  if (!content.ok()) failed_ = content.status();
  return content;
}

Expected<std::optional<std::string>> FrameReader::ReadNext() {
  std::string header;
  if (Status status = ReadUpTo(kFrameHeaderBytes, &header); !status.ok()) return status;
  if (header.empty()) return std::optional<std::string>();
  if (header.size() < kFrameHeaderBytes) {
    unfinished_ = std::move(header);
    return ErrorAt(end_, Format("the record ends after {} bytes, expected at least {}: the "
                                     "file was cut, or is being written to",
                                     unfinished_.size(), kFrameHeaderBytes));
  }
  const std::string_view length_bytes = std::string_view(header).substr(0, kNumberBytes);
  const uint64_t length = GetNumber(length_bytes);
  if (length > kContentBytesMaximum) {
    return ErrorAt(end_, Format("the record's length is {}, expected at most {}: the file is "
                                     "damaged",
                                     length, kContentBytesMaximum));
  }
  std::string content;
  if (Status status = ReadUpTo(length, &content); !status.ok()) return status;
  if (content.size() < length) {
    unfinished_ = std::move(header.append(content));
    return ErrorAt(end_, Format("the record ends after {} bytes, expected {}: the file was "
                                     "cut or damaged, or is being written to",
                                     unfinished_.size(), kFrameHeaderBytes + length));
  }
  const uint32_t stored = GetNumber(std::string_view(header).substr(kNumberBytes));
  const uint32_t found = FrameChecksum(length_bytes, content);
  if (stored != found) {
    return ErrorAt(end_, Format("the record of {} bytes is damaged: its checksum is {:#010x}, "
                                     "expected {:#010x}",
                                     kFrameHeaderBytes + length, found, stored));
  }
  begin_ = end_;
  end_ += kFrameHeaderBytes + length;
  return std::optional<std::string>(std::move(content));
}

Status FrameReader::ReadUpTo(uint64_t size, std::string* bytes) {
  uint64_t step = kFirstRead;
  while (bytes->size() < size) {
    const size_t have = bytes->size();
    const auto wanted = static_cast<size_t>(std::min<uint64_t>(step, size - have));
    bytes->resize(have + wanted);
    const Expected<size_t> read = source_->Read(bytes->data() + have, wanted);
    if (!read.ok()) return read.status();
    bytes->resize(have + *read);
    if (*read < wanted) return {};
    step = bytes->size();
  }
  return {};
}

}  // namespace rostrum::record
