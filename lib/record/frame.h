// The frames of records in a file or a snapshot: lengths, checksums, and what is torn.

#ifndef ROSTRUM_LIB_RECORD_FRAME_H_
#define ROSTRUM_LIB_RECORD_FRAME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::record {

// The checksum of records: CRC-32C (Castagnoli), as in iSCSI and RFC 3720.
//
// The checksum of `bytes` after those whose checksum is `before`: Crc32c(b, Crc32c(a)) is that of a
// and b together. That of nothing is zero.
uint32_t Crc32c(std::string_view bytes, uint32_t before = 0);

// Where the bytes of a recording come from.
class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // Reads the next bytes, `size` of them or, at the end, as many as there are.
  virtual Expected<size_t> Read(char* to, size_t size) = 0;
};

// kNotFound if there is no such file.
Expected<std::unique_ptr<ByteSource>> OpenFileSource(const std::string& path);

// Over bytes that outlive the source.
std::unique_ptr<ByteSource> MakeMemorySource(std::string_view bytes);

// The file format of a recording: a header, then records one after the other. Numbers are 32 bits,
// the lowest byte first.
//
//   header, 16 bytes:  "ROSTRUM\x01"; the format version; the CRC-32C of these 12 bytes
//   record:            the length of its content; the CRC-32C of those 4 bytes and the content;
//                      the content, a rostrum.record.v1.Round
//
// A snapshot is the same with "ROSTRUM\x02" and one record, a rostrum.record.v1.Snapshot.
//
// The checksum covers the length too, and a length is believed only as far as there are bytes for
// it: whatever a file holds, all records before the first damaged byte can be read, and the place
// of the damage can be named. A file that was cut exactly between two records cannot be told from
// one that ends there.
inline constexpr std::string_view kMagic{"ROSTRUM\x01", 8};
inline constexpr std::string_view kSnapshotMagic{"ROSTRUM\x02", 8};
inline constexpr uint32_t kFormatVersion = 1;
inline constexpr size_t kFileHeaderBytes = 16;
inline constexpr size_t kFrameHeaderBytes = 8;
// Of a record's content. Protobuf itself stops at twice this.
inline constexpr uint64_t kContentBytesMaximum = uint64_t{1} << 30;

std::string MakeFileHeader(std::string_view magic = kMagic);

// Writes the frame header over the first kFrameHeaderBytes of `frame`; the content is behind them.
// REQUIRES: the content is no longer than kContentBytesMaximum.
void SealFrame(std::string* frame);

// The length of the content that a frame at the beginning of `bytes` says it has.
// REQUIRES: `bytes` holds a frame header.
uint32_t FrameLength(std::string_view bytes);

// Whether `bytes` begin with a frame of so much content that its checksum is right for, whatever
// the length in its header says.
bool BeginsWithFrame(std::string_view bytes, uint64_t length);

// Reads header and records. Its errors name the file, the byte and what was expected there; after
// one, every further call returns the same.
//
// Thread safety: none.
class FrameReader {
 public:
  // `name` stands for the file in errors. `magic` is a constant.
  FrameReader(std::unique_ptr<ByteSource> source, std::string name,
              std::string_view magic = kMagic);

  // REQUIRES: called once, before Next().
  Status ReadHeader();

  // The content of the next record, or nothing at the end of the file.
  Expected<std::optional<std::string>> Next();

  // Where in the file the last record began that Next() returned.
  uint64_t begin() const { return begin_; }
  // Where the next one begins: the end of what was found to be whole.
  uint64_t end() const { return end_; }

  // After an error because the file ends before a record that has begun: what there is of the
  // record, which is all the rest of the file. Empty otherwise.
  std::string_view unfinished() const { return unfinished_; }

  // kCorrupt with `text`, behind the file's name and `offset`.
  Status ErrorAt(uint64_t offset, std::string_view text) const;

 private:
  Expected<std::optional<std::string>> ReadNext();
  // Appends up to `size` bytes; fewer only at the end of the file.
  Status ReadUpTo(uint64_t size, std::string* bytes);

  std::unique_ptr<ByteSource> source_;
  std::string name_;
  const std::string_view magic_;
  uint64_t begin_ = 0;
  uint64_t end_ = 0;
  std::string unfinished_;
  Status failed_;
};

// Tells a record that was not written to its end from one whose length is damaged.
//
// Whether the last bytes of a file, a record of which there is less than it says, are the begin of
// a record and nothing else, so that no round is lost with them. They are not if the record is
// whole but for one bit of its length, or if a whole record of a round is found behind it; nor if
// looking for one takes too long, which only a file that was made to do harm brings about.
bool IsTorn(std::string_view unfinished);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_FRAME_H_
