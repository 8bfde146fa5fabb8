// A framework's id as text, in whatever it is kept.

#ifndef ROSTRUM_LIB_MESOS_STORE_STORED_ID_H_
#define ROSTRUM_LIB_MESOS_STORE_STORED_ID_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "rostrum/mesos/framework_id_store.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Ids have some forty bytes; a text that is much longer is another one.
inline constexpr size_t kStoredIdBytesMaximum = 4096;

// The id in a line, and where starts are counted "generation N" in a second one.
std::string WriteStoredId(const StoredId& stored);

// kCorrupt, with the name `where`, for what is no such text. Mesos takes ids as UTF-8 alone.
Expected<StoredId> ReadStoredId(std::string_view text, std::string_view where);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_STORE_STORED_ID_H_
