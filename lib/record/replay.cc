#include "lib/record/replay.h"

#include <bit>
#include <limits>
#include <new>
#include <utility>

#include "lib/base/format.h"
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
