#include "lib/tools/failure.h"

#include "lib/wire/excerpt.h"

namespace rostrum::tools {

int ExitStatusOf(const Status& status) {
  switch (status.code()) {
    case Code::kInvalidArgument:
    case Code::kNotFound:
    case Code::kCorrupt:
    case Code::kUnavailable:
      return kBadInput;
    default:
      return kFailed;
  }
}

int Fail(std::string_view verb, const Status& status, int exit_status, std::ostream& err) {
  err << "rostrum " << verb << ": " << wire::Escape(status.text()) << "\n";
  return exit_status;
}

void Warn(std::string_view verb, std::string_view text, std::ostream& err) {
  err << "rostrum " << verb << ": warning: " << wire::Escape(text) << "\n";
}

std::string Shown(std::string_view argument) {
  constexpr size_t kShown = 80;
  return wire::Cut(argument, kShown);
}

}  // namespace rostrum::tools
