#include "tests/unit/record/random_round.h"

#include <gtest/gtest.h>

#include <bit>
#include <fstream>
#include <iterator>
#include <limits>
#include <stdexcept>

#include "lib/record/recording.h"

namespace rostrum::record {
namespace {

// Refuses some cells, and fails for some auctions, in an order of its own.
class MoodyStrategy : public Strategy {
 public:
  std::string_view Name() const override { return "moody"; }
  AuctionOrder Order() const override { return AuctionOrder::kByKey; }
  double OrderKey(const AuctionView& auction) override {
    if (auction.index == 7) throw std::runtime_error("no order for seven \xff");
    return -auction.index;
  }
  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    *reason = "not today \x80";
    return (auction.index + cell.index) % 3 != 0;
  }
  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    if (auction.index == 5) throw std::runtime_error("five");
    if (cell.position % 4 == 1) return {-std::numeric_limits<double>::infinity(), -3};
    if (cell.position % 4 == 2) return {-0.0, std::numeric_limits<int64_t>::max()};
    return {0.1 * static_cast<double>(cell.index), 2};
  }
};

}  // namespace

std::string RandomRound::Text() {
  static const std::string kOdd("\0\xff\x80\xc3\x28\n\r\x01", 8);
  std::string text;
  const size_t length = 1 + Below(Chance(20) ? 300 : 12);
  for (size_t i = 0; i < length; ++i) {
    text.push_back(Chance(6) ? kOdd[Below(kOdd.size())] : static_cast<char>('a' + Below(26)));
  }
  return text;
}

std::vector<std::string> RandomRound::Texts(size_t most) {
  std::vector<std::string> texts(Below(most + 1));
  for (std::string& text : texts) text = Text();
  return texts;
}

Amount RandomRound::AnyAmount() {
  if (Chance(12)) return kAmountMaximum;
  if (Chance(6)) return 0;
  return static_cast<Amount>(random_() >> (12 + Below(50))) % kAmountMaximum;
}

Resources RandomRound::AnyResources(bool may_be_negative) {
  const auto amount = [&] {
    const Amount any = AnyAmount();
    return may_be_negative && Chance(8) ? -any : any;
  };
  Resources resources{amount(), amount(), amount(), static_cast<int64_t>(Below(300)), {}};
  static constexpr const char* kNames[] = {"gpus", "ports\xff", "network bandwidth"};
  for (const char* name : kNames) {
    if (Chance(4)) resources.scalars.push_back({name, amount()});
  }
  return resources;
}

Signature RandomRound::AnySignature() {
  Signature signature;
  signature.rootfs_providers = {
      {"preloaded", RootfsProvider::Type::kFixedSet, {"cflinuxfs4", "cflinuxfs3"}},
      {Text(), static_cast<RootfsProvider::Type>(1 + Below(3)), Texts(3)}};
  if (Chance(2)) signature.volume_drivers = Texts(2);
  if (Chance(4)) signature.placement_tags = {"tag"};
  signature.optional_placement_tags = Texts(2);
  return signature;
}

std::vector<Cell> RandomRound::Cells(size_t count) {
  std::vector<Signature> signatures(3);
  for (Signature& signature : signatures) signature = AnySignature();
  const std::vector<std::string> zones = {"z1", "z2", Text(), ""};
  std::vector<std::string> processes = {""};
  for (int i = 0; i < 20; ++i) processes.push_back(i < 5 ? "app-" + std::to_string(i) : Text());
  std::vector<Cell> cells(count);
  for (size_t i = 0; i < count; ++i) {
    Cell& cell = cells[i];
    cell.id = Text() + std::to_string(i);
    cell.zone = zones[Below(zones.size())];
    cell.index = Chance(9) ? std::numeric_limits<int64_t>::min() : static_cast<int64_t>(i) - 2;
    if (Chance(3)) cell.first_fit_index = static_cast<int64_t>(Below(3)) - 1;
    cell.total = AnyResources(/*may_be_negative=*/false);
    cell.available = AnyResources(/*may_be_negative=*/true);
    cell.signature = signatures[Below(signatures.size())];
    for (size_t k = Below(6); k > 0; --k) cell.lrps.push_back(processes[Below(processes.size())]);
    if (Chance(3)) cell.other_lrps = static_cast<int64_t>(Below(4));
    cell.task_count = static_cast<int64_t>(Below(3));
    cell.starting_containers = static_cast<int64_t>(Below(3));
    cell.proxy_memory = Chance(3) ? WholeAmount(32) : -static_cast<Amount>(Below(2));
    if (Chance(3)) cell.overhead = {WholeAmount(64), 7, 100, 1, {{"gpus", 1}}};
    cell.started = !Chance(3);
    cell.evacuating = Chance(10);
    cell.disabled = Chance(10);
    cell.draining = Chance(10);
    cell.ignore_absent = Chance(20);
    cell.tag = Chance(2) ? random_() : 0;
  }
  return cells;
}

std::shared_ptr<const Work> RandomRound::AnyWork(size_t number) {
  auto work = std::make_shared<Work>();
  work->kind = Chance(4) ? Kind::kTask : Kind::kLrp;
  work->guid = "app-" + std::to_string(number);
  work->domain = Text();
  work->asked = AnyResources(/*may_be_negative=*/false);
  if (!Chance(3)) work->asked = {WholeAmount(64), WholeAmount(128), 0, 5, {}};
  work->constraint.rootfs = Chance(6) ? Text() : "preloaded:cflinuxfs4";
  if (Chance(3)) work->constraint.placement_tags = {"tag", "tag", "a"};
  if (Chance(8)) work->constraint.volume_drivers = Texts(2);
  work->max_pids = static_cast<int32_t>(Below(100)) - 50;
  return work;
}

