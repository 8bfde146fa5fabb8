#include "tests/oracle/random_cluster.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <map>
#include <string_view>
#include <utility>

namespace rostrum::oracle {
namespace {

// The generators of the standard library are the same everywhere, but its distributions are not.
class SplitMix64 {
 public:
  explicit SplitMix64(uint64_t seed) : state_(seed) {}

  uint64_t Next() {
    state_ += 0x9e3779b97f4a7c15U;
    uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
    return mixed ^ (mixed >> 31);
  }

  // Both ends are possible.
  int64_t Between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(Next() % static_cast<uint64_t>(high - low + 1));
  }

  bool Percent(int64_t chance) { return Between(0, 99) < chance; }

  template <typename T>
  const T& Pick(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Between(0, static_cast<int64_t>(choices.size()) - 1))];
  }

 private:
  uint64_t state_;
};

using Strings = std::vector<std::string>;
using Numbers = std::vector<int64_t>;

// A prime, so that the multiples of a smaller number repeat only after so many.
constexpr int64_t kManyIds = 10007;

// Each draw is a statement of its own throughout, because the order in which a compiler evaluates
// the arguments of a call is its own affair.
class CaseMaker {
 public:
  CaseMaker(uint64_t seed, const Shape& shape) : shape_(shape), random_(seed) {
    result_.seed = seed;
  }

  Case Make() {
    ChooseMoods();
    MakeCells();
    MakeLrps();
    MakeTasks();
    MakeConfig();
    return std::move(result_);
  }

 private:
  // Chance decides once for a case what it is like. If each cell and auction decided for itself,
  // all cases would look alike, and hardly two cells would ever be equal.
  void ChooseMoods() {
    equal_cells_ = random_.Percent(40);
    constrained_ = random_.Percent(45);
    odd_amounts_ = shape_.odd_amounts && random_.Percent(35);
    odd_strings_ = shape_.odd_strings && random_.Percent(35);
    odd_weights_ = shape_.odd_weights && random_.Percent(25);
    cpu_ = shape_.cpu && random_.Percent(30);
    tight_ = random_.Percent(50);
    only_index_zero_ = random_.Percent(20);
    duplicates_ = random_.Percent(30);
    index_style_ = random_.Between(0, 3);
    first_fit_percent_ = random_.Percent(80) ? 0 : random_.Pick(Numbers{30, 100});
    processes_ = random_.Between(1, 8);
    zone_names_ = odd_strings_ ? Strings{"z2", "", "z10", "Z1"} : Strings{"z1", "z2", "z3", "z10"};
    while (zone_names_.size() < static_cast<size_t>(shape_.max_zones)) {
      zone_names_.push_back("zone-" + std::to_string(zone_names_.size()));
    }
    zone_names_.resize(static_cast<size_t>(random_.Between(1, shape_.max_zones)));
  }

  std::string Process() { return "process-" + std::to_string(random_.Between(1, processes_)); }

  // The cells.

  void MakeCells() {
    const int64_t count = CellCount();
    std::vector<Cell> models;
    const int64_t model_count = equal_cells_ ? random_.Between(1, 3) : count;
    for (int64_t i = 0; i < model_count; ++i) models.push_back(MakeCell());
    for (int64_t i = 0; i < count; ++i) {
      Cell cell = equal_cells_ ? random_.Pick(models) : models[static_cast<size_t>(i)];
      // So the ids are distinct, in an order that is neither that of the cells nor of the alphabet.
      cell.id = "cell-" + std::to_string(i * 7919 % kManyIds);
      cell.index = CellIndex(i);
      cell.zone = random_.Pick(zone_names_);
      if (random_.Percent(first_fit_percent_)) cell.first_fit_index = random_.Between(-2, 4);
      result_.cells.push_back(std::move(cell));
    }
  }

  int64_t CellCount() {
    const int64_t roll = random_.Between(0, 99);
    if (roll < 2 || shape_.max_cells <= 0) return 0;
    if (roll < 40) return random_.Between(1, std::min<int64_t>(6, shape_.max_cells));
    return random_.Between(1, shape_.max_cells);
  }

