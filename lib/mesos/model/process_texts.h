// Texts that become part of a process on an agent: its command, its environment, its container.

#ifndef ROSTRUM_LIB_MESOS_MODEL_PROCESS_TEXTS_H_
#define ROSTRUM_LIB_MESOS_MODEL_PROCESS_TEXTS_H_

#include <string_view>
#include <vector>

#include "rostrum/mesos/resource.h"
#include "rostrum/mesos/task.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// All of these return kInvalidArgument for what no process can have, or would have otherwise than
// it is written: a NUL, where the system takes a text to end, and names of variables that are empty
// or hold "=". The text names `of_what`, such as `lrp "web"`; it never shows the value of a
// variable, which may be a secret.

// @param name  what the text is, such as "the command".
Status ValidateText(std::string_view text, std::string_view name, std::string_view of_what);
Status ValidateCommand(const CommandInfo& command, std::string_view of_what);
Status ValidateContainer(const ContainerInfo& container, std::string_view of_what);
Status ValidateLabels(const std::vector<Label>& labels, std::string_view of_what);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_MODEL_PROCESS_TEXTS_H_
