#include "lib/record/recording.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <new>
#include <optional>
#include <system_error>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/retry.h"
#include "lib/record/frame.h"
#include "lib/record/round_bytes.h"

namespace rostrum::record {
namespace {

constexpr mode_t kAllMode = 0644;
constexpr mode_t kOwnerMode = 0600;

std::string Describe(std::string_view path, std::string_view verb, int error) {
  return Format("{} cannot be {}: {}", path, verb, std::generic_category().message(error));
}

}  // namespace

Status AppendFile::Error(std::string_view verb, int error) const {
  return Unavailable(Describe(path_, verb, error));
}

Expected<std::unique_ptr<AppendFile>> AppendFile::Open(const std::string& path, Readers readers) {
  const mode_t mode = readers == Readers::kAll ? kAllMode : kOwnerMode;
  // Not blocking, or a pipe without a reader would hold us here.
  const int descriptor = Retry([&] {
    return open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, mode);
  });
  if (descriptor < 0) return Unavailable(Describe(path, "opened for writing", errno));
  std::unique_ptr<AppendFile> file(new AppendFile(descriptor, path));
  // A file system without locks has to do without them.
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return FailedPrecondition(
        Format("{} is being written by another recorder, expected a file of its own", path));
  }
  struct stat about {};
  if (fstat(descriptor, &about) != 0) return file->Error("looked at", errno);
  if (!S_ISREG(about.st_mode)) {
    return FailedPrecondition(Format("{} is not a regular file, expected one", path));
  }
  file->size_ = static_cast<uint64_t>(about.st_size);
  return file;
}

AppendFile::~AppendFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status AppendFile::Append(std::string_view bytes) {
  if (torn_) {
    if (Status status = Truncate(size_); !status.ok()) return status;
  }
  const uint64_t whole = size_ + bytes.size();
  while (!bytes.empty()) {
    const ssize_t written = Retry([&] { return write(descriptor_, bytes.data(), bytes.size()); });
    if (written < 0) {
      const int error = errno;
      torn_ = true;
      static_cast<void>(Truncate(size_));
      return Error("written to", error);
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  size_ = whole;
  return {};
}

Status AppendFile::Sync() {
  if (Retry([&] { return fdatasync(descriptor_); }) != 0)
    return Error("written to the disk", errno);
  return {};
}

Status AppendFile::CloseToOthers() {
  if (fchmod(descriptor_, kOwnerMode) != 0) return Error("closed to others", errno);
  return {};
}

Status AppendFile::Truncate(uint64_t size) {
  if (Retry([&] { return ftruncate(descriptor_, static_cast<off_t>(size)); }) != 0) {
    return Error("cut", errno);
  }
  size_ = size;
  torn_ = false;
  return {};
}

Status AppendFile::Close() {
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (close(descriptor) != 0 && errno != EINTR) return Error("closed", errno);
  return {};
}

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
    return FailedPrecondition(
        Format("{} has {} bytes already, expected at most {}", path_, *end, options_.max_bytes));
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

namespace {

constexpr size_t kUndecided = std::numeric_limits<size_t>::max();

// For each auction the position of its decision.
Expected<std::vector<size_t>> FindDecisions(const RecordedRound& recorded) {
  const size_t auction_count = recorded.input.auctions.size();
  if (recorded.decisions.size() != auction_count) {
    return InvalidArgument(
        Format("the round has {} decisions, expected one for each of {} "
               "auctions",
               recorded.decisions.size(), auction_count));
  }
  std::vector<size_t> positions(auction_count, kUndecided);
  for (size_t i = 0; i < auction_count; ++i) {
    const uint32_t auction = recorded.decisions[i].auction;
    if (auction >= auction_count || positions[auction] != kUndecided) {
      return InvalidArgument(
          Format("decision {} is for auction {}, expected a position below "
                 "{} that was not decided before",
                 i, auction, auction_count));
    }
    positions[auction] = i;
  }
  return positions;
}

RecordedDecision Now(const Round& round, const Decision& decision) {
  RecordedDecision now;
  now.auction = decision.auction;
  now.placed = decision.placed;
  if (decision.placed) {
    now.cell_id = decision.cell_id;
    now.score = decision.score;
    return now;
  }
  now.code = decision.code;
  now.error = round.refusals()[decision.refusal].error;
  return now;
}

// To the last bit, so that zero and minus zero differ and a NaN is equal to itself.
bool SameScore(const Score& a, const Score& b) {
  return a.tier == b.tier && std::bit_cast<uint64_t>(a.value) == std::bit_cast<uint64_t>(b.value);
}

// How two decisions for one auction differ; nothing if they do not.
std::optional<Change> Compare(const RecordedDecision& before, const RecordedDecision& now) {
  if (before.placed && !now.placed) return Change::kNowRefused;
  if (!before.placed && now.placed) return Change::kNowPlaced;
  if (!before.placed) {
    if (before.code == now.code && before.error == now.error) return std::nullopt;
    return Change::kOtherRefusal;
  }
  if (before.cell_id != now.cell_id) return Change::kMoved;
  if (!SameScore(before.score, now.score)) return Change::kScoreOnly;
  return std::nullopt;
}

uint64_t* CountOf(Change change, ChangeCounts* counts) {
  switch (change) {
    case Change::kNowRefused:
      return &counts->now_refused;
    case Change::kNowPlaced:
      return &counts->now_placed;
    case Change::kMoved:
      return &counts->moved;
    case Change::kOtherRefusal:
      return &counts->other_refusal;
    case Change::kScoreOnly:
      break;
  }
  return &counts->score_only;
}

}  // namespace

Expected<ReplayResult> ReplayRound(const RecordedRound& recorded, Strategy& strategy,
                                   const Configuration* override_configuration) {
  const Expected<std::vector<size_t>> positions = FindDecisions(recorded);
  if (!positions.ok()) return positions.status();
  RoundInput input = recorded.input;
  if (override_configuration != nullptr) input.configuration = *override_configuration;
  Expected<std::shared_ptr<const Round>> round = RunRound(std::move(input), strategy);
  if (!round.ok()) return round.status();

  ReplayResult result;
  result.round = std::move(*round);
  result.texts = recorded.texts;
  result.decisions = recorded.decisions.size();
  result.placed_now = result.round->placed_count();
  std::vector<RecordedDecision> now(result.decisions);  // By auction.
  for (size_t i = 0; i < now.size(); ++i) {
    const Decision& decision = result.round->decisions()[i];
    const RecordedDecision& before = recorded.decisions[i];
    RecordedDecision& same_position = now[decision.auction];
    same_position = Now(*result.round, decision);
    if (result.first.has_value()) continue;
    if (before.auction != decision.auction || Compare(before, same_position).has_value()) {
      result.first = Departure{i, before, same_position};
    }
  }
  for (const RecordedDecision& before : recorded.decisions) {
    result.placed_before += before.placed;
    const std::optional<Change> change = Compare(before, now[before.auction]);
    if (!change.has_value()) continue;
    ++*CountOf(*change, &result.counts);
    result.differences.push_back({*change, before, now[before.auction]});
  }
  return result;
}

}  // namespace rostrum::record