  int64_t CellIndex(int64_t place) {
    switch (index_style_) {
      case 0:
        return place;
      case 1:
        return 0;
      case 2:
        return random_.Between(0, 4);
      default:
        return random_.Between(shape_.odd_amounts ? -3 : 0, 500);
    }
  }

  Cell MakeCell() {
    Cell cell;
    cell.total = Totals();
    cell.available = Available(cell.total);
    const int64_t instances = random_.Percent(50) ? 0 : random_.Between(1, 6);
    for (int64_t i = 0; i < instances; ++i) cell.lrps.push_back(Process());
    cell.other_lrps = random_.Percent(85) ? 0 : random_.Between(1, 3);
    cell.task_count = random_.Percent(70) ? 0 : random_.Between(1, 3);
    cell.starting_containers = random_.Percent(60) ? 0 : random_.Between(1, 4);
    cell.proxy_memory_mb = ProxyMemory();
    cell.evacuating = random_.Percent(6);
    MakeConstraints(&cell);
    return cell;
  }

  Amounts Totals() {
    const bool even = random_.Percent(60);
    Amounts total;
    total.memory_mb = even ? random_.Pick(Numbers{1024, 2048, 4096}) : random_.Between(1, 5003);
    total.disk_mb = even ? random_.Pick(Numbers{2048, 8192}) : random_.Between(1, 9001);
    total.containers = even ? random_.Pick(Numbers{10, 100, 250}) : random_.Between(1, 13);
    total.cpu_milli = cpu_ ? random_.Pick(Numbers{1000, 2000, 4000}) : 0;
    if (!tight_) {
      total.memory_mb *= 8;
      total.disk_mb *= 8;
      total.cpu_milli *= 8;
    }
    if (odd_amounts_) MakeTotalsOdd(&total);
    return total;
  }

  void MakeTotalsOdd(Amounts* total) {
    if (random_.Percent(8)) total->memory_mb = 0;
    if (random_.Percent(8)) total->disk_mb = 0;
    if (random_.Percent(8)) total->containers = 0;
    if (random_.Percent(4)) total->memory_mb += int64_t{1} << 33;
    if (random_.Percent(4)) total->disk_mb += int64_t{1} << 40;
    if (random_.Percent(3)) total->memory_mb = -total->memory_mb;
  }

  Amounts Available(const Amounts& total) {
    Amounts available;
    const bool idle = random_.Percent(35);
    available.memory_mb = AvailableOf(total.memory_mb, idle);
    available.disk_mb = AvailableOf(total.disk_mb, idle);
    available.containers = random_.Percent(5) ? 0 : AvailableOf(total.containers, idle);
    if (cpu_) available.cpu_milli = AvailableOf(total.cpu_milli, idle);
    if (odd_amounts_ && random_.Percent(6)) available.gpu_milli = -1;
    return available;
  }

  int64_t AvailableOf(int64_t total, bool idle) {
    if (odd_amounts_ && random_.Percent(6)) return random_.Between(-300, -1);
    if (odd_amounts_ && random_.Percent(6)) return total + random_.Between(1, 700);
    if (idle || total <= 0) return total;
    // Eighths make equal amounts likelier, and with them equal scores of unequal cells.
    return random_.Percent(60) ? total / 8 * random_.Between(1, 8) : random_.Between(0, total);
  }

  int64_t ProxyMemory() {
    if (random_.Percent(60)) return 0;
    if (odd_amounts_ && random_.Percent(40)) return -random_.Between(1, 400);
    return random_.Pick(Numbers{4, 32, 300});
  }

