#include "lib/tools/load_strategy.h"

#include <string>

#include "lib/base/format.h"
#include "lib/tools/failure.h"
#include "rostrum/strategy.h"

namespace rostrum::tools {

Expected<std::shared_ptr<Strategy>> LoadStrategy(std::string_view name) {
  if (std::shared_ptr<Strategy> strategy = MakeStrategy(name)) return strategy;
  const bool is_path = name.find('/') != std::string_view::npos;
  if (!is_path && !name.ends_with(".so")) {
    return InvalidArgument(
        Format("there is no strategy \"{}\", expected {} or the path of a plug-in, NAME.so",
                    Shown(name), Join(StrategyNames(), ", ")));
  }
  // The dynamic linker would look for a name without a slash in its own folders alone.
  return LoadPlugin(is_path ? std::string(name) : Format("./{}", name));
}

}  // namespace rostrum::tools
