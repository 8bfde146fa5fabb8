#include "rostrum/configuration.h"

#include <charconv>
#include <cmath>

#include "lib/base/format.h"

namespace rostrum {
namespace {

Status SetWeight(double* weight, std::string_view key, std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number)) {
    return InvalidArgument(
        Format("{} is \"{}\", expected a finite number such as 0.25", key, value));
  }
  *weight = number;
  return {};
}

Status SetCount(int64_t* count, std::string_view key, std::string_view value) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size()) {
    return InvalidArgument(
        Format("{} is \"{}\", expected a whole number (0 or less: no limit)", key, value));
  }
  *count = number;
  return {};
}

}  // namespace

Status SetOption(Configuration* configuration, std::string_view key, std::string_view value) {
  if (key == "bin_pack_first_fit_weight") {
    return SetWeight(&configuration->bin_pack_first_fit_weight, key, value);
  }
  if (key == "starting_container_weight") {
    return SetWeight(&configuration->starting_container_weight, key, value);
  }
  if (key == "starting_container_count_maximum") {
    return SetCount(&configuration->starting_container_count_maximum, key, value);
  }
  std::string known;
  for (const Option& option : Options()) {
    known += Format("{}{}", known.empty() ? "" : ", ", option.key);
  }
  return InvalidArgument(Format("unknown setting \"{}\", expected one of {}", key, known));
}

const std::vector<Option>& Options() {
  static const std::vector<Option> options = {
      {"bin_pack_first_fit_weight",
       "score an LRP is charged for each place its cell stands further back in its zone; "
       "default 0"},
      {"starting_container_weight",
       "score charged for each container that is starting on the cell; default 0.25"},
      {"starting_container_count_maximum",
       "how many containers may be starting on all cells together; default 0, no limit"},
  };
  return options;
}

Status ValidateConfiguration(const Configuration& configuration) {
  const auto check = [](std::string_view key, double weight) {
    return std::isfinite(weight)
               ? Status()
               : InvalidArgument(Format("{} is {}, expected a finite number", key, weight));
  };
  if (Status s = check("bin_pack_first_fit_weight", configuration.bin_pack_first_fit_weight);
      !s.ok()) {
    return s;
  }
  return check("starting_container_weight", configuration.starting_container_weight);
}

}  // namespace rostrum
