// Texts that are not what they should be, each with the whole error.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "lib/wire/wire.h"

namespace rostrum::wire {
namespace {

using namespace std::string_view_literals;

struct Case {
  std::string_view text;
  // Without the file's name.
  std::string_view error;
};

void ExpectError(const Status& status, const Case& bad) {
  EXPECT_EQ(status.code(), Code::kInvalidArgument) << bad.text;
  EXPECT_FALSE(status.retriable());
  EXPECT_EQ(status.text(), "f.json:" + std::string(bad.error)) << bad.text;
}

void ExpectCellErrors(const std::vector<Case>& cases) {
  for (const Case& bad : cases) ExpectError(ReadCells(bad.text, "f.json").status(), bad);
}

void ExpectLrpErrors(const std::vector<Case>& cases) {
  for (const Case& bad : cases) ExpectError(ReadLrpStarts(bad.text, "f.json").status(), bad);
}

void ExpectTaskErrors(const std::vector<Case>& cases) {
  for (const Case& bad : cases) ExpectError(ReadTaskStarts(bad.text, "f.json").status(), bad);
}

TEST(ReadErrors, TextsThatAreNoArray) {
  ExpectCellErrors({
      {"",
       "1:1: the text is empty, expected an array of cell states, one of them, or several one "
       "after the other"},
      {" \n\t\n ",
       "3:2: the text is empty, expected an array of cell states, one of them, or several one "
       "after the other"},
      {"5",
       "1:1: the JSON text is 5, expected an array of cell states, one of them, or several one "
       "after the other"},
      {"true",
       "1:1: the JSON text is true, expected an array of cell states, one of them, or several one "
       "after the other"},
      {"\n \"a\"",
       "2:2: the JSON text is \"a\", expected an array of cell states, one of them, or several one "
       "after the other"},
      {"{\"LRPs\":[]}",
       "1:1: cell_id is missing, expected a cell id that is not empty, in an array of cell states, "
       "one of them, or several one after the other (at [0])"},
      {"]",
       "1:1: found \"]\", expected an array of cell states, one of them, or several one "
       "after the other"},
      {",",
       "1:1: found \",\", expected an array of cell states, one of them, or several one "
       "after the other"},
      {"cell", "1:1: found \"c\", expected a value"},
      {"\0"sv,
       "1:1: found byte 0x00, expected an array of cell states, one of them, or several one "
       "after the other"},
      {"\xFF", "1:1: found byte 0xff, expected a value"},
      {"\xEF\xBB\xBF[]", "1:1: found a byte order mark, expected a value"},
      {"\x1F\x8B\x08", "1:1: found byte 0x1f, expected a value"},
      {"\xFF\xFE[\0]\0"sv, "1:1: the text is in UTF-16, expected UTF-8"},
      {"\xFE\xFF\0[\0]"sv, "1:1: the text is in UTF-16, expected UTF-8"},
      {"[\0]\0"sv, "1:1: the text is in UTF-16, expected UTF-8"},
      {"\0[\0]"sv, "1:1: the text is in UTF-16, expected UTF-8"},
      {"\xFF\xFE\0\0[\0\0\0"sv, "1:1: the text is in UTF-32, expected UTF-8"},
      {"\0\0\0[\0\0\0]"sv, "1:1: the text is in UTF-32, expected UTF-8"},
      {"[\0\0\0]\0\0\0"sv, "1:1: the text is in UTF-32, expected UTF-8"},
  });
  EXPECT_EQ(ReadLrpStarts("7", "f").status().text(),
            "f:1:1: the JSON text is 7, expected an array of LRP starts, one of them, or several "
            "one after the other");
  EXPECT_EQ(ReadTaskStarts("7", "f").status().text(),
            "f:1:1: the JSON text is 7, expected an array of tasks, one of them, or several one "
            "after the other");
}

TEST(ReadErrors, TextsThatGoOn) {
  ExpectCellErrors({
      {"[]]", "1:3: found \"]\", expected another value or the end of the text"},
      {"[] x", "1:4: found \"x\", expected another value or the end of the text"},
      {"null,", "1:5: found \",\", expected another value or the end of the text"},
      {"[]\0"sv, "1:3: found byte 0x00, expected another value or the end of the text"},
      {"[]é", "1:3: found \"é\", expected another value or the end of the text"},
      {"[] // cells", "1:4: found \"/\", expected another value or the end of the text"},
      {"[]\n[", "2:2: the text ends, expected a value"},
      {"[]\n7",
       "2:1: the JSON text is 7, expected an array of cell states, one of them, or several one "
       "after the other"},
  });
}

TEST(ReadErrors, StreamsNameTheElementAndTheLine) {
  ExpectCellErrors({
      {"{\"cell_id\":\"a\"}\n{\"cell_id\":7}\n",
       "2:12: cell_id is 7, expected a cell id that is not empty (at [1].cell_id)"},
      {"{\"cell_id\":\"a\"}\n[{\"cell_id\":\"b\"}]\n{\"cell_id\":\"b\"}\n",
       "3:12: cell_id is \"b\", expected an id of its own: [1] has it already (at [2].cell_id)"},
      {"{\"cell_id\":\"a\"}\n[null]",
       "2:2: [1] is null, expected a cell's state as an object with cell_id"},
      {"{\"cell_id\":\"a\"}{\"cell_id\":\"b\"",
       "1:30: the text ends, expected \",\" or \"}\" (at [1])"},
      {"{\"cell_id\":\"a\"},\n{\"cell_id\":\"b\"}",
       "1:16: found \",\", expected another value or the end of the text"},
      {"{\"cell_id\":\"a\"}\nerror: no such cell",
       "2:1: found \"e\", expected another value or the end of the text"},
  });
}

TEST(ReadErrors, TextsThatEndTooEarly) {
  ExpectCellErrors({
      {"[", "1:2: the text ends, expected a value"},
      {"[{", "1:3: the text ends, expected a key in double quotes (at [0])"},
      {"[{\"cell_id", "1:11: the text ends within a string, expected a closing quote (at [0])"},
      {"[{\"cell_id\"", "1:12: the text ends, expected \":\" (at [0].cell_id)"},
      {"[{\"cell_id\":", "1:13: the text ends, expected a value (at [0].cell_id)"},
      {"[{\"cell_id\":\"a",
       "1:15: the text ends within a string, expected a closing quote (at [0].cell_id)"},
      {"[{\"cell_id\":\"a\\",
       "1:15: the text ends within a string, expected a closing quote (at [0].cell_id)"},
      {"[{\"cell_id\":\"a\\u00",
       "1:15: broken escape \\u00, expected four hexadecimal digits after \\u (at [0].cell_id)"},
      {"[{\"cell_id\":\"a\"", "1:16: the text ends, expected \",\" or \"}\" (at [0])"},
      {"[{\"cell_id\":\"a\",", "1:17: the text ends, expected a key in double quotes (at [0])"},
      {"[{\"cell_id\":\"a\"}", "1:17: the text ends, expected \",\" or \"]\""},
      {"[{\"cell_id\":\"a\"}\n", "2:1: the text ends, expected \",\" or \"]\""},
      {"[{\"cell_id\":\"a\"},", "1:18: the text ends, expected a value"},
      {"nul", "1:4: the text ends, expected the rest of null"},
      {"[{\"Evacuating\":t", "1:17: the text ends, expected the rest of true (at [0].Evacuating)"},
      {"[{\"Evacuating\":fals",
       "1:20: the text ends, expected the rest of false (at [0].Evacuating)"},
      {"[{\"cell_index\":-", "1:17: the text ends, expected a digit (at [0].cell_index)"},
      {"[{\"cell_index\":1.",
       "1:18: the text ends, expected a digit after the decimal point (at [0].cell_index)"},
      {"[{\"cell_index\":1e+",
       "1:19: the text ends, expected a digit of the exponent (at [0].cell_index)"},
  });
}

TEST(ReadErrors, BrokenSyntax) {
  ExpectCellErrors({
      {"[,]", "1:2: found \",\", expected a value"},
      {"[{\"cell_id\":\"a\"},]", "1:18: found \"]\", expected a value"},
      {"[{\"cell_id\":\"a\"} {}]", "1:18: found \"{\", expected \",\" or \"]\""},
      {"[{\"cell_id\":\"a\"}}", "1:17: found \"}\", expected \",\" or \"]\""},
      {"[{,}]", "1:3: found \",\", expected a key in double quotes (at [0])"},
      {"[{\"cell_id\":\"a\",}]", "1:17: found \"}\", expected a key in double quotes (at [0])"},
      {"[{cell_id:1}]", "1:3: found \"c\", expected a key in double quotes (at [0])"},
      {"[{'cell_id':1}]", "1:3: found \"'\", expected a key in double quotes (at [0])"},
      {"[{\"cell_id\" \"a\"}]", "1:13: found '\"', expected \":\" (at [0].cell_id)"},
      {"[{\"cell_id\"::1}]", "1:13: found \":\", expected a value (at [0].cell_id)"},
      {"[{\"cell_id\":}]", "1:13: found \"}\", expected a value (at [0].cell_id)"},
      {"[{\"cell_id\":\"a\" \"b\"}]", "1:17: found '\"', expected \",\" or \"}\" (at [0])"},
      {"[{\"cell_id\":\"a\"]", "1:16: found \"]\", expected \",\" or \"}\" (at [0])"},
      {"[{\"cell_index\":01}]", "1:17: found \"1\", expected \",\" or \"}\" (at [0])"},
      {"[{\"cell_index\":+1}]", "1:16: found \"+\", expected a value (at [0].cell_index)"},
      {"[{\"cell_index\":.5}]", "1:16: found \".\", expected a value (at [0].cell_index)"},
      {"[{\"cell_index\":-x}]", "1:17: found \"x\", expected a digit (at [0].cell_index)"},
      {"[{\"cell_index\":1.x}]",
       "1:18: found \"x\", expected a digit after the decimal point (at [0].cell_index)"},
      {"[{\"cell_index\":1ex}]",
       "1:18: found \"x\", expected a digit of the exponent (at [0].cell_index)"},
      {"[{\"cell_index\":NaN}]", "1:16: found \"N\", expected a value (at [0].cell_index)"},
      {"[{\"cell_index\":-Infinity}]", "1:17: found \"I\", expected a digit (at [0].cell_index)"},
      {"[{\"cell_index\":nil}]",
       "1:17: found \"i\", expected the rest of null (at [0].cell_index)"},
      {"[{\"Evacuating\":True}]", "1:16: found \"T\", expected a value (at [0].Evacuating)"},
      {"[/* all */]", "1:2: found \"/\", expected a value"},
      {"[{\"x\":[1,{\"y\":[2,}]}]", "1:18: found \"}\", expected a value (at [0].x)"},
      {"[\x01]", "1:2: found byte 0x01, expected a value"},
      {"[\0]"sv, "1:2: found byte 0x00, expected a value"},
      {"[\x7F]", "1:2: found byte 0x7f, expected a value"},
  });
}

TEST(ReadErrors, BrokenStrings) {
  ExpectCellErrors({
      {"[{\"Zone\":\"a\tb\"}]",
       "1:12: found byte 0x09 within a string, expected the escape \\t (at [0].Zone)"},
      {"[{\"Zone\":\"a\nb\"}]",
       "1:12: found byte 0x0a within a string, expected the escape \\n (at [0].Zone)"},
      {"[{\"Zone\":\"a\0b\"}]"sv,
       "1:12: found byte 0x00 within a string, expected the escape \\u0000 (at [0].Zone)"},
      {"[{\"Zone\":\"a\x1B[31m\"}]",
       "1:12: found byte 0x1b within a string, expected the escape \\u001b (at [0].Zone)"},
      {"[{\"Zone\":\"\\x41\"}]",
       "1:11: broken escape \\x, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\é\"}]",
       "1:11: broken escape \\é, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\u12G4\"}]",
       "1:11: broken escape \\u12G4, expected four hexadecimal digits after \\u (at [0].Zone)"},
      {"[{\"Zone\":\"\\ud83d\"}]",
       "1:11: broken escape \\ud83d, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\ud83d\\ud83d\"}]",
       "1:11: broken escape \\ud83d, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\ud83d\\uxyz0\"}]",
       "1:11: broken escape \\ud83d\\uxyz0, expected four hexadecimal digits after \\u "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\ude00\"}]",
       "1:11: broken escape \\ude00, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0].Zone)"},
      {"[{\"Zone\":\"\\\\ude00\\ud83d\\ude00\\u0041\\uDFFF\"}]",
       "1:36: broken escape \\uDFFF, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0].Zone)"},
      {"[{\"x\":[\"\\udc00\"]}]",
       "1:9: broken escape \\udc00, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0].x)"},
      {"[{\"\\udc00\":1}]",
       "1:4: broken escape \\udc00, expected both halves of a pair such as \\ud83d\\ude00 "
       "(at [0])"},
      {"[{\"Zone\":\"a\xFF\"}]",
       "1:12: found byte 0xff within a string, expected valid UTF-8 (at [0].Zone)"},
      {"[{\"Zone\":\"\xC0\x80\"}]",
       "1:11: found byte 0xc0 within a string, expected valid UTF-8 (at [0].Zone)"},
      {"[{\"Zone\":\"\xED\xB0\x80\"}]",
       "1:11: found byte 0xed within a string, expected valid UTF-8 (at [0].Zone)"},
      {"[{\"Zone\":\"\xF4\x90\x80\x80\"}]",
       "1:11: found byte 0xf4 within a string, expected valid UTF-8 (at [0].Zone)"},
      {"[{\"Zone\":\"\xE2\x82\"}]",
       "1:11: found byte 0xe2 within a string, expected valid UTF-8 (at [0].Zone)"},
      {"[{\"Zo\xFFne\":1}]", "1:6: found byte 0xff within a string, expected valid UTF-8 (at [0])"},
      {"[{\"x\":[{\"y\":\"\x80\"}]}]",
       "1:14: found byte 0x80 within a string, expected valid UTF-8 (at [0].x)"},
  });
}

TEST(ReadErrors, CellsOfAnotherForm) {
  ExpectCellErrors({
      {"[5]", "1:2: [0] is 5, expected a cell's state as an object with cell_id"},
      {"[null]", "1:2: [0] is null, expected a cell's state as an object with cell_id"},
      {"[[]]", "1:2: [0] is [], expected a cell's state as an object with cell_id"},
      {"[{\"cell_id\":\"a\"},\n[ 1 ]]",
       "2:1: [1] is [ 1 ], expected a cell's state as an object with cell_id"},
      {"[{}]", "1:2: cell_id is missing, expected a cell id that is not empty (at [0])"},
      {"[{\"cell_id\":\"\"}]",
       "1:13: cell_id is \"\", expected a cell id that is not empty (at [0].cell_id)"},
      {"[{\"cell_id\":null}]",
       "1:13: cell_id is null, expected a cell id that is not empty (at [0].cell_id)"},
      {"[{\"CELL_ID\":7}]",
       "1:13: CELL_ID is 7, expected a cell id that is not empty (at [0].CELL_ID)"},
      {"[{\"rep_url\":5}]", "1:13: rep_url is 5, expected a string (at [0].rep_url)"},
      {"[{\"Zone\":[\"a\"]}]", "1:10: Zone is [\"a\"], expected a string (at [0].Zone)"},
      {"[{\"Evacuating\":\"no\"}]",
       "1:16: Evacuating is \"no\", expected true or false (at [0].Evacuating)"},
      {"[{\"Evacuating\":0}]", "1:16: Evacuating is 0, expected true or false (at [0].Evacuating)"},
      {"[{\"LRPs\":{}}]", "1:10: LRPs is {}, expected an array of LRPs (at [0].LRPs)"},
      {"[{\"LRPs\":[\"pg\"]}]",
       "1:11: LRPs[0] is \"pg\", expected an LRP as an object (at [0].LRPs[0])"},
      {"[{\"LRPs\":[{},\n {\"process_guid\":3}]}]",
       "2:18: process_guid is 3, expected a string (at [0].LRPs[1].process_guid)"},
      {"[{\"Tasks\":3}]", "1:11: Tasks is 3, expected an array of tasks (at [0].Tasks)"},
      {"[{\"Tasks\":[{\"state\":1}]}]",
       "1:21: state is 1, expected \"Invalid\", \"Pending\", \"Running\", \"Completed\" or "
       "\"Resolving\" (at [0].Tasks[0].state)"},
      {"[{\"Tasks\":[{\"state\":null}]}]",
       "1:21: state is null, expected \"Invalid\", \"Pending\", \"Running\", \"Completed\" or "
       "\"Resolving\" (at [0].Tasks[0].state)"},
      {"[{\"VolumeDrivers\":\"nfs\"}]",
       "1:19: VolumeDrivers is \"nfs\", expected an array of strings (at [0].VolumeDrivers)"},
      {"[{\"VolumeDrivers\":[\"nfs\",{}]}]",
       "1:26: VolumeDrivers[1] is {}, expected a string (at [0].VolumeDrivers[1])"},
      {"[{\"RootFSProviders\":[]}]",
       "1:21: RootFSProviders is [], expected an object such as "
       "{\"docker\":{\"type\":\"arbitrary\"}} (at [0].RootFSProviders)"},
      {"[{\"RootFSProviders\":{\"docker\":\"arbitrary\"}}]",
       "1:31: docker is \"arbitrary\", expected an object such as {\"type\":\"arbitrary\"} "
       "(at [0].RootFSProviders.docker)"},
      {"[{\"RootFSProviders\":{\"a.b\":{\"type\":1}}}]",
       "1:36: type is 1, expected a string (at [0].RootFSProviders[\"a.b\"].type)"},
  });
}

TEST(ReadErrors, NumbersOfAnotherForm) {
  ExpectCellErrors({
      {"[{\"cell_index\":\"3\"}]",
       "1:16: cell_index is \"3\", expected a whole number from -9223372036854775808 to "
       "9223372036854775807 (at [0].cell_index)"},
      {"[{\"cell_index\":9223372036854775808}]",
       "1:16: cell_index is 9223372036854775808, expected a whole number from "
       "-9223372036854775808 to 9223372036854775807 (at [0].cell_index)"},
      {"[{\"AvailableResources\":{\"MemoryMB\":1.5}}]",
       "1:36: MemoryMB is 1.5, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].AvailableResources.MemoryMB)"},
      {"[{\"AvailableResources\":{\"MemoryMB\":1.0}}]",
       "1:36: MemoryMB is 1.0, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].AvailableResources.MemoryMB)"},
      {"[{\"TotalResources\":{\"DiskMB\":1e3}}]",
       "1:30: DiskMB is 1e3, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].TotalResources.DiskMB)"},
      {"[{\"TotalResources\":{\"DiskMB\":-2147483649}}]",
       "1:30: DiskMB is -2147483649, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].TotalResources.DiskMB)"},
      {"[{\"TotalResources\":{\"DiskMB\":1e999}}]",
       "1:30: number 1e999 is too large, expected less than 1.8e308 "
       "(at [0].TotalResources.DiskMB)"},
      {"[{\"TotalResources\":{\"Containers\":1000000000001}}]",
       "1:34: Containers is 1000000000001, expected a whole number from -1000000000000 to "
       "1000000000000 (at [0].TotalResources.Containers)"},
      {"[{\"StartingContainerCount\":-1}]",
       "1:28: StartingContainerCount is -1, expected a whole number from 0 to 1000000000000 "
       "(at [0].StartingContainerCount)"},
      {"[{\"ProxyMemoryAllocationMB\":4000000000001}]",
       "1:29: ProxyMemoryAllocationMB is 4000000000001, expected a whole number from "
       "-4000000000000 to 4000000000000 (at [0].ProxyMemoryAllocationMB)"},
      {"[{\"LRPs\":[{\"index\":2147483648}]}]",
       "1:20: index is 2147483648, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].LRPs[0].index)"},
  });
}

TEST(ReadErrors, KeysThatComeTwice) {
  ExpectCellErrors({
      {"[{\"cell_id\":\"a\",\n\"cell_id\":\"a\"}]",
       "2:1: key \"cell_id\" appears twice, expected each key once (at [0])"},
      {"[{\"cell_id\":\"a\",\"Cell_ID\":\"b\"}]",
       "1:17: key \"Cell_ID\" appears twice, as \"cell_id\", expected each key once (at [0])"},
      {"[{\"TotalResources\":{\"MemoryMB\":1,\"MemoryMB\":1}}]",
       "1:34: key \"MemoryMB\" appears twice, expected each key once (at [0].TotalResources)"},
      {"[{\"RootFSProviders\":{\"d\":{},\"d\":{}}}]",
       "1:29: key \"d\" appears twice, expected each key once (at [0].RootFSProviders)"},
      {"[{\"RootFSProviders\":{\"d\":{\"type\":\"fixed_set\",\"set\":{\"x\":{},\"x\":{}}}}}]",
       "1:60: key \"x\" appears twice, expected each key once (at [0].RootFSProviders.d.set)"},
  });
}

TEST(ReadErrors, LrpStartsThatDoNotValidate) {
  ExpectLrpErrors({
      {"[null]",
       "1:2: [0] is null, expected an LRP start as an object with process_guid, domain, indices "
       "and RootFs"},
      {"[{}]", "1:2: process_guid is missing, expected a process guid that is not empty (at [0])"},
      {"[{\"process_guid\":\"\"}]",
       "1:18: process_guid is \"\", expected a process guid that is not empty "
       "(at [0].process_guid)"},
      {"[{\"process_guid\":\"p\"}]",
       "1:2: domain is missing, expected a domain that is not empty (at [0])"},
      {"[{\"domain\":\"\"}]",
       "1:12: domain is \"\", expected a domain that is not empty (at [0].domain)"},
      {"[{\"process_guid\":\"p\",\"domain\":\"d\",\"RootFs\":\"r\"}]",
       "1:2: indices is missing, expected an array of at least one index, such as [0] (at [0])"},
      {"[{\"indices\":[ ]}]",
       "1:13: indices is [], expected an array of at least one index, such as [0] "
       "(at [0].indices)"},
      {"[{\"indices\":null}]",
       "1:13: indices is null, expected an array of at least one index, such as [0] "
       "(at [0].indices)"},
      {"[{\"indices\":0}]",
       "1:13: indices is 0, expected an array of at least one index, such as [0] "
       "(at [0].indices)"},
      {"[{\"indices\":[0,-2147483649]}]",
       "1:16: indices[1] is -2147483649, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].indices[1])"},
      {"[{\"indices\":[\"0\"]}]",
       "1:14: indices[0] is \"0\", expected a whole number from -2147483648 to 2147483647 "
       "(at [0].indices[0])"},
      {"[{\"process_guid\":\"p\",\"domain\":\"d\",\"indices\":[0]}]",
       "1:2: RootFs is missing, expected a URL such as \"preloaded:cflinuxfs4\" that is not empty "
       "(at [0])"},
      {"[{\"RootFs\":\"\"}]",
       "1:12: RootFs is \"\", expected a URL such as \"preloaded:cflinuxfs4\" that is not empty "
       "(at [0].RootFs)"},
      {"[\n {\n  \"MemoryMB\": -5}]",
       "3:15: MemoryMB is -5, expected a whole number from 0 to 2147483647 (at [0].MemoryMB)"},
      {"[{\"DiskMB\":-1}]",
       "1:12: DiskMB is -1, expected a whole number from 0 to 2147483647 (at [0].DiskMB)"},
      {"[{\"MaxPids\":2147483648}]",
       "1:13: MaxPids is 2147483648, expected a whole number from -2147483648 to 2147483647 "
       "(at [0].MaxPids)"},
  });
}

TEST(ReadErrors, TasksThatDoNotValidate) {
  ExpectTaskErrors({
      {"[null]", "1:2: [0] is null, expected a task as an object with TaskGuid and RootFs"},
      {"[{}]", "1:2: TaskGuid is missing, expected a task guid that is not empty (at [0])"},
      {"[{\"TaskGuid\":\"\"}]",
       "1:14: TaskGuid is \"\", expected a task guid that is not empty (at [0].TaskGuid)"},
      {"[{\"TaskGuid\":\"t\"}]",
       "1:2: RootFs is missing, expected a URL such as \"preloaded:cflinuxfs4\" that is not empty "
       "(at [0])"},
      {"[{\"MemoryMB\":-1}]",
       "1:14: MemoryMB is -1, expected a whole number from 0 to 2147483647 (at [0].MemoryMB)"},
      {"[{\"state\":\"invalid\"}]",
       "1:11: state is \"invalid\", expected \"Invalid\", \"Pending\", \"Running\", \"Completed\" "
       "or \"Resolving\" (at [0].state)"},
      {"[{\"failed\":\"\"}]", "1:12: failed is \"\", expected true or false (at [0].failed)"},
      {"[{\"process_guid\":\"p\"}]",
       "1:3: unknown key \"process_guid\", expected one of TaskGuid, Domain, PlacementTags, "
       "VolumeDrivers, RootFs, MemoryMB, DiskMB, MaxPids, state, failed (at [0])"},
  });
}

TEST(ReadErrors, KeysThatAreNotKnown) {
  ExpectLrpErrors({
      {"[{\"memory_mb\":1}]",
       "1:3: unknown key \"memory_mb\", did you mean \"MemoryMB\"? (at [0])"},
      {"[{\"processguid\":1}]",
       "1:3: unknown key \"processguid\", did you mean \"process_guid\"? (at [0])"},
      {"[{\"index\":1}]", "1:3: unknown key \"index\", did you mean \"indices\"? (at [0])"},
      {"[\n{\"domain\":\"d\",\n \"stack\":[{\"deep\":1}]}]",
       "3:2: unknown key \"stack\", expected one of process_guid, domain, indices, "
       "PlacementTags, VolumeDrivers, RootFs, MemoryMB, DiskMB, MaxPids (at [0])"},
      {"[{\"\":1}]",
       "1:3: unknown key \"\", expected one of process_guid, domain, indices, PlacementTags, "
       "VolumeDrivers, RootFs, MemoryMB, DiskMB, MaxPids (at [0])"},
      {"[{\"\\u001b[31m\\\"\":1}]",
       "1:3: unknown key \"\\u001b[31m\\\"\", expected one of process_guid, domain, indices, "
       "PlacementTags, VolumeDrivers, RootFs, MemoryMB, DiskMB, MaxPids (at [0])"},
  });
}

TEST(ReadErrors, ShowLongValuesCut) {
  const std::string digits(100, '7');
  EXPECT_EQ(ReadCells("[{\"cell_index\":" + digits + "}]", "f").status().text(),
            "f:1:16: cell_index is " + std::string(60, '7') +
                "..., expected a whole number from -9223372036854775808 to 9223372036854775807 "
                "(at [0].cell_index)");
  // Not within a character: the one at the 60th byte goes.
  std::string euros;
  for (int i = 0; i < 40; ++i) euros += "€";
  EXPECT_EQ(ReadCells("[{\"Evacuating\":\"" + euros + "\"}]", "f").status().text(),
            "f:1:16: Evacuating is \"" + euros.substr(0, 57) +
                "..., expected true or false (at [0].Evacuating)");
  EXPECT_EQ(
      ReadCells("[{\"Evacuating\":[\n\t\"]\", \"\xC2\x9B\x7F\", {\"a\":[1]}]}]", "f")
          .status()
          .text(),
      "f:1:16: Evacuating is [\\n\\t\"]\", \"\\u009b\\u007f\", {\"a\":[1]}], expected true or "
      "false (at [0].Evacuating)");
}

TEST(ReadErrors, EscapeTheFileName) {
  EXPECT_EQ(ReadCells("", "a\nb\x1B.json").status().text(),
            "a\\nb\\u001b.json:1:1: the text is empty, expected an array of cell states, one of "
            "them, or several one after the other");
}

TEST(ReadErrors, LimitNesting) {
  const auto nested = [](size_t levels) {
    return "[{\"cell_id\":\"a\",\"x\":" + std::string(levels, '[') + std::string(levels, ']') +
           "}]";
  };
  EXPECT_TRUE(ReadCells(nested(998), "f").ok());
  EXPECT_EQ(ReadCells(nested(999), "f").status().text(),
            "f:1:1019: level 1001 of nesting, expected at most 1000 levels (at [0].x)");
  EXPECT_EQ(ReadCells("[{\"x\":" + std::string(10'000'000, '['), "f").status().text(),
            "f:1:1005: level 1001 of nesting, expected at most 1000 levels (at [0].x)");
  std::string objects = "[{\"x\":";
  for (int i = 0; i < 100'000; ++i) objects += "{\"x\":";
  EXPECT_EQ(ReadCells(objects, "f").status().text(),
            "f:1:4997: level 1001 of nesting, expected at most 1000 levels (at [0].x)");
}

TEST(ReadErrors, LimitStrings) {
  constexpr size_t kMaximum = size_t{16} << 20;
  const auto with = [](size_t size) {
    return "[{\"cell_id\":\"a\",\"x\":\"" + std::string(size, 'a') + "\"}]";
  };
  const std::string error =
      "f:1:21: a string or number is too long, expected at most 16777216 bytes (at [0].x)";
  EXPECT_TRUE(ReadCells(with(kMaximum), "f").ok());
  EXPECT_EQ(ReadCells(with(kMaximum + 1), "f").status().text(), error);
  EXPECT_EQ(ReadCells(with(4 * kMaximum), "f").status().text(), error);
  EXPECT_EQ(ReadCells("[{\"cell_id\":\"a\",\"x\":" + std::string(4 * kMaximum, '1') + "}]", "f")
                .status()
                .text(),
            "f:1:21: number " + std::string(60, '1') +
                "... is too large, expected less than 1.8e308 (at [0].x)");
}

// Each of these providers has a problem that does not count. Finding its line must not take a walk
// through all that is before it.
TEST(ReadErrors, AreFoundInLinearTime) {
  std::string text = "[{\"cell_id\":\"a\",\"RootFSProviders\":{";
  for (int i = 0; i < 100'000; ++i) {
    text += (i == 0 ? "\"s" : ",\"s") + std::to_string(i) + "\":{\"set\":5,\"type\":\"x\"}";
  }
  text += "}}]";
  const Expected<std::vector<Cell>> cells = ReadCells(text, "f");
  ASSERT_TRUE(cells.ok());
  EXPECT_EQ((*cells)[0].signature.rootfs_providers.size(), 100'000u);
}

}  // namespace
}  // namespace rostrum::wire
