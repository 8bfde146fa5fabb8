#include <array>
#include <charconv>
#include <limits>
#include <new>

#include "capi/batch_writer.h"
#include "capi/guard.h"
#include "capi/handles.h"

namespace rostrum::capi {

namespace {

// Of the caller's times, which may be any numbers; the nearest one if it is out of range.
int64_t Difference(int64_t later, int64_t earlier) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(later, earlier, &difference)) return difference;
  return later > earlier ? std::numeric_limits<int64_t>::max()
                         : std::numeric_limits<int64_t>::min();
}

// The longest index, with the dot before it.
constexpr size_t kLongestSuffix = 12;

// As Auction::Identifier, without a text in between.
rostrum_text_t AddIdentifier(std::string* bytes, const Auction& auction) {
  rostrum_text_t identifier = AddText(bytes, auction.work->guid);
  if (auction.kind() == Kind::kTask) return identifier;
  std::array<char, kLongestSuffix> index = {'.'};
  const char* const end =
      std::to_chars(index.data() + 1, index.data() + index.size(), auction.index).ptr;
  const std::string_view suffix(index.data(), static_cast<size_t>(end - index.data()));
  identifier.length += AddText(bytes, suffix).length;
  return identifier;
}

rostrum_decision_t MakeRecord(const Round& round, const Decision& decision, std::string* bytes) {
  const Auction& auction = round.auctions()[decision.auction];
  rostrum_decision_t record{};
  record.identifier = AddIdentifier(bytes, auction);
  record.cell_id = AddText(bytes, decision.cell_id);
  record.kind = static_cast<int32_t>(auction.kind());
  record.code = static_cast<int32_t>(decision.code);
  record.refusal = decision.refusal;
  record.attempts = auction.attempts + 1;
  record.score = {decision.score.value, decision.score.tier};
  record.wait_ms = Difference(round.input().now_ms, auction.queue_time_ms);
  record.tag = auction.tag;
  record.cell_tag = decision.cell_tag;
  return record;
}

std::unique_ptr<const RoundRecords> MakeRecords(const Round& round) {
  auto records = std::make_unique<RoundRecords>();
  for (const Refusal& refusal : round.refusals()) {
    rostrum_refusal_t record{};
    record.error = AddText(&records->reasons.bytes, refusal.error);
    record.reasons = records->reasons.Add(refusal.reasons);
    record.code = static_cast<int32_t>(refusal.code);
    records->refusals.push_back(record);
  }
  records->decisions.reserve(round.decisions().size());
  size_t bytes = records->reasons.bytes.size();
  for (const Decision& decision : round.decisions()) {
    const std::string& guid = round.auctions()[decision.auction].work->guid;
    bytes += guid.size() + kLongestSuffix + decision.cell_id.size();
  }
  records->reasons.bytes.reserve(bytes);
  for (const Decision& decision : round.decisions()) {
    records->decisions.push_back(MakeRecord(round, decision, &records->reasons.bytes));
  }
  return records;
}

}  // namespace
}  // namespace rostrum::capi

const rostrum::capi::RoundRecords* rostrum_round::Records() const noexcept {
  try {
    const std::lock_guard lock(mutex_);
    if (records_ == nullptr) records_ = rostrum::capi::MakeRecords(*round);
    return records_.get();
  } catch (...) {
    return nullptr;
  }
}

namespace {

// One of the arrays of a round's records.
template <typename Record, typename Select>
const Record* Get(const rostrum_round_t* round, size_t* count, Select select) {
  const rostrum::capi::RoundRecords* records = round == nullptr ? nullptr : round->Records();
  if (count != nullptr) *count = records == nullptr ? 0 : select(*records).size();
  return records == nullptr ? nullptr : select(*records).data();
}

}  // namespace

void rostrum_round_destroy(rostrum_round_t* round) { delete round; }

uint64_t rostrum_round_placed_count(const rostrum_round_t* round) {
  return round == nullptr ? 0 : round->round->placed_count();
}

uint64_t rostrum_round_refused_count(const rostrum_round_t* round) {
  return round == nullptr ? 0 : round->round->refused_count();
}

const rostrum_decision_t* rostrum_round_decisions(const rostrum_round_t* round, size_t* count) {
  return Get<rostrum_decision_t>(
      round, count, [](const auto& records) -> const auto& { return records.decisions; });
}

const rostrum_refusal_t* rostrum_round_refusals(const rostrum_round_t* round, size_t* count) {
  return Get<rostrum_refusal_t>(
      round, count, [](const auto& records) -> const auto& { return records.refusals; });
}

const rostrum_reason_t* rostrum_round_reasons(const rostrum_round_t* round, size_t* count) {
  return Get<rostrum_reason_t>(
      round, count, [](const auto& records) -> const auto& { return records.reasons.reasons; });
}

const char* rostrum_round_bytes(const rostrum_round_t* round, size_t* size) {
  return Get<char>(
      round, size, [](const auto& records) -> const auto& { return records.reasons.bytes; });
}

rostrum_code_t rostrum_round_input(const rostrum_round_t* round, rostrum_round_context_t* context,
                                   rostrum_batch_t** batch, rostrum_error_t** error) {
  return rostrum::capi::GuardMake(batch, "batch", error, [&] {
    rostrum::capi::RequireNotNull(round, "round");
    rostrum::capi::RequireNotNull(context, "context");
    const rostrum::RoundInput& input = round->round->input();
    auto made = std::make_unique<rostrum_batch>();
    rostrum::capi::BatchWriter writer(made.get());
    writer.AddCells(*input.snapshot);
    writer.AddAuctions(input.auctions);
    *context = {input.seed, input.now_ms, input.configuration.bin_pack_first_fit_weight,
                input.configuration.starting_container_weight,
                input.configuration.starting_container_count_maximum};
    return made.release();
  });
}

const char* rostrum_refusal_code_name(rostrum_refusal_code_t code) {
  return rostrum::RefusalCodeName(static_cast<rostrum::RefusalCode>(code));
}

const char* rostrum_reason_code_name(rostrum_reason_code_t code) {
  return rostrum::ReasonName(static_cast<rostrum::Reason>(code));
}
