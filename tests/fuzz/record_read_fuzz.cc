// Any bytes as a recording, as the content of a record, and as a snapshot. What can be read must
// come back equal when it is written again, and rounds must run.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/record/frame.h"
#include "lib/record/recording.h"
#include "lib/record/round_bytes.h"

namespace rostrum::record {
namespace {

// Larger rounds are read but not run: time would go into what rounds of that size take anyway.
constexpr size_t kRunMaximum = 200;

void Check(bool holds) {
  if (!holds) std::abort();
}

void Run(const RecordedRound& recorded) {
  if (recorded.input.snapshot->size() > kRunMaximum) return;
  if (recorded.input.auctions.size() > kRunMaximum) return;
  for (const std::string_view name : StrategyNames()) {
    const auto strategy = MakeStrategy(name);
    const auto result = ReplayRound(recorded, *strategy, nullptr);
    Check(result.ok());
    std::string bytes;
    Check(AppendRound(*result->round, name, &bytes).ok());
    const auto again = ParseRound(bytes);
    Check(again.ok());
    const auto replayed = ReplayRound(*again, *strategy, nullptr);
    Check(replayed.ok() && replayed->identical());
  }
}

void ReadRecording(std::string_view bytes) {
  const auto reader = RoundReader::OpenBytes(bytes, "fuzz");
  if (!reader.ok()) return Check(reader.status().code() == Code::kCorrupt);
  for (;;) {
    const auto round = (*reader)->Next();
    if (!round.ok()) return Check(round.status().code() == Code::kCorrupt);
    if (!round->has_value()) return;
    Run(**round);
  }
}

void ReadSnapshot(std::string_view bytes) {
  const auto snapshot = ParseSnapshot(bytes);
  if (!snapshot.ok()) return Check(snapshot.status().code() == Code::kCorrupt);
  const auto written = SerializeSnapshot(**snapshot);
  Check(written.ok());
  const auto again = ParseSnapshot(*written);
  Check(again.ok() && (*again)->Cells() == (*snapshot)->Cells());
}

}  // namespace
}  // namespace rostrum::record

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rostrum::record;  // NOLINT: the entry point cannot be in the namespace.
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  ReadRecording(bytes);
  ReadSnapshot(bytes);
  // With a checksum that is right, which no chance would find.
  std::string frame = std::string(kFrameHeaderBytes, '\0').append(bytes);
  SealFrame(&frame);
  ReadRecording(MakeFileHeader() + frame);
  ReadSnapshot(MakeFileHeader(kSnapshotMagic) + frame);
  return 0;
}
