#include "rostrum/configuration.h"

#include <gtest/gtest.h>

#include <limits>

namespace rostrum {
namespace {

TEST(ConfigurationTest, DefaultsAreThoseOfDiego) {
  const Configuration configuration;
  EXPECT_EQ(configuration.bin_pack_first_fit_weight, 0);
  EXPECT_EQ(configuration.starting_container_weight, 0.25);
  EXPECT_EQ(configuration.starting_container_count_maximum, 0);
}

TEST(SetOptionTest, SetsEachKeyFromItsText) {
  Configuration configuration;
  EXPECT_TRUE(SetOption(&configuration, "bin_pack_first_fit_weight", "0.5").ok());
  EXPECT_TRUE(SetOption(&configuration, "starting_container_weight", "-1e3").ok());
  EXPECT_TRUE(SetOption(&configuration, "starting_container_count_maximum", "-7").ok());
  EXPECT_EQ(configuration.bin_pack_first_fit_weight, 0.5);
  EXPECT_EQ(configuration.starting_container_weight, -1000);
  EXPECT_EQ(configuration.starting_container_count_maximum, -7);
}

TEST(SetOptionTest, RefusesAWeightThatIsNoFiniteNumber) {
  for (const char* value :
       {"", "fast", "0.5x", " 1", "1 ", "nan", "inf", "-inf", "1e999", "0x10"}) {
    Configuration configuration;
    const Status status = SetOption(&configuration, "starting_container_weight", value);
    EXPECT_EQ(status.code(), Code::kInvalidArgument) << value;
    EXPECT_EQ(configuration, Configuration()) << value;
  }
}

TEST(SetOptionTest, RefusesACountThatIsNoWholeNumber) {
  for (const char* value : {"", "many", "1.5", "1 ", "9223372036854775808"}) {
    Configuration configuration;
    EXPECT_FALSE(SetOption(&configuration, "starting_container_count_maximum", value).ok())
        << value;
    EXPECT_EQ(configuration, Configuration()) << value;
  }
}

TEST(SetOptionTest, SaysKeyValueAndWhatWasExpected) {
  Configuration configuration;
  EXPECT_EQ(SetOption(&configuration, "starting_container_weight", "fast").text(),
            "starting_container_weight is \"fast\", expected a finite number such as 0.25");
  EXPECT_EQ(SetOption(&configuration, "starting_container_count_maximum", "many").text(),
            "starting_container_count_maximum is \"many\", expected a whole number (0 or less: no "
            "limit)");
  EXPECT_EQ(SetOption(&configuration, "speed", "1").text(),
            "unknown setting \"speed\", expected one of bin_pack_first_fit_weight, "
            "starting_container_weight, starting_container_count_maximum");
}

TEST(OptionsTest, EveryListedKeyCanBeSetAndItsDefaultIsThatOfTheStruct) {
  EXPECT_EQ(Options().size(), 3u);
  for (const Option& option : Options()) {
    Configuration configuration;
    EXPECT_TRUE(SetOption(&configuration, option.key, "1").ok()) << option.key;
    EXPECT_NE(configuration, Configuration()) << option.key;
    EXPECT_TRUE(SetOption(&configuration, option.key, option.default_text).ok()) << option.key;
    EXPECT_EQ(configuration, Configuration()) << option.key;
    EXPECT_FALSE(option.unit.empty() || option.description.empty()) << option.key;
  }
}

TEST(ValidateConfigurationTest, RefusesWeightsThatAreNotFinite) {
  Configuration configuration;
  EXPECT_TRUE(ValidateConfiguration(configuration).ok());
  configuration.starting_container_weight = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(ValidateConfiguration(configuration).text(),
            "starting_container_weight is nan, expected a finite number");
  configuration = {};
  configuration.bin_pack_first_fit_weight = -std::numeric_limits<double>::infinity();
  EXPECT_EQ(ValidateConfiguration(configuration).text(),
            "bin_pack_first_fit_weight is -inf, expected a finite number");
}

}  // namespace
}  // namespace rostrum
