// Which encoding a text that is not UTF-8 seems to have.

#ifndef ROSTRUM_LIB_WIRE_ENCODING_H_
#define ROSTRUM_LIB_WIRE_ENCODING_H_

#include <string_view>

namespace rostrum::wire {

// "UTF-16" or "UTF-32", for an error, by the text's byte order mark or by the zero bytes around its
// first character. Empty where it does not look like one of these.
std::string_view OtherEncoding(std::string_view text);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_ENCODING_H_