  void MakeConstraints(Cell* cell) {
    cell->rootfs_providers["preloaded"] = {Provider::Type::kFixedSet, {"cflinuxfs3", "cflinuxfs4"}};
    cell->rootfs_providers["docker"] = {Provider::Type::kArbitrary, {}};
    if (!constrained_) return;
    if (random_.Percent(30)) cell->rootfs_providers.erase("docker");
    if (random_.Percent(30)) cell->rootfs_providers["preloaded"].set.erase("cflinuxfs3");
    if (random_.Percent(20)) {
      cell->rootfs_providers["preloaded+layer"] = {Provider::Type::kFixedSet, {"cflinuxfs4"}};
    }
    if (random_.Percent(5)) cell->rootfs_providers.clear();
    if (odd_strings_) MakeProvidersOdd(cell);
    const Strings tags =
        odd_strings_ ? Strings{"gpu", "", "\"ssd\""} : Strings{"gpu", "ssd", "isolated"};
    cell->volume_drivers = SomeOf(Strings{"nfs", "smb"}, 50);
    cell->placement_tags = SomeOf(tags, 20);
    cell->optional_placement_tags = SomeOf(tags, 40);
  }

  void MakeProvidersOdd(Cell* cell) {
    if (random_.Percent(20)) cell->rootfs_providers["docker"].type = Provider::Type::kUnknown;
    if (random_.Percent(30)) cell->rootfs_providers[""] = {Provider::Type::kArbitrary, {}};
    if (random_.Percent(30)) cell->rootfs_providers["preloaded"].set.insert("");
    if (random_.Percent(20)) cell->rootfs_providers["Docker"] = {Provider::Type::kArbitrary, {}};
    if (random_.Percent(30)) cell->rootfs_providers["http"] = {Provider::Type::kArbitrary, {}};
  }

  Strings SomeOf(const Strings& choices, int64_t percent) {
    Strings some;
    for (const std::string& choice : choices) {
      if (random_.Percent(percent)) some.push_back(choice);
    }
    return some;
  }

  // The auctions.

  void MakeLrps() {
    const int64_t count = AuctionCount(shape_.max_lrps);
    for (int64_t i = 0; i < count; ++i) {
      Lrp lrp;
      MakeWork(&lrp);
      if (IsDuplicate(i)) {
        const Lrp earlier = random_.Pick(result_.lrps);
        lrp.process_guid = earlier.process_guid;
        lrp.index = earlier.index;
      } else {
        NameLrp(i, &lrp);
      }
      result_.lrps.push_back(std::move(lrp));
    }
  }

  // Gives the LRP an identifier that no other has so far. Most belong to few processes, which run
  // on the cells already.
  void NameLrp(int64_t place, Lrp* lrp) {
    lrp->process_guid = Process();
    const bool needs_index = next_index_[lrp->process_guid] > 0;
    if ((only_index_zero_ && needs_index) || random_.Percent(30)) {
      lrp->process_guid = "process-alone-" + std::to_string(place);
    }
    int64_t& next_index = next_index_[lrp->process_guid];
    if (!only_index_zero_ && random_.Percent(12)) next_index += random_.Between(1, 3);
    lrp->index = next_index++;
  }

  void MakeTasks() {
    const int64_t count = AuctionCount(shape_.max_tasks);
    for (int64_t i = 0; i < count; ++i) {
      Task task;
      MakeWork(&task);
      const int64_t number = IsDuplicate(i) ? random_.Between(0, i - 1) : i;
      task.guid = "task-" + std::to_string(number * 37 % kManyIds);
      result_.tasks.push_back(std::move(task));
    }
  }

  int64_t AuctionCount(int64_t most) {
    if (random_.Percent(10)) return 0;
    return random_.Percent(40) ? random_.Between(0, std::min<int64_t>(10, most))
                               : random_.Between(0, most);
  }

  bool IsDuplicate(int64_t place) { return duplicates_ && place > 0 && random_.Percent(15); }

  void MakeWork(Work* work) {
    const bool even = random_.Percent(75);
    work->memory_mb = even ? random_.Pick(Numbers{64, 128, 256, 512}) : random_.Between(0, 1200);
    work->disk_mb = even ? random_.Pick(Numbers{128, 512, 1024}) : random_.Between(0, 2500);
    if (cpu_ && random_.Percent(70)) work->cpu_milli = random_.Pick(Numbers{1, 100, 250, 1000});
    if (odd_amounts_ && random_.Percent(2)) work->memory_mb += int64_t{1} << 33;
    work->rootfs = RootFs();
    if (!constrained_) return;
    const Strings tags =
        odd_strings_ ? Strings{"gpu", "", "\"ssd\""} : Strings{"gpu", "ssd", "isolated"};
    if (random_.Percent(50)) work->placement_tags = SomeOf(tags, 35);
    if (random_.Percent(50)) work->volume_drivers = SomeOf(Strings{"smb", "nfs", "none"}, 25);
    if (random_.Percent(5) && !work->placement_tags.empty()) {
      work->placement_tags.push_back(work->placement_tags.front());
    }
  }

