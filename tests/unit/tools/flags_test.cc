#include "lib/tools/flags.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace rostrum::tools {
namespace {

using Arguments = std::vector<std::string_view>;

Verb MakeVerb(std::string_view operands = "") {
  return {.name = "measure",
          .operands = operands,
          .summary = "Measures things.\nIn a second paragraph it says more about them.",
          .groups = {{"Things",
                      {{"cells", "N", "how many cells", "10"},
                       {"zones", "Z", "how many zones"},
                       {"set", "KEY=VALUE", "one setting", "", true}}},
                     {"Ways", {{"fast", "", "whether it is done fast"}}}},
          .examples = {{"Measure five cells.", "rostrum measure --cells 5"}}};
}

std::string ErrorOf(const std::vector<std::string>& arguments, std::string_view operands = "") {
  static Verb verb;
  verb = MakeVerb(operands);
  const Expected<Flags> flags = Flags::Parse(verb, Arguments(arguments.begin(), arguments.end()));
  if (flags.ok()) return "no error";
  EXPECT_EQ(flags.status().code(), Code::kInvalidArgument);
  return flags.status().text();
}

TEST(FlagsTest, TakesBothFormsOfAValue) {
  const Verb verb = MakeVerb();
  const Arguments arguments = {"--cells", "5", "--zones=7", "--fast"};
  const Expected<Flags> flags = Flags::Parse(verb, arguments);
  ASSERT_TRUE(flags.ok()) << flags.status().text();
  EXPECT_EQ(flags->Text("cells"), "5");
  EXPECT_EQ(flags->Text("zones"), "7");
  EXPECT_TRUE(flags->Has("fast"));
  EXPECT_FALSE(flags->Has("set"));
  EXPECT_FALSE(flags->help());
  EXPECT_EQ(flags->Text("set", "fallback"), "fallback");
}

TEST(FlagsTest, KeepsAllValuesOfARepeatableFlagInOrder) {
  const Verb verb = MakeVerb();
  const Arguments arguments = {"--set", "b=1", "--cells=1", "--set=a=2"};
  const Expected<Flags> flags = Flags::Parse(verb, arguments);
  ASSERT_TRUE(flags.ok()) << flags.status().text();
  EXPECT_EQ(flags->Texts("set"), (Arguments{"b=1", "a=2"}));
  EXPECT_TRUE(flags->Texts("fast").empty());
}

TEST(FlagsTest, TakesAnEmptyValueAndNegativeNumbers) {
  const Verb verb = MakeVerb();
  const Arguments arguments = {"--cells", "-5", "--zones=", "--set", "-"};
  const Expected<Flags> flags = Flags::Parse(verb, arguments);
  ASSERT_TRUE(flags.ok()) << flags.status().text();
  EXPECT_EQ(flags->Text("cells"), "-5");
  EXPECT_TRUE(flags->Has("zones"));
  EXPECT_EQ(flags->Text("zones", "fallback"), "");
  EXPECT_EQ(flags->Text("set"), "-");
}

TEST(FlagsTest, CollectsOperands) {
  const Verb verb = MakeVerb("FILE...");
  const Arguments arguments = {"one", "--fast", "-", "--", "--cells", "--"};
  const Expected<Flags> flags = Flags::Parse(verb, arguments);
  ASSERT_TRUE(flags.ok()) << flags.status().text();
  EXPECT_EQ(flags->operands(), (Arguments{"one", "-", "--cells", "--"}));
}

TEST(FlagsTest, StopsAtHelp) {
  const Verb verb = MakeVerb();
  for (const std::string_view help : {"--help", "-h"}) {
    const Arguments arguments = {"--fast", help, "--nonsense"};
    const Expected<Flags> flags = Flags::Parse(verb, arguments);
    ASSERT_TRUE(flags.ok()) << flags.status().text();
    EXPECT_TRUE(flags->help());
  }
}

TEST(FlagsTest, ErrorsNameFlagAndValue) {
  EXPECT_EQ(ErrorOf({"--cels", "5"}), "unknown flag --cels, the nearest known one is --cells");
  EXPECT_EQ(ErrorOf({"--zone=5"}), "unknown flag --zone, the nearest known one is --zones");
  EXPECT_EQ(ErrorOf({"--hlep"}), "unknown flag --hlep, the nearest known one is --help");
  EXPECT_EQ(ErrorOf({"-c"}),
            "unknown flag -c, expected one of those that rostrum measure --help lists");
  EXPECT_EQ(ErrorOf({"--help=1"}), "--help is given \"1\", expected no value");
  EXPECT_EQ(ErrorOf({"--cells"}), "--cells has no value, expected N");
  EXPECT_EQ(ErrorOf({"--cells", "--fast"}), "--cells has no value, expected N");
  EXPECT_EQ(ErrorOf({"--cells", "1", "--cells=2"}), "--cells is given twice, expected it once");
  EXPECT_EQ(ErrorOf({"--fast=yes"}), "--fast is given \"yes\", expected no value");
  EXPECT_EQ(ErrorOf({"file"}), "\"file\" is not a flag, expected flags only");
  EXPECT_EQ(ErrorOf({"--", "--fast"}), "\"--fast\" is not a flag, expected flags only");
  EXPECT_EQ(ErrorOf({"file"}, "FILE"), "no error");
}

TEST(FlagsTest, ErrorsAreShortLines) {
  const std::string much(1000, 'x');
  const std::string most(80, 'x');
  EXPECT_EQ(ErrorOf({"--" + much}), "unknown flag --" + most.substr(2) +
                                        "..., expected one of those that rostrum measure --help "
                                        "lists");
  EXPECT_EQ(ErrorOf({much}), "\"" + most + "...\" is not a flag, expected flags only");
  EXPECT_EQ(ErrorOf({"--fast=" + much}), "--fast is given \"" + most + "...\", expected no value");
  EXPECT_EQ(ErrorOf({"a\nb\x1b[2J\u202E"}),
            "\"a\\nb\\u001b[2J\\u202e\" is not a flag, expected flags only");
}

TEST(FlagsTest, ReadsWholeNumbers) {
  const Verb verb = MakeVerb();
  const auto whole = [&](std::string_view text) -> std::string {
    const Arguments arguments = {"--cells", text};
    const Expected<Flags> flags = Flags::Parse(verb, arguments);
    const Expected<int64_t> number = flags->Whole("cells", 10, -5, 99);
    return number.ok() ? std::to_string(*number) : number.status().text();
  };
  EXPECT_EQ(whole("7"), "7");
  EXPECT_EQ(whole("-5"), "-5");
  EXPECT_EQ(whole("99"), "99");
  EXPECT_EQ(whole("100"), "--cells is \"100\", expected a whole number from -5 to 99");
  EXPECT_EQ(whole("-6"), "--cells is \"-6\", expected a whole number from -5 to 99");
  EXPECT_EQ(whole("7x"), "--cells is \"7x\", expected a whole number from -5 to 99");
  EXPECT_EQ(whole("1.5"), "--cells is \"1.5\", expected a whole number from -5 to 99");
  EXPECT_EQ(whole("99999999999999999999"),
            "--cells is \"99999999999999999999\", expected a whole number from -5 to 99");
  EXPECT_EQ(whole(""), "--cells is \"\", expected a whole number from -5 to 99");
  const Expected<Flags> flags = Flags::Parse(verb, {});
  EXPECT_EQ(*flags->Whole("cells", 10, 20, 30), 10);
}

TEST(FlagsTest, HelpIsWrappedAndAligned) {
  Verb verb = MakeVerb("FILE");
  verb.groups[1].flags.push_back(
      {"a-flag-with-a-long-name", "AND-VALUE",
       "has its text on a line of its own, and so much of it that it must be broken into two lines",
       "nothing at all"});
  EXPECT_EQ(
      HelpText(verb),
      "Usage: rostrum measure [FLAGS] FILE\n"
      "\n"
      "Measures things.\n"
      "\n"
      "In a second paragraph it says more about them.\n"
      "\n"
      "Things:\n"
      "  --cells N                   how many cells (default: 10)\n"
      "  --zones Z                   how many zones\n"
      "  --set KEY=VALUE             one setting; may be repeated\n"
      "\n"
      "Ways:\n"
      "  --fast                      whether it is done fast\n"
      "  --a-flag-with-a-long-name AND-VALUE\n"
      "                              has its text on a line of its own, and so much of it that "
      "it must\n"
      "                              be broken into two lines (default: nothing at all)\n"
      "\n"
      "Help:\n"
      "  --help                      or -h: show this help and do nothing else\n"
      "\n"
      "Examples:\n"
      "  Measure five cells.\n"
      "      rostrum measure --cells 5\n");
}

}  // namespace
}  // namespace rostrum::tools
