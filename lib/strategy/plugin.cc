#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "lib/base/format.h"
#include "lib/strategy/kinds.h"
#include "lib/strategy/table_strategy.h"
#include "rostrum/version.h"

namespace rostrum {
namespace {

constexpr size_t kReasonCapacity = 256;
constexpr size_t kFailureCapacity = 1024;
constexpr uint32_t kKnownFlags = ROSTRUM_STRATEGY_BALANCES_ZONES;

// Tables grow at the end. The first ones ended here, and are taken still.
constexpr size_t kShortestTable = offsetof(rostrum_strategy_table_t, failure_text);

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

// A round asks about millions of cells, so what C is shown is the cell itself and not a copy.
static_assert(std::is_standard_layout_v<CellView>);
static_assert(offsetof(CellView, id.length) == offsetof(rostrum_cell_view_t, id_length));
static_assert(offsetof(CellView, zone) == offsetof(rostrum_cell_view_t, zone));
static_assert(offsetof(CellView, zone.length) == offsetof(rostrum_cell_view_t, zone_length));
static_assert(offsetof(CellView, index) == offsetof(rostrum_cell_view_t, index));
static_assert(offsetof(CellView, position) == offsetof(rostrum_cell_view_t, position));
static_assert(offsetof(CellView, memory_total) == offsetof(rostrum_cell_view_t, memory_total));
static_assert(offsetof(CellView, memory_free) == offsetof(rostrum_cell_view_t, memory_free));
static_assert(offsetof(CellView, disk_total) == offsetof(rostrum_cell_view_t, disk_total));
static_assert(offsetof(CellView, disk_free) == offsetof(rostrum_cell_view_t, disk_free));
static_assert(offsetof(CellView, cpu_total) == offsetof(rostrum_cell_view_t, cpu_total));
static_assert(offsetof(CellView, cpu_free) == offsetof(rostrum_cell_view_t, cpu_free));
static_assert(offsetof(CellView, containers_total) ==
              offsetof(rostrum_cell_view_t, containers_total));
static_assert(offsetof(CellView, containers_free) ==
              offsetof(rostrum_cell_view_t, containers_free));
static_assert(offsetof(CellView, proxy_memory) == offsetof(rostrum_cell_view_t, proxy_memory));
static_assert(offsetof(CellView, starting_containers) ==
              offsetof(rostrum_cell_view_t, starting_containers));
static_assert(offsetof(CellView, lrp_count) == offsetof(rostrum_cell_view_t, lrp_count));
static_assert(offsetof(CellView, task_count) == offsetof(rostrum_cell_view_t, task_count));
static_assert(offsetof(CellView, instances) == offsetof(rostrum_cell_view_t, instances));
static_assert(offsetof(CellView, tag) == offsetof(rostrum_cell_view_t, tag));
static_assert(offsetof(CellView, scalars) == sizeof(rostrum_cell_view_t));

const rostrum_cell_view_t* ToC(const CellView& cell) {
  return reinterpret_cast<const rostrum_cell_view_t*>(&cell);
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
    if (answer != 0) ThrowFailure("begin_round", answer, "0");
  }

  double OrderKey(const AuctionView& auction) override {
    if (table_.order_key == nullptr) return 0;
    const rostrum_auction_view_t view = ToC(auction);
    const double key = table_.order_key(user_data_.get(), &view);
    if (std::isnan(key)) ThrowIfExplained("order_key");
    return key;
  }

  bool AcceptsAll() const override { return table_.accepts == nullptr; }

  bool Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) override {
    if (table_.accepts == nullptr) return true;
    reason_[0] = '\0';
    const int32_t answer = table_.accepts(user_data_.get(), &ViewOf(auction), ToC(cell),
                                          reason_.data(), reason_.size());
    if (answer < 0 || answer > 1) ThrowFailure("accepts", answer, "0 or 1");
    if (answer == 0) reason->assign(reason_.data(), strnlen(reason_.data(), reason_.size()));
    return answer == 1;
  }

  Score ScoreCell(const AuctionView& auction, const CellView& cell) override {
    if (table_.score == nullptr) return BaseScore(cell);
    rostrum_score_t score{};
    const int32_t answer = table_.score(user_data_.get(), &ViewOf(auction), ToC(cell), &score);
    if (answer != 0) ThrowFailure("score", answer, "0");
    return {score.value, score.tier};
  }

  bool HasBaseScore() const override { return table_.base_score != nullptr; }

  Score BaseScore(const CellView& cell) override {
    rostrum_score_t score{};
    const int32_t answer = table_.base_score(user_data_.get(), ToC(cell), &score);
    if (answer != 0) ThrowFailure("base_score", answer, "0");
    return {score.value, score.tier};
  }

