#include "lib/record/round_bytes.h"

#include <bit>
#include <unordered_map>
#include <utility>

#include "lib/base/format.h"
#include "lib/base/strings.h"
#include "lib/cache/internals.h"
#include "lib/record/frame.h"
#include "lib/record/messages.h"

namespace rostrum::record {

// At most three quarters full, so that there is always a free slot.
GuidTable::GuidTable(size_t count) : slots_(std::bit_ceil(count + count / 3 + 1), 0) {}

void GuidTable::Prefetch(std::span<const std::string_view> guids) {
  const size_t mask = slots_.size() - 1;
  hashes_.clear();
  for (const std::string_view guid : guids) {
    hashes_.push_back(StringHash()(guid));
    __builtin_prefetch(&slots_[hashes_.back() & mask]);
  }
}

uint32_t GuidTable::Find(std::string_view guid, uint64_t hash) {
  const size_t mask = slots_.size() - 1;
  const auto piece = static_cast<uint32_t>(hash >> 32);
  for (size_t at = hash & mask;; at = (at + 1) & mask) {
    uint32_t& slot = slots_[at];
    if (slot == 0) {
      entries_.push_back({characters_.size(), static_cast<uint32_t>(guid.size()), piece});
      characters_.append(guid);
      slot = static_cast<uint32_t>(entries_.size());
      return slot - 1;
    }
    const Entry& entry = entries_[slot - 1];
    if (entry.hash != piece || entry.length != guid.size()) continue;
    if (std::string_view(characters_).substr(entry.begin, entry.length) == guid) return slot - 1;
  }
}

std::vector<uint32_t> GuidTable::Lengths() const {
  std::vector<uint32_t> lengths;
  lengths.reserve(entries_.size());
  for (const Entry& entry : entries_) lengths.push_back(entry.length);
  return lengths;
}

namespace {

// Zero without a sign, which is not written.
bool IsDefault(double number) { return std::bit_cast<uint64_t>(number) == 0; }

// One round on its way into a message.
class RoundWriter {
 public:
  RoundWriter(const Round& round, v1::Round* message) : round_(round), message_(message) {}

  Status Write(std::string_view strategy_name) {
    const RoundInput& input = round_.input();
    message_->mutable_strategy()->assign(strategy_name);
    message_->set_seed(input.seed);
    message_->set_now_ms(input.now_ms);
    WriteConfiguration(input.configuration);
    if (Status status = ToMessage(*input.snapshot, message_->mutable_snapshot()); !status.ok()) {
      return status;
    }
    if (Status status = WriteAuctions(); !status.ok()) return status;
    for (const Refusal& refusal : round_.refusals()) {
      v1::Refusal* added = message_->add_refusals();
      added->set_code(static_cast<int32_t>(refusal.code));
      added->set_error(refusal.error);
    }
    WriteDecisions();
    return {};
  }

 private:
  void WriteConfiguration(const Configuration& configuration) {
    // This does not compile when there is a further setting, so that none can be forgotten here.
    const auto& [first_fit_weight, starting_weight, starting_maximum] = configuration;
    v1::Configuration* message = message_->mutable_configuration();
    if (!IsDefault(first_fit_weight)) message->set_bin_pack_first_fit_weight(first_fit_weight);
    if (!IsDefault(starting_weight)) message->set_starting_container_weight(starting_weight);
    message->set_starting_container_count_maximum(starting_maximum);
  }

  Status WriteAuctions() {
    const std::vector<Auction>& auctions = round_.auctions();
    message_->mutable_auctions()->Reserve(static_cast<int>(auctions.size()));
    for (const Auction& auction : auctions) {
      const auto next = static_cast<uint32_t>(works_.size());
      // By address: what was one object when it was recorded will be one when it is read.
      const auto [at, is_new] = works_.try_emplace(auction.work.get(), next);
      if (is_new) {
        if (Status status = ToMessage(*auction.work, message_->add_works()); !status.ok()) {
          return status;
        }
      }
      v1::Auction* added = message_->add_auctions();
      added->set_work(at->second);
      added->set_index(auction.index);
      added->set_attempts(auction.attempts);
      added->set_queue_time_ms(auction.queue_time_ms);
      added->set_tag(auction.tag);
    }
    return {};
  }

