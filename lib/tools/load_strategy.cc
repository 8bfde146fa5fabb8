#include "lib/tools/load_strategy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <string>

#include "lib/tools/failure.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

Expected<std::shared_ptr<Strategy>> LoadStrategy(std::string_view name) {
  if (std::shared_ptr<Strategy> strategy = MakeStrategy(name)) return strategy;
  const bool is_path = name.find('/') != std::string_view::npos;
  if (!is_path && !name.ends_with(".so")) {
    return InvalidArgument(
        fmt::format("there is no strategy \"{}\", expected {} or the path of a plug-in, NAME.so",
                    Shown(name), fmt::join(StrategyNames(), ", ")));
  }
  // The dynamic linker would look for a name without a slash in its own folders alone.
  return LoadPlugin(is_path ? std::string(name) : fmt::format("./{}", name));
}

}  // namespace rostrum::tools
