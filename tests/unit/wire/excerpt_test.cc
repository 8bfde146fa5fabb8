#include <gtest/gtest.h>

#include <array>

#include "lib/wire/form.h"
#include "lib/wire/text.h"

namespace rostrum::wire {
namespace {

TEST(Positions, CountLinesAndBytesFromOne) {
  const std::string_view text = "ab\n\né\nd";
  Positions positions(text);
  const std::vector<std::pair<size_t, size_t>> expected = {{1, 1}, {1, 2}, {1, 3}, {2, 1}, {3, 1},
                                                           {3, 2}, {3, 3}, {4, 1}, {4, 2}};
  for (size_t offset = 0; offset <= text.size(); ++offset) {
    const Position position = positions.At(offset);
    EXPECT_EQ(position.line, expected[offset].first) << offset;
    EXPECT_EQ(position.column, expected[offset].second) << offset;
  }
  EXPECT_EQ(positions.At(3).line, 2u);
  EXPECT_EQ(positions.At(0).line, 1u);
  EXPECT_EQ(Positions("").At(0).column, 1u);
}

TEST(Excerpt, TakesTheValueOnly) {
  const auto excerpt = [](std::string_view text) { return ValueExcerpt(text, 1); };
  EXPECT_EQ(excerpt(" 12,3"), "12");
  EXPECT_EQ(excerpt(" 12"), "12");
  EXPECT_EQ(excerpt(" \"a]\\\"b\",3"), "\"a]\\\"b\"");
  EXPECT_EQ(excerpt(" [1,{\"]\":2}],3"), "[1,{\"]\":2}]");
  EXPECT_EQ(excerpt(" {}}"), "{}");
  EXPECT_EQ(excerpt(" [[["), "[[[");
  EXPECT_EQ(excerpt(" \"open"), "\"open");
  EXPECT_EQ(excerpt(" "), "");
  EXPECT_EQ(excerpt(" " + std::string(60, '1')), std::string(60, '1'));
  EXPECT_EQ(excerpt(" " + std::string(61, '1')), std::string(60, '1') + "...");
}

TEST(Excerpt, EscapesWhatATerminalObeys) {
  EXPECT_EQ(Escape("a\n\r\t\x1B\x7F\xC2\x85\xC2\xA0é\xFF"),
            "a\\n\\r\\t\\u001b\\u007f\\u0085\xC2\xA0é\\xff");
  EXPECT_EQ(Escape("a\u202Eb\u200Bc\u2028d\uFEFF\u00AD\U000E0041"),
            "a\\u202eb\\u200bc\\u2028d\\ufeff\\u00ad\\ue0041");
  EXPECT_EQ(Escape("\\u202e"), "\\u202e") << "what is escaped stays";
  EXPECT_EQ(Cut("abcdé", 5), "abcd...");
  EXPECT_EQ(Quote("a\"b\\"), "\"a\\\"b\\\\\"");
  EXPECT_EQ(Quote(std::string(1000, 'a')), "\"" + std::string(60, 'a') + "...\"");
}

TEST(Utf8, DecodesAndKnowsWhatIsHidden) {
  EXPECT_EQ(CodePoint("a"), U'a');
  EXPECT_EQ(CodePoint("é"), U'é');
  EXPECT_EQ(CodePoint("€"), U'€');
  EXPECT_EQ(CodePoint("😀"), U'😀');
  EXPECT_EQ(CodePoint("\xF4\x8F\xBF\xBF"), char32_t{0x10FFFF});
  for (const uint32_t hidden :
       {0x0u, 0x1Fu, 0x7Fu, 0x80u, 0x9Fu, 0xADu, 0x61Cu, 0x200Bu, 0x200Fu, 0x2028u, 0x202Eu,
        0x2066u, 0x2069u, 0xFDD0u, 0xFEFFu, 0xFFFEu, 0xE0020u, 0x10FFFFu}) {
    EXPECT_TRUE(IsHidden(static_cast<char32_t>(hidden))) << hidden;
  }
  for (const char32_t shown : U" ~\u00A0éא€😀\uFFFD\u2026\u00B5") {
    EXPECT_TRUE(shown == 0 || !IsHidden(shown)) << static_cast<uint32_t>(shown);
  }
}

TEST(Utf8, KnowsWhatIsValid) {
  EXPECT_EQ(CharacterLength(""), 0u);
  EXPECT_EQ(CharacterLength("ab"), 1u);
  EXPECT_EQ(CharacterLength("é"), 2u);
  EXPECT_EQ(CharacterLength("€"), 3u);
  EXPECT_EQ(CharacterLength("😀"), 4u);
  EXPECT_EQ(CharacterLength("\xF4\x8F\xBF\xBF"), 4u);
  for (const std::string_view bad :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC3", "\xC3(", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xE2\x82", "\xE2\x82(", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_EQ(CharacterLength(bad), 0u) << Escape(bad);
  }
  EXPECT_EQ(ValidPrefix("aé\xFF"), 3u);
}

TEST(NearKey, GuessesWhatWasMeant) {
  const std::array<std::string_view, 6> known = {"process_guid", "domain", "indices",
                                                 "MemoryMB",     "RootFs", "PlacementTags"};
  EXPECT_EQ(NearestKey("proces_guid", known), "process_guid");
  EXPECT_EQ(NearestKey("domian", known), "domain");
  EXPECT_EQ(NearestKey("memory", known), "MemoryMB");
  EXPECT_EQ(NearestKey("placement_tags", known), "PlacementTags");
  EXPECT_EQ(NearestKey("root_fs", known), "RootFs");
  EXPECT_EQ(NearestKey("stack", known), "");
  EXPECT_EQ(NearestKey("", known), "");
  EXPECT_EQ(NearestKey(std::string(1'000'000, 'a'), known), "");
  EXPECT_TRUE(EqualIgnoringCase("cell_ID", "CELL_id"));
  EXPECT_FALSE(EqualIgnoringCase("cell_id", "cell-id"));
  EXPECT_FALSE(EqualIgnoringCase("@", "`"));
}

}  // namespace
}  // namespace rostrum::wire
