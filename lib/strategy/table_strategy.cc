#include "lib/strategy/table_strategy.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "lib/strategy/scanning.h"

namespace rostrum {
namespace {

constexpr size_t kReasonCapacity = 256;
constexpr uint32_t kKnownFlags = ROSTRUM_STRATEGY_BALANCES_ZONES;

rostrum_auction_view_t ToC(const AuctionView& auction) {
  rostrum_auction_view_t view{};
  view.guid = auction.guid.data();
  view.guid_length = auction.guid.size();
  view.kind = static_cast<int32_t>(auction.kind);
  view.index = auction.index;
  view.attempts = auction.attempts;
  view.queue_time_ms = auction.queue_time_ms;
  view.memory = auction.work->asked.memory;
  view.disk = auction.work->asked.disk;
  view.cpu = auction.work->asked.cpu;
  return view;
}

rostrum_cell_view_t ToC(const CellView& cell) {
  rostrum_cell_view_t view{};
  view.id = cell.id.data();
  view.id_length = cell.id.size();
  view.zone = cell.zone.data();
  view.zone_length = cell.zone.size();
  view.index = cell.index;
  view.position = cell.position;
  view.memory_total = cell.memory_total;
  view.memory_free = cell.memory_free;
  view.disk_total = cell.disk_total;
  view.disk_free = cell.disk_free;
  view.cpu_total = cell.cpu_total;
  view.cpu_free = cell.cpu_free;
  view.containers_total = cell.containers_total;
  view.containers_free = cell.containers_free;
  view.proxy_memory = cell.proxy_memory;
  view.starting_containers = cell.starting_containers;
  view.lrp_count = cell.lrp_count;
  view.task_count = cell.task_count;
  view.instances = cell.instances;
  view.tag = cell.tag;
  return view;
}

[[noreturn]] void ThrowFailure(const char* function, int32_t answer) {
  throw std::runtime_error(fmt::format("its {} returned {}, expected 0", function, answer));
}

// Calls a table's destroy when it goes.
class UserData {
 public:
  UserData(void* data, void (*destroy)(void*)) : data_(data), destroy_(destroy) {}
  UserData(UserData&& other) noexcept
      : data_(other.data_), destroy_(std::exchange(other.destroy_, nullptr)) {}
  UserData& operator=(UserData&&) = delete;
  ~UserData() {
    if (destroy_ == nullptr) return;
    try {
      destroy_(data_);
    } catch (...) {
      // There is nobody left to tell, and it must not end the process.
    }
  }

  void* get() const { return data_; }

 private:
  void* data_;
  void (*destroy_)(void*);
};

class TableStrategy : public ScanningStrategy {
 public:
  TableStrategy(const rostrum_strategy_table_t& table, UserData user_data)
      : table_(table), name_(table.name), user_data_(std::move(user_data)) {}

  std::string_view Name() const override { return name_; }
  AuctionOrder Order() const override { return static_cast<AuctionOrder>(table_.order); }
  bool BalancesZones() const override {
    return (table_.flags & ROSTRUM_STRATEGY_BALANCES_ZONES) != 0;
  }

  void BeginRound(const RoundContext& context) override {
    if (table_.begin_round == nullptr) return;
    rostrum_round_context_t view{};
    view.seed = context.seed;
    view.now_ms = context.now_ms;
    view.bin_pack_first_fit_weight = context.configuration->bin_pack_first_fit_weight;
    view.starting_container_weight = context.configuration->starting_container_weight;
    view.starting_container_count_maximum = context.configuration->starting_container_count_maximum;
    const int32_t answer = table_.begin_round(user_data_.get(), &view);
    if (answer != 0) ThrowFailure("begin_round", answer);
  }

