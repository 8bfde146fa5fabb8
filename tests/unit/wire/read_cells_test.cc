#include <gtest/gtest.h>

#include <limits>

#include "lib/wire/wire.h"
#include "rostrum/cache.h"

namespace rostrum::wire {
namespace {

std::vector<Cell> Read(std::string_view text) {
  Expected<std::vector<Cell>> cells = ReadCells(text, "cells.json");
  EXPECT_TRUE(cells.ok()) << cells.status().text();
  return cells.ok() ? *cells : std::vector<Cell>();
}

// The one cell of a text with the given members beside its id.
Cell ReadOne(std::string_view members) {
  const std::string text = "[{\"cell_id\":\"cell-1\"," + std::string(members) + "}]";
  const std::vector<Cell> cells = Read(text);
  EXPECT_EQ(cells.size(), 1u) << text;
  return cells.empty() ? Cell() : cells[0];
}

std::string ErrorOf(std::string_view text) { return ReadCells(text, "cells.json").status().text(); }

TEST(ReadCells, ReadsAllThatARepSays) {
  const std::vector<Cell> cells = Read(R"([
    {"rep_url":"https://cell-1:1801","cell_id":"cell-1","cell_index":3,
     "RootFSProviders":{"docker":{"type":"arbitrary"},
                        "preloaded":{"set":{"cflinuxfs3":{},"cflinuxfs4":{}},"type":"fixed_set"}},
     "AvailableResources":{"MemoryMB":1000,"DiskMB":2000,"Containers":100},
     "TotalResources":{"MemoryMB":16000,"DiskMB":32000,"Containers":250},
     "LRPs":[{"instance_guid":"ig-1","process_guid":"pg-1","index":2,"domain":"cf-apps",
              "PlacementTags":null,"VolumeDrivers":["nfs"],"RootFs":"preloaded:cflinuxfs4",
              "MemoryMB":256,"DiskMB":1024,"MaxPids":100,"state":"RUNNING"},
             {"process_guid":"pg-2"},{"process_guid":"pg-1","index":1}],
     "Tasks":[{"TaskGuid":"t","Domain":"d","PlacementTags":null,"VolumeDrivers":null,
               "RootFs":"r","MemoryMB":1,"DiskMB":2,"MaxPids":3,"state":"Running","failed":false}],
     "StartingContainerCount":1,"Zone":"z1","Evacuating":true,"VolumeDrivers":["nfs","smb"],
     "PlacementTags":["gpu"],"OptionalPlacementTags":["opt"],"ProxyMemoryAllocationMB":32}])");
  ASSERT_EQ(cells.size(), 1u);

  Cell expected;
  expected.id = "cell-1";
  expected.zone = "z1";
  expected.index = 3;
  expected.total = {.memory = 16'000'000, .disk = 32'000'000, .containers = 250};
  expected.available = {.memory = 1'000'000, .disk = 2'000'000, .containers = 100};
  expected.signature.rootfs_providers = {
      {"docker", RootfsProvider::Type::kArbitrary, {}},
      {"preloaded", RootfsProvider::Type::kFixedSet, {"cflinuxfs3", "cflinuxfs4"}}};
  expected.signature.volume_drivers = {"nfs", "smb"};
  expected.signature.placement_tags = {"gpu"};
  expected.signature.optional_placement_tags = {"opt"};
  expected.lrps = {"pg-1", "pg-2", "pg-1"};
  expected.task_count = 1;
  expected.starting_containers = 1;
  expected.proxy_memory = 32'000;
  expected.evacuating = true;
  EXPECT_TRUE(cells[0] == expected);
}

TEST(ReadCells, ReadsTextsWithoutCells) {
  EXPECT_TRUE(Read("[]").empty());
  EXPECT_TRUE(Read(" \t\r\n[ \n] \n").empty());
  EXPECT_TRUE(Read("null").empty());
}

// As `cfdot cell-states` prints them, `jq` with or without -c, or files put one behind the other.
TEST(ReadCells, ReadsStreams) {
  const std::string a = R"({"cell_id":"a","Zone":"z1","LRPs":[{"process_guid":"p"}]})";
  const std::string b = "{\n  \"cell_id\": \"b\",\n  \"LRPs\": []\n}";
  const std::string c = R"({"cell_id":"c","Evacuating":true})";
  const std::vector<Cell> array = Read("[" + a + "," + b + "," + c + "]");
  ASSERT_EQ(array.size(), 3u);
  for (const std::string& text :
       {a + "\n" + b + "\n" + c + "\n", a + b + c, "[" + a + "]\n" + b + "[" + c + "]",
        "\r\n" + a + "\r\n\r\n" + b + "\tnull " + c, "[]" + a + "[" + b + "," + c + "][]"}) {
    EXPECT_TRUE(Read(text) == array) << text;
  }
  EXPECT_TRUE(Read(a) == std::vector<Cell>{array[0]});
  EXPECT_TRUE(Read(" " + b + " ") == std::vector<Cell>{array[1]});
}

TEST(ReadCells, NeedsAnIdOnly) {
  Cell expected;
  expected.id = "a";
  const std::vector<Cell> cells = Read(R"([{"cell_id":"a"}])");
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_TRUE(cells[0] == expected);
}

TEST(ReadCells, TakesNullForAnythingElse) {
  Cell expected;
  expected.id = "cell-1";
  EXPECT_TRUE(ReadOne(R"("rep_url":null,"cell_index":null,"RootFSProviders":null,
                         "AvailableResources":null,"TotalResources":{"MemoryMB":null},
                         "LRPs":null,"Tasks":null,"StartingContainerCount":null,"Zone":null,
                         "Evacuating":null,"VolumeDrivers":null,"PlacementTags":null,
                         "OptionalPlacementTags":null,"ProxyMemoryAllocationMB":null)") ==
              expected);
}

TEST(ReadCells, CountsNullAmongElements) {
  const Cell cell = ReadOne(R"("LRPs":[null,{},{"process_guid":null}],"Tasks":[null,{}],
                               "VolumeDrivers":["a",null])");
  EXPECT_EQ(cell.lrps, std::vector<std::string>({"", "", ""}));
  EXPECT_EQ(cell.task_count, 2);
  EXPECT_EQ(cell.signature.volume_drivers, std::vector<std::string>({"a", ""}));
}

TEST(ReadCells, LeavesNothingOfOneCellToTheNext) {
  const std::vector<Cell> cells = Read(R"([
    {"cell_id":"a","Zone":"z","cell_index":1,"Evacuating":true,"ProxyMemoryAllocationMB":5,
     "RootFSProviders":{"docker":{"type":"fixed_set","set":{"x":{}}}},
     "AvailableResources":{"MemoryMB":1,"DiskMB":1,"Containers":1},
     "TotalResources":{"MemoryMB":1,"DiskMB":1,"Containers":1},
     "LRPs":[{"process_guid":"p"}],"Tasks":[{}],"StartingContainerCount":1,
     "VolumeDrivers":["v"],"PlacementTags":["p"],"OptionalPlacementTags":["o"]},
    {"cell_id":"b"}])");
  ASSERT_EQ(cells.size(), 2u);
  Cell expected;
  expected.id = "b";
  EXPECT_TRUE(cells[1] == expected);
}

