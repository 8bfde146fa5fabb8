#include "tests/property/random_input.h"

#include "rostrum/queue.h"

namespace rostrum {
namespace {

using Texts = std::vector<std::string>;
using Amounts = std::vector<int64_t>;

std::string Named(const char* prefix, int64_t number) {
  return std::string(prefix).append(std::to_string(number));
}

Signature RandomSignature(Random& random) {
  Signature signature;
  if (!random.Percent(10)) {
    signature.rootfs_providers = {{"preloaded", RootfsProvider::Type::kFixedSet, {"stack"}}};
  }
  if (random.Percent(60)) {
    signature.rootfs_providers.push_back({"docker", RootfsProvider::Type::kArbitrary, {}});
  }
  if (random.Percent(40)) signature.volume_drivers = {"nfs"};
  if (random.Percent(15)) signature.placement_tags = {"gpu"};
  if (random.Percent(30)) signature.optional_placement_tags = {"ssd"};
  return signature;
}

Resources RandomTotal(Random& random) {
  Resources total;
  total.memory = WholeAmount(random.Pick(Amounts{512, 1024, 4096}));
  total.disk = WholeAmount(random.Pick(Amounts{1024, 2048}));
  total.containers = random.Pick(Amounts{3, 10, 100});
  if (random.Percent(40)) total.cpu = WholeAmount(random.Between(1, 4));
  if (random.Percent(30)) total.scalars = {{"gpus", WholeAmount(random.Between(1, 3))}};
  if (random.Percent(20)) total.scalars.push_back({"fpga", WholeAmount(random.Between(1, 2))});
  if (random.Percent(5)) total.memory = 0;
  return total;
}

Resources RandomAvailable(Random& random, const Resources& total) {
  Resources available = total;
  if (random.Percent(40)) return available;
  available.memory -= WholeAmount(64 * random.Between(0, 10));
  available.disk -= WholeAmount(128 * random.Between(0, 8));
  available.containers -= random.Between(0, 4);
  if (random.Percent(5)) available.cpu = -1;
  if (!available.scalars.empty() && random.Percent(10)) available.scalars[0].amount = -1;
  return available;
}

Resources RandomOverhead(Random& random) {
  Resources overhead;
  if (random.Percent(60)) return overhead;
  overhead.memory = WholeAmount(random.Between(0, 64));
  overhead.containers = random.Between(0, 1);
  if (random.Percent(30)) overhead.scalars = {{"gpus", WholeAmount(1)}};
  return overhead;
}

Cell RandomCell(Random& random, int64_t number, const std::vector<Signature>& signatures) {
  Cell cell;
  cell.id = Named("cell-", number);
  cell.zone = Named("z", random.Small(2));
  cell.index = random.Between(0, 6);
  cell.total = RandomTotal(random);
  cell.available = RandomAvailable(random, cell.total);
  cell.signature = random.Pick(signatures);
  for (int64_t i = random.Between(-4, 3); i > 0; --i) {
    cell.lrps.push_back(Named("p", random.Small(5)));
  }
  cell.task_count = random.Percent(30) ? random.Between(1, 2) : 0;
  cell.starting_containers = random.Percent(30) ? random.Between(1, 2) : 0;
  cell.proxy_memory = random.Percent(30) ? WholeAmount(random.Between(-1, 32)) : 0;
  cell.overhead = RandomOverhead(random);
  cell.started = random.Percent(70);
  cell.evacuating = random.Percent(5);
  cell.disabled = random.Percent(5);
  // An empty cell that drains would be dropped from the cache at once.
  cell.draining = (cell.task_count > 0 || !cell.lrps.empty()) && random.Percent(5);
  cell.tag = static_cast<uint64_t>(number);
  return cell;
}

std::shared_ptr<Work> RandomWork(Random& random, Kind kind, std::string guid) {
  auto work = std::make_shared<Work>();
  work->kind = kind;
  work->guid = std::move(guid);
  work->domain = "domain";
  work->asked.memory = WholeAmount(random.Pick(Amounts{0, 64, 128, 512, 9000}));
  work->asked.disk = WholeAmount(random.Pick(Amounts{0, 128, 1024}));
  if (random.Percent(20)) work->asked.cpu = random.Pick(Amounts{100, 500});
  if (random.Percent(15)) work->asked.scalars = {{"gpus", random.Pick(Amounts{0, 500, 1000})}};
  if (random.Percent(10))
    work->asked.scalars.push_back({"fpga", random.Pick(Amounts{0, 100, 1000})});
  work->constraint.rootfs =
      random.Pick(Texts{"preloaded:stack", "preloaded:stack", "docker:///image", "preloaded:old"});
  if (random.Percent(20)) work->constraint.volume_drivers = {"nfs"};
  if (random.Percent(15)) work->constraint.placement_tags = {random.Pick(Texts{"gpu", "ssd"})};
  return work;
}

}  // namespace

std::vector<Cell> RandomCells(Random& random, int64_t most) {
  std::vector<Signature> signatures;
  for (int i = 0; i < 3; ++i) signatures.push_back(RandomSignature(random));
  std::vector<Cell> cells;
  const int64_t count = random.Percent(5) ? 0 : random.Between(1, most);
  // Multiples modulo a prime: numbers that differ, in no order.
  for (int64_t i = 0; i < count; ++i) cells.push_back(RandomCell(random, i * 7 % 211, signatures));
  // Equal cells tie.
  for (size_t i = 1; i < cells.size(); ++i) {
    if (!random.Percent(30)) continue;
    const std::string id = cells[i].id;
    cells[i] = cells[i - 1];
    cells[i].id = id;
  }
  return cells;
}

Offer RandomOffer(Random& random, std::string id, std::string agent_id) {
  Offer offer;
  offer.id = std::move(id);
  offer.agent_id = std::move(agent_id);
  offer.resources = RandomTotal(random);
  offer.zone = Named("z", random.Small(1));
  offer.signature = RandomSignature(random);
  for (int64_t i = random.Between(-3, 2); i > 0; --i) {
    offer.lrps.push_back(Named("p", random.Small(5)));
  }
  offer.overhead = RandomOverhead(random);
  offer.started = random.Percent(50);
  offer.received_ms = random.Between(0, 100);
  return offer;
}

Starts RandomStarts(Random& random, const std::string& prefix, int32_t most_instances) {
  Starts starts;
  const int32_t processes = random.Small(4);
  for (int32_t process = 0; process < processes; ++process) {
    LrpStart start;
    start.work = RandomWork(random, Kind::kLrp, prefix + Named("p", process));
    for (int32_t index = 0; index < most_instances; ++index) {
      if (random.Percent(50)) start.indices.push_back(index);
    }
    if (!start.indices.empty()) starts.lrps.push_back(std::move(start));
  }
  const int32_t tasks = random.Small(6);
  for (int32_t task = 0; task < tasks; ++task) {
    starts.tasks.push_back({RandomWork(random, Kind::kTask, prefix + Named("t", task)), 0});
  }
  return starts;
}

std::vector<Auction> RandomAuctions(Random& random, int32_t most_instances) {
  const Starts starts = RandomStarts(random, "", most_instances);
  Queue queue;
  static_cast<void>(queue.Add(starts.lrps, starts.tasks, 0));
  return queue.Drain();
}

void RemoveTies(Random& random, std::vector<Auction>* auctions) {
  random.Shuffle(auctions);
  for (size_t i = 0; i < auctions->size(); ++i) {
    Auction& auction = (*auctions)[i];
    auto work = std::make_shared<Work>(*auction.work);
    work->asked.memory += static_cast<Amount>(i);
    auction.work = std::move(work);
  }
  random.Shuffle(auctions);
}

Configuration RandomConfiguration(Random& random) {
  Configuration configuration;
  if (random.Percent(30)) configuration.bin_pack_first_fit_weight = random.Percent(80) ? 0.5 : -1;
  if (random.Percent(30)) configuration.starting_container_weight = random.Percent(80) ? 2 : 1e20;
  if (random.Percent(30)) {
    configuration.starting_container_count_maximum = random.Between(1, 12);
  }
  return configuration;
}

HashStrategy::HashStrategy(Random& random)
    : salt_(random.Next()),
      order_(static_cast<AuctionOrder>(random.Between(1, 3))),
      balances_zones_(random.Percent(50)),
      has_base_(random.Percent(40)) {
  if (random.Percent(30)) limit_ = 3;
}

double HashStrategy::OrderKey(const AuctionView& auction) {
  const uint64_t hash = Mix(Mix(salt_ ^ static_cast<uint64_t>(auction.index)), auction.guid);
  return static_cast<double>(hash >> 11);  // As many bits as a double holds.
}

bool HashStrategy::Accepts(const AuctionView& auction, const CellView& cell, std::string* reason) {
  if (has_base_) return true;
  const uint64_t hash = Mix(Mix(salt_ + 1, auction.guid), cell.id);
  if (hash % 4 != 0) return true;
  if (hash % 8 == 0) *reason = "unlucky";
  return false;
}

Score HashStrategy::ScoreCell(const AuctionView& auction, const CellView& cell) {
  if (has_base_) return BaseScore(cell);
  uint64_t hash = Mix(Mix(salt_ + 2, auction.guid), cell.id);
  hash = Mix(hash ^ static_cast<uint64_t>(cell.instances * 1000 + cell.starting_containers));
  return {static_cast<double>(hash % 4), static_cast<int64_t>(hash >> 8) % 2};
}

Score HashStrategy::BaseScore(const CellView& cell) {
  const uint64_t hash = Mix(Mix(salt_ + 3, cell.id) ^ static_cast<uint64_t>(cell.memory_free));
  return {static_cast<double>(hash % 4), static_cast<int64_t>(hash >> 8) % 2};
}

std::shared_ptr<Strategy> RandomStrategy(Random& random) {
  if (random.Percent(40)) return std::make_shared<HashStrategy>(random);
  return MakeStrategy(random.Pick(StrategyNames()));
}

}  // namespace rostrum
