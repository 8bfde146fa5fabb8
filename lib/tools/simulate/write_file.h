// Whole files, written at once.

#ifndef ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
#define ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_

#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::tools {

// Writes the file under another name beside it first, so that nobody ever sees half of it. On an
// error the old file, if there is one, stays as it is.
Status WriteFileAtomically(const std::string& path, std::string_view content);

}  // namespace rostrum::tools

#endif  // ROSTRUM_LIB_TOOLS_SIMULATE_WRITE_FILE_H_
