#include "lib/record/frame.h"

#include <algorithm>

#include "lib/base/format.h"
#include "lib/record/crc32c.h"

namespace rostrum::record {
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
