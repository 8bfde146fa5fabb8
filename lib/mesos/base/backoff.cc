#include "lib/mesos/base/backoff.h"

#include <algorithm>

namespace rostrum::mesos {
namespace {

Milliseconds Times(Milliseconds bound, double factor) {
  return Milliseconds(static_cast<int64_t>(static_cast<double>(bound.count()) * factor));
}

}  // namespace

Backoff::Backoff(Milliseconds initial, Milliseconds maximum)
    : initial_(std::min(initial, maximum)), maximum_(maximum), bound_(initial_) {}

Milliseconds Backoff::Next() {
  const Milliseconds bound = bound_;
  bound_ = bound_ > maximum_ / 2 ? maximum_ : bound_ * 2;
  return bound;
}

Milliseconds Backoff::NextRandom(Random& random) { return Times(Next(), random.Fraction()); }

Milliseconds Backoff::NextJittered(Random& random) {
  return Times(Next(), 0.75 + random.Fraction() / 4);
}

}  // namespace rostrum::mesos
