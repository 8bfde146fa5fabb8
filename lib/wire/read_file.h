// Files as texts, whatever their encoding.

#ifndef ROSTRUM_LIB_WIRE_READ_FILE_H_
#define ROSTRUM_LIB_WIRE_READ_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::wire {

// Which encoding a text that is not UTF-8 seems to have.
//
// "UTF-16" or "UTF-32", for an error, by the text's byte order mark or by the zero bytes around its
// first character. Empty where it does not look like one of these.
std::string_view OtherEncoding(std::string_view text);

// Whole files into memory.
//
// No larger file is read: 4 GB.
inline constexpr size_t kFileMaximum = 4'000'000'000;

// Puts the file's bytes into `text`; "-" is standard input. Pipes and devices are read up to their
// end. The error names the file and the reason: kNotFound where there is no such file,
// kInvalidArgument for one that is too large, else kUnavailable. Then `text` is empty.
Status ReadFile(const std::string& path, std::string* text);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_READ_FILE_H_