RoundInput RandomRound::Input(size_t cell_count, size_t auction_count) {
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(Cells(cell_count));
  for (size_t number = 0; input.auctions.size() < auction_count; ++number) {
    const std::shared_ptr<const Work> work = AnyWork(number);
    const auto instances = static_cast<int32_t>(work->kind == Kind::kTask ? 1 : 1 + Below(9));
    for (int32_t index = 0; index < instances; ++index) {
      input.auctions.push_back({work, index, static_cast<int32_t>(Below(4)),
                                static_cast<int64_t>(random_()), Chance(2) ? random_() : 0});
    }
  }
  input.configuration.bin_pack_first_fit_weight = Chance(2) ? 0.1 : 0;
  input.configuration.starting_container_weight = Chance(2) ? -0.0 : 0.3;
  input.configuration.starting_container_count_maximum =
      Chance(3) ? static_cast<int64_t>(1 + Below(9)) : -1;
  input.seed = random_();
  input.now_ms = static_cast<int64_t>(random_());
  return input;
}

std::shared_ptr<const Round> RandomRound::Run(size_t cell_count, size_t auction_count) {
  MoodyStrategy moody;
  const std::vector<std::string_view> names = StrategyNames();
  const size_t which = Below(names.size() + 1);
  const std::unique_ptr<Strategy> own = which < names.size() ? MakeStrategy(names[which]) : nullptr;
  return *RunRound(Input(cell_count, auction_count), own == nullptr ? moody : *own);
}

std::shared_ptr<const Round> SmallRound(std::string_view strategy_name) {
  std::vector<Cell> cells(3);
  for (size_t i = 0; i < cells.size(); ++i) {
    cells[i].id = "cell-" + std::to_string(i);
    cells[i].zone = i == 0 ? "z1" : "z2";
    cells[i].index = static_cast<int64_t>(i);
    cells[i].total = {WholeAmount(1024), WholeAmount(4096), 0, 10, {}};
    cells[i].available = cells[i].total;
    cells[i].available.memory = WholeAmount(i == 2 ? 256 : 512);
    cells[i].signature.rootfs_providers = {
        {"preloaded", RootfsProvider::Type::kFixedSet, {"cflinuxfs4"}}};
    cells[i].lrps = {"process"};
  }
  auto work = std::make_shared<Work>();
  work->guid = "process";
  work->domain = "apps";
  work->asked = {WholeAmount(400), WholeAmount(100), 0, 0, {}};
  work->constraint.rootfs = "preloaded:cflinuxfs4";
  auto task = std::make_shared<Work>(*work);
  task->kind = Kind::kTask;
  task->guid = "task";
  task->asked.memory = WholeAmount(100);
  RoundInput input;
  input.snapshot = *Snapshot::FromCells(cells);
  for (int32_t index = 1; index <= 3; ++index) input.auctions.push_back({work, index, 0, 5, 0});
  input.auctions.push_back({task, 0, 2, -7, 9});
  input.seed = 11;
  input.now_ms = 1'000;
  return *RunRound(std::move(input), *MakeStrategy(strategy_name));
}

void ExpectSame(const Round& round, const RecordedRound& recorded) {
  const RoundInput& before = round.input();
  const RoundInput& after = recorded.input;
  EXPECT_TRUE(before.snapshot->Cells() == after.snapshot->Cells());
  EXPECT_EQ(before.seed, after.seed);
  EXPECT_EQ(before.now_ms, after.now_ms);
  EXPECT_TRUE(before.configuration == after.configuration);
  EXPECT_EQ(std::bit_cast<uint64_t>(before.configuration.starting_container_weight),
            std::bit_cast<uint64_t>(after.configuration.starting_container_weight));
  ASSERT_EQ(before.auctions.size(), after.auctions.size());
  for (size_t i = 0; i < before.auctions.size(); ++i) {
    const Auction& a = before.auctions[i];
    const Auction& b = after.auctions[i];
    EXPECT_TRUE(*a.work == *b.work);
    EXPECT_EQ(a.index, b.index);
    EXPECT_EQ(a.attempts, b.attempts);
    EXPECT_EQ(a.queue_time_ms, b.queue_time_ms);
    EXPECT_EQ(a.tag, b.tag);
    // What was one object is one object again.
    const size_t other = i / 2;
    EXPECT_EQ(a.work == before.auctions[other].work, b.work == after.auctions[other].work);
  }
  ASSERT_EQ(round.decisions().size(), recorded.decisions.size());
  for (size_t i = 0; i < recorded.decisions.size(); ++i) {
    const Decision& a = round.decisions()[i];
    const RecordedDecision& b = recorded.decisions[i];
    EXPECT_EQ(a.auction, b.auction);
    ASSERT_EQ(a.placed, b.placed);
    EXPECT_EQ(a.cell_id, b.cell_id);
    EXPECT_EQ(std::bit_cast<uint64_t>(a.score.value), std::bit_cast<uint64_t>(b.score.value));
    EXPECT_EQ(a.score.tier, b.score.tier);
    EXPECT_EQ(a.code, b.code);
    EXPECT_EQ(a.placed ? "" : round.refusals()[a.refusal].error, b.error);
  }
}

std::string ReadAll(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void WriteAll(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

std::string Recording(const std::vector<std::shared_ptr<const Round>>& rounds,
                      std::string_view strategy_name) {
  const TemporaryFolder folder;
  const std::string path = folder.File("rounds.rec");
  auto recorder = std::move(*RoundRecorder::Open(path, {}));
  for (const auto& round : rounds) {
    EXPECT_EQ(recorder->Append(*round, strategy_name).text(), "");
  }
  EXPECT_TRUE(recorder->Close().ok());
  return ReadAll(path);
}

}  // namespace rostrum::record
