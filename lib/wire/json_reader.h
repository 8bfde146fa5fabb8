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

// The same for a list, which may be written as an array, as one element that is an object, or as
// such elements and arrays one after the other: so print programs that do not know how many there
// will be. A text with nothing in it is none of them.
Status ReadJsonList(std::string_view text, std::string_view file_name, WholeListForm* root);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_JSON_READER_H_
