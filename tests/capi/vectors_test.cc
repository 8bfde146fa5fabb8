// Runs cases through the C interface and compares every decision with Diego's own:
//
//   vectors_test FILE...
//
// tests/data/README.md says where the cases come from.

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "rostrum/rostrum.h"
#include "tests/capi/batch_builder.h"
#include "tests/capi/case_file.h"

namespace rostrum::capi_test {
namespace {

template <typename Handle>
using Owned = std::unique_ptr<Handle, void (*)(Handle*)>;

struct Outcomes {
  Outcome placed;
  Outcome failed;
  std::string error;  // Where there is no round at all.
};

// The first failure of several calls, of which none is made after it.
class Calls {
 public:
  template <typename Call>
  void Make(Call call) {
    if (!text_.empty()) return;
    rostrum_error_t* error = nullptr;
    if (call(&error) == ROSTRUM_OK) return;
    text_ = rostrum_error_text(error);
    rostrum_error_destroy(error);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

Outcomes ReadRound(const rostrum_round_t* round) {
  const char* bytes = rostrum_round_bytes(round, nullptr);
  const auto text = [&](rostrum_text_t at) { return std::string(bytes + at.offset, at.length); };
  size_t count = 0;
  const rostrum_decision_t* decisions = rostrum_round_decisions(round, &count);
  const rostrum_refusal_t* refusals = rostrum_round_refusals(round, nullptr);
  Outcomes outcomes;
  for (size_t i = 0; i < count; ++i) {
    const rostrum_decision_t& decision = decisions[i];
    if (decision.code == ROSTRUM_REFUSAL_NONE) {
      outcomes.placed[text(decision.identifier)] = text(decision.cell_id);
    } else {
      outcomes.failed[text(decision.identifier)] = text(refusals[decision.refusal].error);
    }
  }
  return outcomes;
}

Outcomes Run(const Case& wanted) {
  BatchBuilder batch;
  for (const Cell& cell : wanted.cells) batch.Add(cell);
  for (const LrpStart& start : wanted.lrps) batch.Add(start);
  for (const TaskStart& start : wanted.tasks) batch.Add(start);

  Calls calls;
  rostrum_strategy_t* strategy = nullptr;
  calls.Make([&](auto error) { return rostrum_strategy_create("diego", &strategy, error); });
  const Owned<rostrum_strategy_t> owned_strategy(strategy, rostrum_strategy_destroy);
  rostrum_engine_t* engine = nullptr;
  calls.Make([&](auto error) { return rostrum_engine_create(strategy, &engine, error); });
  const Owned<rostrum_engine_t> owned_engine(engine, rostrum_engine_destroy);
  for (const auto& setting : wanted.settings) {
    calls.Make([&](auto error) {
      return rostrum_engine_set_option(engine, setting.first.c_str(), setting.second.c_str(),
                                       error);
    });
  }
  calls.Make([&](auto error) { return rostrum_engine_set_keep_refused(engine, 0, error); });
  calls.Make(
      [&](auto error) { return rostrum_engine_update_cells(engine, batch.get(), 1, error); });
  calls.Make(
      [&](auto error) { return rostrum_engine_submit(engine, batch.get(), 0, nullptr, error); });
  rostrum_round_t* round = nullptr;
  calls.Make([&](auto error) { return rostrum_engine_run_round(engine, 0, 0, &round, error); });
  const Owned<rostrum_round_t> owned_round(round, rostrum_round_destroy);
  if (!calls.text().empty()) return {{}, {}, calls.text()};
  return ReadRound(round);
}

std::string Describe(const Outcomes& outcomes, const std::string& identifier) {
  if (const auto at = outcomes.placed.find(identifier); at != outcomes.placed.end()) {
    return "on " + at->second;
  }
  const auto at = outcomes.failed.find(identifier);
  return at == outcomes.failed.end() ? "not decided" : "\"" + at->second + "\"";
}

// How many auctions came out otherwise; each is printed.
int Compare(const Case& wanted, const Outcomes& found) {
  const Outcomes diego{wanted.placed, wanted.failed, ""};
  Outcome all = wanted.placed;
  all.insert(wanted.failed.begin(), wanted.failed.end());
  all.insert(found.placed.begin(), found.placed.end());
  all.insert(found.failed.begin(), found.failed.end());
  int differing = 0;
  for (const auto& [identifier, ignored] : all) {
    const std::string ours = Describe(found, identifier);
    const std::string theirs = Describe(diego, identifier);
    if (ours == theirs) continue;
    ++differing;
    std::printf("%s: %s: %s, Diego: %s\n", wanted.name.c_str(), identifier.c_str(), ours.c_str(),
                theirs.c_str());
  }
  return differing;
}

// Whether a case comes out as Diego's.
bool Check(std::string_view line) {
  const Expected<Case> wanted = ReadCase(line);
  if (!wanted.ok()) {
    std::printf("%.60s: %s\n", std::string(line).c_str(), wanted.status().text().c_str());
    return false;
  }
  const Outcomes found = Run(*wanted);
  if (!found.error.empty()) {
    std::printf("%s: %s\n", wanted->name.c_str(), found.error.c_str());
    return false;
  }
  return Compare(*wanted, found) == 0;
}

int CheckFile(const char* name) {
  std::ifstream file(name);
  int cases = 0;
  int failed = 0;
  for (std::string line; std::getline(file, line); ++cases) failed += Check(line) ? 0 : 1;
  std::printf("%s: %d cases, %d failed\n", name, cases, failed);
  return cases == 0 ? 1 : failed;
}

}  // namespace
}  // namespace rostrum::capi_test

int main(int argc, char** argv) {
  int failed = 0;
  for (int i = 1; i < argc; ++i) failed += rostrum::capi_test::CheckFile(argv[i]);
  return argc > 1 && failed == 0 ? 0 : 1;
}