  // A round asks about one auction and many cells, so the auction is converted once.
  void BeginAuction(const AuctionView* auction) noexcept override {
    auction_ = auction;
    if (auction != nullptr) auction_view_ = ToC(*auction);
  }

 private:
  [[noreturn]] void ThrowFailure(const char* function, int32_t answer, const char* expected) {
    ThrowIfExplained(function);
    throw std::runtime_error(Format("its {} returned {}, expected {}", function, answer, expected));
  }

  // Asks what went wrong in the function that was called last.
  void ThrowIfExplained(const char* function) {
    if (table_.failure_text == nullptr) return;
    std::array<char, kFailureCapacity> text;
    text[0] = '\0';
    table_.failure_text(user_data_.get(), text.data(), text.size());
    const std::string_view told(text.data(), strnlen(text.data(), text.size()));
    if (!told.empty()) throw std::runtime_error(Format("its {} failed: {}", function, told));
  }

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
  std::array<char, kReasonCapacity> reason_{};
};

Status ValidateTable(const rostrum_strategy_table_t& table) {
  if (table.name == nullptr || *table.name == '\0') {
    return InvalidArgument("the strategy table has no name");
  }
  const auto refuse = [&](const std::string& problem) {
    return InvalidArgument(Format("strategy \"{}\": {}", table.name, problem));
  };
  if ((table.flags & ~kKnownFlags) != 0) {
    return refuse(Format("flags is {}, expected 0 or {}", table.flags, kKnownFlags));
  }
  if (table.reserved != 0) return refuse(Format("reserved is {}, expected 0", table.reserved));
  if (table.order < ROSTRUM_ORDER_DIEGO || table.order > ROSTRUM_ORDER_BY_KEY) {
    return refuse(Format("order is {}, expected 1, 2 or 3", table.order));
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

constexpr const char* kEntryPoint = "rostrum_strategy_plugin";

std::string LastError() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

}  // namespace

Expected<std::shared_ptr<Strategy>> MakeTableStrategy(const rostrum_strategy_table_t* table,
                                                      void* user_data) {
  if (table == nullptr) return InvalidArgument("the strategy table is NULL");
  // What a table is too short for must not be read, destroy included.
  const size_t size = table->size;
  rostrum_strategy_table_t known{};
  if (size >= kShortestTable) std::memcpy(&known, table, std::min(size, sizeof(known)));
  UserData owned(user_data, known.destroy);
  if (size != kShortestTable && size != sizeof(known)) {
    return InvalidArgument(Format("the strategy table's size is {}, expected {} or {}", size,
                                  kShortestTable, sizeof(known)));
  }
  if (Status status = ValidateTable(known); !status.ok()) return status;
  return std::shared_ptr<Strategy>(std::make_shared<TableStrategy>(known, std::move(owned)));
}

Expected<std::shared_ptr<Strategy>> LoadPlugin(const std::string& path) {
  // The dynamic linker takes an empty path for the program itself.
  if (path.empty()) {
    return InvalidArgument("the strategy's path is empty, expected that of a shared object");
  }
  std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* opened) {
    if (opened != nullptr) dlclose(opened);
  });
  if (library == nullptr) {
    return Status(Code::kUnavailable,
                  Format("strategy \"{}\" cannot be loaded: {}", path, LastError()));
  }
  void* const symbol = dlsym(library.get(), kEntryPoint);
  if (symbol == nullptr) {
    return InvalidArgument(Format("strategy \"{}\" does not export the function {}: {}", path,
                                  kEntryPoint, LastError()));
  }
  const auto entry = reinterpret_cast<rostrum_strategy_plugin_t>(symbol);
  void* user_data = nullptr;
  const rostrum_strategy_table_t* table = nullptr;
  try {
    table = entry(ROSTRUM_VERSION_NUMBER, &user_data);
  } catch (...) {
    return FailedPrecondition(Format("strategy \"{}\" threw while it was loaded", path));
  }
  if (table == nullptr) {
    return FailedPrecondition(
        Format("strategy \"{}\" does not work with Rostrum {}", path, ROSTRUM_VERSION_STRING));
  }
  Expected<std::shared_ptr<Strategy>> strategy = MakeTableStrategy(table, user_data);
  if (!strategy.ok()) {
    return Status(strategy.status().code(),
                  Format("strategy \"{}\": {}", path, strategy.status().text()));
  }
  // The strategy goes before the code that it consists of.
  struct Loaded {
    std::shared_ptr<void> library;
    std::shared_ptr<Strategy> strategy;
  };
  auto loaded = std::make_shared<Loaded>(Loaded{std::move(library), std::move(*strategy)});
  Strategy* const raw = loaded->strategy.get();
  return std::shared_ptr<Strategy>(std::move(loaded), raw);
}

}  // namespace rostrum
