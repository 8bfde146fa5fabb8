// How a framework's id is kept, in a file or in a node of ZooKeeper.

#ifndef ROSTRUM_LIB_MESOS_STORE_FILE_STORE_H_
#define ROSTRUM_LIB_MESOS_STORE_FILE_STORE_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "rostrum/mesos/framework_id_store.h"
#include "rostrum/status.h"

namespace rostrum::mesos {

// Folders that outlive a power failure.
//
// Makes durable what names the folder of a file has: without that, a file that was made, renamed or
// removed may not be so after a power failure, though its content is safe.
Status SyncFolderOf(const std::string& path);

// A framework's id as text, in whatever it is kept.
//
// Ids have some forty bytes; a text that is much longer is another one.
inline constexpr size_t kStoredIdBytesMaximum = 4096;

// The id in a line, and where starts are counted "generation N" in a second one.
std::string WriteStoredId(const StoredId& stored);

// kCorrupt, with the name `where`, for what is no such text. Mesos takes ids as UTF-8 alone.
Expected<StoredId> ReadStoredId(std::string_view text, std::string_view where);

// Files that are not used any more, and are kept for whoever wants to look at them.
//
// The file that a name stands for: a file that is replaced behind a symbolic link must not take the
// link's place. The name itself if there is no such file.
std::string ResolvedPath(const std::string& path);

// What stands behind the name of what a framework left behind.
inline constexpr std::string_view kLeftBehind = ".left";

// A name beside `path` that is not taken: `path` with `suffix` behind it, and a number if need be.
std::string FreeName(const std::string& path, std::string_view suffix,
                     const std::function<bool(const std::string&)>& is_taken);
// The same for one that no file has.
std::string FreeName(const std::string& path, std::string_view suffix);

// Gives the file such a name, durably, and takes it from others than its owner. Returns the name.
Expected<std::string> SetAside(const std::string& path, std::string_view suffix);

// Writes a new file with such a name, durably, that only its owner may read. Returns the name.
Expected<std::string> KeepAside(const std::string& path, std::string_view suffix,
                                std::string_view bytes);

// Writes a file in place of whatever has its name, up to the disk; only its owner may read it.
Status WriteOwnFile(const std::string& path, std::string_view bytes);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_STORE_FILE_STORE_H_
