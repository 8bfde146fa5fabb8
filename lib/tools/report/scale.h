// Copyright the Rostrum authors. Licensed under the Apache License 2.0.
//
// From values to places on an axis, and round numbers for its ticks.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_SCALE_H_
#define ROSTRUM_LIB_TOOLS_REPORT_SCALE_H_

#include <cstdint>
#include <string>
#include <vector>

namespace rostrum::tools {

// A straight line from the values [low, high] to the pixels [from, to].
struct Scale {
  double low = 0;
  double high = 1;
  double from = 0;
  double to = 1;

  // Values outside the range, and those that are not numbers, are drawn at its ends.
  double operator()(double value) const;
};

struct Tick {
  double value = 0;
  std::string label;
};

// Ticks from zero up to a round number at or above `high`, which becomes the end of the axis.
struct UpwardTicks {
  double end = 1;
  std::vector<Tick> ticks;
};
UpwardTicks CountTicks(double high, int wanted);    // Whole numbers only.
UpwardTicks PercentTicks(double high, int wanted);  // `high` is a share.

// Ticks inside [low, high], given in seconds, in the unit that suits the span.
struct TimeTicks {
  std::string unit;  // "seconds", "minutes", "hours" or "days".
  std::vector<Tick> ticks;
};
TimeTicks MakeTimeTicks(double low, double high, int wanted);

// A power of two of megabytes, such that at most `most` bins cover [0, high].
int64_t MemoryBin(int64_t high, int most);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_SCALE_H_
