#include "lib/tools/simulate/csv.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace rostrum::tools {
namespace {

// All fields of all rows.
std::vector<std::vector<std::string>> FieldsOf(const CsvTable& table, size_t columns) {
  std::vector<std::vector<std::string>> rows(table.size());
  for (size_t row = 0; row < table.size(); ++row) {
    for (size_t column = 0; column < columns; ++column) {
      rows[row].emplace_back(table.At(row, column));
    }
  }
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

TEST(CsvTest, ReadsRowsUnderTheHeader) {
  const Expected<CsvTable> table = CsvTable::Parse("t.csv", "a,b,c\n1,2,3\n4,,6\n,,\n");
  ASSERT_TRUE(table.ok()) << table.status().text();
  EXPECT_EQ(FieldsOf(*table, 3), (Rows{{"1", "2", "3"}, {"4", "", "6"}, {"", "", ""}}));
  EXPECT_EQ(table->Column({"b"}), 1U);
  EXPECT_EQ(table->Column({"x", "c"}), 2U);
  EXPECT_EQ(table->Column({"x"}), std::nullopt);
}

TEST(CsvTest, TakesCarriageReturnsQuotesAndAByteOrderMark) {
  const Expected<CsvTable> table = CsvTable::Parse(
      "t.csv", "\xef\xbb\xbf\"a\",b\r\n\"1, \"\"one\"\"\",\"x\r\ny\"\r\n\r\n2,\"\"");
  ASSERT_TRUE(table.ok()) << table.status().text();
  EXPECT_EQ(FieldsOf(*table, 2), (Rows{{"1, \"one\"", "x\r\ny"}, {"2", ""}}));
  EXPECT_EQ(table->Column({"a"}), 0U);
  EXPECT_EQ(table->Line(0), 2);
  EXPECT_EQ(table->Line(1), 5);
}

TEST(CsvTest, AQuoteInsideAPlainFieldIsACharacter) {
  const Expected<CsvTable> table = CsvTable::Parse("t.csv", "a\n5\"\n");
  ASSERT_TRUE(table.ok()) << table.status().text();
  EXPECT_EQ(table->At(0, 0), "5\"");
}

TEST(CsvTest, ErrorsGiveFileLineAndColumn) {
  struct Case {
    std::string_view text;
    std::string_view error;
  };
  std::vector<Case> cases = {
      {"", "t.csv, line 1: the file is empty, expected a line with the names of the columns"},
      {"\n\n", "t.csv, line 1: the file is empty, expected a line with the names of the columns"},
      {"a,b,a\n", "t.csv, line 1: column \"a\" is named twice"},
      {"a,b\n1,2\n\n3\n", "t.csv, line 4: there is 1 field, expected 2 as in the header"},
      {"a,b\n1,2,3\n", "t.csv, line 2: there are 3 fields, expected 2 as in the header"},
      {"a\n1\n\"x\ny\n", "t.csv, line 3: a quote is never closed"},
      {"a\n\"x\ny\" z\n",
       "t.csv, line 3: there is text after a closing quote, expected a comma or the end of the "
       "line"},
  };
  const auto with_zeros = [](std::string_view text) {
    std::string wide;
    for (const char c : text) (wide += c) += '\0';
    return wide;
  };
  const std::string wide = with_zeros("a,b\n");
  const std::string marked = "\xFF\xFE" + wide;
  cases.push_back({wide, "t.csv: the file is in UTF-16, expected UTF-8"});
  cases.push_back({marked, "t.csv: the file is in UTF-16, expected UTF-8"});
  cases.push_back({"a,b\r1,2\r", "t.csv, line 1: lines end in CR alone, expected LF or CR LF"});
  for (const Case& test : cases) {
    const Expected<CsvTable> table = CsvTable::Parse("t.csv", test.text);
    ASSERT_FALSE(table.ok()) << test.text;
    EXPECT_EQ(table.status().text(), test.error);
    EXPECT_EQ(table.status().code(), Code::kInvalidArgument);
  }
}

TEST(CsvTest, NamesMissingColumnsAndBadFields) {
  const Expected<CsvTable> table = CsvTable::Parse("t.csv", "a,b\n1,x\n");
  ASSERT_TRUE(table.ok());
  EXPECT_EQ(table->NeededColumn({"c", "d"}).status().text(),
            "t.csv, line 1: there is no column \"c\" or \"d\" among a, b");
  EXPECT_EQ(*table->NeededColumn({"c", "b"}), 1U);
  EXPECT_EQ(table->BadField(0, 1, "a number").text(),
            "t.csv, line 2, column \"b\": is \"x\", expected a number");
}

TEST(CsvTest, AFileThatIsNotThereIsNotFound) {
  const Expected<CsvTable> table = CsvTable::Read("/nowhere/at/all.csv");
  ASSERT_FALSE(table.ok());
  EXPECT_EQ(table.status().code(), Code::kNotFound);
  EXPECT_NE(table.status().text().find("/nowhere/at/all.csv"), std::string::npos);
}

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(ParseDecimalTest, IsExactToTheLastDecimal) {
  EXPECT_EQ(ParseDecimal("12", 0, 0, kMost), 12);
  EXPECT_EQ(ParseDecimal("12", 3, 0, kMost), 12000);
  EXPECT_EQ(ParseDecimal("12.5", 3, 0, kMost), 12500);
  EXPECT_EQ(ParseDecimal("0.001", 3, 0, kMost), 1);
  EXPECT_EQ(ParseDecimal("12.500000", 3, 0, kMost), 12500);
  EXPECT_EQ(ParseDecimal("0012", 0, 0, kMost), 12);
  EXPECT_EQ(ParseDecimal("9223372036854775807", 0, 0, kMost), kMost);
  EXPECT_EQ(ParseDecimal("9223372036854775.807", 3, 0, kMost), kMost);
  EXPECT_EQ(ParseDecimal("99", 0, 0, 99), 99);
}

TEST(ParseDecimalTest, RoundsToTheNearest) {
  EXPECT_EQ(ParseDecimal("475.00000000000006", 0, 0, kMost), 475);
  EXPECT_EQ(ParseDecimal("474.99999999999994", 0, 0, kMost), 475);
  EXPECT_EQ(ParseDecimal("32012.2421875", 3, 0, kMost), 32'012'242);
  EXPECT_EQ(ParseDecimal("0.0005", 3, 0, kMost), 1);
  EXPECT_EQ(ParseDecimal("0.00049999999999999999999", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("0.9996", 3, 0, kMost), 1000);
  EXPECT_EQ(ParseDecimal("-0.0005", 3, -5, kMost), -1);
  EXPECT_EQ(ParseDecimal("9.9999", 3, 0, 10'000), 10'000);
  EXPECT_EQ(ParseDecimal("10.0004", 3, 0, 10'000), 10'000);
  EXPECT_EQ(ParseDecimal("10.0005", 3, 0, 10'000), std::nullopt);
  EXPECT_EQ(ParseDecimal("9223372036854775807.4", 0, 0, kMost), kMost);
  EXPECT_EQ(ParseDecimal("9223372036854775807.5", 0, 0, kMost), std::nullopt);
}

TEST(ParseDecimalTest, TakesExponents) {
  EXPECT_EQ(ParseDecimal("1e+05", 3, 0, kMost), 100'000'000);
  EXPECT_EQ(ParseDecimal("1E5", 0, 0, kMost), 100'000);
  EXPECT_EQ(ParseDecimal("1.25e-1", 3, 0, kMost), 125);
  EXPECT_EQ(ParseDecimal("3.2012242187500000e+04", 3, 0, kMost), 32'012'242);
  EXPECT_EQ(ParseDecimal("4.5e-4", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("5e-4", 3, 0, kMost), 1);
  EXPECT_EQ(ParseDecimal("0.000001e6", 3, 0, kMost), 1000);
  EXPECT_EQ(ParseDecimal("1e-400", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("0e99999999999999999999", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("1e-99999999999999999999", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("1e99999999999999999999", 3, 0, kMost), std::nullopt);
  EXPECT_EQ(ParseDecimal("1e19", 0, 0, kMost), std::nullopt);
}

TEST(ParseDecimalTest, TakesSignsWhereThereMayBeSuch) {
  EXPECT_EQ(ParseDecimal("-12.5", 3, -12'500, kMost), -12'500);
  EXPECT_EQ(ParseDecimal("-12.501", 3, -12'500, kMost), std::nullopt);
  EXPECT_EQ(ParseDecimal("-0.0", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("-1e-17", 3, 0, kMost), 0);
  EXPECT_EQ(ParseDecimal("-1", 3, 0, kMost), std::nullopt);
}

TEST(ParseDecimalTest, RefusesWhatIsNoNumber) {
  for (const std::string_view text :
       {"",      ".",    "1.",  ".5",  "-",     "--1", "+1",   " 1", "1 ",  "1e",  "1e+", "e5",
        "1e3.5", "1e 3", "0x1", "1,5", "1.2.3", "1.x", "1.e5", "x",  "nan", "inf", "-inf"}) {
    EXPECT_EQ(ParseDecimal(text, 3, -kMost, kMost), std::nullopt) << text;
    EXPECT_EQ(ParseCount(text, -kMost, kMost), std::nullopt) << text;
  }
  EXPECT_EQ(ParseDecimal("100", 0, 0, 99), std::nullopt);
  EXPECT_EQ(ParseDecimal("1", 3, 0, 999), std::nullopt);
  EXPECT_EQ(ParseDecimal("9223372036854775808", 0, 0, kMost), std::nullopt);
}

TEST(ParseCountTest, DoesNotRound) {
  EXPECT_EQ(ParseCount("8", 0, 10), 8);
  EXPECT_EQ(ParseCount("8.000", 0, 10), 8);
  EXPECT_EQ(ParseCount("1e+05", 0, kMost), 100'000);
  EXPECT_EQ(ParseCount("1.5e1", 0, kMost), 15);
  EXPECT_EQ(ParseCount("150e-1", 0, kMost), 15);
  EXPECT_EQ(ParseCount("0.0", 0, 10), 0);
  for (const std::string_view text : {"8.5", "8.0001", "15e-1", "1e-9", "11", "-1"}) {
    EXPECT_EQ(ParseCount(text, 0, 10), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace rostrum::tools
