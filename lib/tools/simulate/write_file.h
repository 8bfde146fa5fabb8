// Whole files, written at once.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_

#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::tools {

// Whether WriteFile could write there now: an error that says why not. Leaves no trace.
Status CheckCanWrite(const std::string& path);

// Writes a file under another name beside it first, so that nobody ever sees half of it. On an
// error the old file, if there is one, stays as it is; a new one keeps the old one's mode. A
// symbolic link is followed, not replaced; what is no regular file, such as a pipe or a device, is
// written to.
Status WriteFile(const std::string& path, std::string_view content);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
