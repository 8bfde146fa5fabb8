// Copyright the Rostrum authors. Licensed under the Apache License 2.0.

#include "lib/base/format.h"
#include "lib/tools/report/report.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/tools/report/svg.h"
#include "lib/tools/report/text.h"

namespace rostrum::tools {
namespace {

// A cluster that is half full, with something of everything: failed, empty and over-committed
// cells, refusals and events.
ReportRun SampleRun(std::string name, int cells, int zones, int samples) {
  ReportRun run;
  run.name = std::move(name);
  for (int i = 0; i < cells; ++i) {
    ReportCell cell;
    cell.id = Format("cell-{:05}", i);
    cell.zone = Format("z{}", i % zones + 1);
    cell.index = i;
    cell.memory_total_mb = 65536;
    cell.memory_free_mb = i % 7 == 0 ? 65536 : i % 11 == 0 ? -512 : (int64_t{i} * 7919) % 65536;
    cell.disk_total_mb = 131072;
    cell.disk_free_mb = (int64_t{i} * 104729) % 131072;
    cell.instances = i % 7 == 0 ? 0 : i % 40;
    cell.failed = i % 13 == 0;
    run.cells.push_back(cell);
  }
  for (int i = 0; i < samples; ++i) {
    const double share = static_cast<double>(i + 1) / samples;
    run.samples.push_back({i * 0.5, share * 0.9, share * 0.4, i, i * 3, i / 10, i * 3});
  }
  run.running = samples * 3;
  run.came = run.running;
  run.placed = samples * 3;
  run.refused = samples / 10;
  run.refused_by_reason = {{"insufficient resources: memory", run.refused}};
  run.cells_total = cells;
  run.cells_used = cells / 2;
  run.cells_lower_bound = cells / 3;
  run.lower_bound_gap = 0.5;
  run.memory_total_mb = int64_t{cells} * 65536;
  run.memory_used_mb = int64_t{cells} * 28246;
  run.memory_stranded_mb = int64_t{cells} * 100;
  run.disk_total_mb = int64_t{cells} * 131072;
  run.disk_used_mb = int64_t{cells} * 65536;
  run.rounds = samples;
  run.nanoseconds_per_auction = 1234;
  run.concentration = {"app-1", 3, 0.3};
  run.events = {{samples * 0.25, "zone z2 fails"}, {samples * 0.26, "zone z2 is back"}};
  for (int zone = 1; zone <= zones; ++zone) run.zones.push_back({Format("z{}", zone), 10});
  return run;
}

ReportData SampleData(int runs, int cells, int zones, int samples) {
  static constexpr const char* kNames[] = {"diego", "binpack", "spread", "mine.so"};
  ReportData data;
  data.title = "A sample";
  data.command_line = "rostrum simulate --report out.html";
  data.seed = 1;
  data.date = "2026-11-23";
  data.description = {"Half-full cells in a few zones."};
  for (int i = 0; i < runs; ++i)
    data.runs.push_back(SampleRun(kNames[i % 4], cells, zones, samples));
  return data;
}

// Whether the page is well-formed as XML too: every element is closed in order, attributes are
// quoted and unique, no stray character stands in the text, no id is used twice and every id that
// is referred to exists.
class WellFormed {
 public:
  explicit WellFormed(std::string_view page) : rest_(page) {}

  ::testing::AssertionResult Check() {
    if (!Take("<!DOCTYPE html>\n")) return Fail("no doctype");
    while (!rest_.empty()) {
      if (rest_.front() != '<') {
        if (!Text()) return Fail(error_);
      } else if (!Tag()) {
        return Fail(error_);
      }
    }
    if (!open_.empty()) return Fail("never closed: " + open_.back());
    for (const std::string& id : wanted_) {
      if (!ids_.contains(id)) return Fail("no element has the id " + id);
    }
    return ::testing::AssertionSuccess();
  }

  int count(const std::string& element) const { return static_cast<int>(elements_.count(element)); }

