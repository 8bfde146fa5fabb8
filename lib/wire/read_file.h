// Whole files into memory.

#ifndef ROSTRUM_LIB_WIRE_READ_FILE_H_
#define ROSTRUM_LIB_WIRE_READ_FILE_H_

#include <cstddef>
#include <string>

#include "rostrum/status.h"

namespace rostrum::wire {

// No larger file is read: 4 GB.
inline constexpr size_t kFileMaximum = 4'000'000'000;

// Puts the file's bytes into `text`; "-" is standard input. Pipes and devices are read up to their
// end. The error names the file and the reason: kNotFound where there is no such file,
// kInvalidArgument for one that is too large, else kUnavailable. Then `text` is empty.
Status ReadFile(const std::string& path, std::string* text);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_READ_FILE_H_