TEST(ReadCells, ReadsProvidersOfEveryType) {
  using Type = RootfsProvider::Type;
  const Cell cell = ReadOne(R"("RootFSProviders":{
    "any":{"type":"arbitrary"},
    "any with a set":{"set":{"a":{}},"type":"arbitrary"},
    "first type":{"type":"fixed_set","set":{"b":{},"a":null,"c":{"more":[1]}}},
    "first set":{"set":{"a":{}},"type":"fixed_set"},
    "no set":{"type":"fixed_set"},
    "null set":{"type":"fixed_set","set":null},
    "newer type":{"type":"layered","set":{"a":{}},"layers":[1,2]},
    "no type":{"set":{"a":{}}},
    "null type":{"type":null},
    "null":null,
    "":{}})");
  const std::vector<RootfsProvider> expected = {
      {"any", Type::kArbitrary, {}},
      {"any with a set", Type::kArbitrary, {}},
      {"first type", Type::kFixedSet, {"b", "a", "c"}},
      {"first set", Type::kFixedSet, {"a"}},
      {"no set", Type::kFixedSet, {}},
      {"null set", Type::kFixedSet, {}},
      {"newer type", Type::kUnknown, {}},
      {"no type", Type::kUnknown, {}},
      {"null type", Type::kUnknown, {}},
      {"null", Type::kUnknown, {}},
      {"", Type::kUnknown, {}},
  };
  EXPECT_EQ(cell.signature.rootfs_providers, expected);
}

TEST(ReadCells, OverlooksBrokenSetsOfOtherProviders) {
  for (const std::string_view set :
       {"5", "[]", "[[{\"a\":[1]}],2]", "{\"a\":5}", "{\"a\":[{}],\"b\":{}}", "{\"a\":{},\"a\":{}}",
        "{\"a\":{},\"a\":[{}],\"b\":5}", "\"text\"", "true"}) {
    const std::string provider = "{\"set\":" + std::string(set) + ",\"type\":\"newer\"}";
    const Cell cell = ReadOne("\"RootFSProviders\":{\"a\":" + provider +
                              ",\"b\":{\"type\":\"arbitrary\"}}," + "\"Zone\":\"z\"");
    ASSERT_EQ(cell.signature.rootfs_providers.size(), 2u) << set;
    EXPECT_EQ(cell.signature.rootfs_providers[0].type, RootfsProvider::Type::kUnknown) << set;
    EXPECT_TRUE(cell.signature.rootfs_providers[0].set.empty()) << set;
    EXPECT_EQ(cell.signature.rootfs_providers[1].type, RootfsProvider::Type::kArbitrary) << set;
    EXPECT_EQ(cell.zone, "z") << set;
  }
}