  std::string RootFs() {
    if (odd_strings_ && random_.Percent(15)) return OddRootFs();
    if (!constrained_) return "preloaded:cflinuxfs4";
    return random_.Pick(
        Strings{"preloaded:cflinuxfs4", "preloaded:cflinuxfs4", "preloaded:cflinuxfs4",
                "preloaded:cflinuxfs4", "preloaded:cflinuxfs3", "preloaded:cflinuxfs3",
                "preloaded:windows", "docker:///cloudfoundry/app", "docker:///cloudfoundry/app",
                "docker://registry.example.com:5000/app#latest",
                "preloaded+layer:cflinuxfs4?layer=https://example.com/layer.tgz", "oci:///image"});
  }

  std::string OddRootFs() {
    return random_.Pick(Strings{"",
                                "/var/rootfs",
                                "relative/path",
                                "*",
                                ":none",
                                "9docker:app",
                                "a b:c",
                                "%zz",
                                "/%2",
                                "PreLoaded:cflinuxfs4",
                                "DOCKER:///app",
                                "preloaded:",
                                "preloaded:/cflinuxfs4",
                                "preloaded:%zz",
                                "preloaded:cflinuxfs4?%zz",
                                "preloaded:cflinuxfs4#%zz",
                                "preloaded:cflinuxfs4#fine%20part",
                                "preloaded:cflinuxfs4\n",
                                "preloaded:cflinuxfs4#\n",
                                "preloaded: cflinuxfs4",
                                "docker://host:port/app",
                                "docker://host:/app",
                                "docker://a:1,b:2/app",
                                "http://a:1,b:2/app",
                                "http://user:pass@host/app",
                                "docker://us er@host/app",
                                "docker://user:%4@host/app",
                                "docker://[::1]:5000/app",
                                "docker://[::1/app",
                                "docker://[1.2.3.4]/app",
                                "docker://[fe80::1%25en0]/app",
                                "docker://h%41st/app",
                                "docker://h%C3%A4st/app",
                                "docker://h^st/app",
                                "//host/path",
                                "//host:x/path",
                                "///path"});
  }

  // The configuration.

  void MakeConfig() {
    using Weights = std::vector<double>;
    Config& config = result_.config;
    config.bin_pack_first_fit_weight = random_.Pick(Weights{0, 0, 0.01, 0.5});
    config.starting_container_weight = random_.Pick(Weights{0, 0.25, 0.25, 1, 0.1});
    if (odd_weights_) {
      const Weights odd{-0.5, -1e-17, 1e-17, 7.3, 1e18, 1e20, -1e300};
      if (random_.Percent(60)) config.bin_pack_first_fit_weight = random_.Pick(odd);
      if (random_.Percent(60)) config.starting_container_weight = random_.Pick(odd);
    }
    if (random_.Percent(25)) config.starting_container_count_maximum = random_.Between(-1, 60);
  }

  const Shape shape_;
  SplitMix64 random_;
  Case result_;
  bool equal_cells_ = false;
  bool constrained_ = false;
  bool odd_amounts_ = false;
  bool odd_strings_ = false;
  bool odd_weights_ = false;
  bool cpu_ = false;
  bool tight_ = false;
  bool only_index_zero_ = false;
  bool duplicates_ = false;
  int64_t index_style_ = 0;
  int64_t first_fit_percent_ = 0;
  int64_t processes_ = 1;
  Strings zone_names_;
  std::map<std::string, int64_t> next_index_;  // By process.
};

// Printing.

