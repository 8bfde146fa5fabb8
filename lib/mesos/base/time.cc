#include "lib/mesos/base/time.h"

#include <sys/random.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "lib/base/format.h"

namespace rostrum::mesos {

double SystemRandom::Fraction() {
  uint64_t bits = 0;
  // So few bytes come whole, and at once on a machine that has been up for a moment. Where there
  // are none after all, 0 is a number like any other.
  static_cast<void>(!getrandom(&bits, sizeof(bits), 0));
  return static_cast<double>(bits >> 11) * 0x1p-53;
}

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

namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

constexpr std::array<Unit, 8> kUnits = {{{"ns", 1},
                                         {"us", 1e3},
                                         {"ms", 1e6},
                                         {"secs", 1e9},
                                         {"mins", 60e9},
                                         {"hrs", 3600e9},
                                         {"days", 24 * 3600e9},
                                         {"weeks", 7 * 24 * 3600e9}}};

constexpr double kNanosecondsMaximum = 9.2e18;

}  // namespace

Expected<std::chrono::nanoseconds> ParseDuration(std::string_view text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const std::string_view unit = text.substr(static_cast<size_t>(end - text.data()));
  for (const Unit& known : kUnits) {
    if (error != std::errc() || known.name != unit) continue;
    const double nanoseconds = number * known.nanoseconds;
    if (!(nanoseconds >= 0) || nanoseconds > kNanosecondsMaximum) break;
    return std::chrono::nanoseconds(static_cast<int64_t>(nanoseconds));
  }
  return InvalidArgument(Format(
      "invalid duration \"{}\": expected a number with ns, us, ms, secs, mins, hrs, days or weeks, "
      "such as \"1.5mins\"",
      text));
}

}  // namespace rostrum::mesos
