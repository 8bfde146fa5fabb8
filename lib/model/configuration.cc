#include "rostrum/configuration.h"

#include <charconv>
#include <cmath>
#include <iterator>
#include <variant>
#include <vector>

#include "lib/base/format.h"

namespace rostrum {
namespace {

// A whole number, or any finite one: what a field of the configuration holds.
using Field = std::variant<double Configuration::*, int64_t Configuration::*>;

constexpr std::string_view kFiniteNumber = "a finite number such as 0.25";
constexpr Option kOptions[] = {
    {"bin_pack_first_fit_weight", "score", kFiniteNumber, "0",
     "score an LRP is charged for each place its cell stands further back in its zone"},
    {"starting_container_weight", "score", kFiniteNumber, "0.25",
     "score charged for each container that is starting on the cell"},
    {"starting_container_count_maximum", "containers", "a whole number (0 or less: no limit)", "0",
     "how many containers may be starting on all cells together"},
};
constexpr Field kFields[] = {
    &Configuration::bin_pack_first_fit_weight,
    &Configuration::starting_container_weight,
    &Configuration::starting_container_count_maximum,
};
static_assert(std::size(kOptions) == std::size(kFields));

template <typename Number>
bool ReadNumber(std::string_view text, Number* number) {
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, *number);
  return error == std::errc() && end == last && std::isfinite(static_cast<double>(*number));
}

}  // namespace

std::span<const Option> Options() { return kOptions; }

Status SetOption(Configuration* configuration, std::string_view key, std::string_view value) {
  std::vector<std::string_view> known;
  for (size_t i = 0; i < std::size(kOptions); ++i) {
    known.push_back(kOptions[i].key);
    if (kOptions[i].key != key) continue;
    const bool is_number = std::visit(
        [&](auto field) {
          auto number = configuration->*field;
          if (!ReadNumber(value, &number)) return false;
          configuration->*field = number;
          return true;
        },
        kFields[i]);
    if (is_number) return {};
    return InvalidArgument(Format("{} is \"{}\", expected {}", key, value, kOptions[i].expected));
  }
  return InvalidArgument(
      Format("unknown setting \"{}\", expected one of {}", key, Join(known, ", ")));
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
