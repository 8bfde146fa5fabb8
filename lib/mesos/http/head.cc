#include <strings.h>

#include "lib/mesos/http/network.h"

namespace rostrum::mesos::http {

std::string_view Head::Find(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key.size() == name.size() && strncasecmp(key.data(), name.data(), name.size()) == 0) {
      return value;
    }
  }
  return {};
}

}  // namespace rostrum::mesos::http
