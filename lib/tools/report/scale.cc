// Copyright the Rostrum authors. Licensed under the Apache License 2.0.

#include "lib/tools/report/scale.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "lib/base/format.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

// The smallest of 1, 2 and 5 times a power of ten that covers `span` in at most `wanted` steps.
double RoundStep(double span, int wanted) {
  const double least = span / std::max(wanted, 1);
  const double power = std::pow(10, std::floor(std::log10(least)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= least * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

int DecimalsOf(double step) {
  return std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
}

}  // namespace

double Scale::operator()(double value) const {
  if (!(high > low)) return from;
  const double share = (value - low) / (high - low);
  if (!(share > 0)) return from;  // Not a number, too.
  return from + std::min(share, 1.0) * (to - from);
}

UpwardTicks CountTicks(double high, int wanted) {
  UpwardTicks out;
  high = std::isfinite(high) ? std::clamp(high, 1.0, 1e18) : 1.0;
  const double step = std::max(RoundStep(high, wanted), 1.0);
  const int steps = static_cast<int>(std::ceil(high / step - 1e-9));
  out.end = steps * step;
  for (int i = 0; i <= steps; ++i) out.ticks.push_back({i * step, FormatCompact(i * step)});
  return out;
}

UpwardTicks PercentTicks(double high, int wanted) {
  UpwardTicks out;
  const double percent = std::isfinite(high) ? std::clamp(high * 100, 0.01, 1e6) : 100.0;
  const double step = RoundStep(percent, wanted);
  const int steps = static_cast<int>(std::ceil(percent / step - 1e-9));
  out.end = steps * step / 100;
  for (int i = 0; i <= steps; ++i) {
    out.ticks.push_back({i * step / 100, FormatDecimals(i * step, DecimalsOf(step)) + "\u00A0%"});
  }
  return out;
}

TimeTicks MakeTimeTicks(double low, double high, int wanted) {
  struct Unit {
    const char* name;
    double seconds;
    std::vector<double> steps;  // Between these, in the unit; decimal steps outside them.
  };
  static const std::array<Unit, 4> kUnits = {{{"seconds", 1, {1, 2, 5, 10, 15, 20, 30, 60}},
                                              {"minutes", 60, {0.5, 1, 2, 5, 10, 15, 20, 30, 60}},
                                              {"hours", 3600, {0.5, 1, 2, 3, 4, 6, 12, 24}},
                                              {"days", 86400, {0.5, 1, 2, 5, 7, 14, 28}}}};
  const double span = high - low;
  TimeTicks out;
  const Unit& unit = kUnits[span <= 120 ? 0 : span <= 7200 ? 1 : span <= 172800 ? 2 : 3];
  out.unit = unit.name;
  if (!(span > 0) || !std::isfinite(span)) return out;
  const double least = span / unit.seconds / std::max(wanted, 1);
  double step = RoundStep(span / unit.seconds, wanted);
  if (least > unit.steps.front() / 2 && least <= unit.steps.back()) {
    step = *std::lower_bound(unit.steps.begin(), unit.steps.end(), least);
  }
  const double first = std::ceil(low / unit.seconds / step - 1e-9) * step;
  for (int i = 0; i <= wanted + 1; ++i) {
    const double value = first + i * step;
    if (value * unit.seconds > high + span * 1e-9) break;
    out.ticks.push_back({value * unit.seconds, FormatDecimals(value, DecimalsOf(step))});
  }
  return out;
}

int64_t MemoryBin(int64_t high, int most) {
  int64_t bin = 1;
  while (bin < (int64_t{1} << 56) && high / bin >= most) bin *= 2;
  return bin;
}

}  // namespace rostrum::tools
