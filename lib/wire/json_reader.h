// Reads a JSON text into forms.

#ifndef ROSTRUM_LIB_WIRE_JSON_READER_H_
#define ROSTRUM_LIB_WIRE_JSON_READER_H_

#include <string_view>

#include "lib/wire/form.h"
#include "rostrum/status.h"

namespace rostrum::wire {

// Hands every value of the text to its form. The error is kInvalidArgument and names file, line,
// column, what is wrong there and what was expected; forms hold what was read before it.
//
// What does not belong to a form takes no memory, and no text makes the reader use more than some
// 40 MB of its own.
Status ReadJson(std::string_view text, std::string_view file_name, Form* root);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_JSON_READER_H_