std::string Quoted(std::string_view text) {
  std::string result = "\"";
  for (const char c : text) {
    const unsigned byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7f && c != '"' && c != '\\') {
      result += c;
      continue;
    }
    char escaped[8];
    std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
    result += escaped;
  }
  return result + "\"";
}

template <typename Container>
std::string QuotedList(const Container& texts) {
  std::string result = "[";
  for (const std::string& text : texts) {
    if (result.size() > 1) result += ' ';
    result += Quoted(text);
  }
  return result + "]";
}

// Seventeen digits give back the very same double.
std::string Exact(double number) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

std::string Named(std::string_view name, int64_t number) {
  return std::string(" ") + std::string(name) + "=" + std::to_string(number);
}

std::string AmountsText(const Amounts& amounts) {
  return "{memory=" + std::to_string(amounts.memory_mb) + Named("disk", amounts.disk_mb) +
         Named("containers", amounts.containers) + Named("cpu", amounts.cpu_milli) +
         Named("gpu", amounts.gpu_milli) + "}";
}

std::string ProviderText(const Provider& provider) {
  switch (provider.type) {
    case Provider::Type::kArbitrary:
      return "arbitrary";
    case Provider::Type::kFixedSet:
      return QuotedList(provider.set);
    case Provider::Type::kUnknown:
      break;
  }
  return "unknown";
}

std::string CellText(const Cell& cell) {
  std::string text = "cell " + Quoted(cell.id) + Named("index", cell.index);
  text += " zone=" + Quoted(cell.zone);
  text += " total=" + AmountsText(cell.total) + " available=" + AmountsText(cell.available);
  text += " lrps=" + QuotedList(cell.lrps) + Named("tasks", cell.task_count);
  if (cell.first_fit_index) text += Named("first_fit_index", *cell.first_fit_index);
  text += Named("other_lrps", cell.other_lrps);
  text += Named("starting", cell.starting_containers) + Named("proxy", cell.proxy_memory_mb);
  if (cell.evacuating) text += " evacuating";
  for (const auto& [scheme, provider] : cell.rootfs_providers) {
    text += " provider " + Quoted(scheme) + "=" + ProviderText(provider);
  }
  text += " drivers=" + QuotedList(cell.volume_drivers);
  text += " tags=" + QuotedList(cell.placement_tags);
  return text + " optional_tags=" + QuotedList(cell.optional_placement_tags) + "\n";
}

std::string WorkText(const Work& work) {
  return Named("memory", work.memory_mb) + Named("disk", work.disk_mb) +
         Named("cpu", work.cpu_milli) + Named("gpu", work.gpu_milli) +
         " rootfs=" + Quoted(work.rootfs) + " tags=" + QuotedList(work.placement_tags) +
         " drivers=" + QuotedList(work.volume_drivers) + "\n";
}

}  // namespace

Case RandomCase(uint64_t seed, const Shape& shape) { return CaseMaker(seed, shape).Make(); }

std::string Describe(const Case& round) {
  std::string text = "seed " + std::to_string(round.seed) + "\n";
  text += "config first_fit_weight=" + Exact(round.config.bin_pack_first_fit_weight);
  text += " starting_weight=" + Exact(round.config.starting_container_weight);
  text += Named("starting_maximum", round.config.starting_container_count_maximum) + "\n";
  for (const Cell& cell : round.cells) text += CellText(cell);
  for (const Lrp& lrp : round.lrps) {
    text += "lrp " + Quoted(lrp.process_guid) + Named("index", lrp.index) + WorkText(lrp);
  }
  for (const Task& task : round.tasks) text += "task " + Quoted(task.guid) + WorkText(task);
  return text;
}

std::string Describe(const Outcome& outcome) {
  std::string text;
  for (const Decision& decision : outcome.decisions) {
    text += decision.kind == Kind::kLrp ? "lrp " : "task ";
    text += Quoted(decision.identifier) + " ";
    text += decision.placed ? "on " + Quoted(decision.cell_id) + " score " + Exact(decision.score)
                            : "refused: " + decision.error;
    text += "\n";
  }
  return text;
}

}  // namespace rostrum::oracle
