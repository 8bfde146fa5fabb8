#include "rostrum/mesos/framework_info.h"

#include <algorithm>
#include <set>
#include <utility>

#include "lib/base/format.h"
#include "lib/mesos/model/process_texts.h"

namespace rostrum::mesos {
namespace {

// A role is "*", or a path whose parts neither are "." or ".." nor begin with "-".
bool IsRole(std::string_view role) {
  if (role == "*") return true;
  if (role.empty() || role.front() == '/' || role.back() == '/') return false;
  while (!role.empty()) {
    const size_t slash = std::min(role.find('/'), role.size());
    const std::string_view part = role.substr(0, slash);
    const bool bad_byte = std::any_of(part.begin(), part.end(), [](char c) {
      return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f || c == '\\';
    });
    if (part.empty() || part == "." || part == ".." || part == "*" || part.front() == '-' ||
        bad_byte) {
      return false;
    }
    role.remove_prefix(std::min(slash + 1, role.size()));
  }
  return true;
}

Status ValidateRoles(const FrameworkInfo& framework) {
  if (framework.roles.empty()) {
    return InvalidArgument("roles is empty, expected at least one role");
  }
  std::set<std::string> seen;
  for (const std::string& role : framework.roles) {
    if (!IsRole(role)) {
      return InvalidArgument(Format(
          "invalid role \"{}\": expected \"*\" or names joined by slashes, without blanks, "
          "\".\", \"..\" or a leading \"-\"",
          role));
    }
    if (!seen.insert(role).second) {
      return InvalidArgument(Format("the role \"{}\" appears twice, expected it once", role));
    }
  }
  if (framework.roles.size() > 1 && !framework.capabilities.multi_role) {
    return InvalidArgument(
        Format("there are {} roles without the capability multi_role, expected one",
                    framework.roles.size()));
  }
  return {};
}

template <typename Map>
Status ValidateKeys(const FrameworkInfo& framework, const Map& by_role, std::string_view field) {
  for (const auto& entry : by_role) {
    if (std::find(framework.roles.begin(), framework.roles.end(), entry.first) ==
        framework.roles.end()) {
      return InvalidArgument(
          Format("{} has the role \"{}\", expected one of `roles`", field, entry.first));
    }
  }
  return {};
}

Status ValidateTexts(const FrameworkInfo& framework) {
  const std::pair<std::string_view, std::string_view> texts[] = {
      {"the name", framework.name},         {"the user", framework.user},
      {"the principal", framework.principal}, {"the host name", framework.hostname},
      {"the web_ui_url", framework.web_ui_url}};
  for (const auto& [name, text] : texts) {
    if (Status s = ValidateText(text, name, "the framework"); !s.ok()) return s;
  }
  return ValidateLabels(framework.labels, "the framework");
}

}  // namespace

Status ValidateFramework(const FrameworkInfo& framework) {
  if (framework.name.empty()) {
    return InvalidArgument("the framework's name is empty, expected one");
  }
  if (framework.user.empty()) {
    return InvalidArgument(
        "the framework's user is empty, expected the account as which tasks run on agents");
  }
  if (Status status = ValidateTexts(framework); !status.ok()) return status;
  if (framework.failover_timeout.count() < 0) {
    return InvalidArgument(Format("failover_timeout is {} s, expected 0 or more",
                                       framework.failover_timeout.count()));
  }
  if (Status status = ValidateRoles(framework); !status.ok()) return status;
  if (Status status = ValidateKeys(framework, framework.offer_constraints, "offer_constraints");
      !status.ok()) {
    return status;
  }
  return ValidateKeys(framework, framework.minimal_offers, "minimal_offers");
}

}  // namespace rostrum::mesos
