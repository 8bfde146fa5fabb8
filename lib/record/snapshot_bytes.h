// A snapshot as bytes, and back: a rostrum.record.v1.Snapshot, framed as frame.h says.

#ifndef ROSTRUM_LIB_RECORD_SNAPSHOT_BYTES_H_
#define ROSTRUM_LIB_RECORD_SNAPSHOT_BYTES_H_

#include <memory>
#include <string>
#include <string_view>

#include "rostrum/snapshot.h"
#include "rostrum/status.h"

namespace rostrum::record {

// The same snapshot gives the same bytes. kInvalidArgument if it is larger than a record may be.
Expected<std::string> SerializeSnapshot(const Snapshot& snapshot);

// The reverse: a snapshot whose cells are equal. kCorrupt, saying what is wrong, for anything that
// SerializeSnapshot has not written: length and checksum are looked at first.
Expected<std::shared_ptr<const Snapshot>> ParseSnapshot(std::string_view bytes);

}  // namespace rostrum::record

#endif  // ROSTRUM_LIB_RECORD_SNAPSHOT_BYTES_H_
