#include "lib/record/round_reader.h"

#include <new>

#include "lib/record/byte_source.h"
#include "lib/record/frame.h"
#include "lib/record/round_bytes.h"

namespace rostrum::record {

RoundReader::RoundReader(std::unique_ptr<FrameReader> frames) : frames_(std::move(frames)) {}
RoundReader::~RoundReader() = default;

Expected<std::unique_ptr<RoundReader>> RoundReader::Open(const std::string& path) {
  Expected<std::unique_ptr<ByteSource>> source = OpenFileSource(path);
  if (!source.ok()) return source.status();
  auto frames = std::make_unique<FrameReader>(std::move(*source), path);
  if (Status status = frames->ReadHeader(); !status.ok()) return status;
  return std::unique_ptr<RoundReader>(new RoundReader(std::move(frames)));
}

Expected<std::unique_ptr<RoundReader>> RoundReader::OpenBytes(std::string_view bytes,
                                                              std::string name) {
  auto frames = std::make_unique<FrameReader>(MakeMemorySource(bytes), std::move(name));
  if (Status status = frames->ReadHeader(); !status.ok()) return status;
  return std::unique_ptr<RoundReader>(new RoundReader(std::move(frames)));
}

Expected<std::optional<RecordedRound>> RoundReader::Next() {
  if (!failed_.ok()) return failed_;
  try {
    Expected<std::optional<std::string>> content = frames_->Next();
    if (!content.ok()) return content.status();
    if (!content->has_value()) return std::optional<RecordedRound>();
    Expected<RecordedRound> round = ParseRound(**content);
    if (round.ok()) return std::optional<RecordedRound>(std::move(*round));
    failed_ = frames_->ErrorAt(frames_->begin(), round.status().text());
  } catch (const std::bad_alloc&) {
    failed_ = Status(Code::kOutOfMemory, "memory ran out while a recorded round was read");
  }
  return failed_;
}

uint64_t RoundReader::offset() const { return frames_->end(); }

}  // namespace rostrum::record
