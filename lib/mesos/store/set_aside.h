// Files that are not used any more, and are kept for people.

#ifndef ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_
#define ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_

#include <string>
#include <string_view>

#include "rostrum/status.h"

namespace rostrum::mesos {

// The file that a name stands for: a file that is replaced behind a symbolic link must not take the
// link's place. The name itself if there is no such file.
std::string ResolvedPath(const std::string& path);

// A name beside `path` that no file has: `path` with `suffix` behind it, and a number if need be.
std::string FreeName(const std::string& path, std::string_view suffix);

// Gives the file such a name, durably, and takes it from others than its owner. Returns the name.
Expected<std::string> SetAside(const std::string& path, std::string_view suffix);

// Writes a new file with such a name, durably, that only its owner may read. Returns the name.
Expected<std::string> KeepAside(const std::string& path, std::string_view suffix,
                                std::string_view bytes);

// Writes a file in place of whatever has its name, up to the disk; only its owner may read it.
Status WriteOwnFile(const std::string& path, std::string_view bytes);

}  // namespace rostrum::mesos

#endif  // ROSTRUM_LIB_MESOS_STORE_SET_ASIDE_H_
