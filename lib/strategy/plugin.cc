#include <dlfcn.h>

#include "lib/base/format.h"
#include "lib/strategy/table_strategy.h"
#include "rostrum/version.h"

namespace rostrum {
namespace {

constexpr const char* kEntryPoint = "rostrum_strategy_plugin";

std::string LastError() {
  const char* text = dlerror();
  return text == nullptr ? "unknown error" : text;
}

}  // namespace

Expected<std::shared_ptr<Strategy>> LoadPlugin(const std::string& path) {
  // The dynamic linker takes an empty path for the program itself.
  if (path.empty()) {
    return InvalidArgument("the strategy's path is empty, expected that of a shared object");
  }
  std::shared_ptr<void> library(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL), [](void* opened) {
    if (opened != nullptr) dlclose(opened);
  });
  if (library == nullptr) {
    return Status(Code::kUnavailable,
                  Format("strategy \"{}\" cannot be loaded: {}", path, LastError()));
  }
  void* const symbol = dlsym(library.get(), kEntryPoint);
  if (symbol == nullptr) {
    return InvalidArgument(Format("strategy \"{}\" does not export the function {}: {}", path,
                                       kEntryPoint, LastError()));
  }
  const auto entry = reinterpret_cast<rostrum_strategy_plugin_t>(symbol);
  void* user_data = nullptr;
  const rostrum_strategy_table_t* table = nullptr;
  try {
    table = entry(ROSTRUM_VERSION_NUMBER, &user_data);
  } catch (...) {
    return FailedPrecondition(Format("strategy \"{}\" threw while it was loaded", path));
  }
  if (table == nullptr) {
    return FailedPrecondition(
        Format("strategy \"{}\" does not work with Rostrum {}", path, ROSTRUM_VERSION_STRING));
  }
  Expected<std::shared_ptr<Strategy>> strategy = MakeTableStrategy(table, user_data);
  if (!strategy.ok()) {
    return Status(strategy.status().code(),
                  Format("strategy \"{}\": {}", path, strategy.status().text()));
  }
  // The strategy goes before the code that it consists of.
  struct Loaded {
    std::shared_ptr<void> library;
    std::shared_ptr<Strategy> strategy;
  };
  auto loaded = std::make_shared<Loaded>(Loaded{std::move(library), std::move(*strategy)});
  Strategy* const raw = loaded->strategy.get();
  return std::shared_ptr<Strategy>(std::move(loaded), raw);
}

}  // namespace rostrum
