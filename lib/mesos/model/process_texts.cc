#include "lib/mesos/model/process_texts.h"

#include <initializer_list>
#include <utility>

#include "lib/base/format.h"
#include "lib/wire/excerpt.h"

namespace rostrum::mesos {
namespace {

using NamedText = std::pair<std::string_view, std::string_view>;  // Name and text.

Status ValidateTexts(std::initializer_list<NamedText> texts, std::string_view of_what) {
  for (const auto& [name, text] : texts) {
    if (Status status = ValidateText(text, name, of_what); !status.ok()) return status;
  }
  return {};
}

Status ValidateVariable(const EnvironmentVariable& variable, std::string_view of_what) {
  // "=" in a name would end it there, and make the rest a part of the value.
  if (variable.name.empty() || variable.name.find_first_of(std::string_view("=\0", 2)) !=
                                   std::string::npos) {
    return InvalidArgument(Format(
        "{} has a variable with the name \"{}\", expected one that is not empty and holds no \"=\" "
        "and no NUL",
        of_what, wire::Cut(variable.name)));
  }
  if (variable.value.find('\0') == std::string::npos) return {};
  return ValidateText(variable.value, Format("the variable {}", wire::Cut(variable.name)),
                      of_what);
}

}  // namespace

Status ValidateText(std::string_view text, std::string_view name, std::string_view of_what) {
  const size_t at = text.find('\0');
  if (at == std::string_view::npos) return {};
  return InvalidArgument(Format("{} of {} holds a NUL after {} of {} bytes, expected none",
                                     name, of_what, at, text.size()));
}

Status ValidateCommand(const CommandInfo& command, std::string_view of_what) {
  if (Status s = ValidateTexts({{"the command", command.value}, {"the user", command.user}},
                               of_what);
      !s.ok()) {
    return s;
  }
  for (const std::string& argument : command.arguments) {
    if (Status s = ValidateText(argument, "an argument", of_what); !s.ok()) return s;
  }
  for (const EnvironmentVariable& variable : command.environment) {
    if (Status s = ValidateVariable(variable, of_what); !s.ok()) return s;
  }
  for (const FetchedFile& file : command.files) {
    Status s = ValidateTexts(
        {{"the URI of a file", file.uri}, {"the name of a file", file.output_file}}, of_what);
    if (!s.ok()) return s;
  }
  return {};
}

Status ValidateContainer(const ContainerInfo& container, std::string_view of_what) {
  if (Status s = ValidateTexts(
          {{"the image", container.image}, {"the container's host name", container.hostname}},
          of_what);
      !s.ok()) {
    return s;
  }
  for (const Volume& volume : container.volumes) {
    Status s = ValidateTexts({{"the host's path of a volume", volume.host_path},
                              {"the container's path of a volume", volume.container_path}},
                             of_what);
    if (!s.ok()) return s;
  }
  for (const std::string& network : container.networks) {
    if (Status s = ValidateText(network, "the name of a network", of_what); !s.ok()) return s;
  }
  return ValidateLabels(container.parameters, of_what);
}

Status ValidateLabels(const std::vector<Label>& labels, std::string_view of_what) {
  for (const Label& label : labels) {
    Status s = ValidateTexts(
        {{"the key of a label", label.key}, {"the value of a label", label.value}}, of_what);
    if (!s.ok()) return s;
  }
  return {};
}

}  // namespace rostrum::mesos