TEST(ReadCells, DoesNotOverlookThemWhereTheyCount) {
  EXPECT_EQ(ErrorOf(R"([{"cell_id":"a","RootFSProviders":{
  "newer":{"set":5,"type":"newer"},
  "preloaded":{"set":["cflinuxfs4"],"type":"fixed_set"}}}])"),
            "cells.json:3:22: set is [\"cflinuxfs4\"], expected an object such as "
            "{\"cflinuxfs4\":{}} (at [0].RootFSProviders.preloaded.set)");
  EXPECT_EQ(ErrorOf(R"([{"cell_id":"a","RootFSProviders":{"p l":{"type":"fixed_set","set":{
  "a":{},
  "b":1}}}}])"),
            "cells.json:3:7: b is 1, expected an empty object "
            "(at [0].RootFSProviders[\"p l\"].set.b)");
  // What is overlooked still has to be JSON.
  EXPECT_EQ(ErrorOf(R"([{"cell_id":"a","RootFSProviders":{"x":{"set":[1,[2,]],"type":"y"}}}])"),
            "cells.json:1:53: found \"]\", expected a value (at [0].RootFSProviders.x.set)");
}

TEST(ReadCells, PassesOverKeysItDoesNotKnow) {
  const Cell cell = ReadOne(R"("New":{"deep":[[{"x":[null,1.5e300,"\u00e9",{}]}]]},"":0,
    "AvailableResources":{"MemoryMB":7,"GPUs":"many"},"LRPs":[{"x":[1],"process_guid":"p"}],
    "Tasks":[{"x":{"y":{}}}],"cell_identifier":5,"Zone":"z")");
  EXPECT_EQ(cell.available.memory, 7000);
  EXPECT_EQ(cell.lrps, std::vector<std::string>({"p"}));
  EXPECT_EQ(cell.zone, "z");
}

TEST(ReadCells, TakesKeysInOtherCases) {
  const std::vector<Cell> cells = Read(R"([{"CELL_ID":"a","zone":"z","lrps":[{"Process_Guid":"p"}],
    "TOTALRESOURCES":{"memorymb":4},"rootfsproviders":{"Docker":{"Type":"arbitrary"}}}])");
  ASSERT_EQ(cells.size(), 1u);
  EXPECT_EQ(cells[0].id, "a");
  EXPECT_EQ(cells[0].zone, "z");
  EXPECT_EQ(cells[0].total.memory, 4000);
  EXPECT_EQ(cells[0].lrps, std::vector<std::string>({"p"}));
  // A scheme is no key of Diego's: its case counts.
  ASSERT_EQ(cells[0].signature.rootfs_providers.size(), 1u);
  EXPECT_EQ(cells[0].signature.rootfs_providers[0].scheme, "Docker");
}

TEST(ReadCells, TakesTheWholeRangeOfNumbers) {
  const Cell cell = ReadOne(R"("cell_index":-9223372036854775808,
    "AvailableResources":{"MemoryMB":-2147483648,"DiskMB":-1,"Containers":-1000000000000},
    "TotalResources":{"MemoryMB":2147483647,"DiskMB":-0,"Containers":1000000000000},
    "StartingContainerCount":1000000000000,"ProxyMemoryAllocationMB":4000000000000)");
  EXPECT_EQ(cell.index, std::numeric_limits<int64_t>::min());
  EXPECT_EQ(cell.available.memory, -2'147'483'648'000);
  EXPECT_EQ(cell.available.disk, -1000);
  EXPECT_EQ(cell.available.containers, -kContainersMaximum);
  EXPECT_EQ(cell.total.memory, 2'147'483'647'000);
  EXPECT_EQ(cell.total.disk, 0);
  EXPECT_EQ(cell.total.containers, kContainersMaximum);
  EXPECT_EQ(cell.starting_containers, kContainersMaximum);
  EXPECT_EQ(cell.proxy_memory, kAmountMaximum);

  const Expected<std::vector<Cell>> cells = std::vector<Cell>{cell};
  EXPECT_TRUE(Cache().Update(*cells).ok());
}

TEST(ReadCells, DecodesStrings) {
  const Cell cell =
      ReadOne(R"("Zone":"a\u0000b\n\"\\\/\u00e9\u20ac\ud83d\ude00é€😀","PlacementTags":["\u0000"])");
  EXPECT_EQ(cell.zone, std::string("a\0b", 3) + "\n\"\\/é€😀é€😀");
  EXPECT_EQ(cell.signature.placement_tags, std::vector<std::string>({std::string("\0", 1)}));
}

TEST(ReadCells, TellsWhichCellHasAnIdAlready) {
  EXPECT_EQ(ErrorOf("[{\"cell_id\":\"a\"},\n {\"cell_id\":\"b\"},\n {\"cell_id\":\"b\"}]"),
            "cells.json:3:13: cell_id is \"b\", expected an id of its own: [1] has it already "
            "(at [2].cell_id)");
}

}  // namespace
}  // namespace rostrum::wire
