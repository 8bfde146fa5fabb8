// Tells a record that was not written to its end from one whose length is damaged.

#ifndef ROSTRUM_LIB_RECORD_TORN_RECORD_H_
#define ROSTRUM_LIB_RECORD_TORN_RECORD_H_

#include <string_view>

namespace rostrum::record {

// Whether the last bytes of a file, a record of which there is less than it says, are the begin of
// a record and nothing else, so that no round is lost with them. They are not if the record is
// whole but for one bit of its length, or if a whole record of a round is found behind it; nor if
// looking for one takes too long, which only a file that was made to do harm brings about.
bool IsTorn(std::string_view unfinished);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_TORN_RECORD_H_
