#include "capi/guard.h"
#include "capi/handles.h"
#include "lib/strategy/table_strategy.h"

namespace {

using rostrum::Expected;
using rostrum::Strategy;
using rostrum::capi::GuardMake;
using rostrum::capi::RequireNotNull;
using rostrum::capi::StatusError;
using rostrum::capi::ThrowIfError;

rostrum_strategy_t* MakeHandle(std::shared_ptr<Strategy> strategy) {
  std::string name(strategy->Name());
  return new rostrum_strategy{std::move(strategy), std::move(name)};
}

rostrum_strategy_t* MakeHandle(Expected<std::shared_ptr<Strategy>> strategy) {
  ThrowIfError(strategy.status());
  return MakeHandle(std::move(*strategy));
}

}  // namespace

rostrum_code_t rostrum_strategy_create(const char* name, rostrum_strategy_t** strategy,
                                       rostrum_error_t** error) {
  return GuardMake(strategy, "strategy", error, [&] {
    RequireNotNull(name, "name");
    std::shared_ptr<Strategy> made = rostrum::MakeStrategy(name);
    if (made == nullptr) {
      throw StatusError{rostrum::NotFound(
          std::string("there is no strategy \"") + name +
          "\", expected \"diego\", \"binpack\", \"spread\" or \"bestfit\", or a plug-in by "
          "rostrum_strategy_load")};
    }
    return MakeHandle(std::move(made));
  });
}

rostrum_code_t rostrum_strategy_create_from_table(const rostrum_strategy_table_t* table,
                                                  void* user_data, rostrum_strategy_t** strategy,
                                                  rostrum_error_t** error) {
  // The user data is destroyed in any case, so it must reach MakeTableStrategy whatever `strategy`
  // is.
  if (strategy != nullptr) *strategy = nullptr;
  return rostrum::capi::Guard(error, [&] {
    Expected<std::shared_ptr<Strategy>> made = rostrum::MakeTableStrategy(table, user_data);
    RequireNotNull(strategy, "strategy");
    *strategy = MakeHandle(std::move(made));
    return rostrum::Status();
  });
}

rostrum_code_t rostrum_strategy_load(const char* path, rostrum_strategy_t** strategy,
                                     rostrum_error_t** error) {
  return GuardMake(strategy, "strategy", error, [&] {
    RequireNotNull(path, "path");
    return MakeHandle(rostrum::LoadPlugin(path));
  });
}

const char* rostrum_strategy_name(const rostrum_strategy_t* strategy) {
  return strategy == nullptr ? "" : strategy->name.c_str();
}

void rostrum_strategy_destroy(rostrum_strategy_t* strategy) { delete strategy; }