 private:
  ::testing::AssertionResult Fail(const std::string& what) {
    return ::testing::AssertionFailure() << what << ", before: " << rest_.substr(0, 120);
  }
  bool Error(std::string what) {
    error_ = std::move(what);
    return false;
  }
  bool Take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  std::string TakeName() {
    size_t end = 0;
    while (end < rest_.size() && (std::isalnum(static_cast<unsigned char>(rest_[end])) != 0 ||
                                  rest_[end] == '-' || rest_[end] == ':')) {
      ++end;
    }
    std::string name(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return name;
  }
  bool Characters(std::string_view text) {
    for (size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      if ((c < 0x20 && c != '\n') || c == 0x7F) return Error("a control character");
      if (c == '<' || c == '"') return Error("a character that should be escaped");
      if (c != '&') continue;
      bool known = false;
      for (const std::string_view entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
        known = known || text.substr(i).starts_with(entity);
      }
      if (!known) return Error("a stray ampersand");
    }
    return true;
  }
  bool Text() {
    const size_t end = std::min(rest_.find('<'), rest_.size());
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    // The style sheet may hold quotes.
    return (!open_.empty() && open_.back() == "style") || Characters(text);
  }
  bool Tag() {
    Take("<");
    if (Take("/")) {
      const std::string name = TakeName();
      if (!Take(">")) return Error("a broken end tag");
      if (open_.empty() || open_.back() != name) return Error("unexpected </" + name + ">");
      open_.pop_back();
      return true;
    }
    const std::string name = TakeName();
    if (name.empty()) return Error("a stray <");
    elements_.insert(name);
    std::set<std::string> attributes;
    while (Take(" ")) {
      if (!Attribute(&attributes)) return false;
    }
    if (Take("/>")) return true;
    if (!Take(">")) return Error("a broken start tag of " + name);
    open_.push_back(name);
    return true;
  }
  bool Attribute(std::set<std::string>* seen) {
    const std::string name = TakeName();
    if (name.empty() || !Take("=\"")) return Error("a broken attribute");
    if (!seen->insert(name).second) return Error("attribute twice: " + name);
    const size_t end = rest_.find('"');
    if (end == std::string_view::npos) return Error("an open quote");
    const std::string value(rest_.substr(0, end));
    rest_.remove_prefix(end + 1);
    if (name == "id" && !ids_.insert(value).second) return Error("id twice: " + value);
    if (name == "aria-labelledby") {
      size_t start = 0;
      while (start < value.size()) {
        const size_t space = std::min(value.find(' ', start), value.size());
        wanted_.push_back(value.substr(start, space - start));
        start = space + 1;
      }
    }
    return Characters(value);
  }

  std::string_view rest_;
  std::string error_;
  std::vector<std::string> open_;
  std::multiset<std::string> elements_;
  std::set<std::string> ids_;
  std::vector<std::string> wanted_;
};

int CountOfText(std::string_view page, std::string_view what) {
  int count = 0;
  for (size_t at = page.find(what); at != std::string_view::npos; at = page.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(CleanText, ReplacesWhatIsNotUtf8AsBrowsersDo) {
  EXPECT_EQ(CleanText("plain \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "plain é € 😀");
  EXPECT_EQ(CleanText("\xFF"), "\uFFFD");
  EXPECT_EQ(CleanText("a\xC3"), "a\uFFFD");
  EXPECT_EQ(CleanText("\xC3("), "\uFFFD(");
  EXPECT_EQ(CleanText("\xE2\x82"), "\uFFFD");                  // One maximal part, one replacement.
  EXPECT_EQ(CleanText("\xC0\xAF"), "\uFFFD\uFFFD");            // Overlong.
  EXPECT_EQ(CleanText("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");  // A surrogate.
  EXPECT_EQ(CleanText("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(CleanText("\x80\xBF"), "\uFFFD\uFFFD");
}

TEST(CleanText, ReplacesControlsAndWhatReordersText) {
  EXPECT_EQ(CleanText(std::string_view("a\0b", 3)), "a\uFFFDb");
  EXPECT_EQ(CleanText("a\tb\nc\rd"), "a b c d");
  EXPECT_EQ(CleanText("\x1B[31m\x7F"), "\uFFFD[31m\uFFFD");
  EXPECT_EQ(CleanText("\xC2\x85"), "\uFFFD");  // C1.
  EXPECT_EQ(CleanText("\xE2\x80\xAE"
                      "evil"),
            "\uFFFDevil");                         // Right-to-left override.
  EXPECT_EQ(CleanText("\xEF\xBF\xBE"), "\uFFFD");  // U+FFFE is no character.
}

TEST(CleanText, CutsByCharacters) {
  EXPECT_EQ(CleanText("ééé", 3), "ééé");
  EXPECT_EQ(CleanText("éééé", 3), "ééé…");
  EXPECT_EQ(CleanText("", 0), "");
}

TEST(EscapeHtml, EscapesTheFive) {
  EXPECT_EQ(EscapeHtml("<a href=\"x\" b='y'>&amp;"),
            "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;");
}

TEST(NaturalLess, CountsDigits) {
  EXPECT_TRUE(NaturalLess("z2", "z10"));
  EXPECT_FALSE(NaturalLess("z10", "z2"));
  EXPECT_TRUE(NaturalLess("a", "b"));
  EXPECT_TRUE(NaturalLess("", "a"));
  EXPECT_TRUE(NaturalLess("z1", "z1a"));
  EXPECT_FALSE(NaturalLess("z1", "z1"));
  EXPECT_NE(NaturalLess("z1", "z01"), NaturalLess("z01", "z1"));
  EXPECT_TRUE(NaturalLess("z99999999999999999999998", "z99999999999999999999999"));
}

TEST(Format, NumbersForPeople) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(12345), "12,345");
  EXPECT_EQ(FormatCount(-1234567), "−1,234,567");
  EXPECT_EQ(FormatCount(std::numeric_limits<int64_t>::min()), "−9,223,372,036,854,775,808");
  EXPECT_EQ(FormatCompact(9500), "9,500");
  EXPECT_EQ(FormatCompact(12500), "12.5\u00A0k");
  EXPECT_EQ(FormatCompact(3e6), "3\u00A0M");
  EXPECT_EQ(FormatDecimals(1234567.891, 2), "1,234,567.89");
  EXPECT_EQ(FormatDecimals(-0.01, 1), "0.0");
  EXPECT_EQ(FormatDecimals(std::nan(""), 1), "–");
}

TEST(Format, PercentNeverRoundsToNothingOrAll) {
  EXPECT_EQ(FormatPercent(0), "0\u00A0%");
  EXPECT_EQ(FormatPercent(1), "100\u00A0%");
  EXPECT_EQ(FormatPercent(0.431), "43.1\u00A0%");
  EXPECT_EQ(FormatPercent(0.0001), "<0.1\u00A0%");
  EXPECT_EQ(FormatPercent(0.9999), ">99.9\u00A0%");
  EXPECT_EQ(FormatPercent(1.0001), ">100\u00A0%");
  EXPECT_EQ(FormatPercent(1.25), "125.0\u00A0%");
  EXPECT_EQ(FormatPercent(-0.5), "−50.0\u00A0%");
  EXPECT_EQ(FormatPercent(std::numeric_limits<double>::infinity()), "–");
}

TEST(Format, SizesAndTimes) {
  EXPECT_EQ(FormatMegabytes(0), "0\u00A0MB");
  EXPECT_EQ(FormatMegabytes(1023), "1,023\u00A0MB");
  EXPECT_EQ(FormatMegabytes(65536), "64\u00A0GiB");
  EXPECT_EQ(FormatMegabytes(12800), "12.5\u00A0GiB");
  EXPECT_EQ(FormatMegabytes(1258291), "1.2\u00A0TiB");
  EXPECT_EQ(FormatMegabytes(-2048), "−2\u00A0GiB");
  EXPECT_EQ(FormatMegabytes(1048575), "1.0\u00A0TiB");  // Not 1,024.0 GiB.
  EXPECT_EQ(FormatNanoseconds(850), "850\u00A0ns");
  EXPECT_EQ(FormatNanoseconds(1234), "1.2\u00A0µs");
  EXPECT_EQ(FormatSeconds(0), "0\u00A0s");
  EXPECT_EQ(FormatSeconds(12.5), "12.5\u00A0s");
  EXPECT_EQ(FormatSeconds(200), "3\u00A0min 20\u00A0s");
  EXPECT_EQ(FormatSeconds(7500), "2\u00A0h 5\u00A0min");
  EXPECT_EQ(FormatSeconds(270000), "3\u00A0d 3\u00A0h");
}

TEST(Format, NamesAndFit) {
  EXPECT_EQ(JoinNames({}), "");
  EXPECT_EQ(JoinNames({"a"}), "a");
  EXPECT_EQ(JoinNames({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(FitText("short", 12, 200), "short");
  const std::string cut = FitText("a very long name that does not fit", 12, 80);
  EXPECT_TRUE(cut.ends_with("…"));
  EXPECT_LE(TextWidth(cut, 12), 80);
}

TEST(Scale, StaysInRange) {
  const Scale scale{0, 10, 100, 200};
  EXPECT_EQ(scale(5), 150);
  EXPECT_EQ(scale(-5), 100);
  EXPECT_EQ(scale(50), 200);
  EXPECT_EQ(scale(std::nan("")), 100);
  EXPECT_EQ((Scale{1, 1, 100, 200})(1), 100);
}

TEST(Ticks, AreRoundAndCoverTheRange) {
  for (double high = 1e-3; high < 1e12; high *= 1.7) {
    const UpwardTicks counts = CountTicks(high, 4);
    EXPECT_GE(counts.end, high);
    EXPECT_LE(counts.ticks.size(), 6u);
    EXPECT_EQ(counts.ticks.front().value, 0);
    for (const Tick& tick : counts.ticks) EXPECT_EQ(tick.value, std::floor(tick.value));
    const TimeTicks times = MakeTimeTicks(0, high, 6);
    EXPECT_GE(times.ticks.size(), 2u) << high;
    EXPECT_LE(times.ticks.size(), 8u) << high;
    std::set<std::string> labels;
    for (const Tick& tick : times.ticks) EXPECT_TRUE(labels.insert(tick.label).second) << high;
  }
  const UpwardTicks shares = PercentTicks(0.61, 4);
  EXPECT_DOUBLE_EQ(shares.end, 0.8);
  EXPECT_EQ(shares.ticks.back().label, "80\u00A0%");
  EXPECT_EQ(PercentTicks(0, 4).ticks.front().label.substr(0, 1), "0");
  EXPECT_EQ(MakeTimeTicks(0, 3600, 7).unit, "minutes");
}

TEST(MemoryBin, IsAPowerOfTwo) {
  EXPECT_EQ(MemoryBin(0, 18), 1);
  EXPECT_EQ(MemoryBin(65536, 18), 4096);
  EXPECT_GT(MemoryBin(std::numeric_limits<int64_t>::max(), 18), 0);
}

TEST(Coordinate, IsShortAndSafe) {
  EXPECT_EQ(Coordinate(1.50), "1.5");
  EXPECT_EQ(Coordinate(100), "100");
  EXPECT_EQ(Coordinate(-0.001), "0");
  EXPECT_EQ(Coordinate(std::nan("")), "0");
  EXPECT_EQ(Coordinate(1e300), "10000000");
}

TEST(Slots, NoTwoStrategiesLookAlike) {
  std::set<std::pair<size_t, size_t>> seen;
  for (size_t run = 0; run < 64; ++run) {
    EXPECT_TRUE(seen.insert({ColourSlot(run), ShapeSlot(run)}).second) << run;
  }
}

TEST(Report, HasEveryPicture) {
  const std::string page = RenderReport(SampleData(3, 100, 3, 200));
  EXPECT_TRUE(WellFormed(page).Check());
  EXPECT_EQ(CountOfText(page, "data-picture=\"heat\""), 3);
  EXPECT_EQ(CountOfText(page, "data-picture=\"histogram\""), 3);
  EXPECT_EQ(CountOfText(page, "data-picture=\"time\""), 4);
  EXPECT_EQ(CountOfText(page, "data-picture=\"bars\""), 9);
  EXPECT_EQ(CountOfText(page, "data-picture=\"legend\""), 1);
  const int pictures = CountOfText(page, "<svg ");
  EXPECT_EQ(CountOfText(page, "role=\"img\""), pictures);
  EXPECT_EQ(CountOfText(page, "<desc "), pictures);
  EXPECT_NE(page.find("<html lang=\"en\">"), std::string::npos);
  EXPECT_EQ(CountOfText(page, "viewBox=\"0 0 "), pictures);
}

// Two strategies, of which one has lost much more work, and so does with fewer cells.
ReportData UnequalData() {
  ReportData data = SampleData(2, 30, 3, 30);
  ReportRun& worse = data.runs[1];
  worse.placed = 3 * data.runs[0].placed;
  worse.cells_used = 2;
  worse.memory_stranded_mb = 1;
  worse.concentration.share = 0.01;
  worse.running -= 50;
  worse.waiting = 40;
  worse.lost = 10;
  worse.work_running = 7;
  return data;
}

TEST(Report, DifferentWorkIsNotCompared) {
  const std::string page = RenderReport(UnequalData());
  EXPECT_TRUE(WellFormed(page).Check());
  for (const char* words : {"the most", "the fewest", "the least", "comes nearest", "as much as",
                            "More is better", "class=\"tb\">2 of"}) {
    EXPECT_EQ(page.find(words), std::string::npos) << words;
  }
  EXPECT_NE(page.find("do not run the same work"), std::string::npos);
  EXPECT_NE(page.find("Not to be compared"), std::string::npos);
}

// As many, but others of them.
TEST(Report, AsMuchWorkIsNotTheSame) {
  ReportData data = SampleData(2, 30, 3, 30);
  EXPECT_EQ(RenderReport(data).find("do not run the same work"), std::string::npos);
  EXPECT_NE(RenderReport(data).find("comes nearest"), std::string::npos);
  data.runs[1].work_running = 7;
  EXPECT_NE(RenderReport(data).find("do not run the same work"), std::string::npos);
}

TEST(Report, TheHeadlineIsWhatRunsAndWhatWaits) {
  const std::string page = RenderReport(UnequalData());
  const std::string summary = page.substr(page.find("id=\"summary\""),
                                          page.find("id=\"side-by-side\" ") -
                                              page.find("id=\"summary\""));
  EXPECT_NE(summary.find("<div class=\"big\"><dt>Running at the end</dt><dd>40</dd>"),
            std::string::npos)
      << summary;
  EXPECT_NE(summary.find("<dt>Waiting at the end</dt><dd>40</dd>"), std::string::npos);
  EXPECT_NE(summary.find("<dt>Lost</dt><dd>10</dd>"), std::string::npos);
  EXPECT_EQ(summary.find("laced"), std::string::npos) << summary;
}

TEST(Report, LoadsAndRunsNothing) {
  const std::string page = RenderReport(SampleData(3, 50, 3, 50));
  for (const char* what :
       {"<script", "javascript:", "src=", "url(", "@import", "http-equiv=\"refresh"}) {
    EXPECT_EQ(page.find(what), std::string::npos) << what;
  }
  // The one address is the name of the SVG namespace, which nothing fetches.
  EXPECT_EQ(CountOfText(page, "http://"),
            CountOfText(page, "xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_EQ(CountOfText(page, "https://"), 0);
}

TEST(Report, SameInputSameBytes) {
  EXPECT_EQ(RenderReport(SampleData(3, 300, 5, 700)), RenderReport(SampleData(3, 300, 5, 700)));
}

TEST(Report, OrderOfCellsAndSamplesDoesNotMatter) {
  const ReportData data = SampleData(2, 80, 3, 50);
  ReportData turned = data;
  for (ReportRun& run : turned.runs) {
    std::reverse(run.cells.begin(), run.cells.end());
    std::reverse(run.samples.begin(), run.samples.end());
  }
  EXPECT_EQ(RenderReport(data), RenderReport(turned));
}

// The outline of every square that the tooltip says is this cell.
std::vector<std::string> OutlinesOf(std::string_view page, const std::string& cell) {
  std::vector<std::string> out;
  const std::string tooltip = "><title>" + cell + ":";
  for (size_t at = page.find(tooltip); at != std::string_view::npos;
       at = page.find(tooltip, at + 1)) {
    const size_t start = page.rfind(" d=\"", at);
    out.emplace_back(page.substr(start, at - start));
  }
  return out;
}

TEST(Report, ACellHasTheSamePlaceInEveryPicture) {
  ReportData data = SampleData(3, 60, 3, 10);
  data.runs[1].cells.erase(data.runs[1].cells.begin() + 1, data.runs[1].cells.begin() + 9);
  std::reverse(data.runs[2].cells.begin(), data.runs[2].cells.end());
  const std::string page = RenderReport(data);
  const std::vector<std::string> kept = OutlinesOf(page, "cell-00050");
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_EQ(kept[0], kept[1]);
  EXPECT_EQ(kept[0], kept[2]);
  EXPECT_EQ(OutlinesOf(page, "cell-00002").size(),
            2u);  // The place of the one that is gone is empty.
}

TEST(Report, EscapesEveryText) {
  const std::string evil = "<script>alert('x')</script>\"&\xFF\x01\xE2\x80\xAE";
  ReportData data = SampleData(2, 10, 2, 10);
  data.title = evil;
  data.command_line = evil;
  data.date = evil;
  data.description = {evil};
  data.stranded_meaning = evil;
  for (ReportRun& run : data.runs) {
    run.name = evil;
    run.refused_by_reason = {{evil, 3}};
    run.concentration.app = evil;
    run.zones = {{evil, 3}};
    run.events = {{1, evil}};
    for (ReportCell& cell : run.cells) {
      cell.id = evil;
      cell.zone = evil;
    }
  }
  const std::string page = RenderReport(data);
  EXPECT_TRUE(WellFormed(page).Check());
  EXPECT_EQ(page.find("<script"), std::string::npos);
  EXPECT_EQ(page.find("\xFF"), std::string::npos);
  EXPECT_EQ(page.find("\xE2\x80\xAE"), std::string::npos);
  EXPECT_NE(
      page.find("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;\uFFFD\uFFFD\uFFFD"),
      std::string::npos);
}

TEST(Report, EmptyDataGiveASensiblePage) {
  const std::string none = RenderReport(ReportData());
  EXPECT_TRUE(WellFormed(none).Check());
  EXPECT_NE(none.find("<h1>Placement simulation</h1>"), std::string::npos);
  EXPECT_NE(none.find("No strategy was run"), std::string::npos);

  ReportData bare;
  bare.runs.resize(1);
  const std::string one = RenderReport(bare);
  EXPECT_TRUE(WellFormed(one).Check());
  EXPECT_NE(one.find("There are no cells"), std::string::npos);
  EXPECT_NE(one.find("recorded no moments in time"), std::string::npos);
  EXPECT_NE(one.find("(no name)"), std::string::npos);
  EXPECT_EQ(one.find("nan"), std::string::npos);
  EXPECT_EQ(one.find("Time per auction</h3>"), std::string::npos);
}

TEST(Report, OneOfEverything) {
  EXPECT_TRUE(WellFormed(RenderReport(SampleData(1, 1, 1, 1))).Check());
  ReportData mixed = SampleData(2, 30, 3, 30);  // One run has what the other lacks.
  mixed.runs[0].cells.clear();
  mixed.runs[1].samples.clear();
  EXPECT_TRUE(WellFormed(RenderReport(mixed)).Check());
}

TEST(Report, NumbersThatAreNotSensible) {
  ReportData data = SampleData(2, 20, 2, 20);
  const double nan = std::nan("");
  const double infinity = std::numeric_limits<double>::infinity();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  ReportRun& run = data.runs[0];
  run.samples.push_back({nan, 0.5, 0.5, 1, 1, 1, 1});
  run.samples.push_back({infinity, 0.5, 0.5, 1, 1, 1, 1});
  run.samples.push_back({1e300, nan, infinity, kMost, kLeast, kMost, kMost});
  run.samples.push_back({-1e300, -infinity, 7, kLeast, 0, kLeast, 0});
  run.events.push_back({nan, "never"});
  run.cells[0].memory_total_mb = 0;
  run.cells[1].memory_total_mb = kMost;
  run.cells[1].memory_free_mb = kLeast;
  run.cells[2].memory_free_mb = kMost;
  run.cells[3].index = kLeast;
  run.cells[7].instances = kMost;
  run.cells[9].instances = kMost;
  run.zones = {{"z1", kMost}, {"z1", kMost}, {"z2", kLeast}, {"z2", kLeast}};
  run.refused_by_reason = {{"why", kMost}, {"why", 1}};
  run.cells[4] = run.cells[5];  // The same cell twice.
  run.placed = kMost;
  run.refused = kLeast;
  run.memory_total_mb = -5;
  run.nanoseconds_per_auction = nan;
  run.lower_bound_gap = infinity;
  run.concentration.share = nan;
  const std::string page = RenderReport(data);
  EXPECT_TRUE(WellFormed(page).Check());
  EXPECT_EQ(page.find("\"nan"), std::string::npos);
  EXPECT_EQ(page.find("inf\""), std::string::npos);
}

TEST(Report, ManySamplesAreThinnedAndKeepTheirSpikes) {
  ReportData data = SampleData(1, 10, 1, 20000);
  data.runs[0].samples[12345].memory_used_share = 1.75;
  const std::string page = RenderReport(data);
  EXPECT_LT(page.size(), 200000u);
  // The axis reaches to the spike, which the line touches.
  EXPECT_NE(page.find(">200\u00A0%<"), std::string::npos);
  const size_t chart = page.find("id=\"time-memory\"");
  const size_t line = page.find("class=\"l0 d0\" d=\"", chart);
  ASSERT_NE(line, std::string::npos);
  const std::string_view path = std::string_view(page).substr(line, page.find("/>", line) - line);
  EXPECT_LE(CountOfText(path, "L"), 600);
  EXPECT_GE(CountOfText(path, "L"), 300);
}

TEST(Report, LargeClustersStaySmall) {
  const std::string page = RenderReport(SampleData(3, 10000, 20, 1000));
  EXPECT_LT(page.size(), size_t{6} << 20);
  EXPECT_TRUE(WellFormed(page).Check());
  // Squares of one colour are one element; the browser's tree stays small as well.
  EXPECT_LT(CountOfText(page, "<"), 30000);
  const std::string huge = RenderReport(SampleData(2, 100000, 3, 10));
  EXPECT_LT(huge.size(), size_t{6} << 20);
  EXPECT_NE(huge.find("Each square stands for up to 5 neighbouring cells"), std::string::npos);
}

TEST(Report, ManyZonesAndStrategies) {
  EXPECT_TRUE(WellFormed(RenderReport(SampleData(12, 400, 200, 50))).Check());
}

}  // namespace
}  // namespace rostrum::tools