  void WriteDecisions() {
    StringViewMap<uint32_t> cells;
    const CellTable& table = Internals::TableOf(*round_.input().snapshot);
    cells.reserve(table.cells.size());
    for (const CellSlot& slot : table.cells) {
      cells.emplace(slot.info->id, static_cast<uint32_t>(cells.size()));
    }
    message_->mutable_decisions()->Reserve(static_cast<int>(round_.decisions().size()));
    for (const Decision& decision : round_.decisions()) {
      v1::Decision* added = message_->add_decisions();
      added->set_auction(decision.auction);
      if (decision.placed) {
        v1::Placement* placement = added->mutable_placement();
        placement->set_cell(cells.find(decision.cell_id)->second);
        if (!IsDefault(decision.score.value)) placement->set_score(decision.score.value);
        placement->set_tier(decision.score.tier);
      } else {
        added->set_refusal(decision.refusal);
      }
    }
  }

  const Round& round_;
  v1::Round* const message_;
  std::unordered_map<const Work*, uint32_t> works_;
};

// One round on its way out of a message.
class RoundBuilder {
 public:
  explicit RoundBuilder(v1::Round* message) : message_(message) {}

  Expected<RecordedRound> Build() {
    round_.strategy_name = std::move(*message_->mutable_strategy());
    RoundInput& input = round_.input;
    input.seed = message_->seed();
    input.now_ms = message_->now_ms();
    ReadConfiguration();
    if (Status status = ValidateConfiguration(input.configuration); !status.ok()) {
      return Corrupt(status.text());
    }
    Expected<std::shared_ptr<const Snapshot>> snapshot = FromMessage(message_->mutable_snapshot());
    if (!snapshot.ok()) return snapshot.status();
    input.snapshot = std::move(*snapshot);
    if (Status status = ReadAuctions(); !status.ok()) return status;
    if (Status status = ReadDecisions(); !status.ok()) return status;
    return std::move(round_);
  }

 private:
  void ReadConfiguration() {
    const v1::Configuration& message = message_->configuration();
    Configuration& configuration = round_.input.configuration;
    configuration.bin_pack_first_fit_weight = message.bin_pack_first_fit_weight();
    configuration.starting_container_weight = message.starting_container_weight();
    configuration.starting_container_count_maximum = message.starting_container_count_maximum();
  }

  Status ReadAuctions() {
    std::vector<std::shared_ptr<const Work>> works;
    works.reserve(static_cast<size_t>(message_->works_size()));
    for (v1::Work& message : *message_->mutable_works()) {
      Expected<std::shared_ptr<const Work>> work = FromMessage(&message);
      if (!work.ok()) return work.status();
      works.push_back(std::move(*work));
    }
    std::vector<Auction>& auctions = round_.input.auctions;
    auctions.reserve(static_cast<size_t>(message_->auctions_size()));
    for (const v1::Auction& auction : message_->auctions()) {
      if (auction.work() >= works.size()) {
        return Corrupt(Format("auction {} names work {}, expected a position below {}",
                              auctions.size(), auction.work(), works.size()));
      }
      auctions.push_back({works[auction.work()], auction.index(), auction.attempts(),
                          auction.queue_time_ms(), auction.tag()});
    }
    return {};
  }

  // Moves the cells' ids and the refusals' texts together.
  void TakeTexts() {
    auto texts = std::make_shared<std::vector<std::string>>();
    texts->reserve(cell_count() + refusal_count());
    for (v1::Cell& cell : *message_->mutable_snapshot()->mutable_cells()) {
      texts->push_back(std::move(*cell.mutable_id()));
    }
    for (v1::Refusal& refusal : *message_->mutable_refusals()) {
      texts->push_back(std::move(*refusal.mutable_error()));
    }
    round_.texts = std::move(texts);
  }