  double OrderKey(const AuctionView& auction) override {
    if (table_.order_key == nullptr) return 0;
    const rostrum_auction_view_t view = ToC(auction);
    return table_.order_key(user_data_.get(), &view);
  }

  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    if (table_.accepts == nullptr) return true;
    const rostrum_cell_view_t cell_view = ToC(cell);
    std::array<char, kReasonCapacity> text{};
    const int32_t answer =
        table_.accepts(user_data_.get(), &ViewOf(auction), &cell_view, text.data(), text.size());
    if (answer < 0 || answer > 1) {
      throw std::runtime_error(fmt::format("its accepts returned {}, expected 0 or 1", answer));
    }
    if (answer == 0) reason->assign(text.data(), strnlen(text.data(), text.size()));
    return answer == 1;
  }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    if (table_.score == nullptr) return BaseScore(cell);
    const rostrum_cell_view_t cell_view = ToC(cell);
    rostrum_score_t score{};
    const int32_t answer = table_.score(user_data_.get(), &ViewOf(auction), &cell_view, &score);
    if (answer != 0) ThrowFailure("score", answer);
    return {score.value, score.tier};
  }

  bool HasBaseScore() const override { return table_.base_score != nullptr; }

  Score BaseScore(const CellView& cell) override {
    const rostrum_cell_view_t view = ToC(cell);
    rostrum_score_t score{};
    const int32_t answer = table_.base_score(user_data_.get(), &view, &score);
    if (answer != 0) ThrowFailure("base_score", answer);
    return {score.value, score.tier};
  }

  // A round asks about one auction and many cells, so the auction is converted once.
  void BeginAuction(const AuctionView* auction) noexcept override {
    auction_ = auction;
    if (auction != nullptr) auction_view_ = ToC(*auction);
  }

 private:
  const rostrum_auction_view_t& ViewOf(const AuctionView& auction) {
    if (auction_ != &auction) {
      auction_ = nullptr;
      auction_view_ = ToC(auction);
    }
    return auction_view_;
  }

  const rostrum_strategy_table_t table_;
  const std::string name_;
  const UserData user_data_;
  const AuctionView* auction_ =
      nullptr;  // That `auction_view_` is of; null if it is of none for sure.
  rostrum_auction_view_t auction_view_{};
};

Status ValidateTable(const rostrum_strategy_table_t& table) {
  if (table.size != sizeof(table)) {
    return InvalidArgument(
        fmt::format("the strategy table's size is {}, expected {}", table.size, sizeof(table)));
  }
  if (table.name == nullptr || *table.name == '\0') {
    return InvalidArgument("the strategy table has no name");
  }
  const auto refuse = [&](const std::string& problem) {
    return InvalidArgument(fmt::format("strategy \"{}\": {}", table.name, problem));
  };
  if ((table.flags & ~kKnownFlags) != 0) {
    return refuse(fmt::format("flags is {}, expected 0 or {}", table.flags, kKnownFlags));
  }
  if (table.reserved != 0) return refuse(fmt::format("reserved is {}, expected 0", table.reserved));
  if (table.order < ROSTRUM_ORDER_DIEGO || table.order > ROSTRUM_ORDER_BY_KEY) {
    return refuse(fmt::format("order is {}, expected 1, 2 or 3", table.order));
  }
  if (table.order == ROSTRUM_ORDER_BY_KEY && table.order_key == nullptr) {
    return refuse("order is 3 (by key), which needs the function order_key");
  }
  if (table.score == nullptr && table.base_score == nullptr) {
    return refuse("it needs a function score or base_score");
  }
  if (table.base_score != nullptr && table.accepts != nullptr) {
    return refuse("base_score and accepts exclude each other: a base score is of the cell alone");
  }
  return {};
}

}  // namespace

Expected<std::shared_ptr<Strategy>> MakeTableStrategy(const rostrum_strategy_table_t* table,
                                                      void* user_data) {
  if (table == nullptr) return InvalidArgument("the strategy table is NULL");
  // A table that is too short lacks the field, so it must not be read.
  const bool has_destroy =
      table->size >= offsetof(rostrum_strategy_table_t, destroy) + sizeof(table->destroy);
  UserData owned(user_data, has_destroy ? table->destroy : nullptr);
  if (Status status = ValidateTable(*table); !status.ok()) return status;
  return std::shared_ptr<Strategy>(std::make_shared<TableStrategy>(*table, std::move(owned)));
}

}  // namespace rostrum
