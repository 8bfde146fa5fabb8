#include "lib/tools/simulate/lower_bound.h"

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace rostrum::tools {
namespace {

// What is asked of a resource, in shares. Shares of cells are rounded up, so that no cell is
// thought smaller than it is.
constexpr int64_t kAll = int64_t{1} << 40;

// What the weights add up to.
constexpr int64_t kWeights = 256;

using Numbers = std::vector<int64_t>;

// A product of two amounts. Not in the standard, but in both compilers.
__extension__ typedef __int128 Wide;

// Of one resource. No cell needs more of it than is asked.
int64_t ShareOf(int64_t total, int64_t asked) {
  if (total <= 0) return 0;
  if (total >= asked) return kAll;
  const auto scaled = static_cast<Wide>(total) * kAll;
  return static_cast<int64_t>((scaled + asked - 1) / asked);
}

// A bound and how far into its last cell it goes, by which the search sees where it rises.
struct Bound {
  int64_t cells = 0;
  double exact = 0;
};

class Search {
 public:
  Search(std::span<const Resources> totals, const Resources& asked) {
    AddResource(asked.memory, [](const Resources& r) { return r.memory; });
    AddResource(asked.disk, [](const Resources& r) { return r.disk; });
    AddResource(asked.cpu, [](const Resources& r) { return r.cpu; });
    AddResource(asked.containers, [](const Resources& r) { return r.containers; });
    for (const NamedAmount& scalar : asked.scalars) {
      AddResource(scalar.amount, [&](const Resources& r) { return r.Scalar(scalar.name); });
    }
    for (const Resources& total : totals) ++sizes_[SharesOf(total)];
  }

  int64_t Run() {
    if (resources_.empty()) return 0;
    TakeBestResource();
    for (int64_t step = kWeights / 2; step > 0; step /= 2) {
      while (Move(step)) {
      }
    }
    return best_.cells;
  }

 private:
  struct Resource {
    int64_t asked;
    std::function<int64_t(const Resources&)> amount;
  };

  void AddResource(int64_t asked, std::function<int64_t(const Resources&)> amount) {
    if (asked > 0) resources_.push_back({asked, std::move(amount)});
  }

  Numbers SharesOf(const Resources& total) const {
    Numbers shares;
    for (const Resource& resource : resources_) {
      shares.push_back(ShareOf(resource.amount(total), resource.asked));
    }
    return shares;
  }

  void TakeBestResource() {
    for (size_t i = 0; i < resources_.size(); ++i) {
      Numbers weights(resources_.size(), 0);
      weights[i] = kWeights;
      Try(std::move(weights));
    }
  }

  // Moves some weight from one resource to another. Returns whether that helped.
  bool Move(int64_t step) {
    for (size_t from = 0; from < resources_.size(); ++from) {
      for (size_t to = 0; to < resources_.size(); ++to) {
        if (from == to || weights_[from] < step) continue;
        Numbers weights = weights_;
        weights[from] -= step;
        weights[to] += step;
        if (Try(std::move(weights))) return true;
      }
    }
    return false;
  }

  bool Try(Numbers weights) {
    const Bound bound = BoundFor(weights);
    // What is better by a rounding error alone would make the search long.
    if (!weights_.empty() && bound.exact < best_.exact + 1e-6) return false;
    best_ = bound;
    weights_ = std::move(weights);
    return true;
  }

  // How many of the cells that are largest by these weights have what is asked by these weights.
  Bound BoundFor(const Numbers& weights) const {
    std::vector<std::pair<int64_t, int64_t>> sizes;  // How large, and how many of them.
    for (const auto& [shares, count] : sizes_) {
      int64_t size = 0;
      for (size_t i = 0; i < weights.size(); ++i) size += weights[i] * shares[i];
      sizes.emplace_back(size, count);
    }
    std::sort(sizes.begin(), sizes.end(), std::greater<>());
    Bound bound;
    int64_t missing = kWeights * kAll;
    for (const auto& [size, count] : sizes) {
      if (missing <= 0 || size == 0) break;
      const int64_t needed = std::min(count, (missing + size - 1) / size);
      const double exact = static_cast<double>(missing) / static_cast<double>(size);
      bound.cells += needed;
      bound.exact += std::min(static_cast<double>(count), exact);
      missing -= size * needed;
    }
    if (missing > 0) bound.cells = CountOfCells();
    if (missing > 0) bound.exact = static_cast<double>(bound.cells);
    return bound;
  }

  int64_t CountOfCells() const {
    int64_t cells = 0;
    for (const auto& [shares, count] : sizes_) cells += count;
    return cells;
  }

  std::vector<Resource> resources_;   // That are asked for.
  std::map<Numbers, int64_t> sizes_;  // How many cells have these shares.
  Numbers weights_;                   // The best ones so far, by resource.
  Bound best_;
};

}  // namespace

int64_t LowerBoundOfCells(std::span<const Resources> totals, const Resources& asked) {
  return Search(totals, asked).Run();
}

}  // namespace rostrum::tools
