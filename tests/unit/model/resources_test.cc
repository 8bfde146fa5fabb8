#include "rostrum/resources.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

#include "lib/model/cell_row.h"
#include "tests/unit/builders.h"

namespace rostrum {
namespace {

Resources WithScalars(std::vector<NamedAmount> scalars) {
  Resources resources;
  resources.scalars = std::move(scalars);
  return resources;
}

TEST(ResourcesTest, NormalizeSortsAddsUpAndDropsZeros) {
  Resources resources = WithScalars({{"gpus", 2}, {"bandwidth", 5}, {"gpus", 3}, {"ports", 0}});
  resources.Normalize();
  EXPECT_EQ(resources.scalars, (std::vector<NamedAmount>{{"bandwidth", 5}, {"gpus", 5}}));
}

TEST(ResourcesTest, NormalizeDropsWhatAddsUpToZero) {
  Resources resources = WithScalars({{"gpus", 2}, {"gpus", -2}});
  resources.Normalize();
  EXPECT_TRUE(resources.scalars.empty());
}

TEST(ResourcesTest, AScalarThatIsNotNamedIsZero) {
  const Resources resources = WithScalars({{"bandwidth", 5}, {"gpus", 2}});
  EXPECT_EQ(resources.Scalar("bandwidth"), 5);
  EXPECT_EQ(resources.Scalar("gpus"), 2);
  EXPECT_EQ(resources.Scalar("gpu"), 0);
  EXPECT_EQ(resources.Scalar("zzz"), 0);
  EXPECT_EQ(resources.Scalar(""), 0);
}

TEST(ResourcesTest, AddAddsEveryResource) {
  Resources sum = MakeResources(100, 200, 3);
  sum.cpu = 500;
  sum.scalars = {{"gpus", 1}};
  Resources other = MakeResources(10, 20, 1);
  other.cpu = 250;
  other.scalars = {{"bandwidth", 7}, {"gpus", 1}};
  sum.Add(other);

  Resources expected = MakeResources(110, 220, 4);
  expected.cpu = 750;
  expected.scalars = {{"bandwidth", 7}, {"gpus", 2}};
  EXPECT_EQ(sum, expected);
}

TEST(ResourcesTest, SubtractUndoesAdd) {
  Resources original = MakeResources(100, 200, 3);
  original.scalars = {{"gpus", 1}};
  Resources other = MakeResources(-10, 5000, 1);
  other.cpu = 250;
  other.scalars = {{"bandwidth", 7}, {"gpus", 1}};

  Resources changed = original;
  changed.Add(other);
  changed.Subtract(other);
  EXPECT_EQ(changed, original);
}

TEST(ResourcesTest, SubtractGoesBelowZero) {
  Resources rest = MakeResources(1, 1, 1);
  Resources more = MakeResources(2, 3, 4);
  more.scalars = {{"gpus", 5}};
  rest.Subtract(more);
  EXPECT_EQ(rest.memory, WholeAmount(-1));
  EXPECT_EQ(rest.disk, WholeAmount(-2));
  EXPECT_EQ(rest.containers, -3);
  EXPECT_EQ(rest.Scalar("gpus"), -5);
}

TEST(ResourcesTest, SubtractingItselfLeavesNothing) {
  Resources resources = MakeResources(1, 2, 3);
  resources.scalars = {{"gpus", 5}};
  resources.Subtract(resources);
  EXPECT_EQ(resources, Resources());
}

TEST(ResourcesTest, AddingItselfDoubles) {
  Resources resources = WithScalars({{"gpus", 2}, {"ports", 3}});
  resources.Add(resources);
  EXPECT_EQ(resources.scalars, (std::vector<NamedAmount>{{"gpus", 4}, {"ports", 6}}));
}

TEST(FormatAmountTest, WritesNoTrailingZeros) {
  EXPECT_EQ(FormatAmount(0), "0");
  EXPECT_EQ(FormatAmount(512'000), "512");
  EXPECT_EQ(FormatAmount(512'500), "512.5");
  EXPECT_EQ(FormatAmount(512'050), "512.05");
  EXPECT_EQ(FormatAmount(512'005), "512.005");
  EXPECT_EQ(FormatAmount(1), "0.001");
}

TEST(FormatAmountTest, KeepsTheSignOfLessThanOne) {
  EXPECT_EQ(FormatAmount(-1), "-0.001");
  EXPECT_EQ(FormatAmount(-1'500), "-1.5");
  EXPECT_EQ(FormatAmount(-2'000), "-2");
}

TEST(FormatAmountTest, WritesTheLargestAndTheSmallestNumber) {
  EXPECT_EQ(FormatAmount(std::numeric_limits<Amount>::max()), "9223372036854775.807");
  EXPECT_EQ(FormatAmount(std::numeric_limits<Amount>::min()), "-9223372036854775.808");
}

TEST(AmountTest, SumsOfAThousandLargestAmountsFit) {
  EXPECT_LT(kAmountMaximum, std::numeric_limits<Amount>::max() / 1000);
}

TEST(AmountTest, TheLargestAmountIsExactAsADouble) {
  EXPECT_EQ(static_cast<Amount>(static_cast<double>(kAmountMaximum - 1)), kAmountMaximum - 1);
}

TEST(ValidateResourcesTest, AcceptsBothEndsOfTheRange) {
  Resources resources;
  resources.memory = kAmountMaximum;
  resources.disk = -kAmountMaximum;
  resources.containers = -kContainersMaximum;
  resources.scalars = {{"gpus", kAmountMaximum}};
  EXPECT_TRUE(ValidateResources(resources, "it").ok());
}

TEST(ValidateResourcesTest, NamesTheAmountThatIsOutOfRange) {
  Resources resources;
  resources.memory = kAmountMaximum + 1;
  EXPECT_EQ(
      ValidateResources(resources, "cell \"a\", total").text(),
      "cell \"a\", total: memory (thousandths of a MB) is 4000000000000001, expected a number "
      "from -4000000000000000 to 4000000000000000");

  resources = {};
  resources.disk = std::numeric_limits<Amount>::min();
  EXPECT_EQ(ValidateResources(resources, "it").text(),
            "it: disk (thousandths of a MB) is -9223372036854775808, expected a number from "
            "-4000000000000000 to 4000000000000000");

  resources = {};
  resources.cpu = -kAmountMaximum - 1;
  EXPECT_EQ(ValidateResources(resources, "it").text(),
            "it: cpu (milli-CPU) is -4000000000000001, expected a number from -4000000000000000 to "
            "4000000000000000");

  resources = {};
  resources.containers = kContainersMaximum + 1;
  EXPECT_EQ(ValidateResources(resources, "it").text(),
            "it: containers is 1000000000001, expected a number from -1000000000000 to "
            "1000000000000");
}

TEST(ValidateResourcesTest, NamesTheScalarThatIsWrong) {
  EXPECT_EQ(ValidateResources(WithScalars({{"gpus", kAmountMaximum + 1}}), "it").text(),
            "it: gpus is 4000000000000001, expected a number from -4000000000000000 to "
            "4000000000000000");
  EXPECT_EQ(ValidateResources(WithScalars({{"gpus", 1}, {"", 1}}), "it").text(),
            "it: resource number 1 has no name");
  EXPECT_EQ(ValidateResources(WithScalars({{"a", 1}, {"b", 1}, {"a", 2}}), "it").text(),
            "it: resource \"a\" is given twice");
}

// A cell on which all of it is free. It has not been started if it has an overhead.
SingleRow RowWith(const Resources& total, const Resources* overhead) {
  std::set<std::string_view> names;
  AddNames(total, &names);
  SingleRow cell(names);
  SetAmounts(&cell.row, total, total);
  cell.row.overhead = overhead;
  return cell;
}

bool FitsInto(const Resources& free, const Resources& asked, const Resources* overhead) {
  Work work;
  work.asked = asked;
  work.asked.Normalize();
  return Fits(RowWith(free, overhead).row, work);
}

TEST(FitsTest, LooksAtEveryResourceAndAtOneContainer) {
  Resources free;
  free.memory = free.disk = 10;
  free.cpu = 100;
  free.containers = 1;
  free.scalars = {{"gpus", 500}};
  EXPECT_TRUE(FitsInto(free, free, nullptr));
  EXPECT_FALSE(FitsInto(free, Resources(), &free)) << "an overhead with a container of its own";
  const auto with = [&](auto change) {
    Resources asked = free;
    change(&asked);
    return FitsInto(free, asked, nullptr);
  };
  EXPECT_FALSE(with([](Resources* asked) { ++asked->memory; }));
  EXPECT_FALSE(with([](Resources* asked) { ++asked->disk; }));
  EXPECT_FALSE(with([](Resources* asked) { ++asked->cpu; }));
  EXPECT_FALSE(with([](Resources* asked) { ++asked->scalars[0].amount; }));
  EXPECT_FALSE(with([](Resources* asked) { asked->scalars.push_back({"fpga", 1}); }));
  EXPECT_TRUE(with([](Resources* asked) { asked->scalars.push_back({"fpga", 0}); }));
  free.containers = 0;
  EXPECT_FALSE(FitsInto(free, Resources(), nullptr));
}

TEST(FitsTest, NoneOfCpuAndOfNamedResourcesFitsOnLessThanNone) {
  Resources free;
  free.containers = 1;
  free.cpu = -1;
  free.scalars = {{"gpus", -1}};
  Resources asked;
  asked.scalars = {{"gpus", 0}};
  EXPECT_TRUE(FitsInto(free, asked, nullptr));
  Resources overhead;
  overhead.cpu = 1;
  EXPECT_FALSE(FitsInto(free, asked, &overhead));
  free.memory = -1;
  EXPECT_FALSE(FitsInto(free, asked, nullptr));
}

TEST(ReserveTest, IsUndoneByRelease) {
  Resources total;
  total.memory = total.disk = total.cpu = 1000;
  total.containers = 9;
  total.scalars = {{"gpus", 500}, {"ports", 70}};
  Resources overhead;
  overhead.memory = 1;
  overhead.containers = 2;
  overhead.scalars = {{"ports", 7}};
  Work lrp;
  lrp.asked.memory = 100;
  lrp.asked.cpu = 10;
  lrp.asked.containers = 5;  // Ignored: an instance is one container.
  lrp.asked.scalars = {{"gpus", 50}};
  Work task = lrp;
  task.kind = Kind::kTask;
  SingleRow cell = RowWith(total, &overhead);
  const Resources* const first = Reserve(&cell.row, lrp);
  EXPECT_EQ(first, &overhead);
  EXPECT_EQ(cell.row.containers_free, 6);
  EXPECT_EQ(FreeOf(cell.row).scalars, (std::vector<NamedAmount>{{"gpus", 450}, {"ports", 63}}));
  const Resources* const second = Reserve(&cell.row, task);
  EXPECT_EQ(second, nullptr) << "it is started once";
  EXPECT_EQ(cell.row.starting_containers, 2);
  EXPECT_EQ(cell.row.lrp_count, 1);
  EXPECT_EQ(cell.row.task_count, 1);
  Release(&cell.row, task, second);
  Release(&cell.row, lrp, first);
  EXPECT_EQ(FreeOf(cell.row), total);
  EXPECT_EQ(cell.row.starting_containers + cell.row.lrp_count + cell.row.task_count, 0);
  EXPECT_EQ(cell.row.overhead, &overhead);
}

}  // namespace
}  // namespace rostrum
