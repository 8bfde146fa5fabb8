// Drawings, and the scales of their axes.

#ifndef ROSTRUM_LIB_TOOLS_REPORT_SVG_H_
#define ROSTRUM_LIB_TOOLS_REPORT_SVG_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
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

// The sizes of texts, as the style sheet has them.
inline constexpr double kFont = 12;
inline constexpr double kSmall = 11;

// A coordinate: at most two decimals, no zeros at the end, never an exponent or NaN.
std::string Coordinate(double value);

enum class Anchor { kStart, kMiddle, kEnd };

// Collects the shapes of one picture. Every text handed in is escaped here, class names excepted.
// Not for use by several threads at once.
class Svg {
 public:
  // `id` is unique in the page. `kind` is what the tests know the picture by.
  Svg(std::string_view id, std::string_view kind, std::string_view title,
      std::string_view description);

  // A tooltip, where not empty, becomes the shape's <title>.
  void Rect(double x, double y, double width, double height, std::string_view css,
            std::string_view tooltip = {});
  void Line(double x1, double y1, double x2, double y2, std::string_view css);
  void Path(std::string_view d, std::string_view css, std::string_view tooltip = {});
  void Text(double x, double y, Anchor anchor, std::string_view css, std::string_view text,
            std::string_view tooltip = {});

  // The element, once its size is known.
  std::string Finish(double width, double height) const;

 private:
  void Close(std::string_view element, std::string_view tooltip);

  std::string id_;
  std::string kind_;
  std::string title_;
  std::string description_;
  std::string body_;
};

// How a strategy is drawn, by its place in the list: colour and shape repeat, but no two of the
// first 64 strategies share both.
size_t ColourSlot(size_t run);
size_t ShapeSlot(size_t run);

// CSS classes: a filled shape, a line, a line's dash.
std::string FillClass(size_t run);
std::string LineClass(size_t run);

// The outline of a strategy's marker around a point, for Svg::Path.
std::string MarkerPath(size_t run, double x, double y, double radius);

// The same marker and colour before a name in running text, as HTML.
std::string MarkerHtml(size_t run);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_REPORT_SVG_H_
