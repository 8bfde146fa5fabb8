// Loading strategies from shared objects. The folder with the plug-ins is the first argument.

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "rostrum/rostrum.h"

namespace {

std::string plugin_folder;

std::string PathOf(const std::string& name) { return plugin_folder + "/" + name + ".so"; }

// A shared object that is kept loaded, to look into it.
class Loaded {
 public:
  explicit Loaded(const std::string& name)
      : object_(dlopen(PathOf(name).c_str(), RTLD_NOW | RTLD_LOCAL)) {}
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;
  ~Loaded() { dlclose(object_); }

  template <typename Value>
  Value Get(const char* symbol) const {
    return *static_cast<const Value*>(dlsym(object_, symbol));
  }

 private:
  void* object_;
};

bool IsLoaded(const std::string& name) {
  void* object = dlopen(PathOf(name).c_str(), RTLD_NOW | RTLD_NOLOAD);
  if (object != nullptr) dlclose(object);
  return object != nullptr;
}

rostrum_strategy_t* Load(const std::string& path) {
  rostrum_strategy_t* strategy = nullptr;
  rostrum_error_t* error = nullptr;
  EXPECT_EQ(rostrum_strategy_load(path.c_str(), &strategy, &error), ROSTRUM_OK)
      << rostrum_error_text(error);
  rostrum_error_destroy(error);
  return strategy;
}

// "CODE: text" of a load that must fail.
std::string LoadError(const std::string& path) {
  auto* strategy = reinterpret_cast<rostrum_strategy_t*>(&plugin_folder);
  rostrum_error_t* error = nullptr;
  const rostrum_code_t code = rostrum_strategy_load(path.c_str(), &strategy, &error);
  EXPECT_EQ(strategy, nullptr);
  EXPECT_EQ(rostrum_error_code(error), code);
  std::string text = std::string(rostrum_code_name(code)) + ": " + rostrum_error_text(error);
  rostrum_error_destroy(error);
  return text;
}

rostrum_text_t AddText(rostrum_batch_t* batch, const char* text) {
  rostrum_text_t position{};
  EXPECT_EQ(rostrum_batch_add_text(batch, text, std::strlen(text), &position, nullptr), ROSTRUM_OK);
  return position;
}

// Cells 0 to 2 and one task.
void Fill(rostrum_engine_t* engine) {
  rostrum_batch_t* batch = nullptr;
  ASSERT_EQ(rostrum_batch_create(&batch, nullptr), ROSTRUM_OK);
  rostrum_provider_t provider{};
  provider.scheme = AddText(batch, "docker");
  provider.type = ROSTRUM_PROVIDER_ARBITRARY;
  rostrum_signature_t signature{};
  rostrum_batch_add_providers(batch, &provider, 1, &signature.providers, nullptr);
  rostrum_batch_add_signatures(batch, &signature, 1, nullptr, nullptr);
  for (const char* id : {"0", "1", "2"}) {
    rostrum_cell_t cell{};
    cell.id = AddText(batch, id);
    cell.index = id[0] - '0';
    cell.total = {ROSTRUM_AMOUNT(10), ROSTRUM_AMOUNT(10), 0, 10, {0, 0}};
    cell.available = cell.total;
    rostrum_batch_add_cells(batch, &cell, 1, nullptr, nullptr);
  }
  rostrum_work_t task{};
  task.kind = ROSTRUM_TASK;
  task.guid = AddText(batch, "task");
  task.rootfs = AddText(batch, "docker:///image");
  rostrum_batch_add_work(batch, &task, 1, nullptr, nullptr);
  EXPECT_EQ(rostrum_engine_update_cells(engine, batch, 0, nullptr), ROSTRUM_OK);
  EXPECT_EQ(rostrum_engine_submit(engine, batch, 0, nullptr, nullptr), ROSTRUM_OK);
  rostrum_batch_destroy(batch);
}

// Where the task is placed by a strategy, or the text of its refusal. Lets go of the strategy
// before the round.
std::string PlaceWith(rostrum_strategy_t* strategy) {
  rostrum_engine_t* engine = nullptr;
  EXPECT_EQ(rostrum_engine_create(strategy, &engine, nullptr), ROSTRUM_OK);
  rostrum_strategy_destroy(strategy);
  Fill(engine);
  rostrum_round_t* round = nullptr;
  EXPECT_EQ(rostrum_engine_run_round(engine, 0, 0, &round, nullptr), ROSTRUM_OK);
  const rostrum_decision_t* decision = rostrum_round_decisions(round, nullptr);
  rostrum_text_t answer = decision->cell_id;
  if (decision->code != ROSTRUM_REFUSAL_NONE) {
    answer = rostrum_round_refusals(round, nullptr)[decision->refusal].error;
  }
  std::string text(rostrum_round_bytes(round, nullptr) + answer.offset, answer.length);
  rostrum_engine_destroy(engine);
  rostrum_round_destroy(round);
  return text;
}

TEST(StrategyPlugin, Places) {
  rostrum_strategy_t* strategy = Load(PathOf("strategy_plugin_good"));
  EXPECT_STREQ(rostrum_strategy_name(strategy), "last-cell");
  EXPECT_EQ(PlaceWith(strategy), "2");
}

TEST(StrategyPlugin, IsToldTheVersion) {
  rostrum_strategy_destroy(Load(PathOf("strategy_plugin_good")));
  const Loaded loaded("strategy_plugin_good");
  rostrum_strategy_destroy(Load(PathOf("strategy_plugin_good")));
  EXPECT_EQ(loaded.Get<uint32_t>("plugin_version_number"), rostrum_version_number());
}

TEST(StrategyPlugin, UserDataIsDestroyedOnce) {
  const Loaded loaded("strategy_plugin_good");
  PlaceWith(Load(PathOf("strategy_plugin_good")));
  EXPECT_EQ(loaded.Get<int>("plugin_destroyed_count"), 1);
}

TEST(StrategyPlugin, UserDataOfABadTableIsDestroyed) {
  const Loaded loaded("strategy_plugin_bad_table");
  const std::string error = LoadError(PathOf("strategy_plugin_bad_table"));
  EXPECT_EQ(error.find("INVALID_ARGUMENT: strategy \"" + PathOf("strategy_plugin_bad_table")), 0)
      << error;
  EXPECT_NE(error.find("order is 0"), std::string::npos) << error;
  EXPECT_EQ(loaded.Get<int>("plugin_destroyed_count"), 1);
}

TEST(StrategyPlugin, StaysLoadedAsLongAsItIsUsed) {
  rostrum_strategy_t* strategy = Load(PathOf("strategy_plugin_good"));
  EXPECT_TRUE(IsLoaded("strategy_plugin_good"));
  rostrum_engine_t* engine = nullptr;
  ASSERT_EQ(rostrum_engine_create(strategy, &engine, nullptr), ROSTRUM_OK);
  rostrum_strategy_destroy(strategy);
  EXPECT_TRUE(IsLoaded("strategy_plugin_good"));
  rostrum_engine_destroy(engine);
  EXPECT_FALSE(IsLoaded("strategy_plugin_good"));
}

TEST(StrategyPlugin, MayRefuseTheVersion) {
  const std::string error = LoadError(PathOf("strategy_plugin_no_table"));
  EXPECT_EQ(error.find("FAILED_PRECONDITION: "), 0) << error;
  EXPECT_NE(error.find(rostrum_version_string()), std::string::npos) << error;
}

TEST(StrategyPlugin, MayThrow) {
  EXPECT_EQ(PlaceWith(Load(PathOf("strategy_plugin_throws"))),
            "strategy \"throws\" failed on cell \"0\": no idea");
  const std::string error = LoadError(PathOf("strategy_plugin_throws_at_once"));
  EXPECT_EQ(error.find("FAILED_PRECONDITION: "), 0) << error;
}

TEST(StrategyPlugin, MustBeAPlugin) {
  EXPECT_EQ(LoadError("/nowhere/plugin.so").find("UNAVAILABLE: strategy \"/nowhere/plugin.so\""),
            0);
  EXPECT_EQ(LoadError("no-such-plugin.so").find("UNAVAILABLE: "), 0);
  EXPECT_EQ(LoadError("/proc/self/status").find("UNAVAILABLE: "), 0);
  const std::string error = LoadError("libc.so.6");
  EXPECT_EQ(error.find("INVALID_ARGUMENT: "), 0) << error;
  EXPECT_NE(error.find("rostrum_strategy_plugin"), std::string::npos) << error;
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2) {
    std::fprintf(stderr, "usage: strategy_plugin_test FOLDER\n");
    return 2;
  }
  plugin_folder = argv[1];
  return RUN_ALL_TESTS();
}
