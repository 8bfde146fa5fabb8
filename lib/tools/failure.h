// How a verb of the program says that it failed.

#ifndef ROSTRUM_LIB_TOOLS_FAILURE_H_
#define ROSTRUM_LIB_TOOLS_FAILURE_H_

#include <ostream>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::tools {

// Exit statuses. Bad input is all that is wrong with what the user gave: flags, files that cannot
// be opened or are not what they should be. A failure is all else, such as a disk that runs full.
inline constexpr int kFailed = 1;
inline constexpr int kBadInput = 2;

// kBadInput for errors of what the user gave, where they come from reading it; kFailed for others.
int ExitStatusOf(const Status& status);

// Writes "rostrum VERB: TEXT" as one line, whatever the text holds: it may come from a file of
// somebody else's. Returns the exit status that is given.
int Fail(std::string_view verb, const Status& status, int exit_status, std::ostream& err);

// Writes "rostrum VERB: warning: TEXT" as one line, of what need not stop the verb.
void Warn(std::string_view verb, std::string_view text, std::ostream& err);

// What a user typed, for an error: escaped, cut to 80 bytes.
std::string Shown(std::string_view argument);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_FAILURE_H_
