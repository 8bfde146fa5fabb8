// Which key was probably meant by one that is not known.

#ifndef ROSTRUM_LIB_WIRE_NEAR_KEY_H_
#define ROSTRUM_LIB_WIRE_NEAR_KEY_H_

#include <span>
#include <string_view>

namespace rostrum::wire {

// Whether both are the same but for the case of ASCII letters.
bool EqualIgnoringCase(std::string_view a, std::string_view b);

// The known key that takes the fewest edits (a character put in, left out or replaced, or two
// neighbours swapped) to become `key`, cases aside. Empty if all are too far off to be a guess.
std::string_view NearestKey(std::string_view key, std::span<const std::string_view> known);

}  // namespace rostrum::wire

#endif  // ROSTRUM_LIB_WIRE_NEAR_KEY_H_
