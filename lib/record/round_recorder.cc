#include "lib/record/round_recorder.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/record/append_file.h"
#include "lib/record/frame.h"
#include "lib/record/round_bytes.h"
#include "lib/record/torn_record.h"

namespace rostrum::record {
namespace {

// Where a recording's last whole record ends, behind which there may be the begin of another. An
// error if the file is no recording at all or a record is damaged.
Expected<uint64_t> FindEnd(const std::string& path) {
  Expected<std::unique_ptr<ByteSource>> source = OpenFileSource(path);
  if (!source.ok()) return source.status();
  FrameReader frames(std::move(*source), path);
  if (Status status = frames.ReadHeader(); !status.ok()) return status;
  for (;;) {
    const Expected<std::optional<std::string>> content = frames.Next();
    if (content.ok() && content->has_value()) continue;
    if (content.ok()) return frames.end();
    if (frames.unfinished().empty()) return content.status();
    if (IsTorn(frames.unfinished())) return frames.end();
    return frames.ErrorAt(frames.end(), "the record's length is damaged");
  }
}

Status CheckIsRecording(const std::string& path) {
  Expected<std::unique_ptr<ByteSource>> source = OpenFileSource(path);
  if (!source.ok()) return source.status();
  return FrameReader(std::move(*source), path).ReadHeader();
}

Status NoRecording(const Status& status) {
  if (status.code() != Code::kCorrupt) return status;
  return FailedPrecondition(status.text() + "; it is left unchanged, choose another path");
}

}  // namespace

RoundRecorder::RoundRecorder(std::string path, const Options& options)
    : path_(std::move(path)), previous_path_(path_ + ".1"), options_(options) {}

RoundRecorder::~RoundRecorder() = default;

Expected<std::unique_ptr<RoundRecorder>> RoundRecorder::Open(const std::string& path,
                                                             const Options& options) {
  if (options.max_bytes > 0 && options.max_bytes < kMaxBytesMinimum) {
    return InvalidArgument(Format("max_bytes is {}, expected 0 (no limit) or at least {}",
                                       options.max_bytes, kMaxBytesMinimum));
  }
  std::unique_ptr<RoundRecorder> recorder(new RoundRecorder(path, options));
  if (Status status = recorder->Begin(); !status.ok()) return status;
  return recorder;
}

Status RoundRecorder::Begin() {
  Expected<std::unique_ptr<AppendFile>> opened = AppendFile::Open(path_);
  if (!opened.ok()) return opened.status();
  AppendFile& file = **opened;
  if (Status status = CutToWhole(&file); !status.ok()) return status;
  if (options_.max_bytes > 0) {
    if (Status status = MeasurePrevious(); !status.ok()) return status;
    const uint64_t bytes = std::max<uint64_t>(file.size(), kFileHeaderBytes);
    if (Status status = FitPrevious(bytes); !status.ok()) return status;
  }
  if (file.size() == 0) {
    if (Status status = file.Append(MakeFileHeader()); !status.ok()) return status;
  }
  file_ = std::move(*opened);
  return {};
}

Status RoundRecorder::CutToWhole(AppendFile* file) const {
  // The begin of a header is no proof of a recording: a text of somebody else's may hold as much.
  if (file->size() == 0) return {};
  const Expected<uint64_t> end = FindEnd(path_);
  if (!end.ok()) return NoRecording(end.status());
  if (options_.max_bytes > 0 && *end > options_.max_bytes) {
    return FailedPrecondition(Format("{} has {} bytes already, expected at most {}", path_,
                                          *end, options_.max_bytes));
  }
  return *end < file->size() ? file->Truncate(*end) : Status();
}

Status RoundRecorder::MeasurePrevious() {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(previous_path_, error);
  if (error == std::errc::no_such_file_or_directory) {
    previous_bytes_ = 0;
    return {};
  }
  if (error) {
    return FailedPrecondition(
        Format("{} cannot be measured: {}; expected a recording or "
                    "no file",
                    previous_path_, error.message()));
  }
  if (Status status = CheckIsRecording(previous_path_); !status.ok()) return NoRecording(status);
  previous_bytes_ = bytes;
  return {};
}

Status RoundRecorder::Append(const Round& round, std::string_view strategy_name) {
  if (closed_) return FailedPrecondition(Format("the recording {} is closed", path_));
  std::string frame(kFrameHeaderBytes, '\0');
  if (Status status = AppendRound(round, strategy_name, &frame); !status.ok()) return status;
  SealFrame(&frame);
  if (Status status = MakeRoom(frame.size()); !status.ok()) return status;
  return file_->Append(frame);
}

Status RoundRecorder::MakeRoom(uint64_t bytes) {
  const uint64_t limit = options_.max_bytes;
  if (limit > 0 && kFileHeaderBytes + bytes > limit) {
    return InvalidArgument(
        Format("a round of {} bytes does not fit into {}, which may have "
                    "{} bytes",
                    bytes, path_, limit));
  }
  if (file_ == nullptr) {
    if (Status status = Begin(); !status.ok()) return status;
  }
  if (limit == 0) return {};
  if (file_->size() > kFileHeaderBytes && file_->size() + bytes > limit / 2) {
    if (Status status = SwitchFiles(); !status.ok()) return status;
  }
  return FitPrevious(file_->size() + bytes);
}

Status RoundRecorder::FitPrevious(uint64_t bytes) {
  if (previous_bytes_ == 0 || previous_bytes_ + bytes <= options_.max_bytes) return {};
  std::error_code error;
  std::filesystem::remove(previous_path_, error);
  if (error) {
    return Unavailable(Format("{} cannot be removed: {}", previous_path_, error.message()));
  }
  previous_bytes_ = 0;
  return {};
}

Status RoundRecorder::SwitchFiles() {
  std::error_code error;
  std::filesystem::rename(path_, previous_path_, error);
  if (error) {
    return Unavailable(
        Format("{} cannot be renamed to {}: {}", path_, previous_path_, error.message()));
  }
  file_.reset();
  return Begin();
}

Status RoundRecorder::Close() {
  if (closed_) return {};
  closed_ = true;
  return file_ == nullptr ? Status() : std::exchange(file_, nullptr)->Close();
}

}  // namespace rostrum::record
