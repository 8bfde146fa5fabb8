// Cases that say what Diego itself decides: one JSON object a line.

#ifndef ROSTRUM_TESTS_CAPI_CASE_FILE_H_
#define ROSTRUM_TESTS_CAPI_CASE_FILE_H_

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "rostrum/auction.h"
#include "rostrum/cell.h"
#include "rostrum/status.h"

namespace rostrum::capi_test {

using Outcome = std::map<std::string, std::string>;  // By identifier.

struct Case {
  std::string name;
  std::map<std::string, std::string> settings;
  std::vector<Cell> cells;
  std::vector<LrpStart> lrps;
  std::vector<TaskStart> tasks;
  Outcome placed;  // The cell's id.
  Outcome failed;  // Diego's text.
};

Expected<Case> ReadCase(std::string_view line);

}  // namespace rostrum::capi_test

#endif  // ROSTRUM_TESTS_CAPI_CASE_FILE_H_