  Status ReadDecisions() {
    TakeTexts();
    const size_t auction_count = round_.input.auctions.size();
    if (static_cast<size_t>(message_->decisions_size()) != auction_count) {
      return Corrupt(Format("there are {} decisions, expected one for each of {} auctions",
                            message_->decisions_size(), auction_count));
    }
    std::vector<bool> decided(auction_count);
    round_.decisions.reserve(auction_count);
    for (const v1::Decision& decision : message_->decisions()) {
      if (decision.auction() >= auction_count || decided[decision.auction()]) {
        return Corrupt(
            Format("decision {} is for auction {}, expected a position below {} "
                   "that was not decided before",
                   round_.decisions.size(), decision.auction(), auction_count));
      }
      decided[decision.auction()] = true;
      if (Status status = ReadDecision(decision); !status.ok()) return status;
    }
    return {};
  }

  Status ReadDecision(const v1::Decision& message) {
    const size_t number = round_.decisions.size();
    RecordedDecision& decision = round_.decisions.emplace_back();
    decision.auction = message.auction();
    if (message.has_placement()) {
      const v1::Placement& placement = message.placement();
      if (placement.cell() >= cell_count()) {
        return Corrupt(Format("decision {} names cell {}, expected a position below {}", number,
                              placement.cell(), cell_count()));
      }
      decision.placed = true;
      decision.cell_id = (*round_.texts)[placement.cell()];
      decision.score = {placement.score(), placement.tier()};
      return {};
    }
    if (message.outcome_case() != v1::Decision::kRefusal || message.refusal() >= refusal_count()) {
      return Corrupt(
          Format("decision {} names refusal {}, expected a placement or a position "
                 "below {}",
                 number, message.refusal(), refusal_count()));
    }
    const int32_t code = message_->refusals(static_cast<int>(message.refusal())).code();
    if (code == 0) {
      return Corrupt(Format("refusal {} has the code 0, expected another", message.refusal()));
    }
    decision.code = static_cast<RefusalCode>(code);
    decision.error = (*round_.texts)[cell_count() + message.refusal()];
    return {};
  }

  size_t cell_count() const { return static_cast<size_t>(message_->snapshot().cells_size()); }
  size_t refusal_count() const { return static_cast<size_t>(message_->refusals_size()); }

  v1::Round* const message_;
  RecordedRound round_;
};

}  // namespace

Status AppendRound(const Round& round, std::string_view strategy_name, std::string* bytes) {
  v1::Round message;
  if (Status status = RoundWriter(round, &message).Write(strategy_name); !status.ok()) {
    return status;
  }
  return Serialize(message, bytes);
}

Expected<RecordedRound> ParseRound(std::string_view bytes) {
  v1::Round message;
  if (Status status = Parse(bytes, &message); !status.ok()) return status;
  return RoundBuilder(&message).Build();
}

Expected<std::string> SerializeSnapshot(const Snapshot& snapshot) {
  v1::Snapshot message;
  if (Status status = ToMessage(snapshot, &message); !status.ok()) return status;
  std::string frame(kFrameHeaderBytes, '\0');
  if (Status status = Serialize(message, &frame); !status.ok()) return status;
  SealFrame(&frame);
  return MakeFileHeader(kSnapshotMagic) + frame;
}

Expected<std::shared_ptr<const Snapshot>> ParseSnapshot(std::string_view bytes) {
  FrameReader frames(MakeMemorySource(bytes), "snapshot", kSnapshotMagic);
  if (Status status = frames.ReadHeader(); !status.ok()) return status;
  const Expected<std::optional<std::string>> content = frames.Next();
  if (!content.ok()) return content.status();
  if (!content->has_value()) return frames.ErrorAt(frames.end(), "it ends here, without its cells");
  if (frames.end() != bytes.size()) {
    return frames.ErrorAt(
        frames.end(), Format("{} bytes are left, expected the end", bytes.size() - frames.end()));
  }
  v1::Snapshot message;
  if (Status status = Parse(**content, &message); !status.ok()) return status;
  return FromMessage(&message);
}

}  // namespace rostrum::record
